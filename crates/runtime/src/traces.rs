//! The trace of each invocation: begun under Lambda's, and sent when the work is done.
//!
//! Sending takes at most [`BUDGET`], whatever the other side does, and never the time in which Lambda must have its answer.
//! What is not sent is counted.

// Where traces go, as the environment says.
mod places;

// An OTLP endpoint, its key read when it is first needed.
mod endpoint;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lambda_runtime::Context;
use opentelemetry::TraceId;
use opentelemetry::trace::TraceContextExt as _;
use tattletrail_telemetry::trace::{self, Collector, Finished, Parent, spans, xray_id};
use tattletrail_telemetry::xray::{BURST, Daemon, Documents};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::deadline::Deadline;
use endpoint::LateEndpoint;
pub use places::{Places, PlacesError};

/// What sending a trace may add to an invocation. Documented in `docs/observability.md`.
pub const BUDGET: Duration = Duration::from_millis(500);

/// How long the daemon is given to look at what it got.
const BREATH: Duration = Duration::from_millis(1);

/// The traces of a function.
#[derive(Debug)]
pub struct Traces {
    collector: Collector,
    documents: Documents,
    daemon: Option<Daemon>,
    endpoint: Option<LateEndpoint>,
    warm: AtomicBool,
}

/// One invocation, traced.
#[derive(Debug)]
pub struct Run {
    /// Everything happens within it.
    pub span: Span,
    /// Where it hangs, as a context that other code finds its trace by.
    pub parent: Parent,
}

impl Traces {
    /// Traces to these places; nothing is sent yet.
    pub fn new(collector: Collector, documents: Documents, places: Places) -> Self {
        let Places { daemon, endpoint } = places;
        Self { collector, documents, daemon, endpoint, warm: AtomicBool::new(false) }
    }

    /// Begins the trace of an invocation.
    pub fn begin(&self, context: &Context) -> Run {
        let cold = !self.warm.swap(true, Ordering::Relaxed);
        let parent = Parent::of(context.xray_trace_id.as_deref());
        let span = spans::invocation(&context.request_id, cold);
        // Fails only where there is no layer for spans: then there is nothing to hang up.
        drop(span.set_parent(parent.context()));
        let trace = span.context().span().span_context().trace_id();
        if parent.is_sampled() {
            self.collector.keep(trace);
        }
        if trace != TraceId::INVALID {
            span.record("traceId", trace.to_string());
            span.record("xray_trace_id", xray_id(trace));
        }
        Run { span, parent }
    }

    /// Ends the trace of an invocation and sends what is to be sent. The number of spans that were not.
    pub async fn end(&self, run: Run, until: Deadline) -> usize {
        let trace = run.span.context().span().span_context().trace_id();
        drop(run);
        match self.collector.take(trace) {
            Some(finished) => self.send(&finished, until).await,
            None => 0,
        }
    }

    async fn send(&self, finished: &Finished, until: Deadline) -> usize {
        let budget = BUDGET.min(until.left());
        let begun = tokio::time::Instant::now();
        let to_daemon = self.to_daemon(finished);
        let sent = tokio::time::timeout(budget, to_daemon).await;
        let lost = sent.unwrap_or(finished.spans.len());
        let left = budget.saturating_sub(begun.elapsed());
        let not_told = match &self.endpoint {
            Some(endpoint) => endpoint.send(&finished.spans, left).await,
            None => 0,
        };
        finished.dropped + lost.max(not_told)
    }

    /// A document at a time, with a pause now and then.
    async fn to_daemon(&self, finished: &Finished) -> usize {
        let Some(daemon) = &self.daemon else { return 0 };
        let mut lost = 0;
        for (number, document) in self.documents.of(finished).iter().enumerate() {
            if number > 0 && number % BURST == 0 {
                tokio::time::sleep(BREATH).await;
            }
            lost += usize::from(daemon.send(document).is_err());
        }
        lost
    }
}

/// The trace that is now at work, as W3C writes it.
pub fn current() -> Option<String> {
    trace::current().map(|trace| trace.to_string())
}
