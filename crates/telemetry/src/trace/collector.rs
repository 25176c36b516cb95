//! Spans until their trace is over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::trace::{Span as _, TraceContextExt as _};
use opentelemetry::{Context, TraceId};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use super::Finished;
use crate::names;

/// The most spans of one trace that are kept. A trail file with a finding in each of its records stays below.
pub const MOST_SPANS: usize = 20_000;

/// Keeps the spans of each trace until somebody takes them. A copy is the same one.
#[derive(Debug, Clone, Default)]
pub struct Collector {
    traces: Arc<Mutex<HashMap<TraceId, Kept>>>,
}

/// What is kept of one trace.
#[derive(Debug, Default)]
struct Kept {
    spans: Vec<SpanData>,
    dropped: usize,
    /// It is sent whatever Lambda says.
    keep: bool,
}

impl Collector {
    /// Says that a trace is sent.
    pub fn keep(&self, trace: TraceId) {
        self.traces().entry(trace).or_default().keep = true;
    }

    /// True where a trace is sent, as far as is known now.
    pub fn is_kept(&self, trace: TraceId) -> bool {
        self.traces().get(&trace).is_some_and(|kept| kept.keep)
    }

    /// What is to be sent of a trace that is over; `None` where that is nothing.
    pub fn take(&self, trace: TraceId) -> Option<Finished> {
        let kept = self.traces().remove(&trace)?;
        kept.keep.then_some(Finished { spans: kept.spans, dropped: kept.dropped })
    }

    fn traces(&self) -> MutexGuard<'_, HashMap<TraceId, Kept>> {
        self.traces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpanProcessor for Collector {
    /// A trace begins with a span whose parent is elsewhere. Spans of no trace that began, or that was taken, are late: nobody
    /// would ever take them.
    fn on_start(&self, span: &mut Span, context: &Context) {
        let parent = context.span().span_context().clone();
        if !parent.is_valid() || parent.is_remote() {
            self.traces().entry(span.span_context().trace_id()).or_default();
        }
    }

    fn on_end(&self, span: SpanData) {
        let mut traces = self.traces();
        let Some(kept) = traces.get_mut(&span.span_context.trace_id()) else { return };
        kept.keep |= span.name == names::span::FINDING;
        if kept.spans.len() < MOST_SPANS {
            kept.spans.push(span);
        } else {
            kept.dropped += 1;
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
