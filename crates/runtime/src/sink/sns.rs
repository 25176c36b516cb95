//! SNS: `PublishBatch`. One message for each alert, with a text for mail and JSON for everybody else.
//!
//! Sources: SNS API reference, `PublishBatch`, `Publish` and `BatchResultErrorEntry`; developer guide, "Amazon SNS
//! message batching".

// A parcel as an entry of a batch.
mod message;

use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::operation::publish_batch::PublishBatchOutput;
use aws_sdk_sns::{Client, Config};

use self::message::Message;
use super::courier::{self, Courier, Entry, Limits, Verdict};
use super::patience::{self, Fault, Kind};
use super::{Outcome, spread, words};
use crate::deadline::Deadline;
use crate::late::Late;
use crate::parcel::Parcel;

/// A topic.
#[derive(Debug)]
pub struct Sns {
    client: Late<Client>,
    topic_arn: String,
}

impl Sns {
    /// A topic by its ARN. The client's own retries are turned off: see the crate's `patience`.
    pub fn new(config: &Config, topic_arn: String) -> Self {
        let config = config.to_builder().retry_config(RetryConfig::disabled()).build();
        Self { client: Late::new(|| Client::from_conf(config)), topic_arn }
    }

    /// Publishes the alerts of parcels; one outcome for each parcel, in their order. A parcel without one is done.
    pub async fn deliver(&self, parcels: &[&Parcel], until: Deadline) -> Vec<Outcome> {
        let is_fifo = self.topic_arn.ends_with(".fifo");
        let (entries, outcomes) = spread::out(parcels, |parcel| message::entry(parcel, is_fifo));
        outcomes.filled(courier::send(self, &entries, until).await)
    }
}

impl Courier for Sns {
    type Body = Message;

    /// "The maximum allowed individual message size and the maximum total payload size (the sum of the individual
    /// lengths of all of the batched messages) are both 256 KB (262,144 bytes)", in at most ten entries.
    const LIMITS: Limits = Limits { entries: 10, bytes: message::MOST_BYTES };

    async fn call(&self, batch: &[&Entry<Message>], until: Deadline) -> Result<Vec<Verdict>, Fault> {
        let entries = batch.iter().enumerate().map(|(at, entry)| entry.body.request(at));
        let entries =
            entries.collect::<Result<_, _>>().map_err(|_| Fault::passing("an entry without an id"))?;
        let request = self.client.publish_batch().topic_arn(&self.topic_arn);
        let call = request.set_publish_batch_request_entries(Some(entries)).send();
        let answer = patience::within(until, call).await.map_err(of_topic)?;
        Ok((0..batch.len()).map(|at| verdict(&answer, &at.to_string())).collect())
    }
}

/// A topic that is none is not the message's fault, though SNS says so with the same code.
fn of_topic(fault: Fault) -> Fault {
    if fault.kind == Kind::Entry && fault.reason.contains("TopicArn") {
        return Fault { kind: Kind::Blocked, ..fault };
    }
    fault
}

fn verdict(answer: &PublishBatchOutput, id: &str) -> Verdict {
    if let Some(failed) = answer.failed().iter().find(|entry| entry.id() == id) {
        let reason = words::reason(failed.code(), failed.message());
        return match Verdict::of(failed.code(), reason) {
            // A permission that is missing is the sender's fault too, but can be repaired.
            Verdict::Again(reason) if failed.sender_fault() && !is_passing(failed.code()) => {
                Verdict::Refused(reason)
            }
            verdict => verdict,
        };
    }
    if answer.successful().iter().any(|entry| entry.id() == Some(id)) {
        return Verdict::Done;
    }
    Verdict::Again("the answer does not mention it".to_owned())
}

fn is_passing(code: &str) -> bool {
    patience::kind(code, 400) == Kind::Passing
}

#[cfg(test)]
mod tests;
