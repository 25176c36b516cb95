//! Invocations, one after the other, each with what surrounds it: what goes wrong is reported, in a little time, after the
//! handler and before the answer. A panic is an error of one invocation: the process lives, and the next one works.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use futures_util::FutureExt as _;
use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent, Runtime, service_fn};
use serde_json::Value;
use tattletrail_telemetry::errors::{
    ErrorSink, Fault, Invocation, Place, Reports, Service, hook, rollbar::Rollbar,
};
use tattletrail_telemetry::names::field;
use tracing::Instrument as _;

use super::{NotDelivered, Payload};
use crate::deadline::Deadline;
use crate::health::{Health, Source};
use crate::observe::{Observed, Observer};
use crate::secret::{Opened, Safe};
use crate::settings::{ErrorsTo, Settings};
use crate::web::Web;

/// How long before Lambda stops waiting the answer goes out, whatever is left to report.
const RESERVE: Duration = Duration::from_millis(500);

/// How long reports may hold up an answer.
const BUDGET: Duration = Duration::from_millis(300);

/// How long the first reading of a key may hold up an answer. What is read is kept.
const KEY_BUDGET: Duration = Duration::from_secs(1);

/// Serves invocations until Lambda ends the process.
///
/// # Errors
/// What is set wrong.
pub async fn serve<H, F>(observer: &Observer, handler: H) -> Result<(), Error>
where
    H: Fn(LambdaEvent<Payload>) -> F,
    F: Future<Output = Result<Value, Error>>,
{
    let watch = Watch::start(observer, &Settings::from_environment()?);
    // Without the runtime's own span and lines around an invocation: ours say more.
    Runtime::new(service_fn(|event| watch.over(event, &handler))).run().await
}

/// What surrounds invocations.
struct Watch<'o> {
    observer: &'o Observer,
    health: Health,
    reports: Arc<Reports>,
    sink: ErrorSink,
    /// What Rollbar wants to see.
    key: Option<Safe>,
    is_first: AtomicBool,
}

impl<'o> Watch<'o> {
    /// From now on every panic is reported.
    fn start(observer: &'o Observer, settings: &Settings) -> Self {
        let source = observer.source();
        let reports = Arc::new(Reports::new(service(source)));
        hook::install(&reports);
        let (sink, key) = match settings.errors.clone() {
            ErrorsTo::None => (ErrorSink::None, None),
            ErrorsTo::Log => (ErrorSink::Log, None),
            ErrorsTo::Rollbar { endpoint, token } => {
                let rollbar = Rollbar::new(endpoint, settings.environment.clone(), Arc::new(Web::default()));
                (ErrorSink::Rollbar(rollbar), Some(Safe::new("error reports", token)))
            }
        };
        let health = Health { source, profile: settings.metrics_profile };
        Self { observer, health, reports, sink, key, is_first: AtomicBool::new(true) }
    }

    async fn over<F>(
        &self,
        event: LambdaEvent<Payload>,
        handler: &impl Fn(LambdaEvent<Payload>) -> F,
    ) -> Result<Value, Diagnostic>
    where
        F: Future<Output = Result<Value, Error>>,
    {
        let ends = UNIX_EPOCH + Duration::from_millis(event.context.deadline);
        let deadline = Deadline::of_invocation(ends, RESERVE);
        let observed = self.before(&event.context);
        // Safe to go on after a panic: what the handler was at work on is dropped with it. What outlives it is behind locks
        // whose every change is a single step, or in the ledger, which is written all or nothing.
        let work = async { handler(event).await }.instrument(observed.span());
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        let answer = observed.span().in_scope(|| self.answer(outcome));
        self.after(observed, answer.as_ref().err(), deadline).await;
        answer
    }

    /// What there is to do before the handler.
    fn before(&self, context: &Context) -> Observed {
        let cold_start = self.is_first.swap(false, Ordering::Relaxed);
        let observed = self.observer.begin(context, cold_start);
        self.reports.begin(Invocation::new(&context.request_id, observed.root().as_deref(), cold_start));
        observed
    }

    /// What there is to do between the handler and the answer.
    async fn after(&self, observed: Observed, failed: Option<&Diagnostic>, deadline: Deadline) {
        self.drain(deadline).instrument(observed.span()).await;
        self.reports.end();
        self.observer.end(observed, failed.map(|failed| failed.error_type.as_str()), deadline).await;
    }

    /// What the caller is told. Reports what the handler says; what it panicked of is reported by the hook.
    fn answer(
        &self,
        outcome: Result<Result<Value, Error>, Box<dyn Any + Send>>,
    ) -> Result<Value, Diagnostic> {
        match outcome {
            Ok(Ok(value)) => {
                self.report_batch(&value);
                Ok(value)
            }
            Ok(Err(error)) => Err(self.failed(&error)),
            Err(_) => Err(Diagnostic {
                error_type: "HandlerPanicked".to_owned(),
                error_message: "the handler panicked: the log says where".to_owned(),
            }),
        }
    }

    /// Messages of a batch that must come again are no error for Lambda, and one for people.
    fn report_batch(&self, answer: &Value) {
        let failures = answer.get("batchItemFailures").and_then(Value::as_array).map_or(0, Vec::len);
        if failures > 0 {
            self.report("NotDelivered", &format!("{failures} message(s) of a batch not delivered"), caller());
        }
    }

    fn failed(&self, error: &Error) -> Diagnostic {
        let (class, message, place) = match error.downcast_ref::<NotDelivered>() {
            Some(ours) => ("NotDelivered", ours.to_string(), ours.place()),
            None => ("HandlerError", "the handler failed: its words are withheld".to_owned(), caller()),
        };
        self.report(class, &message, place);
        Diagnostic { error_type: class.to_owned(), error_message: message }
    }

    fn report(&self, class: &'static str, message: &str, place: Place) {
        if matches!(self.sink, ErrorSink::None) {
            return;
        }
        let location = place.to_string();
        let fingerprint = self.reports.add(Fault::told(class, message, place));
        tracing::error!(
            { field::ERROR_TYPE } = class,
            { field::WHY } = message,
            { field::LOCATION } = location,
            { field::FINGERPRINT } = fingerprint,
            "failed"
        );
    }

    /// Sends what waits, as far as there is time.
    async fn drain(&self, deadline: Deadline) {
        let (ErrorSink::Rollbar(rollbar), Some(key)) = (&self.sink, &self.key) else {
            self.reports.clear();
            return;
        };
        if self.reports.is_empty() || deadline.is_over() {
            return;
        }
        let token = match key.open(deadline.left().min(KEY_BUDGET)).await {
            Opened::Is(token) => token,
            Opened::NotNow => return,
            Opened::Never => return self.health.write_reports(0, self.reports.clear()),
        };
        let budget = deadline.left().min(BUDGET);
        let drained = self.reports.drain(rollbar, &token, budget, tokio::time::sleep).await;
        if drained.sent + drained.dropped > 0 {
            self.health.write_reports(drained.sent, drained.dropped);
        }
    }
}

/// Here.
#[track_caller]
fn caller() -> Place {
    Place::of(std::panic::Location::caller())
}

fn service(source: Source) -> Service {
    let set = |name| std::env::var(name).ok();
    Service {
        name: source.as_str(),
        version: env!("CARGO_PKG_VERSION"),
        host: set("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| source.as_str().to_owned()),
        region: set("AWS_REGION"),
    }
}
