//! The trace of each invocation: begun under Lambda's, and sent when the work is done.
//!
//! Sending takes at most [`BUDGET`], whatever the other side does, and never the time in which Lambda must have its answer.
//! What is not sent is counted.

// Where traces go, as the environment says.
mod places;

// An OTLP endpoint, its key read when it is first needed.
mod endpoint;

use std::time::Duration;

use opentelemetry::TraceId;
use opentelemetry::trace::TraceContextExt as _;
use tattletrail_telemetry::trace::{Collector, Finished, Parent};
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
}

impl Traces {
    /// Traces to these places; nothing is sent yet.
    pub fn new(collector: Collector, documents: Documents, places: Places) -> Self {
        let Places { daemon, endpoint } = places;
        Self { collector, documents, daemon, endpoint }
    }

    /// Begins the trace of an invocation.
    pub fn begin(&self, span: &Span, header: Option<&str>) -> TraceId {
        let parent = Parent::of(header);
        // Fails only where there is no layer for spans: then there is nothing to hang up.
        drop(span.set_parent(parent.context()));
        let trace = span.context().span().span_context().trace_id();
        if parent.is_sampled() {
            self.collector.keep(trace);
        }
        trace
    }

    /// True where X-Ray is told.
    pub fn has_daemon(&self) -> bool {
        self.daemon.is_some()
    }

    /// Sends what is to be sent of a trace whose spans have ended. The number of spans that were not.
    pub async fn end(&self, trace: TraceId, until: Deadline) -> usize {
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
            Some(endpoint) => endpoint.send(&finished.spans, left, until).await,
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
