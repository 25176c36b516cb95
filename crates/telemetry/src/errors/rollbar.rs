//! Rollbar: one item for each report.
//!
//! Source: Rollbar API, "Create an item" (`POST /api/1/item/`), and "API rate limits".

use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{Request, Response, StatusCode, Uri};
use opentelemetry_http::{HttpClient, HttpError};
use serde_json::{Map, Value, json};

use super::report::{ErrorReport, Fault, Service};
use crate::names::field;

/// Where items go unless it is said otherwise.
pub const ENDPOINT: &str = "https://api.rollbar.com/api/1/item/";

/// The header that the access token goes in.
const TOKEN: &str = "x-rollbar-access-token";

/// The most characters of a title.
const TITLE_CHARS: usize = 255;

/// The most characters of a message: ours are shorter.
const MESSAGE_CHARS: usize = 1000;

/// The first pause after nobody answered; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest of those pauses.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// How long no item is sent after too many, where the answer does not say.
const WINDOW: Duration = Duration::from_mins(1);

/// The longest that an answer may tell us to wait.
const LONGEST_WINDOW: Duration = Duration::from_hours(1);

/// A place for reports.
#[derive(Debug)]
pub struct Rollbar {
    endpoint: Uri,
    environment: String,
    client: Arc<dyn HttpClient>,
    patience: Mutex<Patience>,
}

/// Since when and how often nobody answered.
#[derive(Debug, Default)]
struct Patience {
    failures: u32,
    /// Until then nothing is sent.
    until: Option<Instant>,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Rollbar has it.
    Taken,
    /// Rollbar will never take it.
    Refused,
    /// There were too many in this window.
    Later,
    /// Nobody answered, or with an error of the server.
    None,
}

/// An address that a token may be sent to: by HTTPS, or on this machine.
pub fn endpoint(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let host = uri.host()?;
    let here = host.trim_matches(['[', ']']);
    let is_here = host == "localhost" || here.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => Some(uri),
        Some("http") if is_here => Some(uri),
        _ => None,
    }
}

impl Rollbar {
    /// Items go to an [`endpoint`], as errors of this environment.
    pub fn new(endpoint: Uri, environment: String, client: Arc<dyn HttpClient>) -> Self {
        Self { endpoint, environment, client, patience: Mutex::default() }
    }

    /// False while there is no use in sending.
    pub fn is_ready(&self, now: Instant) -> bool {
        self.patience().until.is_none_or(|until| until <= now)
    }

    /// Sends one report. `over` ends when there is no more time.
    pub(super) async fn send(
        &self,
        service: &Service,
        report: &ErrorReport,
        token: &str,
        over: impl Future<Output = ()>,
    ) -> Answer {
        let item = item(service, &self.environment, report).to_string();
        let request = Request::post(self.endpoint.clone())
            .header(http::header::CONTENT_TYPE, "application/json")
            .header(TOKEN, token)
            .body(Bytes::from(item));
        // A token that can't be a header: no other report fares better.
        let Ok(request) = request else {
            self.pause_longer("the token is not one");
            return Answer::Refused;
        };
        match select(pin!(self.client.send_bytes(request)), pin!(over)).await {
            Either::Left((answer, _)) => self.read(answer, Instant::now()),
            Either::Right(_) => {
                self.pause_longer("no answer in time");
                Answer::None
            }
        }
    }

    fn read(&self, answer: Result<Response<Bytes>, HttpError>, now: Instant) -> Answer {
        let Ok(answer) = answer else {
            self.pause_longer("no answer");
            return Answer::None;
        };
        match answer.status() {
            status if status.is_success() => {
                *self.patience() = Patience::default();
                Answer::Taken
            }
            StatusCode::TOO_MANY_REQUESTS => {
                self.patience().until = Some(now + window(&answer));
                Answer::Later
            }
            // It is about the token or the address, so that no other report fares better.
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => {
                self.pause_longer(status.as_str());
                Answer::Refused
            }
            status if status.is_client_error() => Answer::Refused,
            status => {
                self.pause_longer(status.as_str());
                Answer::None
            }
        }
    }

    /// Says so the first time.
    fn pause_longer(&self, why: &str) {
        let mut patience = self.patience();
        let pause = FIRST_PAUSE.saturating_mul(1 << patience.failures.min(16)).min(LONGEST_PAUSE);
        patience.failures = patience.failures.saturating_add(1);
        patience.until = Some(Instant::now() + pause);
        if patience.failures == 1 {
            drop(patience);
            tracing::warn!({ field::WHY } = why, "error reports can't be sent");
        }
    }

    fn patience(&self) -> MutexGuard<'_, Patience> {
        // Every change is a single step: what a panic left behind is whole.
        self.patience.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the window still is in which no more items are taken.
fn window(answer: &Response<Bytes>) -> Duration {
    let seconds = |name: &str| answer.headers().get(name)?.to_str().ok()?.trim().parse().ok();
    let told = seconds("x-rate-limit-remaining-seconds").or_else(|| seconds("retry-after"));
    told.map_or(WINDOW, Duration::from_secs).clamp(FIRST_PAUSE, LONGEST_WINDOW)
}

/// The item of a report.
pub fn item(service: &Service, environment: &str, report: &ErrorReport) -> Value {
    let fault = &report.fault;
    let message: String = fault.message.chars().take(MESSAGE_CHARS).collect();
    let title: String = format!("{}: {message}", fault.class).chars().take(TITLE_CHARS).collect();
    let frame =
        |place: &super::Place| json!({"filename": place.file, "lineno": place.line, "colno": place.column});
    let frames: Vec<_> = fault.place.iter().map(frame).collect();
    json!({"data": {
        "environment": environment,
        "level": if fault.class == Fault::PANIC { "critical" } else { "error" },
        "timestamp": report.timestamp,
        "code_version": service.version,
        "platform": "linux",
        "language": "rust",
        "framework": "lambda",
        "context": service.name,
        "body": {"trace": {
            "frames": frames,
            "exception": {"class": fault.class, "message": message},
        }},
        "server": {"host": service.host},
        "custom": custom(service, report),
        "fingerprint": report.fingerprint,
        "title": title,
        "uuid": report.uuid,
        "notifier": {"name": "tattletrail", "version": service.version},
    }})
}

/// What ties a report to logs, traces and records.
fn custom(service: &Service, report: &ErrorReport) -> Value {
    let invocation = &report.invocation;
    let mut members = Map::new();
    let mut member = |name: &str, value: Option<String>| {
        members.extend(value.map(|value| (name.to_owned(), Value::from(value))));
    };
    member("trace_id", invocation.trace_id());
    member("xray_trace_id", invocation.xray_trace_id.clone());
    member("trace_url", trace_url(service, invocation.xray_trace_id.as_deref()));
    member("request_id", invocation.request_id.clone());
    members.insert("cold_start".to_owned(), invocation.cold_start.into());
    members.insert("event_ids".to_owned(), invocation.event_ids.clone().into());
    members.into()
}

/// The trace in the console of CloudWatch.
fn trace_url(service: &Service, id: Option<&str>) -> Option<String> {
    let (region, id) = (service.region.as_deref()?, id?);
    Some(format!("https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#xray:traces/{id}"))
}

#[cfg(test)]
mod tests;
