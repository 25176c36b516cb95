//! An OTLP endpoint that does not get in the way: made when the first trace is sent, and left alone for a while after it
//! did not take one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry_http::HttpClient;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use tattletrail_telemetry::otlp::{self, Endpoint};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::deadline::Deadline;
use crate::secret::{Opened, Safe};

/// How long an endpoint is left alone after a failure; twice as long after each further one.
const FIRST_REST: Duration = Duration::from_secs(1);

/// How long the first reading of a key may hold up an answer, beside the budget. What is read is kept.
const KEY_BUDGET: Duration = Duration::from_secs(1);

/// The longest rest.
const LONGEST_REST: Duration = Duration::from_mins(5);

/// An endpoint that is made late.
#[derive(Debug)]
pub(super) struct LateEndpoint {
    client: Arc<dyn HttpClient>,
    /// More headers than the environment has.
    headers: Option<Safe>,
    resource: Resource,
    patience: Duration,
    /// `None` in it: there will never be one.
    made: OnceCell<Option<Endpoint>>,
    rest: Mutex<Rest>,
}

/// How long the endpoint is left alone.
#[derive(Debug, Default)]
struct Rest {
    until: Option<Instant>,
    failures: u32,
}

impl LateEndpoint {
    pub(super) fn new(
        client: Arc<dyn HttpClient>,
        headers: Option<Safe>,
        resource: Resource,
        patience: Duration,
    ) -> Self {
        Self { client, headers, resource, patience, made: OnceCell::new(), rest: Mutex::default() }
    }

    /// Sends spans within `left`, and reads the key before that, once; how many were not taken.
    pub(super) async fn send(&self, spans: &[SpanData], left: Duration, until: Deadline) -> usize {
        if self.rests() {
            return spans.len();
        }
        let made = self.made.get_or_try_init(|| self.make(KEY_BUDGET.min(until.left()))).await;
        let sent = match made {
            Ok(Some(endpoint)) => tokio::time::timeout(self.patience.min(left), endpoint.send(spans)).await,
            // It said so.
            Ok(None) => return spans.len(),
            Err(why) => Ok(Err((spans.len(), why))),
        };
        let (lost, why) = match sent {
            Ok(Ok(())) => {
                self.note(true);
                return 0;
            }
            Ok(Err((lost, why))) => (lost, why),
            Err(_) => (spans.len(), "no answer in time".to_owned()),
        };
        self.note(false);
        tracing::warn!(why, count = lost, "spans were not taken by the OTLP endpoint");
        lost
    }

    /// The endpoint; `Ok(None)` where it can't be made for good, which is said once.
    async fn make(&self, limit: Duration) -> Result<Option<Endpoint>, String> {
        let headers = match &self.headers {
            None => HashMap::new(),
            Some(safe) => match safe.open(limit).await {
                Opened::Is(text) => otlp::headers(&text),
                Opened::NotNow => return Err("its headers can't be read now".to_owned()),
                // It said so.
                Opened::Never => return Ok(None),
            },
        };
        match Endpoint::from_environment(Arc::clone(&self.client), headers, &self.resource) {
            Ok(endpoint) => Ok(Some(endpoint)),
            Err(why) => {
                tracing::error!(why, "the OTLP endpoint is off");
                Ok(None)
            }
        }
    }

    fn rests(&self) -> bool {
        let rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        rest.until.is_some_and(|until| until > Instant::now())
    }

    fn note(&self, taken: bool) {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        if taken {
            *rest = Rest::default();
        } else {
            let pause = FIRST_REST.saturating_mul(2_u32.saturating_pow(rest.failures)).min(LONGEST_REST);
            rest.failures = rest.failures.saturating_add(1);
            rest.until = Some(Instant::now() + pause);
        }
    }
}
