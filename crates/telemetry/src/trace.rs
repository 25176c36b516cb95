//! One trace of one invocation: where it hangs, what is kept of it, and who is told.
//!
//! ```text
//! header of the invocation -> Parent -> spans (tracing + OpenTelemetry) -> Collector -> kept? -> X-Ray, OTLP
//! ```
//!
//! All spans are collected in memory until the invocation is over. Then they are sent if Lambda's trace is sampled, or if
//! there is a finding among them: a finding always has a trace. Where Lambda's is not sampled that is a trace of its own,
//! with a segment of its own, since nobody else writes the segment that it would hang under.

// The header that X-Ray's traces travel in.
mod header;

// Spans until their trace is over.
mod collector;

// Work that is spread over many small pieces, as one span.
mod stage;

// Spans by name.
pub mod spans;

use std::sync::OnceLock;

use opentelemetry::trace::{SpanContext, TraceContextExt as _, TracerProvider as _};
use opentelemetry::{Context, TraceId};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanData};
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

pub use collector::{Collector, MOST_SPANS};
pub use header::{Header, xray_id};
pub use stage::{Stage, Stages};

/// What makes spans.
const SCOPE: &str = "tattletrail";

/// Where spans are kept in this process. There is one, as there is one subscriber of `tracing`.
static COLLECTOR: OnceLock<Collector> = OnceLock::new();

/// Starts to collect spans: the layer makes them of what `tracing` says, the collector has them.
///
/// Only our own spans become part of a trace, and no events: an event is a line in the log, which knows what may be said.
pub fn start<S>(resource: Resource) -> (impl Layer<S>, Collector)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let collector = COLLECTOR.get_or_init(Collector::default);
    let provider = SdkTracerProvider::builder()
        .with_resource(resource)
        // Whether a trace is sent is known when it is over.
        .with_sampler(Sampler::AlwaysOn)
        .with_span_processor(collector.clone())
        .build();
    let tracer = provider.tracer(SCOPE);
    opentelemetry::global::set_tracer_provider(provider);
    (layer(tracer), collector.clone())
}

fn layer<S>(tracer: SdkTracer) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    OpenTelemetryLayer::new(tracer)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with(SCOPE)))
}

/// Where the spans of an invocation hang.
#[derive(Debug, Clone)]
pub struct Parent {
    context: SpanContext,
    /// Lambda's trace is sampled: what hangs under it is sent.
    sampled: bool,
}

impl Parent {
    /// The parent that Lambda names, if that trace is sampled; a new trace without a parent if it is not, or there is none.
    pub fn of(header: Option<&str>) -> Self {
        let header = header.and_then(Header::parse);
        match header.and_then(Header::sampled_parent) {
            Some(context) => Self { context, sampled: true },
            None => Self { context: SpanContext::NONE, sampled: false },
        }
    }

    /// True where the trace is sent whatever it holds.
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }

    /// The context that spans are made in: their parent, or nothing.
    pub fn context(&self) -> Context {
        Context::new().with_remote_span_context(self.context.clone())
    }
}

/// The trace that is now at work, where spans are collected.
pub fn current() -> Option<TraceId> {
    let context = Context::current();
    let id = context.span().span_context().trace_id();
    (id != TraceId::INVALID).then_some(id)
}

/// Says that the trace that is now at work is sent.
pub fn keep_current() {
    if let (Some(collector), Some(trace)) = (COLLECTOR.get(), current()) {
        collector.keep(trace);
    }
}

/// What a call to a service of AWS is sent with, so that what it does hangs under `span`: the value of `X-Amzn-Trace-Id`.
pub fn header_of(span: &SpanContext) -> Option<String> {
    if !span.is_valid() {
        return None;
    }
    let kept = COLLECTOR.get().is_some_and(|collector| collector.is_kept(span.trace_id()));
    Some(Header::line(span.trace_id(), span.span_id(), kept))
}

/// What is sent of one trace.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The spans, in the order of their ends.
    pub spans: Vec<SpanData>,
    /// How many there were beside these.
    pub dropped: usize,
}
