//! Spans by name. A span is at level INFO, and so is always there; whether its trace is sent is another matter.

use tracing::{Span, error_span, field, info_span};

use crate::names::span;

/// One invocation. What is not known yet is recorded later. It is of the gravest level, so that it is there whatever is
/// logged.
pub fn invocation(request_id: &str, cold_start: bool) -> Span {
    error_span!(
        span::INVOCATION,
        requestId = request_id,
        cold_start,
        traceId = field::Empty,
        xray_trace_id = field::Empty,
        error.type = field::Empty,
        otel.status_code = field::Empty,
    )
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
        correlation_id = said.correlation_id,
        made_in_trace_id = said.made_in,
    )
}
