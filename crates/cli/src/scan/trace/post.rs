//! One request at a time, on the thread that asks for it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use tattletrail_telemetry::redact::redact;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// The most of an answer that is read: to traces it is a few words.
const ANSWER_BYTES: u64 = 64 * 1024;

/// A client that is made at its first use. It goes through a proxy where `HTTPS_PROXY` and the like name one.
#[derive(Debug)]
pub(super) struct Post {
    agent: OnceLock<Agent>,
    patience: Duration,
    /// Why the last request came to nothing.
    why: Mutex<Option<String>>,
}

impl Post {
    /// A client that gives each request this long.
    pub(super) fn new(patience: Duration) -> Self {
        Self { agent: OnceLock::new(), patience, why: Mutex::default() }
    }

    /// Why the last request came to nothing, in words for people.
    pub(super) fn why(&self) -> Option<String> {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, why: Option<String>) {
        *self.why.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ureq::Error> {
        let agent = self.agent.get_or_init(|| agent(self.patience));
        let answer = agent.run(request.map(Vec::from))?;
        let (head, mut body) = answer.into_parts();
        let body = body.with_config().limit(ANSWER_BYTES).read_to_vec()?;
        Ok(Response::from_parts(head, body.into()))
    }
}

#[async_trait]
impl HttpClient for Post {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.send(request);
        self.note(match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("answered {}", answer.status())),
            Err(error) => Some(self.words(error)),
        });
        Ok(answer?)
    }
}

impl Post {
    fn words(&self, error: &ureq::Error) -> String {
        match error {
            ureq::Error::Timeout(_) => format!("no answer in {} ms", self.patience.as_millis()),
            ureq::Error::HostNotFound => "no such host".to_owned(),
            ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                "nobody listens there".to_owned()
            }
            error => redact(&error.to_string()).into_owned(),
        }
    }
}

/// TLS by ring, with the certificates that the machine trusts, as other programs there do it.
fn agent(patience: Duration) -> Agent {
    let trusted = rustls_native_certs::load_native_certs().certs;
    let trusted = trusted.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::from(trusted))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        // A key in a header is for the endpoint that it was set for.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("tattletrail/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}
