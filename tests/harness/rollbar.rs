//! The stand-in of Rollbar: takes items, or does not.

use std::io::{self, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use super::http;

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It takes every item.
    Takes,
    /// It refuses every item with this status.
    Refuses(&'static str),
    /// It reads and never answers.
    Hangs,
}

/// One item, and how it came.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) path: String,
    pub(crate) token: Option<String>,
    pub(crate) text: String,
    /// `data` of the item.
    pub(crate) data: Value,
}

/// One account of Rollbar.
#[derive(Debug)]
pub(crate) struct Rollbar {
    endpoint: String,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    items: Mutex<Vec<Item>>,
    /// Connections that wait for an answer.
    silent: Mutex<Vec<TcpStream>>,
}

impl Rollbar {
    /// One that listens on 127.0.0.1.
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}/api/1/item/", listener.local_addr().expect("a port"));
        let seen = Arc::<Seen>::default();
        let seeing = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let seen = Arc::clone(&seeing);
                // A connection ends when the function does.
                thread::spawn(move || drop(serve(stream, manner, &seen)));
            }
        });
        Self { endpoint, seen }
    }

    /// Where items are posted.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What it was sent so far. An item that comes twice is one, by its `uuid`.
    pub(crate) fn items(&self) -> Vec<Item> {
        self.seen.items.lock().expect("nobody panics while holding items").clone()
    }
}

impl Seen {
    fn take(&self, item: Item) {
        let mut items = self.items.lock().expect("nobody panics while holding items");
        if items.iter().all(|known| known.data["uuid"] != item.data["uuid"]) {
            items.push(item);
        }
    }
}

fn serve(mut stream: TcpStream, manner: Manner, seen: &Seen) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(request) = http::read(&mut reader)? {
        let text = String::from_utf8_lossy(&request.body).into_owned();
        let mut whole: Value = serde_json::from_str(&text).map_err(io::Error::other)?;
        let item = Item {
            path: request.start.get(1).cloned().unwrap_or_default(),
            token: request.header("x-rollbar-access-token").map(str::to_owned),
            text,
            data: whole["data"].take(),
        };
        let uuid = item.data["uuid"].clone();
        seen.take(item);
        match manner {
            Manner::Takes => {
                let body = json!({"err": 0, "result": {"id": null, "uuid": uuid}}).to_string();
                http::answer(&mut stream, "200 OK", &[], body.as_bytes())?;
            }
            Manner::Refuses(status) => http::answer(&mut stream, status, &[], br#"{"err": 1}"#)?,
            Manner::Hangs => {
                seen.silent.lock().expect("nobody panics while holding streams").push(stream);
                return Ok(());
            }
        }
    }
    Ok(())
}
