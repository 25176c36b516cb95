//! What a function tells about its runs: lines and traces; set up once, used around each invocation.
//!
//! What is told and where is decided here and in `tattletrail-telemetry`; the rest of the code says what happens, with
//! `tracing`.

use std::env;
use std::io::stdout;
use std::sync::Arc;

use lambda_runtime::Context;
use opentelemetry::{KeyValue, TraceId};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::EnvResourceDetector;
use tattletrail_engine::metrics::Profile;
use tattletrail_telemetry::log::{JsonLines, Levels, Share};
use tattletrail_telemetry::names::field;
use tattletrail_telemetry::trace::{self, Header, spans, xray_id};
use tattletrail_telemetry::xray::Documents;
use tracing::Span;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::deadline::Deadline;
use crate::health::{Health, Source};
use crate::traces::{Places, PlacesError, Traces};
use crate::web::Web;

/// The level of the log, as our own setting has it.
pub(crate) const LOG_LEVEL: &str = "TATTLETRAIL_LOG_LEVEL";

/// Which share of invocations is told in full.
pub(crate) const LOG_SAMPLE: &str = "TATTLETRAIL_LOG_SAMPLE";

/// Which metrics there are.
const METRICS_PROFILE: &str = "TATTLETRAIL_METRICS_PROFILE";

/// Begins to tell, before anything can go wrong that should be told. Settings of the log that do not fit are told with all
/// others, by [`Settings`](crate::settings::Settings); until then it is as if they were not set.
///
/// # Errors
/// What is wrong with the settings of traces.
pub fn start(source: Source) -> Result<Observer, PlacesError> {
    let resource = resource(source);
    let client = || Arc::new(Web::default()) as Arc<_>;
    let places = Places::from_environment(&variable, client, &resource);
    let wanted = places.as_ref().is_ok_and(|places| !places.is_empty());
    let (layer, collector) = wanted.then(|| trace::start(resource)).unzip();
    // Whoever was first tells already.
    drop(tracing::subscriber::set_global_default(
        Registry::default().with(lines(source).layer()).with(layer),
    ));
    let places = places?;
    let service = variable("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| source.as_str().to_owned());
    let documents = Documents { service, version: env!("CARGO_PKG_VERSION").to_owned() };
    let traces = collector.map(|collector| Traces::new(collector, documents, places));
    // One that does not fit is told with all other settings.
    let profile = variable(METRICS_PROFILE).and_then(|word| Profile::from_word(word.trim()));
    let health = Health { source, profile: profile.unwrap_or_default() };
    Ok(Observer { health, traces })
}

/// What is told about a function.
#[derive(Debug)]
pub struct Observer {
    health: Health,
    traces: Option<Traces>,
}

/// One invocation, observed.
#[derive(Debug)]
pub struct Observed {
    span: Span,
    trace: Option<TraceId>,
}

impl Observed {
    /// Everything happens within it.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Its trace, as a header has it: `Root=1-…`.
    pub fn root(&self) -> Option<String> {
        self.trace.map(|trace| format!("Root={}", xray_id(trace)))
    }
}

impl Observer {
    /// The function.
    pub fn source(&self) -> Source {
        self.health.source
    }

    /// The Region in whose console the traces are, if they are in one.
    pub fn console(&self) -> Option<String> {
        self.traces.as_ref().filter(|traces| traces.has_daemon()).and_then(|_| variable("AWS_REGION"))
    }

    /// An invocation begins. Where no traces are written, Lambda's own is named in the log all the same.
    pub fn begin(&self, context: &Context, cold_start: bool) -> Observed {
        let header = context.xray_trace_id.as_deref();
        let span = spans::invocation(&context.request_id, cold_start);
        let trace = match &self.traces {
            Some(traces) => Some(traces.begin(&span, header)),
            None => header.and_then(Header::parse).map(Header::root),
        };
        if let Some(trace) = trace {
            span.record(field::TRACE_ID, trace.to_string());
            span.record(field::XRAY_TRACE_ID, xray_id(trace));
        }
        Observed { span, trace }
    }

    /// An invocation is over, well or not: its trace is sent, if it is to be.
    pub async fn end(&self, observed: Observed, failed: Option<&str>, until: Deadline) {
        let Observed { span, trace } = observed;
        if let Some(kind) = failed {
            span.record(field::ERROR_TYPE, kind);
            span.record("otel.status_code", "ERROR");
        }
        drop(span);
        let (Some(traces), Some(trace)) = (&self.traces, trace) else { return };
        let dropped = traces.end(trace, until).await;
        if dropped > 0 {
            self.health.write_spans_dropped(dropped as u64);
        }
    }
}

fn lines(source: Source) -> JsonLines {
    let (own, lambda, rust_log) =
        (variable(LOG_LEVEL), variable("AWS_LAMBDA_LOG_LEVEL"), variable("RUST_LOG"));
    let levels = Levels::of_variables(own.as_deref(), lambda.as_deref(), rust_log.as_deref());
    let share = variable(LOG_SAMPLE).and_then(|share| share.trim().parse().ok());
    let service = (source.as_str(), env!("CARGO_PKG_VERSION"));
    JsonLines::new(service, (levels, share.unwrap_or(Share::ONE_PERCENT)), stdout())
}

/// Who tells: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` have the last word (OpenTelemetry specification,
/// "Resource SDK").
fn resource(source: Source) -> Resource {
    let service = variable("OTEL_SERVICE_NAME").unwrap_or_else(|| format!("tattletrail-{}", source.as_str()));
    let known = [
        ("service.name", Some(service)),
        ("service.version", Some(env!("CARGO_PKG_VERSION").to_owned())),
        ("cloud.provider", Some("aws".to_owned())),
        ("cloud.platform", Some("aws_lambda".to_owned())),
        ("cloud.region", variable("AWS_REGION")),
        ("faas.name", variable("AWS_LAMBDA_FUNCTION_NAME")),
        ("faas.version", variable("AWS_LAMBDA_FUNCTION_VERSION")),
        ("faas.instance", variable("AWS_LAMBDA_LOG_STREAM_NAME")),
    ];
    let known = known.into_iter().filter_map(|(key, value)| Some(KeyValue::new(key, value?)));
    Resource::builder_empty()
        .with_attributes(known)
        .with_detector(Box::new(EnvResourceDetector::new()))
        .build()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}
