//! What functions are given: one record in each of the forms in which it comes.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::harness::servers::ACCOUNT;

/// A change of a security group's rule for SSH from anywhere, in this minute.
pub(super) fn record(number: u32, minute: u32, action: &str) -> Value {
    json!({
        "eventVersion": "1.09", "eventSource": "ec2.amazonaws.com", "eventName": action, "awsRegion": "us-east-1",
        "eventID": format!("0a1b2c3d-0000-4000-8000-{number:012}"), "eventType": "AwsApiCall",
        "eventTime": format!("2026-11-20T10:{minute:02}:00Z"), "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/alice"), "accountId": ACCOUNT},
        "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.31.0",
        "requestParameters": {"groupId": "sg-0a1b2c3d4e5f60718", "ipPermissions": {"items": [{"ipProtocol": "tcp",
            "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}},
    })
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
    let event = json!({"version": "0", "id": "1", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2",
        "account": ACCOUNT, "region": "us-east-1", "detail": record});
    event.to_string().into_bytes()
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

/// A file as CloudTrail compresses it.
pub(super) fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Bytes in letters.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * place)) as usize & 63];
            text.push(if place > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    text
}
