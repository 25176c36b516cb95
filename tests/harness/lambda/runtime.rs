//! The Lambda Runtime API of 2018-06-01: hands out invocations and takes their ends.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::super::http::{self, Message};
use super::Invocation;

const PREFIX: &str = "/2018-06-01/runtime/";

/// The most bytes of an answer that Lambda takes.
const RESPONSE_BYTES: usize = 6 * 1024 * 1024 + 100;

/// One invocation.
#[derive(Debug)]
pub(crate) struct Job {
    /// Its request id.
    pub(crate) id: String,
    /// What Lambda says of its trace.
    pub(crate) trace: String,
    payload: Vec<u8>,
    limit: Duration,
    /// When it was taken, and what it came to.
    progress: Mutex<(Option<Instant>, Option<Invocation>)>,
    changed: Condvar,
}

impl Job {
    /// When the function took it.
    pub(crate) fn taken(&self) -> Option<Instant> {
        self.held().0
    }

    /// What it came to.
    pub(crate) fn outcome(&self) -> Option<Invocation> {
        self.held().1.clone()
    }

    /// Waits a moment, not past its end.
    pub(crate) fn rest(&self, moment: Duration) {
        let ended = self.changed.wait_timeout_while(self.held(), moment, |progress| progress.1.is_none());
        drop(ended.expect("nobody panics while holding a job"));
    }

    /// The first end counts.
    fn end(&self, outcome: Invocation) {
        self.held().1.get_or_insert(outcome);
        self.changed.notify_all();
    }

    fn held(&self) -> MutexGuard<'_, (Option<Instant>, Option<Invocation>)> {
        self.progress.lock().expect("nobody panics while holding a job")
    }
}

/// The API, on a port of its own.
#[derive(Debug)]
pub(crate) struct Runtime {
    address: SocketAddr,
    started: Instant,
    state: Mutex<State>,
    given: Condvar,
}

#[derive(Debug, Default)]
struct State {
    count: u64,
    waiting: VecDeque<Arc<Job>>,
    /// What a function holds.
    taken: HashMap<String, Arc<Job>>,
    first_poll: Option<Duration>,
    init_error: Option<Value>,
    stopped: bool,
}

impl Runtime {
    /// Listens; ends with [`Runtime::stop`].
    pub(crate) fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("a port");
        let (state, given) = (Mutex::default(), Condvar::new());
        let runtime = Arc::new(Self { address, started: Instant::now(), state, given });
        let serving = Arc::clone(&runtime);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.held().stopped {
                    return;
                }
                let serving = Arc::clone(&serving);
                // A connection ends when the function does.
                thread::spawn(move || drop(serving.serve(stream)));
            }
        });
        runtime
    }

    /// Host and port, as the environment of a function has them.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Queues an invocation. Its trace is what Lambda says of it; a sampled one of its own without.
    pub(crate) fn give(&self, payload: &[u8], limit: Duration, trace: Option<&str>) -> Arc<Job> {
        let mut state = self.held();
        state.count += 1;
        let count = state.count;
        let sampled =
            || format!("Root=1-5bef4de7-ad49b0e87f6e{count:012x};Parent=9a9197af{count:08x};Sampled=1");
        let job = Arc::new(Job {
            id: format!("8476a536-e9f4-11e8-9739-{count:012x}"),
            trace: trace.map_or_else(sampled, str::to_owned),
            payload: payload.to_vec(),
            limit,
            progress: Mutex::default(),
            changed: Condvar::new(),
        });
        state.waiting.push_back(Arc::clone(&job));
        self.given.notify_all();
        job
    }

    /// From the start to the first poll.
    pub(crate) fn first_poll(&self) -> Option<Duration> {
        self.held().first_poll
    }

    /// What the function said of its start.
    pub(crate) fn init_error(&self) -> Option<Value> {
        self.held().init_error.clone()
    }

    /// Hands out nothing any more, and listens no longer.
    pub(crate) fn stop(&self) {
        self.held().stopped = true;
        self.given.notify_all();
        // The listener sees that it is over when somebody comes.
        drop(TcpStream::connect(self.address));
    }

    fn held(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while holding the runtime")
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        while let Some(request) = http::read(&mut reader)? {
            let method = request.start.first().map_or("", String::as_str);
            let path = request.start.get(1).and_then(|path| path.strip_prefix(PREFIX)).unwrap_or_default();
            let parts: Vec<&str> = path.split('/').collect();
            match (method, parts.as_slice()) {
                ("GET", ["invocation", "next"]) => {
                    let Some(job) = self.next() else { return Ok(()) };
                    http::answer(&mut stream, "200 OK", &headers(&job), &job.payload)?;
                }
                ("POST", ["invocation", id, end @ ("response" | "error")]) => {
                    self.end(&mut stream, id, end, &request)?;
                }
                ("POST", ["init", "error"]) => {
                    self.held().init_error = Some(json_or_text(&request.body));
                    accept(&mut stream)?;
                }
                _ => refuse(&mut stream, "404 Not Found", "NoSuchPath")?,
            }
        }
        Ok(())
    }

    /// Waits for the next invocation; none when it is over.
    fn next(&self) -> Option<Arc<Job>> {
        let mut state = self.held();
        state.first_poll.get_or_insert_with(|| self.started.elapsed());
        let idle = |state: &mut State| state.waiting.is_empty() && !state.stopped;
        let mut state = self.given.wait_while(state, idle).expect("nobody panics while holding the runtime");
        let job = state.waiting.pop_front().filter(|_| !state.stopped)?;
        state.taken.insert(job.id.clone(), Arc::clone(&job));
        job.held().0 = Some(Instant::now());
        Some(job)
    }

    /// Lambda takes one end of what it has given, in time, and no more than a limit.
    fn end(&self, stream: &mut TcpStream, id: &str, end: &str, request: &Message) -> io::Result<()> {
        let Some(job) = self.held().taken.remove(id) else {
            return refuse(stream, "400 Bad Request", "InvalidRequestID");
        };
        if request.body.len() > RESPONSE_BYTES {
            job.end(Invocation::Err(json!({"errorType": "Function.ResponseSizeTooLarge"})));
            return refuse(stream, "413 Content Too Large", "RequestEntityTooLarge");
        }
        let value = json_or_text(&request.body);
        // The function is free again before the caller knows: two in a row meet the same environment.
        accept(stream)?;
        job.end(if end == "response" { Invocation::Ok(value) } else { Invocation::Err(value) });
        Ok(())
    }
}

fn headers(job: &Job) -> [(&'static str, String); 4] {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:tattletrail-test";
    [
        ("Lambda-Runtime-Aws-Request-Id", job.id.clone()),
        ("Lambda-Runtime-Deadline-Ms", (since_epoch + job.limit).as_millis().to_string()),
        ("Lambda-Runtime-Invoked-Function-Arn", arn.to_owned()),
        ("Lambda-Runtime-Trace-Id", job.trace.clone()),
    ]
}

fn accept(stream: &mut TcpStream) -> io::Result<()> {
    http::answer(stream, "202 Accepted", &[], br#"{"status":"OK"}"#)
}

fn refuse(stream: &mut TcpStream, status: &str, kind: &str) -> io::Result<()> {
    http::answer(stream, status, &[], json!({ "errorType": kind }).to_string().as_bytes())
}

/// An empty answer is `null`; what is no JSON is text.
fn json_or_text(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into())
}
