//! What could not be read, handed to where somebody can look at it.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use serde::Serialize;

use crate::late::Late;

/// The most of a payload that goes with it: a message of SQS holds 256 KiB at least everywhere.
const MOST_PAYLOAD: usize = 200 * 1024;

/// Where rejected records go.
#[derive(Debug)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Rejects {
    Queue { client: Late<aws_sdk_sqs::Client>, url: String },
    Bucket { client: Late<aws_sdk_s3::Client>, bucket: String, prefix: String },
}

/// One message with something in it that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedMessage {
    /// The form of this object.
    pub schema: &'static str,
    /// The function that says so.
    pub function: String,
    /// Its invocation.
    pub request_id: String,
    /// Why, and where in the message, for each thing that could not be read; at most 100.
    pub reasons: Vec<String>,
    /// How many there were.
    pub rejected: usize,
    /// The object in S3 that it came in, as `s3://bucket/key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The message itself, unless it came in an object or is too long to go with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

impl RejectedMessage {
    /// The name and version of the form.
    pub const SCHEMA: &'static str = "tattletrail.rejected/1";

    /// Takes the message along, if it is not too long.
    #[must_use]
    pub fn with_payload(mut self, payload: &str) -> Self {
        self.payload = (payload.len() <= MOST_PAYLOAD).then(|| payload.to_owned());
        self
    }
}

impl Rejects {
    /// Hands a message over; the error says what went wrong, in a word.
    pub async fn take(&self, message: &RejectedMessage, number: usize) -> Result<(), String> {
        let body = serde_json::to_string(message).map_err(|error| error.to_string())?;
        match self {
            Self::Queue { client, url } => {
                let sent = client.send_message().queue_url(url).message_body(body).send().await;
                sent.map(drop).map_err(|error| error.code().unwrap_or("no answer").to_owned())
            }
            Self::Bucket { client, bucket, prefix } => {
                let day = jiff::Timestamp::now().to_string().chars().take(10).collect::<String>();
                let key = format!("{prefix}{day}/{}-{number}.json", message.request_id);
                let put = client.put_object().bucket(bucket).key(key).content_type("application/json");
                let put = put.body(ByteStream::from(body.into_bytes())).send().await;
                put.map(drop).map_err(|error| error.code().unwrap_or("no answer").to_owned())
            }
        }
    }
}
