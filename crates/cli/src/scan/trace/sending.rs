//! The spans on their way, in no more than the time that the environment gives.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use tattletrail_telemetry::otlp::{self, BATCH, Endpoint};

use super::post::Post;
use super::variable;

/// How long sending takes at most (OpenTelemetry specification, "OpenTelemetry Protocol Exporter", timeout).
const MOST_TIME: Duration = Duration::from_secs(10);

/// Where the spans go.
#[derive(Debug)]
pub(super) struct Place {
    endpoint: Endpoint,
    post: Arc<Post>,
    shown: String,
    patience: Duration,
}

/// What became of the spans.
#[derive(Debug)]
pub(super) struct Sent {
    /// Where they went.
    pub(super) place: String,
    /// How many were taken.
    pub(super) taken: usize,
    /// Of how many.
    pub(super) of: usize,
    /// Why not all of them.
    pub(super) why: Option<String>,
}

impl Place {
    /// The place that the standard variables name.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn of_environment(resource: &Resource) -> Result<Self, String> {
        if variable("OTEL_SDK_DISABLED").is_some_and(|value| value.trim().eq_ignore_ascii_case("true")) {
            return Err("OTEL_SDK_DISABLED is set".to_owned());
        }
        let patience = otlp::patience(variable, MOST_TIME);
        let post = Arc::new(Post::new(patience));
        let client = Arc::clone(&post);
        let endpoint = Endpoint::from_environment(client, HashMap::new(), resource)?;
        Ok(Self { endpoint, post, shown: otlp::shown(variable), patience })
    }

    /// Sends spans; after the first part that is not taken, no more.
    pub(super) fn send(self, spans: Vec<SpanData>) -> Sent {
        let Self { endpoint, post, shown, patience } = self;
        let of = spans.len();
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let (over, ended) = channel();
        // On a thread of its own, which is left behind where the other side does not answer.
        thread::spawn(move || {
            let all = spans.chunks(BATCH).all(|part| {
                let is_taken = futures_executor::block_on(endpoint.send(part)).is_ok();
                counted.fetch_add(if is_taken { part.len() } else { 0 }, Ordering::Relaxed);
                is_taken
            });
            let _nobody_waits_any_more = over.send(all);
        });
        let why = match ended.recv_timeout(patience) {
            Ok(true) => None,
            Ok(false) => Some(post.why().unwrap_or_else(|| "the request could not be made".to_owned())),
            Err(_) => Some(format!("no answer in {} ms", patience.as_millis())),
        };
        Sent { place: shown, taken: taken.load(Ordering::Relaxed), of, why }
    }
}
