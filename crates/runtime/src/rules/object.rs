//! A bundle in S3: fetched only when it is another than the one that was seen.
//!
//! Whether it is whole is not left to S3 or the way from there: a bundle has its own hash inside.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;

use super::Refusal;
use super::source::{Answer, Found, MOST_BYTES, Trouble};
use crate::late::Late;

/// What S3 answers where the object has the tag that was asked about.
const NOT_MODIFIED: u16 = 304;

/// What S3 calls the version of an object in a bucket without versions.
const NO_VERSION: &str = "null";

/// An object that holds a bundle.
#[derive(Debug)]
pub(super) struct Object {
    client: Late<Client>,
    bucket: String,
    key: String,
    /// The one version that is wanted; none is the latest of the day.
    version: Option<String>,
    /// The tag of what was seen.
    seen: Option<String>,
}

impl Object {
    pub(super) fn new(client: Late<Client>, bucket: String, key: String, version: Option<String>) -> Self {
        Self { client, bucket, key, version, seen: None }
    }

    pub(super) async fn ask(&mut self) -> Result<Answer, Trouble> {
        if self.version.is_some() && self.seen.is_some() {
            // A version never changes.
            return Ok(Answer::Unchanged);
        }
        let get = self.client.get_object().bucket(&self.bucket).key(&self.key);
        let get = get.set_version_id(self.version.clone()).set_if_none_match(self.seen.clone());
        match get.send().await {
            Ok(got) => self.read(got).await,
            Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == NOT_MODIFIED) => {
                Ok(Answer::Unchanged)
            }
            Err(error) => Err(Trouble::of(error.code())),
        }
    }

    async fn read(&mut self, got: GetObjectOutput) -> Result<Answer, Trouble> {
        let tag = got.e_tag().map(str::to_owned);
        let version = got.version_id().filter(|version| *version != NO_VERSION).map(str::to_owned);
        let content = content(got.body).await?;
        // Where there are no versions, the tag tells one from another.
        let version = version.or_else(|| tag.clone()).unwrap_or_default().trim_matches('"').to_owned();
        self.seen = tag;
        Ok(Answer::New(Found { content, version }))
    }
}

/// All of a stream, unless that is too much.
async fn content(mut stream: ByteStream) -> Result<Result<Vec<u8>, Refusal>, Trouble> {
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.map_err(|_| Trouble("the answer broke off".to_owned()))?);
        if bytes.len() > MOST_BYTES {
            return Ok(Err(Refusal::TooLarge { most: MOST_BYTES }));
        }
    }
    Ok(Ok(bytes))
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::{BehaviorVersion, Builder, Credentials, Region};

    use super::super::samples::{Replay, reply};
    use super::*;

    fn object(replay: &Replay, version: Option<&str>) -> Object {
        let config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("a", "s", None, None, "test"))
            .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
            .http_client(replay.client());
        let client = Late::new(|| Client::from_conf(config.build()));
        Object::new(client, "rules".to_owned(), "r.ttrules".to_owned(), version.map(str::to_owned))
    }

    fn version(answer: Result<Answer, Trouble>) -> String {
        match answer.unwrap() {
            Answer::New(found) => {
                format!("{} {}", found.version, found.content.map_or(0, |bytes| bytes.len()))
            }
            Answer::Unchanged => "unchanged".to_owned(),
        }
    }

    #[tokio::test]
    async fn what_was_seen_is_not_fetched_again() {
        let replay = Replay::of([
            reply(200, &[("etag", "\"e1\""), ("x-amz-version-id", "v1")], b"abc"),
            reply(304, &[], b""),
            reply(200, &[("etag", "\"e2\""), ("x-amz-version-id", "null")], b"abcd"),
        ]);
        let mut object = object(&replay, None);
        assert_eq!(version(object.ask().await), "v1 3");
        assert_eq!(version(object.ask().await), "unchanged");
        assert_eq!(version(object.ask().await), "e2 4", "a bucket without versions has tags");
        let asked = replay.asked();
        assert_eq!(asked[0].header("if-none-match"), None);
        assert_eq!(asked[1].header("if-none-match"), Some("\"e1\""));
    }

    #[tokio::test]
    async fn a_version_is_asked_for_once() {
        let replay = Replay::of([
            reply(503, &[], b""),
            reply(200, &[("etag", "\"e1\""), ("x-amz-version-id", "3HL4")], b"abc"),
        ]);
        let mut object = object(&replay, Some("3HL4"));
        assert!(object.ask().await.is_err());
        assert_eq!(version(object.ask().await), "3HL4 3");
        assert_eq!(version(object.ask().await), "unchanged");
        assert!(replay.asked()[1].uri.contains("versionId=3HL4"), "{:?}", replay.asked());
        assert_eq!(replay.asked().len(), 2);
    }

    #[tokio::test]
    async fn what_is_gone_is_told_by_its_code_and_what_is_too_large_is_not_kept() {
        let gone = b"<Error><Code>NoSuchKey</Code><Message>m</Message></Error>";
        let large = vec![b'x'; MOST_BYTES + 1];
        let replay = Replay::of([reply(404, &[], gone), reply(200, &[("etag", "\"e\"")], &large)]);
        let mut object = object(&replay, None);
        assert_eq!(object.ask().await.unwrap_err(), Trouble("NoSuchKey".to_owned()));
        let Answer::New(found) = object.ask().await.unwrap() else { panic!("there is something") };
        assert_eq!(found.content.unwrap_err().kind(), "too large");
    }
}
