//! Spans by name. A span is at level INFO, and so is always there; whether its trace is sent is another matter.

use std::time::SystemTime;

use opentelemetry::trace::{Span as _, SpanBuilder, Status, Tracer as _};
use opentelemetry::{Context, KeyValue};
use tracing::{Span, error_span, field, info_span};

use crate::names::{self, span};

/// One invocation. What is not known yet is recorded later. It is of the gravest level, so that it is there whatever is
/// logged.
pub fn invocation(request_id: &str, cold_start: bool) -> Span {
    error_span!(
        span::INVOCATION,
        requestId = request_id,
        cold_start,
        traceId = field::Empty,
        xray_trace_id = field::Empty,
        rules_hash = field::Empty,
        error.type = field::Empty,
        otel.status_code = field::Empty,
    )
}

/// The current invocation works with the rules of this hash.
pub fn rules(hash: &str) {
    Span::current().record(names::field::RULES_HASH, hash);
}

/// One run of the command. What it came to is recorded at its end.
pub fn scan() -> Span {
    error_span!(
        span::SCAN,
        files = field::Empty,
        bytes = field::Empty,
        records = field::Empty,
        matched = field::Empty,
        rejected = field::Empty,
        findings = field::Empty,
        otel.status_code = field::Empty,
    )
}

/// What is said of a file of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it: `names::field`")]
pub struct FileSaid {
    pub path: String,
    pub begin: SystemTime,
    pub end: SystemTime,
    pub bytes: u64,
    pub records: u64,
    pub rejected: u64,
    /// What is wrong with it, where it could not be read in full.
    pub why: Option<String>,
}

/// One file of a scan, read: a span under the current one, which is over already.
pub fn file(said: FileSaid) {
    let count = |name, count: u64| KeyValue::new(name, i64::try_from(count).unwrap_or(i64::MAX));
    let mut attributes = vec![
        KeyValue::new(names::field::PATH, said.path),
        count(names::field::BYTES, said.bytes),
        count(names::field::RECORDS, said.records),
        count(names::field::REJECTED, said.rejected),
    ];
    let is_whole = said.why.is_none();
    attributes.extend(said.why.map(|why| KeyValue::new(names::field::WHY, why)));
    let builder = SpanBuilder::from_name(span::FILE).with_start_time(said.begin).with_attributes(attributes);
    let tracer = opentelemetry::global::tracer(super::SCOPE);
    let mut span = tracer.build_with_context(builder, &Context::current());
    if !is_whole {
        span.set_status(Status::error(""));
    }
    span.end_with_timestamp(said.end);
}

/// One delivery to a sink: all calls for one set of findings.
pub fn deliver(sink: &str, findings: usize) -> Span {
    let findings = number(findings);
    info_span!(
        span::DELIVER,
        sink,
        findings,
        taken = field::Empty,
        refused = field::Empty,
        failed = field::Empty,
        otel.status_code = field::Empty,
    )
}

/// What a group of records comes to, read from and written to the ledger.
pub fn ledger(records: usize) -> Span {
    let records = number(records);
    info_span!(span::LEDGER, records, otel.status_code = field::Empty)
}

/// A count as OpenTelemetry has numbers: what `tracing` knows as unsigned becomes text there.
#[must_use]
pub fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What is said of a finding.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the names say it: `names::field`")]
pub struct FindingSaid<'a> {
    pub finding_id: &'a str,
    pub rule_id: &'a str,
    pub rule_hash: Option<&'a str>,
    pub technique: Option<&'a str>,
    pub severity: &'a str,
    pub status: &'a str,
    pub event_id: Option<&'a str>,
    pub application: Option<&'a str>,
    pub vectors: Option<&'a str>,
    pub correlation_id: Option<&'a str>,
    /// The trace that it was made in, where that is another.
    pub made_in: Option<&'a str>,
}

/// One finding, from the ledger to the last sink. Its trace is sent, whatever Lambda says.
pub fn finding(said: &FindingSaid<'_>) -> Span {
    super::keep_current();
    info_span!(
        span::FINDING,
        finding_id = said.finding_id,
        rule_id = said.rule_id,
        rule_hash = said.rule_hash,
        technique = said.technique,
        severity = said.severity,
        status = said.status,
        event_id = said.event_id,
        application = said.application,
        vectors = said.vectors,
        correlation_id = said.correlation_id,
        made_in_trace_id = said.made_in,
    )
}
