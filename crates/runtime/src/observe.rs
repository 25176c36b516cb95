//! What a function tells about itself: lines, traces, error reports; set up once, used around each invocation.

use std::env;

use lambda_runtime::Context;
use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use tattletrail_telemetry::trace;
use tattletrail_telemetry::xray::Documents;
use tracing::Span;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::deadline::Deadline;
use crate::health::Source;
use crate::traces::{Places, PlacesError, Run, Traces};

/// What is told about a function.
#[derive(Debug)]
pub struct Observer {
    traces: Option<Traces>,
}

/// One invocation, observed.
#[derive(Debug)]
pub struct Observed {
    run: Option<Run>,
    span: Span,
}

impl Observed {
    /// Everything happens within it.
    pub fn span(&self) -> Span {
        self.span.clone()
    }
}

impl Observer {
    /// Sets up what the environment asks for. From then on what `tracing` is told goes there.
    ///
    /// # Errors
    /// What is wrong with the environment.
    pub fn start(source: Source) -> Result<Self, PlacesError> {
        let resource = resource(source);
        let places = Places::from_environment(&|name| env::var(name).ok(), || unimplemented!(), &resource)?;
        if places.is_empty() {
            return Ok(Self { traces: None });
        }
        let service = env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| source.as_str().to_owned());
        let documents = Documents { service, version: env!("CARGO_PKG_VERSION").to_owned() };
        let (layer, collector) = trace::start(resource);
        drop(tracing::subscriber::set_global_default(Registry::default().with(layer)));
        Ok(Self { traces: Some(Traces::new(collector, documents, places)) })
    }

    /// An invocation begins.
    pub fn begin(&self, context: &Context) -> Observed {
        let run = self.traces.as_ref().map(|traces| traces.begin(context));
        let span = run.as_ref().map_or_else(Span::none, |run| run.span.clone());
        Observed { run, span }
    }

    /// An invocation is over.
    pub async fn end(&self, observed: Observed, until: Deadline) {
        let Observed { run, span } = observed;
        drop(span);
        if let (Some(traces), Some(run)) = (&self.traces, run) {
            traces.end(run, until).await;
        }
    }
}

/// Who tells: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` have the last word (OpenTelemetry specification,
/// "Resource SDK").
fn resource(source: Source) -> Resource {
    let known = [
        ("service.name", Some(format!("tattletrail-{}", source.as_str()))),
        ("service.version", Some(env!("CARGO_PKG_VERSION").to_owned())),
        ("cloud.provider", Some("aws".to_owned())),
        ("cloud.platform", Some("aws_lambda".to_owned())),
        ("cloud.region", env::var("AWS_REGION").ok()),
        ("faas.name", env::var("AWS_LAMBDA_FUNCTION_NAME").ok()),
        ("faas.version", env::var("AWS_LAMBDA_FUNCTION_VERSION").ok()),
        ("faas.instance", env::var("AWS_LAMBDA_LOG_STREAM_NAME").ok()),
    ];
    let known = known.into_iter().filter_map(|(key, value)| Some(KeyValue::new(key, value?)));
    Resource::builder_empty()
        .with_attributes(known)
        .with_detector(Box::new(opentelemetry_sdk::resource::EnvResourceDetector::new()))
        .build()
}
