//! The X-Ray daemon that Lambda runs beside a function, as far as it takes documents: a UDP socket.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Before each document.
const HEADER: &str = "{\"format\": \"json\", \"version\": 1}\n";

/// What the test sends itself, behind all that a function has sent.
const MARK: &[u8] = b"mark";

/// The most that X-Ray takes in one document.
const MOST_BYTES: usize = 64 * 1024;

/// How long to wait for a document that was sent.
const PATIENCE: Duration = Duration::from_secs(20);

/// A daemon. What breaks the format stops the test.
#[derive(Debug)]
pub(crate) struct Daemon {
    address: SocketAddr,
    documents: Arc<Mutex<Vec<Result<Value, String>>>>,
    marks: Arc<AtomicUsize>,
}

impl Daemon {
    /// Listens on a port of its own.
    pub(crate) fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let address = socket.local_addr().expect("a port");
        let (documents, marks) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<AtomicUsize>::default());
        let (taken, seen) = (Arc::clone(&documents), Arc::clone(&marks));
        thread::spawn(move || {
            let mut buffer = vec![0; 70_000];
            while let Ok(length) = socket.recv(&mut buffer) {
                match &buffer[..length] {
                    MARK => drop(seen.fetch_add(1, Ordering::SeqCst)),
                    datagram => taken.lock().unwrap().push(read(datagram)),
                }
            }
        });
        Self { address, documents, marks }
    }

    /// As `AWS_XRAY_DAEMON_ADDRESS` has it.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// What came so far.
    #[track_caller]
    pub(crate) fn documents(&self) -> Vec<Value> {
        self.documents.lock().unwrap().iter().map(|read| read.clone().unwrap()).collect()
    }

    /// The documents of a trace, as soon as they are enough and all that was sent with them is read: a function sends a trace
    /// before it answers, in the order in which its spans began, and a mark is sent behind them.
    #[track_caller]
    pub(crate) fn trace_until(&self, trace: &str, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let until = Instant::now() + PATIENCE;
        let mut drained = false;
        loop {
            let mut found = self.documents();
            found.retain(|document| document["trace_id"] == trace);
            if enough(&found) && drained {
                return found;
            }
            drained = enough(&found);
            assert!(Instant::now() < until, "not enough of {trace}: {found:#?}");
            self.mark(until);
        }
    }

    /// Returns when all is read that lies in the socket now.
    #[track_caller]
    fn mark(&self, until: Instant) {
        let before = self.marks.load(Ordering::SeqCst);
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        while self.marks.load(Ordering::SeqCst) == before {
            assert!(Instant::now() < until, "the daemon does not read");
            // Where the socket is full a mark is lost like any other datagram.
            socket.send_to(MARK, self.address).expect("a datagram");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn read(datagram: &[u8]) -> Result<Value, String> {
    if datagram.len() > MOST_BYTES {
        return Err(format!("a document of {} bytes", datagram.len()));
    }
    let text = std::str::from_utf8(datagram).map_err(|error| error.to_string())?;
    let document = text.strip_prefix(HEADER).ok_or_else(|| format!("no header: {text}"))?;
    let document: Value = serde_json::from_str(document).map_err(|error| error.to_string())?;
    for key in ["name", "id", "trace_id", "start_time", "end_time"] {
        document.get(key).ok_or_else(|| format!("no `{key}`: {document}"))?;
    }
    Ok(document)
}
