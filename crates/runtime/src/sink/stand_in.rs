//! A server on this machine that answers as a service would, for tests: it takes down what it is asked.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// By their names in small letters.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The body as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// A status, a content type and a body.
    Reply(u16, &'static str, String),
    /// Nothing, ever.
    Silence,
    /// The end of the connection.
    HangUp,
}

impl Answer {
    /// JSON.
    pub(super) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::Reply(status, "application/json", body.to_string())
    }

    /// XML.
    pub(super) fn xml(status: u16, body: &str) -> Self {
        Self::Reply(status, "text/xml", body.to_owned())
    }
}

/// The server.
pub(super) struct StandIn {
    pub(super) url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl StandIn {
    /// Gives these answers, one after the other, and hangs up when there are none left.
    pub(super) fn scripted(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Mutex<VecDeque<Answer>> = Mutex::new(answers.into_iter().collect());
        Self::answering(move |_| answers.lock().unwrap().pop_front().unwrap_or(Answer::HangUp))
    }

    /// Answers each request by a function.
    pub(super) fn answering(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                std::thread::spawn(move || serve(&stream, &*answer, &log));
            }
        });
        Self { url, seen }
    }

    /// What was asked so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, answer: &(impl Fn(&Request) -> Answer + ?Sized), log: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let reply = answer(&request);
        log.lock().unwrap().push(request);
        match reply {
            Answer::Reply(status, kind, body) => {
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nsmithy-protocol: rpc-v2-cbor\r\n\
                     content-length: {}\r\n\r\n",
                    body.len()
                );
                let mut writer = stream;
                if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body.as_bytes())).is_err()
                {
                    return;
                }
            }
            Answer::Silence => std::thread::sleep(Duration::from_mins(10)),
            Answer::HangUp => return,
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body })
}
