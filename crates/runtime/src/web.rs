//! HTTP to what is no service of AWS, with the client that the SDK of AWS brings: one TLS stack, one set of certificates.

use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_http_client::default_connector;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};

use crate::late::Late;

/// The longest that a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(2);

/// The longest until an answer begins.
const READ: Duration = Duration::from_secs(5);

/// The longest for all of it.
const WHOLE: Duration = Duration::from_secs(10);

/// The most of an answer that is kept: what is sent here is answered in a few words.
const ANSWER_BYTES: usize = 64 * 1024;

/// A client that is made at its first use. It speaks HTTPS, and HTTP where an address says so.
#[derive(Debug)]
pub struct Web(Late<Option<SharedHttpConnector>>);

impl Default for Web {
    fn default() -> Self {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT).read_timeout(READ).build();
        Self(Late::new(move || default_connector(&settings, None)))
    }
}

#[async_trait]
impl HttpClient for Web {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        Ok(tokio::time::timeout(WHOLE, self.send(request)).await??)
    }
}

impl Web {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let connector = self.0.as_ref().ok_or("built without an HTTP client")?;
        let request = HttpRequest::try_from(request.map(SdkBody::from))?;
        let mut answer = connector.call(request).await?;
        let body = beginning(answer.take_body()).await?;
        let mut made = Response::builder().status(answer.status().as_u16());
        for (name, value) in answer.headers() {
            made = made.header(name, value);
        }
        Ok(made.body(body)?)
    }
}

async fn beginning(body: SdkBody) -> Result<Bytes, HttpError> {
    let mut stream = ByteStream::new(body);
    let mut kept = BytesMut::new();
    while kept.len() < ANSWER_BYTES
        && let Some(piece) = stream.next().await
    {
        kept.extend_from_slice(&piece?);
    }
    kept.truncate(ANSWER_BYTES);
    Ok(kept.freeze())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// Answers one request, and returns its address.
    fn answering(answer: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            // Whoever has read enough hangs up.
            drop(stream.write_all(&answer));
        });
        format!("http://{address}/x")
    }

    async fn get(address: &str) -> Result<Response<Bytes>, HttpError> {
        Web::default().send_bytes(Request::get(address).body(Bytes::new()).unwrap()).await
    }

    #[tokio::test]
    async fn status_headers_and_body_come_back() {
        let answer = b"HTTP/1.1 429 Too Many\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\nno".to_vec();
        let answer = get(&answering(answer)).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (429, &"7".parse().unwrap())
        );
        assert_eq!(answer.body(), "no");
    }

    #[tokio::test]
    async fn a_long_answer_is_cut() {
        let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
        let answer = get(&answering([head, vec![b'x'; 1_000_000]].concat())).await.unwrap();
        assert_eq!(answer.body().len(), ANSWER_BYTES);
    }

    #[tokio::test]
    async fn nobody_there_is_an_error() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(get(&format!("http://{free}/")).await.is_err());
    }
}
