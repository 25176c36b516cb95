//! SNS that can refuse and hang, and what a test can ask of it.

use std::ops::Deref;

use serde_json::{Value, json};

use super::http;
use super::servers::Server;

/// The stand-in of SNS with faults, before another: `tests/servers/topic.py`.
#[derive(Debug)]
pub(crate) struct Topic(Server);

impl Topic {
    /// One of its own, which hands on what is not to go wrong.
    pub(crate) fn before(other: &Server) -> Self {
        Self(Server::start("topic.py", &["--to", &other.endpoint()]))
    }

    /// The messages of every call of `PublishBatch`, in order.
    pub(crate) fn batches(&self) -> Vec<Vec<String>> {
        let state = self.control("GET", "state", &Value::Null);
        serde_json::from_value(state["batches"].clone()).expect("lists of texts")
    }

    /// The first entry of so many batches is refused for now.
    pub(crate) fn refuse(&self, count: u32) {
        self.control("POST", "fault", &json!({"kind": "refuse", "count": count}));
    }

    /// So many batches are neither answered nor published.
    pub(crate) fn hang(&self, count: u32) {
        self.control("POST", "fault", &json!({"kind": "hang", "count": count}));
    }

    fn control(&self, method: &str, what: &str, body: &Value) -> Value {
        let (path, body) = (format!("/_control/{what}"), body.to_string());
        let (status, answer) = http::call(self.0.port(), method, &path, body.as_bytes()).expect("an answer");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
        serde_json::from_slice(&answer).expect("JSON")
    }
}

impl Deref for Topic {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}
