//! Spans as X-Ray's documents.
//!
//! A span under Lambda's segment is a subsegment; the first span of a trace of our own is a segment, and those under it are
//! subsegments. Source: X-Ray developer guide, "X-Ray segment documents".

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{SpanId, Status};
use opentelemetry::{Array, KeyValue, Value as Attribute};
use opentelemetry_sdk::trace::SpanData;
use serde_json::{Map, Value, json};

use crate::names::{self, ANNOTATIONS, INDEXED_FINDINGS, field};
use crate::trace::{Finished, xray_id};

/// A document may have 64 KB; the header line goes with it.
pub const MOST_BYTES: usize = 63 * 1024;

/// "A logical name ... up to 200 characters".
const MOST_NAME: usize = 200;

/// "Annotation values: up to 1,000 characters" are taken, 250 are a field's.
const MOST_ANNOTATION: usize = 250;

/// What is said of a span beside its annotations.
const MOST_METADATA: usize = 1_000;

/// Who sends.
#[derive(Debug, Clone)]
pub struct Documents {
    /// The function: the name of a segment of its own.
    pub service: String,
    /// Its version.
    pub version: String,
}

impl Documents {
    /// A document for each span, in the order of their beginnings, so that a parent comes before its children.
    pub fn of(&self, trace: &Finished) -> Vec<Vec<u8>> {
        let mut spans: Vec<_> = trace.spans.iter().collect();
        spans.sort_by_key(|span| span.start_time);
        let mut findings = spans.iter().filter(|span| span.name == names::span::FINDING);
        let indexed: HashSet<SpanId> =
            findings.by_ref().take(INDEXED_FINDINGS).map(|span| span.span_context.span_id()).collect();
        spans.into_iter().map(|span| self.document(span, &indexed)).collect()
    }

    fn document(&self, span: &SpanData, indexed: &HashSet<SpanId>) -> Vec<u8> {
        let mut document = self.frame(span);
        let is_indexed = indexed.contains(&span.span_context.span_id());
        let (annotations, mut metadata) = said(span, is_indexed);
        if !span.links.links.is_empty() || span.dropped_attributes_count > 0 {
            metadata.insert("dropped_attributes".to_owned(), span.dropped_attributes_count.into());
        }
        if !annotations.is_empty() {
            document.insert("annotations".to_owned(), annotations.into());
        }
        let without = document.clone();
        if !metadata.is_empty() {
            document.insert("metadata".to_owned(), json!({ "tattletrail": metadata }));
        }
        let bytes = Value::from(document).to_string().into_bytes();
        if bytes.len() <= MOST_BYTES { bytes } else { Value::from(without).to_string().into_bytes() }
    }

    /// What every document has.
    fn frame(&self, span: &SpanData) -> Map<String, Value> {
        let mut frame = Map::new();
        let mut set = |key: &str, value: Value| frame.insert(key.to_owned(), value);
        let is_segment = span.parent_span_id == SpanId::INVALID;
        set("name", name(if is_segment { &self.service } else { name_of(span) }).into());
        set("id", span.span_context.span_id().to_string().into());
        set("trace_id", xray_id(span.span_context.trace_id()).into());
        set("start_time", seconds(span.start_time));
        set("end_time", seconds(span.end_time.max(span.start_time)));
        let mut aws = json!({"xray": {"sdk": "tattletrail", "sdk_version": self.version}});
        if is_segment {
            set("origin", "AWS::Lambda::Function".into());
            set("service", json!({"version": self.version}));
        } else {
            set("type", "subsegment".into());
            set("parent_id", span.parent_span_id.to_string().into());
        }
        if let Some(operation) = text(span, field::OPERATION) {
            set("namespace", "aws".into());
            let members = [("operation", Some(operation)), ("region", text(span, field::REGION))];
            let id = [("request_id", text(span, field::AWS_REQUEST_ID))];
            for (key, value) in members.into_iter().chain(id) {
                if let (Some(value), Some(aws)) = (value, aws.as_object_mut()) {
                    aws.insert(key.to_owned(), cut(&value, MOST_ANNOTATION).into());
                }
            }
        }
        set("aws", aws);
        fault(span, &mut frame);
        frame
    }
}

/// A span's name in a document: of a call, the service's.
fn name_of(span: &SpanData) -> &str {
    let service = span.attributes.iter().find(|attribute| attribute.key.as_str() == field::AWS_SERVICE);
    match service.map(|attribute| &attribute.value) {
        Some(Attribute::String(service)) => service.as_str(),
        _ => &span.name,
    }
}

/// Whether and how it went wrong.
fn fault(span: &SpanData, frame: &mut Map<String, Value>) {
    let status = span.attributes.iter().find(|attribute| attribute.key.as_str() == field::HTTP_STATUS);
    if let Some(Attribute::I64(status)) = status.map(|attribute| &attribute.value) {
        frame.insert("http".to_owned(), json!({"response": {"status": status}}));
        if *status == 429 {
            frame.insert("throttle".to_owned(), true.into());
        }
        if (400..500).contains(status) {
            frame.insert("error".to_owned(), true.into());
            return;
        }
    }
    let Status::Error { description } = &span.status else { return };
    frame.insert("fault".to_owned(), true.into());
    let kind = text(span, field::ERROR_TYPE).unwrap_or_else(|| "error".to_owned());
    let exception = json!({
        "id": span.span_context.span_id().to_string(),
        "type": cut(&kind, MOST_ANNOTATION),
        "message": cut(description, MOST_ANNOTATION),
    });
    frame.insert("cause".to_owned(), json!({"exceptions": [exception]}));
}

/// What a span says, apart: what X-Ray indexes, and the rest.
fn said(span: &SpanData, is_indexed: bool) -> (Map<String, Value>, Map<String, Value>) {
    let (mut annotations, mut metadata) = (Map::new(), Map::new());
    for KeyValue { key, value, .. } in &span.attributes {
        let key = key.as_str();
        if is_indexed && ANNOTATIONS.contains(&key) {
            annotations.insert(key.to_owned(), json_of(value, MOST_ANNOTATION));
        } else {
            metadata.insert(key.to_owned(), json_of(value, MOST_METADATA));
        }
    }
    (annotations, metadata)
}

fn text(span: &SpanData, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == key)?;
    Some(found.value.as_str().into_owned())
}

fn json_of(value: &Attribute, most: usize) -> Value {
    match value {
        Attribute::Bool(value) => (*value).into(),
        Attribute::I64(value) => (*value).into(),
        Attribute::F64(value) => (*value).into(),
        Attribute::String(value) => cut(value.as_str(), most).into(),
        Attribute::Array(Array::String(values)) => {
            values.iter().take(50).map(|value| Value::from(cut(value.as_str(), most))).collect()
        }
        other => cut(&other.as_str(), most).into(),
    }
}

/// "Letters, numbers and whitespace, and the symbols `_ . : / % & # = + \ - @`".
fn name(text: &str) -> String {
    let allowed =
        |letter: char| letter.is_alphanumeric() || letter.is_whitespace() || "_.:/%&#=+\\-@".contains(letter);
    text.chars().take(MOST_NAME).map(|letter| if allowed(letter) { letter } else { '_' }).collect()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Seconds since 1970, to the microsecond: what X-Ray keeps.
fn seconds(time: SystemTime) -> Value {
    let micros = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    let micros = u64::try_from(micros).unwrap_or(u64::MAX);
    #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 have 51 bits")]
    let seconds = micros as f64 / 1_000_000.0;
    seconds.into()
}

#[cfg(test)]
mod tests;
