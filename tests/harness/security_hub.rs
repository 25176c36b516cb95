//! The stand-in of Security Hub, and what a test can ask of it.

use std::ops::Deref;

use serde_json::Value;

use super::http;
use super::servers::{ACCOUNT, Server};

/// The strict stand-in of Security Hub: `tests/servers/security_hub.py`.
#[derive(Debug)]
pub(crate) struct SecurityHub(Server);

impl SecurityHub {
    /// One of its own, with its options: `--unlimited`, `--account KEY=ACCOUNT`.
    pub(crate) fn start(options: &[&str]) -> Self {
        Self(Server::start("security_hub.py", &[&["--default-account", ACCOUNT], options].concat()))
    }

    /// All findings, the counts, and every call in order.
    pub(crate) fn state(&self) -> Value {
        self.control("GET", "state", &Value::Null)
    }

    /// One count of the state.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.state()["counts"][name].as_u64().unwrap_or_else(|| panic!("no count `{name}`"))
    }

    /// Lets something go wrong: `tests/servers/hub/faults.py` lists what.
    pub(crate) fn fault(&self, fault: &Value) {
        self.control("POST", "fault", fault);
    }

    /// Lets nothing go wrong any more.
    pub(crate) fn recover(&self) {
        self.control("POST", "recover", &Value::Null);
    }

    /// Forgets everything.
    pub(crate) fn reset(&self) {
        self.control("POST", "reset", &Value::Null);
    }

    fn control(&self, method: &str, what: &str, body: &Value) -> Value {
        let (path, body) = (format!("/_control/{what}"), body.to_string());
        let (status, answer) = http::call(self.0.port(), method, &path, body.as_bytes()).expect("an answer");
        let answer = serde_json::from_slice(&answer).expect("JSON");
        assert_eq!(status, 200, "{answer}");
        answer
    }
}

impl Deref for SecurityHub {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}
