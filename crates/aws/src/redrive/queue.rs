//! A queue: messages out of it, those that are done removed, the others given back at once.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, Message};

/// For how many steps a message that was taken is nobody else's: more than all but trail files of a size that is rare take. If
/// the run is killed, they are back after that.
const HIDDEN_STEPS: u32 = 30;

/// How long to wait for messages, in seconds: with any wait at all, SQS looks everywhere (developer guide, "Amazon SQS
/// short and long polling").
const WAIT: i32 = 2;

/// How many messages go in one call (API reference, `ReceiveMessage`).
const BATCH: usize = 10;

/// A queue.
#[derive(Debug)]
pub(super) struct Queue {
    client: Client,
    url: String,
    /// For how long a message that was taken is nobody else's, in seconds.
    hidden: i32,
}

/// A message.
#[derive(Debug, Clone, Default)]
pub(super) struct DeadLetter {
    pub(super) id: String,
    /// What removes it, or gives it back.
    pub(super) receipt: String,
    pub(super) body: String,
    /// Its attributes that are text.
    pub(super) attributes: BTreeMap<String, String>,
}

impl Queue {
    /// A queue by its URL, its ARN or its name.
    pub(super) async fn find(config: &SdkConfig, name: &str, step: Duration) -> Result<Self, String> {
        let client = Client::new(config);
        // Twelve hours are the most (API reference, `ReceiveMessage`).
        let hidden = i32::try_from((step * HIDDEN_STEPS).as_secs()).unwrap_or(i32::MAX).min(12 * 60 * 60);
        if name.starts_with("https://") || name.starts_with("http://") {
            return Ok(Self { client, url: name.to_owned(), hidden });
        }
        let parts: Vec<_> = name.split(':').collect();
        let (account, plain) = match parts.as_slice() {
            ["arn", _, "sqs", _, account, plain] => (Some((*account).to_owned()), *plain),
            [plain] => (None, *plain),
            _ => {
                return Err(format!(
                    "`{name}` is no queue: expected a URL (https://sqs...), an ARN (arn:aws:sqs:...) or a name"
                ));
            }
        };
        let asked = client.get_queue_url().queue_name(plain).set_queue_owner_aws_account_id(account);
        let answer = asked.send().await.map_err(|error| {
            format!("the queue `{name}` can't be found: {}; give its URL or check AWS_REGION", words(&error))
        })?;
        let url = answer.queue_url.ok_or_else(|| format!("the queue `{name}` has no URL"))?;
        Ok(Self { client, url, hidden })
    }

    /// The next messages, at most ten; none if there are none left.
    pub(super) async fn take(&self, most: usize) -> Result<Vec<DeadLetter>, String> {
        let most = i32::try_from(most.min(BATCH)).unwrap_or(1);
        let asked = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(most)
            .visibility_timeout(self.hidden)
            .wait_time_seconds(WAIT)
            .message_attribute_names("All");
        let answer = asked.send().await;
        let answer =
            answer.map_err(|error| format!("the queue `{}` can't be read: {}", self.url, words(&error)))?;
        Ok(answer.messages.unwrap_or_default().into_iter().map(DeadLetter::of).collect())
    }

    /// Removes a message.
    pub(super) async fn remove(&self, receipt: &str) -> Result<(), String> {
        let asked = self.client.delete_message().queue_url(&self.url).receipt_handle(receipt);
        asked.send().await.map(drop).map_err(|error| words(&error))
    }

    /// Gives messages back: they can be taken at once.
    pub(super) async fn give_back(&self, receipts: &[String]) -> Result<(), String> {
        let wait = self.hidden;
        let problem = |why: String| {
            format!("what is left can't be given back at once ({why}): it is in the queue again in {wait} s")
        };
        for part in receipts.chunks(BATCH) {
            let entries = part.iter().enumerate().map(|(number, receipt)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(number.to_string())
                    .receipt_handle(receipt)
                    .visibility_timeout(0)
                    .build()
            });
            let entries =
                entries.collect::<Result<Vec<_>, _>>().map_err(|error| problem(error.to_string()))?;
            let asked =
                self.client.change_message_visibility_batch().queue_url(&self.url).set_entries(Some(entries));
            // A receipt that is too old is of a message that is back already.
            asked.send().await.map(drop).map_err(|error| problem(words(&error)))?;
        }
        Ok(())
    }
}

impl DeadLetter {
    fn of(message: Message) -> Self {
        let attributes = message.message_attributes.unwrap_or_default().into_iter();
        Self {
            id: message.message_id.unwrap_or_default(),
            receipt: message.receipt_handle.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            attributes: attributes.filter_map(|(name, value)| Some((name, value.string_value?))).collect(),
        }
    }
}

/// What went wrong, in a word.
fn words<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(_) => "no connection".to_owned(),
        other => other.code().unwrap_or("an answer that makes no sense").to_owned(),
    }
}
