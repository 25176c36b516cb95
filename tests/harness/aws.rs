//! Calls of AWS from tests, without an SDK: all go through one `tests/servers/aws.py`.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::servers::{ACCOUNT, script};

/// The longest that a call may take: more than the longest poll of a queue.
const PATIENCE: Duration = Duration::from_mins(2);

/// Somebody who calls AWS.
#[derive(Debug, Clone)]
pub(crate) struct Aws {
    endpoint: String,
    region: String,
    account: String,
}

impl Aws {
    /// Calls an endpoint in us-east-1 as [`ACCOUNT`].
    pub(crate) fn at(endpoint: &str) -> Self {
        Self { endpoint: endpoint.to_owned(), region: "us-east-1".to_owned(), account: ACCOUNT.to_owned() }
    }

    /// The same in another Region.
    pub(crate) fn region(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }

    /// The same with another access key: for ministack an account, for the stand-in of Security Hub a key it knows.
    pub(crate) fn account(&self, account: &str) -> Self {
        Self { account: account.to_owned(), ..self.clone() }
    }

    /// An operation by its Python name, which has to succeed.
    #[track_caller]
    pub(crate) fn call(&self, service: &str, operation: &str, parameters: Value) -> Value {
        let answer = self.try_call(service, operation, parameters);
        answer.unwrap_or_else(|error| panic!("{service} {operation}: {error}"))
    }

    /// An operation by its Python name; an error has `code`, `message` and `response`.
    pub(crate) fn try_call(&self, service: &str, operation: &str, parameters: Value) -> Result<Value, Value> {
        let mut request = json!({"service": service, "operation": operation});
        request["parameters"] = parameters;
        for (key, value) in
            [("endpoint", &self.endpoint), ("region", &self.region), ("account", &self.account)]
        {
            request[key] = value.as_str().into();
        }
        let mut answer = caller().ask(request);
        match answer.get_mut("ok") {
            Some(ok) => Ok(ok.take()),
            None => Err(answer["error"].take()),
        }
    }
}

/// The one process, which ends with this one.
#[derive(Debug)]
struct Caller {
    input: Mutex<(u64, ChildStdin)>,
    waiting: Waiting,
    _child: Child,
}

type Waiting = Arc<Mutex<HashMap<u64, Sender<Value>>>>;

fn caller() -> &'static Caller {
    static CALLER: OnceLock<Caller> = OnceLock::new();
    CALLER.get_or_init(|| {
        let mut child =
            script("aws.py").stderr(std::process::Stdio::inherit()).spawn().expect("Python starts");
        let input = Mutex::new((0, child.stdin.take().expect("a pipe")));
        let (waiting, output) = (Waiting::default(), child.stdout.take().expect("a pipe"));
        hand_out(output, Arc::clone(&waiting));
        Caller { input, waiting, _child: child }
    })
}

/// Gives each answer to whoever waits for it.
fn hand_out(output: ChildStdout, waiting: Waiting) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            let answer: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
            let id = answer["id"].as_u64().expect("an id");
            let asked = waiting.lock().expect("nobody panics while waiting").remove(&id);
            // Nobody listens any more where the test gave up.
            drop(asked.map(|asked| asked.send(answer)));
        }
    });
}

impl Caller {
    fn ask(&self, mut request: Value) -> Value {
        let (send, receive) = channel();
        {
            let mut input = self.input.lock().expect("nobody panics while asking");
            input.0 += 1;
            request["id"] = input.0.into();
            self.waiting.lock().expect("nobody panics while waiting").insert(input.0, send);
            writeln!(input.1, "{request}").expect("the caller of AWS runs");
        }
        receive.recv_timeout(PATIENCE).expect("an answer of AWS")
    }
}
