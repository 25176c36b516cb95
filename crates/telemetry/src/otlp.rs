//! Traces to anything that speaks OTLP over HTTP: a collector, Honeycomb, Grafana, Jaeger.
//!
//! Where to and with which headers is said by the standard variables: `OTEL_EXPORTER_OTLP_ENDPOINT`,
//! `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_EXPORTER_OTLP_TIMEOUT` and those with `TRACES_` before the last word
//! (OpenTelemetry specification, "OpenTelemetry Protocol Exporter"). The body is protobuf, plain.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_http::HttpClient;
use opentelemetry_otlp::{Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};

/// The most spans in one request: some 200 KB.
pub const BATCH: usize = 512;

/// An endpoint.
#[derive(Debug)]
pub struct Endpoint(SpanExporter);

impl Endpoint {
    /// The endpoint that the environment names, with more headers.
    ///
    /// # Errors
    /// What is wrong with the environment, in the exporter's words; no header is in them.
    pub fn from_environment(
        client: Arc<dyn HttpClient>,
        headers: HashMap<String, String>,
        resource: &Resource,
    ) -> Result<Self, String> {
        let builder = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
        // The exporter's own tries sleep on the thread that waits for it, beyond any limit of time that is set around it.
        let builder = builder.with_retry_policy(RetryPolicy::disabled());
        let built = builder.with_http_client(SharedClient(client)).with_headers(headers).build();
        let mut exporter = built.map_err(|error| error.to_string())?;
        exporter.set_resource(resource);
        Ok(Self(exporter))
    }

    /// Sends spans, a part at a time. Whoever waits sets the limit of time.
    ///
    /// # Errors
    /// How many were not taken, and why.
    pub async fn send(&self, spans: &[SpanData]) -> Result<(), (usize, String)> {
        let mut left = spans.len();
        for part in spans.chunks(BATCH) {
            let sent = self.0.export(part.to_vec()).await;
            sent.map_err(|error| (left, error.to_string()))?;
            left -= part.len();
        }
        Ok(())
    }
}

/// True where the environment names an endpoint: the default of the specification is a collector on the same machine, which
/// most functions don't have.
pub fn is_wanted(variable: impl Fn(&str) -> Option<String>) -> bool {
    let named = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
    named.iter().any(|name| variable(name).is_some_and(|value| !value.trim().is_empty()))
}

/// Where the environment sends spans, for people to read: without a user's name, a password or a query in it. The default is
/// that of the specification.
pub fn shown(variable: impl Fn(&str) -> Option<String>) -> String {
    let set = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let whole = set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").unwrap_or_else(|| {
        let base = set("OTEL_EXPORTER_OTLP_ENDPOINT").unwrap_or_else(|| "http://localhost:4318".to_owned());
        format!("{}/v1/traces", base.trim_end_matches('/'))
    });
    let plain = whole.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = plain.split_once("://") else { return plain.to_owned() };
    let (host, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

/// How long the environment gives an export; `most` where it says nothing, and never more.
pub fn patience(variable: impl Fn(&str) -> Option<String>, most: Duration) -> Duration {
    let named = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
    let millis = named.iter().find_map(|name| variable(name)).and_then(|text| text.trim().parse().ok());
    millis.map_or(most, |millis| Duration::from_millis(millis).min(most))
}

/// Headers as `OTEL_EXPORTER_OTLP_HEADERS` has them: `key=value,key=value`, values percent-encoded (W3C Baggage).
pub fn headers(text: &str) -> HashMap<String, String> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.trim().to_owned(), decoded(value.trim()))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let code =
            rest.clone().take(2).map(|digit| char::from(digit).to_digit(16)).collect::<Option<Vec<_>>>();
        match (byte, code.as_deref()) {
            (b'%', Some([high, low])) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest.nth(1);
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The builder wants a client of its own.
#[derive(Debug)]
struct SharedClient(Arc<dyn HttpClient>);

impl HttpClient for SharedClient {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: http::Request<bytes::Bytes>,
    ) -> std::pin::Pin<
        Box<
            dyn Future<Output = Result<http::Response<bytes::Bytes>, opentelemetry_http::HttpError>>
                + Send
                + 'b,
        >,
    >
    where
        'a: 'b,
        Self: 'b,
    {
        self.0.send_bytes(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_pairs() {
        let headers =
            headers("x-honeycomb-team=abc%20d%3D, x-honeycomb-dataset = tattletrail,broken,100%=%zz%4");
        assert_eq!(headers["x-honeycomb-team"], "abc d=");
        assert_eq!(headers["x-honeycomb-dataset"], "tattletrail");
        assert_eq!(headers["100%"], "%zz%4");
        assert_eq!(headers.len(), 3);
    }

    #[test]
    fn the_environment_shortens_patience_and_never_lengthens_it() {
        let most = Duration::from_millis(500);
        let set = |value: &'static str| {
            move |name: &str| (name == "OTEL_EXPORTER_OTLP_TIMEOUT").then(|| value.to_owned())
        };
        assert_eq!(patience(|_| None, most), most);
        assert_eq!(patience(set("200"), most), Duration::from_millis(200));
        assert_eq!(patience(set("10000"), most), most);
        assert_eq!(patience(set("soon"), most), most);
    }

    #[test]
    fn an_endpoint_is_shown_without_its_secrets() {
        let of = |name: &'static str, value: &'static str| {
            shown(move |asked: &str| (asked == name).then(|| value.to_owned()))
        };
        assert_eq!(shown(|_| None), "http://localhost:4318/v1/traces");
        let base = "OTEL_EXPORTER_OTLP_ENDPOINT";
        assert_eq!(of(base, "https://api.honeycomb.io/"), "https://api.honeycomb.io/v1/traces");
        assert_eq!(of(base, "https://u:p@w@example.com:4318"), "https://example.com:4318/v1/traces");
        let whole = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
        assert_eq!(of(whole, "https://example.com/in?key=abc"), "https://example.com/in");
        assert_eq!(of(whole, "  "), "http://localhost:4318/v1/traces");
    }
}
