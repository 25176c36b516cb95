//! Trail files: fetched, inflated and read as a stream, in bounded memory.

use std::io::{self, Read};

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use tattletrail_engine::ingest::{self, Ending, Item};
use tattletrail_telemetry::trace::{Stage, Stages};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::io::SyncIoBridge;

use super::{Invocation, kind_of};
use crate::deadline::Deadline;
use crate::receive::Message;
use crate::receive::objects::{Named, Object, named};

/// How many records are read ahead of those that are taken in.
const AHEAD: usize = 256;

/// Why a file was not read to its end.
const TIME_OVER: &str = "the time was over";

impl Invocation<'_> {
    /// Takes in the objects that a message names.
    pub(super) async fn objects(&mut self, number: usize, message: &Message) {
        if self.is_schedule(number, message) {
            return;
        }
        match named(&message.body) {
            Named::Nothing(kind) => self.intake.skip(kind),
            Named::Unknown => {
                self.intake.reject("no S3 notification");
                let reasons = vec!["neither an S3 notification nor a list of keys".to_owned()];
                let rejected = self.rejected(reasons, None).with_payload(&message.body);
                self.rejected.push((number, rejected));
            }
            Named::Objects(objects) => {
                for object in objects {
                    let _is_whole = self.object(number, &object).await;
                }
            }
        }
    }

    /// Takes in one object; false if it was not read to its end.
    pub(super) async fn object(&mut self, number: usize, object: &Object) -> bool {
        let place = object.place();
        let stream = match self.open(object).await {
            Ok(stream) => stream,
            Err(code) if code == "NoSuchKey" || code == "NoSuchVersion" => {
                self.intake.reject("no such object");
                self.refuse(number, vec!["there is no such object any more".to_owned()], place);
                return false;
            }
            Err(code) => {
                self.intake.lose(number, format!("{place} can't be fetched: {code}"));
                return false;
            }
        };
        let (reasons, ending) = self.stream(number, stream).await;
        let is_whole = ending.is_complete();
        tracing::debug!(
            message_number = number,
            kind = if is_whole { "whole" } else { kind_of(&ending) },
            records = self.intake.counts().received,
            rejected = reasons.len(),
            "an object was read"
        );
        match ending {
            // What broke off may be whole the next time.
            Ending::Io(why) => self.intake.lose(number, format!("{place}: {why}")),
            ending if !is_whole => {
                self.intake.reject(kind_of(&ending));
                self.refuse(number, reasons.into_iter().chain([ending.to_string()]).collect(), place);
            }
            _ if !reasons.is_empty() => self.refuse(number, reasons, place),
            _ => {}
        }
        is_whole
    }

    fn refuse(&mut self, number: usize, reasons: Vec<String>, place: String) {
        let rejected = self.rejected(reasons, Some(place));
        self.rejected.push((number, rejected));
    }

    pub(super) async fn open(&self, object: &Object) -> Result<ByteStream, String> {
        let late = || Err("no answer in time".to_owned());
        self.deadline.limit(self.fetch(object)).await.unwrap_or_else(late)
    }

    async fn fetch(&self, object: &Object) -> Result<ByteStream, String> {
        let get = self.function.store.get_object().bucket(&object.bucket).key(&object.key);
        let got = get.set_version_id(object.version.clone()).send().await;
        got.map(|got| got.body).map_err(|error| error.code().unwrap_or("no answer").to_owned())
    }

    async fn stream(&mut self, number: usize, stream: ByteStream) -> (Vec<String>, Ending) {
        let mut reading = Reading::of(stream);
        let mut reasons = Vec::new();
        while let Some(item) = reading.next(&self.deadline).await {
            if let Item::Rejected(rejected) = &item {
                reasons.push(rejected.to_string());
            }
            self.intake.add(number, item).await;
        }
        let (ending, stages) = reading.end().await;
        self.intake.stages().absorb(stages);
        (reasons, ending)
    }
}

/// A stream that is read on a thread of its own, since inflating and cutting into records is work without pause. When the
/// time is over nobody waits for the rest.
pub(super) struct Reading {
    items: mpsc::Receiver<Item>,
    reader: JoinHandle<(Ending, Stages)>,
    is_late: bool,
}

impl Reading {
    pub(super) fn of(stream: ByteStream) -> Self {
        let (sender, items) = mpsc::channel(AHEAD);
        let source = Wanted { stream: SyncIoBridge::new(stream.into_async_read()), takers: sender.clone() };
        let reader = tokio::task::spawn_blocking(move || read(source, &sender));
        Self { items, reader, is_late: false }
    }

    /// The next of what is in the stream; `None` at its end, and when the time is over.
    pub(super) async fn next(&mut self, deadline: &Deadline) -> Option<Item> {
        // A stream that never pauses is not waited for, so that the time is looked at for each item.
        let next = if deadline.is_over() { None } else { deadline.limit(self.items.recv()).await };
        self.is_late = next.is_none();
        next?
    }

    /// How it ended, and where the time went.
    pub(super) async fn end(self) -> (Ending, Stages) {
        if self.is_late {
            return (Ending::Io(TIME_OVER.to_owned()), Stages::default());
        }
        let broken = |_| (Ending::Io("the reader broke down".to_owned()), Stages::default());
        self.reader.await.unwrap_or_else(broken)
    }
}

/// Cuts a stream into records, and counts the time that takes, without that in which nobody wants one.
fn read(source: impl Read, takers: &mpsc::Sender<Item>) -> (Ending, Stages) {
    let mut stages = Stages::default();
    stages.enter(Some(Stage::Decode));
    let ending = ingest::read(source, &mut |item| {
        stages.enter(None);
        drop(takers.blocking_send(item));
        stages.enter(Some(Stage::Decode));
    });
    stages.enter(None);
    (ending, stages)
}

/// A stream that breaks off when nobody takes in any more what is read of it.
struct Wanted<R> {
    stream: R,
    takers: mpsc::Sender<Item>,
}

impl<R: Read> Read for Wanted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.takers.is_closed() {
            return Err(io::Error::other(TIME_OVER));
        }
        self.stream.read(bytes)
    }
}
