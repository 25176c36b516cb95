//! Records found in whatever is wrapped around them.
//!
//! What CloudTrail writes reaches people in many wrappers: EventBridge's envelope, the text of a log event, a queue
//! entry, the line of an export. They are told apart by their members, and unwrapped to a small depth.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Item;
use super::inflate::inflate;
use super::nature::{Nature, fingerprint};
use super::peek::{BOOKKEEPING, LIST_KEYS};
use super::reason::{Place, RejectReason, Rejected, SkipReason};
use crate::json::{Document, Kind, Node};
use crate::limits::{EVIDENCE_FIELDS, MAX_ENVELOPES, MAX_PAYLOAD_BYTES};
use crate::record::CloudTrailRecord;

/// Members that hold a record or an envelope as an object: EventBridge; `awslogs` is handled apart; SNS in its Lambda
/// form; exports of log stores.
const OBJECT_KEYS: [&str; 8] =
    ["detail", "Sns", "event", "envelope", "record", "_source", "result", "responsePayload"];

/// Members that hold a record or an envelope as text: `lookup-events`; a log event; SNS; SQS; exports of log stores.
const TEXT_KEYS: [&str; 6] = ["CloudTrailEvent", "message", "Message", "body", "@message", "_raw"];

/// The beginning of the text that CloudWatch Logs sends to check a subscription.
const CONTROL_TEXT: &str = "CWL CONTROL MESSAGE";

type Sink<'s> = &'s mut dyn FnMut(Item);

/// Hands every record in `text` (one JSON value) to `sink`; what holds none is refused with a reason.
pub(super) fn unwrap(text: &[u8], place: Place, sink: Sink<'_>) {
    unwrap_text(text, place, 0, sink);
}

fn unwrap_text(text: &[u8], place: Place, depth: u8, sink: Sink<'_>) {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(_) if std::str::from_utf8(text).is_err() => return refuse(RejectReason::NotUtf8, place, sink),
        Err(error) => return refuse(RejectReason::NotJson(error.to_string()), place, sink),
    };
    match Nature::of(document.root()) {
        Nature::Record { comparable } => emit(document, fingerprint(comparable, text), sink),
        _ => unwrap_node(document.root(), place, depth, sink),
    }
}

fn emit(document: Document, fingerprint: u64, sink: Sink<'_>) {
    sink(Item::Record(CloudTrailRecord::new(document, fingerprint)));
}

fn refuse(reason: RejectReason, place: Place, sink: Sink<'_>) {
    sink(Item::Rejected(Rejected { place, reason }));
}

fn unwrap_node(node: Node<'_>, place: Place, depth: u8, sink: Sink<'_>) {
    if depth > MAX_ENVELOPES {
        return refuse(RejectReason::TooManyEnvelopes, place, sink);
    }
    match node.kind() {
        Kind::Array => node.items().for_each(|item| unwrap_node(item, place, depth + 1, sink)),
        Kind::Object => match Nature::of(node) {
            Nature::Record { comparable } => {
                let fingerprint = fingerprint(comparable, node.to_compact_json().as_bytes());
                emit(node.to_document(), fingerprint, sink);
            }
            Nature::Insight => sink(Item::Skipped(SkipReason::Insight)),
            Nature::Notification => refuse(RejectReason::Notification, place, sink),
            Nature::Other => unwrap_object(node, place, depth, sink),
        },
        Kind::String => {
            unwrap_message(node.as_str().unwrap_or_default(), "the list", place, depth, sink);
        }
        other => refuse(RejectReason::NotARecord(other.name().to_owned()), place, sink),
    }
}

fn unwrap_object(node: Node<'_>, place: Place, depth: u8, sink: Sink<'_>) {
    if node.get("digestS3Object").is_some() || node.get("digestStartTime").is_some() {
        return sink(Item::Skipped(SkipReason::Digest));
    }
    if node.get("messageType").and_then(Node::as_str) == Some("CONTROL_MESSAGE") {
        return sink(Item::Skipped(SkipReason::ControlMessage));
    }
    if let Some(data) = node.at(&["awslogs", "data"]).and_then(Node::as_str) {
        return unwrap_payload(data, place, depth, sink);
    }
    if LIST_KEYS.iter().any(|key| node.get(key).is_some_and(|list| list.kind() == Kind::Array)) {
        return unwrap_frame(node, place, depth, sink);
    }
    if let Some(inner) =
        OBJECT_KEYS.iter().find_map(|key| node.get(key).filter(|inner| inner.kind() == Kind::Object))
    {
        return unwrap_node(inner, place, depth + 1, sink);
    }
    for key in TEXT_KEYS {
        if let Some(message) = node.get(key).and_then(Node::as_str) {
            return unwrap_message(message, key, place, depth, sink);
        }
    }
    refuse(RejectReason::NotARecord(describe(node)), place, sink);
}

/// The frame of a list: whatever else it holds counts too, but for the bookkeeping of the output's maker.
fn unwrap_frame(frame: Node<'_>, place: Place, depth: u8, sink: Sink<'_>) {
    for (_, value) in frame.members().filter(|(key, _)| !BOOKKEEPING.contains(key)) {
        match value.kind() {
            Kind::Array => value.items().for_each(|item| unwrap_node(item, place, depth + 1, sink)),
            Kind::Object => unwrap_node(value, place, depth + 1, sink),
            _ => {}
        }
    }
}

/// A text inside an envelope: a record, an envelope again, or a log line of something else.
fn unwrap_message(message: &str, key: &'static str, place: Place, depth: u8, sink: Sink<'_>) {
    if message.starts_with(CONTROL_TEXT) {
        return sink(Item::Skipped(SkipReason::ControlMessage));
    }
    if depth >= MAX_ENVELOPES {
        return refuse(RejectReason::TooManyEnvelopes, place, sink);
    }
    unwrap_bounded(message.as_bytes(), place, depth + 1, &mut |item| match item {
        // A log line may begin with a bracket and be no JSON: `[ERROR] ...`.
        Item::Rejected(Rejected { reason: RejectReason::NotJson(_), place }) => {
            sink(Item::Rejected(Rejected { place, reason: RejectReason::NotARecordMessage(key) }));
        }
        other => sink(other),
    });
}

/// `awslogs.data`: base64 of gzip of JSON.
fn unwrap_payload(data: &str, place: Place, depth: u8, sink: Sink<'_>) {
    let compressed = match BASE64.decode(data) {
        Ok(compressed) => compressed,
        Err(error) => return refuse(RejectReason::BadPayload(error.to_string().to_lowercase()), place, sink),
    };
    match inflate(&compressed, MAX_PAYLOAD_BYTES) {
        Ok(text) => unwrap_bounded(&text, place, depth + 1, sink),
        Err(error) => refuse(RejectReason::BadPayload(error.to_string()), place, sink),
    }
}

/// Text that did not come through the splitter has not had its nesting looked at.
fn unwrap_bounded(text: &[u8], place: Place, depth: u8, sink: Sink<'_>) {
    let deepest = super::extent::depth_of(text);
    if deepest > crate::limits::MAX_DEPTH {
        return refuse(RejectReason::TooDeep { depth: deepest }, place, sink);
    }
    unwrap_text(text, place, depth, sink);
}

/// The member names of an object, for the message: they are foreign, so they are cut and only letters are shown.
fn describe(node: Node<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in node.members().take(EVIDENCE_FIELDS.min(6)) {
        let shown: String = name.chars().filter(|c| c.is_ascii_graphic() && *c != '`').take(32).collect();
        names.push(format!("`{shown}`"));
    }
    if names.is_empty() {
        "an empty object".to_owned()
    } else {
        format!("an object with {}", names.join(", "))
    }
}
