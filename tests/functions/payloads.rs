//! What functions are given: one record in each of the forms in which it comes.

use serde_json::{Value, json};

use crate::harness::base64::{base64, gzip};
use crate::harness::deployment::{event_of, ssh_record};
use crate::harness::servers::ACCOUNT;

/// A change of one security group's rule for SSH from anywhere, in this minute.
pub(super) fn record(number: u32, minute: u32, action: &str) -> Value {
    let mut record = ssh_record(number, minute, action);
    record["requestParameters"]["groupId"] = "sg-0a1b2c3d4e5f60718".into();
    record
}

/// SSH is opened to everybody.
pub(super) fn opened() -> Value {
    record(1, 0, "AuthorizeSecurityGroupIngress")
}

/// Ten minutes after [`opened`] it is closed again.
pub(super) fn closed() -> Value {
    record(2, 10, "RevokeSecurityGroupIngress")
}

/// SSH is opened in so many security groups.
pub(super) fn opened_in(groups: u32) -> Vec<Value> {
    let one = |number: u32| {
        let mut record = record(number, number % 60, "AuthorizeSecurityGroupIngress");
        record["requestParameters"]["groupId"] = format!("sg-{number:017x}").into();
        record
    };
    (1..=groups).map(one).collect()
}

/// A record as EventBridge brings it.
pub(super) fn event(record: &Value) -> Vec<u8> {
    event_of(record).into_bytes()
}

/// Messages of a queue; each is named by its place.
pub(super) fn batch(bodies: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let message = |(at, body): (usize, Vec<u8>)| json!({"messageId": at.to_string(), "eventSource": "aws:sqs", "body": String::from_utf8(body).unwrap()});
    let messages: Vec<_> = bodies.into_iter().enumerate().map(message).collect();
    json!({ "Records": messages }).to_string().into_bytes()
}

/// What CloudWatch Logs sends of these records.
pub(super) fn subscription(records: &[Value]) -> Vec<u8> {
    let events: Vec<_> =
        records.iter().map(|it| json!({"id": "1", "timestamp": 1, "message": it.to_string()})).collect();
    let message = json!({"messageType": "DATA_MESSAGE", "owner": ACCOUNT, "logGroup": "trail", "logStream": "s",
        "subscriptionFilters": ["f"], "logEvents": events});
    json!({"awslogs": {"data": base64(&gzip(&message.to_string()))}}).to_string().into_bytes()
}
