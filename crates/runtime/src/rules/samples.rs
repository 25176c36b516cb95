//! Bundles and services for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use sha2::{Digest as _, Sha256};
use tattletrail_engine::ruleset::{RuleSet, RuleSource};

/// A bundle with one rule of this title.
pub(super) fn bundle(title: &str) -> Vec<u8> {
    let text = format!(
        "title: {title}\nid: 5d2f6f0e-8a52-4c3e-9f0b-3b8b6d9a7001\nlevel: high\nlogsource: {{product: aws, service: cloudtrail}}\n\
         detection:\n  s: {{eventName: StopLogging}}\n  condition: s\n"
    );
    RuleSet::from_sources([RuleSource::new("a.yml", text)]).unwrap().to_bundle().unwrap()
}

/// A bundle with a right hash in which a rule can't be read.
pub(super) fn with_a_broken_rule() -> Vec<u8> {
    let whole = bundle("a");
    let broken = (64..whole.len()).rev().map(|place| {
        let mut bytes = whole.clone();
        bytes[place] = 0xff;
        let digest = Sha256::new().chain_update(&bytes[..32]).chain_update(&bytes[64..]).finalize();
        bytes[32..64].copy_from_slice(&digest);
        bytes
    });
    let is_seen_late = |bytes: &Vec<u8>| {
        RuleSet::from_bundle(bytes.clone()).is_ok() && RuleSet::check_bundle(bytes.clone()).is_err()
    };
    broken.into_iter().find(is_seen_late).expect("some byte is of the rule alone")
}

/// A status, headers and a body; or none, ever.
pub(super) type Reply = Option<http::Response<SdkBody>>;

#[expect(clippy::unnecessary_wraps, reason = "beside it stands the reply that never comes")]
pub(super) fn reply(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut reply = http::Response::builder().status(status);
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        reply = reply.header(*name, *value);
    }
    Some(reply.body(SdkBody::from(body.to_vec())).unwrap())
}

/// A service that gives these answers, one after the other, and then none.
#[derive(Debug, Clone)]
pub(super) struct Replay {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A question as it came.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) uri: String,
    pub(super) body: String,
    headers: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

impl Replay {
    pub(super) fn of(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self { replies: Arc::new(Mutex::new(replies.into_iter().collect())), asked: Arc::default() }
    }

    pub(super) fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// More answers.
    pub(super) fn then(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl HttpConnector for Replay {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers =
            request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        self.asked.lock().unwrap().push(Asked { uri: request.uri().to_owned(), body, headers });
        match self.replies.lock().unwrap().pop_front() {
            Some(Some(reply)) => HttpConnectorFuture::ready(Ok(HttpResponse::try_from(reply).unwrap())),
            Some(None) => HttpConnectorFuture::new(std::future::pending()),
            None => HttpConnectorFuture::ready(Err(ConnectorError::io("nobody there".into()))),
        }
    }
}
