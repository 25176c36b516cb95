//! A run as a trace: one span for the run, below it one for each file, each stage and each finding.
//!
//! Spans are kept until the run is over, at most [`MOST_FILES`] and [`MOST_FINDINGS`] of them, and then sent. Whatever
//! becomes of them, findings and exit code are the same.

// One request at a time.
#[cfg(feature = "trace")]
mod post;

// The spans on their way.
#[cfg(feature = "trace")]
mod sending;

// The same for a command that is built without a client.
#[cfg(not(feature = "trace"))]
#[path = "trace/nowhere.rs"]
mod sending;

use std::cell::{Cell, RefCell};
use std::env;

use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::{Context, KeyValue, TraceId};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::EnvResourceDetector;
use tattletrail_engine::finding::{Finding, Trace};
use tattletrail_engine::ids::{EventId, TechniqueId};
use tattletrail_engine::threat_model::Attribution;
use tattletrail_telemetry::names::field;
use tattletrail_telemetry::trace::spans::{self, FileSaid, FindingSaid};
use tattletrail_telemetry::trace::{Collector, Stage, Stages};
use tracing::Span;
use tracing::span::EnteredSpan;
use tracing::subscriber::DefaultGuard;

use super::summary::{grouped, line};
use super::tally::Tally;
use crate::Console;
use crate::told::Verbosity;
use sending::{Place, Sent};

/// How many files have a span: those that took longest. Documented in `docs/observability.md`, as is the next.
pub(super) const MOST_FILES: usize = 1000;

/// How many findings have a span: the first ones.
const MOST_FINDINGS: usize = 10_000;

/// A run that is traced.
#[derive(Debug)]
pub(crate) struct Traced {
    place: Place,
    collector: Collector,
    trace: TraceId,
    root: EnteredSpan,
    stages: RefCell<Stages>,
    files: RefCell<Vec<FileSaid>>,
    findings: Cell<usize>,
}

/// Begins to tell, with a trace. Where there can be none that is said, and the run goes on without.
pub(super) fn start(verbosity: Verbosity, console: &mut Console) -> (DefaultGuard, Option<Traced>) {
    let resource = resource();
    let place = match Place::of_environment(&resource) {
        Ok(place) => place,
        Err(why) => {
            console.say(&format!("tattletrail: warning: no trace is sent: {why}\n"));
            return (verbosity.start(console), None);
        }
    };
    let (guard, collector) = verbosity.start_traced(resource, console);
    (guard, Some(Traced::begin(place, collector)))
}

impl Traced {
    fn begin(place: Place, collector: Collector) -> Self {
        let root = spans::scan().entered();
        let trace = Context::current().span().span_context().trace_id();
        collector.keep(trace);
        Self {
            place,
            collector,
            trace,
            root,
            stages: RefCell::default(),
            files: RefCell::default(),
            findings: Cell::new(0),
        }
    }

    /// The stage that the run's own thread is in.
    pub(super) fn enter(&self, stage: Option<Stage>) {
        self.stages.borrow_mut().enter(stage);
    }

    /// What a worker measured.
    pub(super) fn stages(&self, stages: Stages) {
        self.stages.borrow_mut().absorb(stages);
    }

    /// A file is read.
    pub(super) fn file(&self, said: FileSaid) {
        let mut files = self.files.borrow_mut();
        files.push(said);
        // Half of a list that is twice as long as it may be: sorting costs next to nothing for each file.
        if files.len() >= 2 * MOST_FILES {
            keep_longest(&mut files);
        }
    }

    /// A finding is told: it bears the trace, and has a span until it is written.
    pub(super) fn finding(&self, finding: &mut Finding) -> Span {
        finding.trace = self.trace.to_string().parse().ok().map(|id| Trace { id, region: None });
        self.findings.set(self.findings.get() + 1);
        if self.findings.get() > MOST_FINDINGS {
            return Span::none();
        }
        let techniques =
            finding.rule.techniques.iter().map(TechniqueId::as_str).collect::<Vec<_>>().join(" ");
        let (application, vectors) =
            (Attribution::names(&finding.applications), Attribution::told(&finding.applications));
        spans::finding(&FindingSaid {
            finding_id: finding.id.as_str(),
            rule_id: finding.rule.id.as_str(),
            rule_hash: Some(finding.rule.hash.as_str()),
            technique: Some(techniques.as_str()).filter(|techniques| !techniques.is_empty()),
            severity: finding.rule.level.as_str(),
            status: finding.status.as_str(),
            event_id: finding.event.id.as_ref().map(EventId::as_str),
            application: Some(application.as_str()).filter(|names| !names.is_empty()),
            vectors: Some(vectors.as_str()).filter(|vectors| !vectors.is_empty()),
            correlation_id: finding.event.correlation_id().map(EventId::as_str),
            made_in: None,
        })
    }

    /// Ends the trace and sends it; a line for the summary. What went wrong is said.
    pub(super) fn finish(self, tally: &Tally, console: &mut Console) -> String {
        let Self { place, collector, trace, root, stages, files, findings } = self;
        let mut files = files.into_inner();
        keep_longest(&mut files);
        let left_out =
            (tally.files - files.len() as u64, findings.get().saturating_sub(MOST_FINDINGS) as u64);
        files.into_iter().for_each(spans::file);
        stages.into_inner().tell();
        record(&root, tally);
        drop(root);
        let spans = collector.take(trace).map(|finished| finished.spans).unwrap_or_default();
        let sent = place.send(spans);
        if let Some(why) = &sent.why {
            console.say(&format!("tattletrail: warning: {}\n", warning(&sent, why)));
        }
        line("trace", &in_short(trace, &sent, left_out))
    }
}

/// Leaves the [`MOST_FILES`] that took longest.
fn keep_longest(files: &mut Vec<FileSaid>) {
    if files.len() > MOST_FILES {
        let took = |said: &FileSaid| said.end.duration_since(said.begin).unwrap_or_default();
        files.sort_by_key(|said| std::cmp::Reverse(took(said)));
        files.truncate(MOST_FILES);
    }
}

/// What the run came to.
fn record(root: &Span, tally: &Tally) {
    let counts = [
        (field::FILES, tally.files),
        (field::BYTES, tally.bytes),
        (field::RECORDS, tally.records),
        (field::MATCHED, tally.matched),
        (field::REJECTED, tally.rejected_total()),
        (field::FINDINGS, tally.findings),
    ];
    for (name, count) in counts {
        root.record(name, i64::try_from(count).unwrap_or(i64::MAX));
    }
    if tally.incomplete {
        root.record("otel.status_code", "ERROR");
    }
}

fn warning(sent: &Sent, why: &str) -> String {
    let Sent { place, taken, of, .. } = sent;
    let what = if *taken == 0 { "the trace".to_owned() } else { format!("{} spans", of - taken) };
    format!(
        "{what} did not get to {place}: {why}; see OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS \
         (findings are not affected)"
    )
}

fn in_short(trace: TraceId, sent: &Sent, (files, findings): (u64, u64)) -> String {
    let Sent { place, taken, of, .. } = sent;
    let mut text = format!("{trace} ");
    match taken {
        0 => text.push_str("not sent"),
        _ if taken == of => text.push_str(&format!("{} spans to {place}", grouped(*of as u64))),
        _ => text.push_str(&format!("{taken} of {of} spans to {place}")),
    }
    for (count, what) in [(files, "files"), (findings, "findings")] {
        if count > 0 {
            text.push_str(&format!(", none for {} {what}", grouped(count)));
        }
    }
    text
}

/// Who tells: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` have the last word (OpenTelemetry specification,
/// "Resource SDK").
fn resource() -> Resource {
    let known = [("service.name", "tattletrail-scan"), ("service.version", env!("CARGO_PKG_VERSION"))];
    let service = variable("OTEL_SERVICE_NAME").map(|name| KeyValue::new("service.name", name));
    Resource::builder_empty()
        .with_attributes(known.map(|(key, value)| KeyValue::new(key, value)))
        .with_detector(Box::new(EnvResourceDetector::new()))
        .with_attributes(service)
        .build()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}
