//! What a function is given, taken apart into messages: each is delivered as a whole, or comes again as a whole.

// Objects in S3, by the ways in which a function hears of them.
pub mod objects;

use serde::Deserialize;

/// A payload, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The messages.
    pub messages: Vec<Message>,
    /// They come from a queue: what is not delivered is said message by message.
    pub from_queue: bool,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The queue's name for it; empty where it did not come from one.
    pub id: String,
    /// What it says.
    pub body: String,
}

/// `Records` of a payload, as far as it matters whence they are.
#[derive(Debug, Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(alias = "EventSource", rename = "eventSource")]
    source: String,
    #[serde(rename = "messageId")]
    id: Option<String>,
    body: Option<String>,
    #[serde(rename = "Sns")]
    sns: Option<Notification>,
}

/// What SNS wraps around a message, for Lambda and in a queue.
#[derive(Debug, Deserialize)]
struct Notification {
    #[serde(rename = "Message")]
    message: String,
}

impl Received {
    /// Takes a payload apart: a batch of a queue, a batch of a topic, or one message, which is the payload itself.
    pub fn of(payload: &str) -> Self {
        let batch = serde_json::from_str::<Batch>(payload).map(|batch| batch.records).unwrap_or_default();
        if !batch.is_empty() && batch.iter().all(|entry| entry.source == "aws:sqs" && entry.body.is_some()) {
            let messages = batch.into_iter().map(|entry| Message {
                id: entry.id.unwrap_or_default(),
                body: out_of_topic(entry.body.unwrap_or_default()),
            });
            return Self { messages: messages.collect(), from_queue: true };
        }
        if !batch.is_empty() && batch.iter().all(|entry| entry.source == "aws:sns") {
            let bodies = batch.into_iter().filter_map(|entry| Some(entry.sns?.message));
            let messages = bodies.map(|body| Message { id: String::new(), body }).collect();
            return Self { messages, from_queue: false };
        }
        let message = Message { id: String::new(), body: payload.to_owned() };
        Self { messages: vec![message], from_queue: false }
    }
}

/// The message in what a topic writes to a queue; anything else is itself (SNS developer guide, "Fanout to Amazon SQS
/// queues", without raw message delivery).
fn out_of_topic(body: String) -> String {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(rename = "Type")]
        kind: String,
        #[serde(flatten)]
        notification: Notification,
    }
    match serde_json::from_str::<Envelope>(&body) {
        Ok(envelope) if envelope.kind == "Notification" => envelope.notification.message,
        _ => body,
    }
}

/// True for an event that this project put on a bus: it is not taken in again.
pub fn is_own(body: &str) -> bool {
    #[derive(Deserialize)]
    struct Event {
        source: String,
        #[serde(rename = "detail-type")]
        _detail_type: String,
    }
    body.contains(OWN_SOURCE)
        && serde_json::from_str::<Event>(body).is_ok_and(|event| event.source == OWN_SOURCE)
}

/// The `source` of events that this project puts on a bus.
pub const OWN_SOURCE: &str = "tattletrail";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_s_batch_is_its_messages() {
        let received = Received::of(
            r#"{"Records":[{"messageId":"1","eventSource":"aws:sqs","body":"{\"detail\":{}}"},
                {"messageId":"2","eventSource":"aws:sqs","body":"{\"Type\":\"Notification\",\"Message\":\"x\"}"}]}"#,
        );
        assert!(received.from_queue);
        let bodies: Vec<_> = received.messages.iter().map(|it| (it.id.as_str(), it.body.as_str())).collect();
        assert_eq!(bodies, [("1", r#"{"detail":{}}"#), ("2", "x")]);
    }

    #[test]
    fn records_of_cloudtrail_are_no_batch() {
        let payload = r#"{"Records":[{"eventSource":"sqs.amazonaws.com","eventName":"CreateQueue"}]}"#;
        let received = Received::of(payload);
        assert!(!received.from_queue);
        assert_eq!(received.messages.len(), 1);
        assert_eq!(received.messages[0].body, payload);
    }

    #[test]
    fn own_events_are_known() {
        assert!(is_own(r#"{"source":"tattletrail","detail-type":"Tattletrail Finding","detail":{}}"#));
        assert!(!is_own(
            r#"{"source":"aws.ec2","detail-type":"AWS API Call via CloudTrail","detail":{"x":"tattletrail"}}"#
        ));
    }
}
