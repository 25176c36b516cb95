//! Spans by name. A span is at level INFO, and so is always there; whether its trace is sent is another matter.

use tracing::{Span, field, info_span};

use crate::names::span;

/// One invocation. What is not known yet is recorded later.
pub fn invocation(request_id: &str, cold_start: bool) -> Span {
    info_span!(
        span::INVOCATION,
        requestId = request_id,
        cold_start,
        traceId = field::Empty,
        xray_trace_id = field::Empty,
        records = field::Empty,
        matched = field::Empty,
        rejected = field::Empty,
        error.type = field::Empty,
        otel.status_code = field::Empty,
    )
}

/// One delivery to a sink: all calls for one set of findings.
pub fn deliver(sink: &str, findings: usize) -> Span {
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
    info_span!(span::LEDGER, records, otel.status_code = field::Empty)
}
