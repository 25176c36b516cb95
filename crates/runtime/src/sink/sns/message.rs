//! A parcel as an entry of `PublishBatch`.

use std::collections::BTreeMap;
use std::fmt::Write;

use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tattletrail_engine::render::alert::{Alert, LISTS};
use tattletrail_engine::render::text;

use super::super::courier::Entry;
use crate::parcel::Parcel;

/// One message, and all messages of a batch: 256 KB with their attributes.
pub(super) const MOST_BYTES: usize = 262_144;

/// What the parts of an entry that are no part of the message may count for at most: its ids.
const ENTRY_BYTES: usize = 512;

/// What says that a text was cut.
const CUT: &str = "\n[cut: the message was too long]\n";

/// One message.
#[derive(Debug, Clone)]
pub(in crate::sink) struct Message {
    subject: String,
    body: String,
    attributes: BTreeMap<String, String>,
    group: Option<Group>,
}

/// What a FIFO topic wants of a message.
#[derive(Debug, Clone)]
struct Group {
    id: String,
    deduplication: String,
}

/// The alert of a parcel as an entry; a reason where it cannot be one.
pub(super) fn entry(parcel: &Parcel, is_fifo: bool) -> Option<Result<Entry<Message>, String>> {
    let alert = parcel.alert.as_ref()?;
    let besides = ENTRY_BYTES + alert.subject.len() + attribute_bytes(&alert.attributes);
    let Some(body) = fitting(alert, MOST_BYTES.saturating_sub(besides)) else {
        return Some(Err("larger than a message may be".to_owned()));
    };
    let bytes = besides + body.len();
    let message = Message {
        subject: alert.subject.clone(),
        body,
        attributes: alert.attributes.clone(),
        group: is_fifo.then(|| group(parcel, alert)),
    };
    Some(Ok(Entry { finding: parcel.finding.clone(), bytes, body: message }))
}

impl Message {
    /// The message as the entry at this place of a batch.
    pub(super) fn request(&self, at: usize) -> Result<PublishBatchRequestEntry, BuildError> {
        let mut request = PublishBatchRequestEntry::builder()
            .id(at.to_string())
            .subject(&self.subject)
            .message(&self.body)
            .message_structure("json")
            .set_message_group_id(self.group.as_ref().map(|group| group.id.clone()))
            .set_message_deduplication_id(self.group.as_ref().map(|group| group.deduplication.clone()));
        for (name, value) in &self.attributes {
            let attribute = MessageAttributeValue::builder()
                .data_type(data_type(name, value))
                .string_value(value)
                .build()?;
            request = request.message_attributes(name, attribute);
        }
        request.build()
    }
}

/// A parcel that waits in the ledger since an earlier version may have one word where there is a list now.
fn data_type(name: &str, value: &str) -> &'static str {
    let is_list = LISTS.contains(&name) && serde_json::from_str::<Vec<String>>(value).is_ok();
    if is_list { "String.Array" } else { "String" }
}

fn attribute_bytes(attributes: &BTreeMap<String, String>) -> usize {
    attributes.iter().map(|(name, value)| name.len() + data_type(name, value).len() + value.len()).sum()
}

/// The body within so many bytes: first the text is cut, then the JSON but for its ids.
fn fitting(alert: &Alert, most: usize) -> Option<String> {
    let whole = body(&alert.json, &alert.text);
    if whole.len() <= most {
        return Some(whole);
    }
    // A character of the text counts for one byte of the body at least.
    let over = whole.len() - most + CUT.len();
    let kept = cut(&alert.text, alert.text.len().saturating_sub(over));
    let shorter = body(&alert.json, &format!("{kept}{CUT}"));
    if shorter.len() <= most {
        return Some(shorter);
    }
    let shortest = body(&ids(&alert.json), &format!("{}{CUT}", alert.subject));
    Some(shortest).filter(|shortest| shortest.len() <= most)
}

fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}

/// `MessageStructure` `json`: mail gets the text, every other protocol the JSON.
fn body(json: &Value, text: &str) -> String {
    // What XML cannot carry, SNS does not take: JSON can say it with its digits.
    let json =
        text::escape_json(json.to_string()).replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff");
    json!({"default": json, "email": text}).to_string()
}

/// What identifies a finding, its record and its trace.
fn ids(json: &Value) -> Value {
    const KEYS: [&str; 10] = [
        "schema",
        "finding_id",
        "status",
        "level",
        "account",
        "region",
        "open_seconds",
        "correlation_id",
        "trace_id",
        "trace_url",
    ];
    let mut kept = json!({"cut": true});
    let own = KEYS.iter().map(|key| (*key, json.get(key)));
    let nested = [("rule_id", json.pointer("/rule/id")), ("event_id", json.pointer("/event/id"))];
    for (key, value) in own.chain(nested) {
        if let (Some(members), Some(value)) = (kept.as_object_mut(), value) {
            members.insert(key.to_owned(), value.clone());
        }
    }
    kept
}

/// The order of an account's messages is kept; a redelivery within five minutes is the same message.
fn group(parcel: &Parcel, alert: &Alert) -> Group {
    let account = parcel.facts.account.as_str();
    let is_plain =
        !account.is_empty() && account.len() <= 128 && account.bytes().all(|b| b.is_ascii_alphanumeric());
    let event = alert.json.pointer("/event/id").and_then(Value::as_str).unwrap_or_default();
    let parts = [parcel.finding.as_str(), parcel.facts.status.as_str(), event];
    let digest = Sha256::digest(parts.join("\0"));
    Group {
        id: if is_plain { account.to_owned() } else { "unknown".to_owned() },
        deduplication: hexadecimal(&digest),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    text
}
