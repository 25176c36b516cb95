//! The receiver of traces: OTLP over HTTP, protobuf, with a memory.

use std::fmt::Write as _;
use std::io::{self, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1 as wire;
use prost::Message as _;
use serde_json::{Map, Value};

use super::http;

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It takes every request.
    Takes,
    /// It takes requests with this header and answers others with 401.
    Wants(&'static str, &'static str),
    /// It refuses every request with this status: `500 Internal Server Error`.
    Refuses(&'static str),
    /// It reads and never answers.
    Hangs,
}

/// One span that was taken.
#[expect(clippy::struct_field_names, reason = "the words of OTLP")]
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    pub(crate) name: String,
    /// 32 hexadecimal digits.
    pub(crate) trace_id: String,
    /// 16 hexadecimal digits.
    pub(crate) span_id: String,
    /// 16 hexadecimal digits; `None` for a root.
    pub(crate) parent_id: Option<String>,
    /// Nanoseconds since 1970.
    pub(crate) start: u64,
    /// Nanoseconds since 1970.
    pub(crate) end: u64,
    /// Its status is that of an error.
    pub(crate) is_error: bool,
    /// What it says.
    pub(crate) attributes: Map<String, Value>,
    /// Who says it: `service.name` ...
    pub(crate) resource: Map<String, Value>,
}

/// One receiver.
#[derive(Debug)]
pub(crate) struct Otlp {
    endpoint: String,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    spans: Mutex<Vec<Span>>,
    /// How many spans each request had, taken or not.
    requests: Mutex<Vec<usize>>,
    /// Connections that wait for an answer.
    silent: Mutex<Vec<TcpStream>>,
}

impl Otlp {
    /// One that takes everything.
    pub(crate) fn start() -> Self {
        Self::of(Manner::Takes)
    }

    /// One of this manner, on 127.0.0.1.
    pub(crate) fn of(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("a port"));
        let seen = Arc::<Seen>::default();
        let seeing = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let seen = Arc::clone(&seeing);
                // A connection ends when whoever sends does.
                thread::spawn(move || drop(serve(stream, manner, &seen)));
            }
        });
        Self { endpoint, seen }
    }

    /// For `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The spans that were taken, in the order in which they came.
    pub(crate) fn spans(&self) -> Vec<Span> {
        held(&self.seen.spans).clone()
    }

    /// How many spans each request had that was read, taken or not.
    pub(crate) fn requests(&self) -> Vec<usize> {
        held(&self.seen.requests).clone()
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics while holding it")
}

fn serve(mut stream: TcpStream, manner: Manner, seen: &Seen) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(request) = http::read(&mut reader)? {
        let is_traces = request.start.get(1).map(String::as_str) == Some("/v1/traces");
        let is_protobuf = request.header("content-type") == Some("application/x-protobuf");
        if !(is_traces && is_protobuf) {
            http::answer(&mut stream, "415 Unsupported Media Type", &[], b"")?;
            continue;
        }
        let spans = spans_in(&request.body).map_err(io::Error::other)?;
        held(&seen.requests).push(spans.len());
        match manner {
            Manner::Wants(name, value) if request.header(name) != Some(value) => {
                http::answer(&mut stream, "401 Unauthorized", &[], b"unknown key")?;
            }
            Manner::Takes | Manner::Wants(..) => {
                held(&seen.spans).extend(spans);
                // An empty message: all were taken.
                http::answer(&mut stream, "200 OK", &[], b"")?;
            }
            Manner::Refuses(status) => http::answer(&mut stream, status, &[], b"no")?,
            Manner::Hangs => {
                held(&seen.silent).push(stream);
                return Ok(());
            }
        }
    }
    Ok(())
}

fn spans_in(body: &[u8]) -> Result<Vec<Span>, prost::DecodeError> {
    let request = ExportTraceServiceRequest::decode(body)?;
    let mut spans = Vec::new();
    for part in request.resource_spans {
        let resource = map(part.resource.map(|resource| resource.attributes).unwrap_or_default());
        for span in part.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            spans.push(span_of(span, resource.clone()));
        }
    }
    Ok(spans)
}

fn span_of(span: wire::Span, resource: Map<String, Value>) -> Span {
    let code = span.status.map(|status| status.code);
    Span {
        name: span.name,
        trace_id: hex(&span.trace_id),
        span_id: hex(&span.span_id),
        parent_id: Some(hex(&span.parent_span_id)).filter(|id| !id.is_empty()),
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano,
        is_error: code == Some(wire::status::StatusCode::Error as i32),
        attributes: map(span.attributes),
        resource,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes everything");
        text
    })
}

fn map(pairs: Vec<KeyValue>) -> Map<String, Value> {
    pairs.into_iter().map(|pair| (pair.key, plain(pair.value))).collect()
}

fn plain(value: Option<AnyValue>) -> Value {
    match value.and_then(|value| value.value) {
        Some(Any::StringValue(text)) => text.into(),
        Some(Any::BoolValue(is)) => is.into(),
        Some(Any::IntValue(number)) => number.into(),
        Some(Any::DoubleValue(number)) => number.into(),
        Some(Any::ArrayValue(list)) => list.values.into_iter().map(|value| plain(Some(value))).collect(),
        Some(Any::KvlistValue(list)) => map(list.values).into(),
        Some(Any::BytesValue(bytes)) => hex(&bytes).into(),
        // Indices into tables that traces don't have.
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn body() -> Vec<u8> {
        let text = AnyValue { value: Some(Any::StringValue("here".to_owned())) };
        let attribute = KeyValue { key: "where".to_owned(), value: Some(text), ..KeyValue::default() };
        let span = wire::Span {
            name: "child".to_owned(),
            trace_id: vec![0xab; 16],
            span_id: vec![1; 8],
            attributes: vec![attribute],
            ..wire::Span::default()
        };
        let scope = wire::ScopeSpans { spans: vec![span], ..wire::ScopeSpans::default() };
        let part = wire::ResourceSpans { scope_spans: vec![scope], ..wire::ResourceSpans::default() };
        ExportTraceServiceRequest { resource_spans: vec![part] }.encode_to_vec()
    }

    fn post(otlp: &Otlp, headers: &str) -> String {
        use std::io::{Read as _, Write as _};
        let address: SocketAddr = otlp.endpoint().trim_start_matches("http://").parse().unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let body = body();
        let head = format!(
            "POST /v1/traces HTTP/1.1\r\ncontent-type: application/x-protobuf\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    }

    #[test]
    fn spans_are_taken_and_told() {
        let otlp = Otlp::start();
        assert_eq!(post(&otlp, ""), "200");
        let spans = otlp.spans();
        assert_eq!((spans[0].name.as_str(), &spans[0].parent_id), ("child", &None));
        assert_eq!(spans[0].trace_id, "ab".repeat(16));
        assert_eq!(spans[0].attributes["where"], "here");
    }

    #[test]
    fn whoever_has_no_key_is_refused() {
        let otlp = Otlp::of(Manner::Wants("x-key", "abc"));
        assert_eq!(post(&otlp, ""), "401");
        assert_eq!(post(&otlp, "x-key: abc\r\n"), "200");
        assert_eq!((otlp.spans().len(), otlp.requests().len()), (1, 2));
    }

    #[test]
    fn refusals_have_their_status_and_are_counted() {
        let otlp = Otlp::of(Manner::Refuses("500 Internal Server Error"));
        assert_eq!(post(&otlp, ""), "500");
        assert_eq!((otlp.spans().len(), otlp.requests()), (0, vec![1]));
    }
}
