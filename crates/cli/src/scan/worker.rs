//! One file through the engine, in batches.
//!
//! A worker knows nothing of other files: whether a record is a copy of an earlier one is decided where all of them
//! come together, in the order of the files, so that the result does not depend on which thread was faster.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use tattletrail_engine::engine::{Engine, Read as Reading, Step};
use tattletrail_engine::ingest::{self, Ending, Item, Rejected, SkipReason};
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_telemetry::trace::{Stage, Stages};

use super::days::Days;
use super::filter::Filter;

/// How many records make a batch: enough to keep the channel quiet, few enough to keep memory flat.
const BATCH_RECORDS: usize = 1024;

/// How many findings or refusals end a batch early: they are the large part of it.
const BATCH_WEIGHT: usize = 128;

/// What is done with each file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) engine: &'a Engine,
    pub(super) filter: &'a Filter,
    /// Somebody wants to know how long it takes.
    pub(super) is_timed: bool,
}

/// What a worker tells of its file.
#[derive(Debug)]
pub(super) enum Message {
    Batch(Box<Batch>),
    End(Ending, Option<Box<Timing>>),
}

/// How long a file took.
#[derive(Debug)]
pub(super) struct Timing {
    pub(super) begin: SystemTime,
    pub(super) end: SystemTime,
    pub(super) stages: Stages,
}

/// The stage that a step of the engine is.
pub(super) fn stage_of(step: Step) -> Stage {
    match step {
        Step::Derive => Stage::Derive,
        Step::Match => Stage::Match,
    }
}

/// Some records of one file, in their order.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// One per record.
    pub(super) fingerprints: Vec<u64>,
    /// Records with findings, or that wait for their turn: index and what was read.
    pub(super) hits: Vec<(usize, Reading)>,
    /// The days of the records.
    pub(super) days: Days,
    /// Records that nobody asked about.
    pub(super) filtered: u64,
    pub(super) skipped: BTreeMap<SkipReason, u64>,
    pub(super) rejected: Vec<Rejected>,
}

impl Batch {
    fn is_full(&self) -> bool {
        self.fingerprints.len() >= BATCH_RECORDS || self.hits.len() + self.rejected.len() >= BATCH_WEIGHT
    }

    fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
            && self.filtered == 0
            && self.skipped.is_empty()
            && self.rejected.is_empty()
    }

    fn add(&mut self, item: Item, work: &Work<'_>, clock: Option<&mut Timing>) {
        match item {
            Item::Record(record) if work.filter.admits(&record) => self.process(record, work.engine, clock),
            Item::Record(_) => self.filtered += 1,
            Item::Skipped(reason) => *self.skipped.entry(reason).or_default() += 1,
            Item::Rejected(rejected) => self.rejected.push(rejected),
        }
    }

    fn process(&mut self, record: CloudTrailRecord, engine: &Engine, clock: Option<&mut Timing>) {
        let index = self.fingerprints.len();
        self.fingerprints.push(record.fingerprint());
        self.days.see(record.event_time());
        let reading = match clock {
            Some(clock) => engine.read_watched(record, &mut |step| clock.stages.enter(step.map(stage_of))),
            None => engine.read(record),
        };
        match reading {
            Reading::Done(found) if found.is_empty() => {}
            reading => self.hits.push((index, reading)),
        }
    }
}

/// Reads one file. `send` says whether anybody still listens; `bytes_read` counts what came off the disk.
pub(super) fn read_file(
    path: &Path,
    work: &Work<'_>,
    bytes_read: &AtomicU64,
    send: &mut dyn FnMut(Message) -> bool,
) {
    let mut batch = Batch::default();
    let mut listening = true;
    let mut clock = work.is_timed.then(Timing::start);
    let mut take = |item: Item| {
        enter(&mut clock, None);
        batch.add(item, work, clock.as_mut());
        if listening && batch.is_full() {
            listening = send(Message::Batch(Box::new(std::mem::take(&mut batch))));
        }
        enter(&mut clock, Some(Stage::Decode));
    };
    let ending = match open(path) {
        Ok(source) => ingest::read(Counted { source, bytes_read }, &mut take),
        Err(error) => Ending::Io(plain(&error)),
    };
    if !batch.is_empty() {
        send(Message::Batch(Box::new(batch)));
    }
    send(Message::End(ending, clock.map(Timing::over)));
}

fn enter(clock: &mut Option<Timing>, stage: Option<Stage>) {
    if let Some(clock) = clock {
        clock.stages.enter(stage);
    }
}

impl Timing {
    /// A file is read from now on.
    fn start() -> Self {
        let now = SystemTime::now();
        let mut stages = Stages::default();
        stages.enter(Some(Stage::Decode));
        Self { begin: now, end: now, stages }
    }

    /// It is read.
    fn over(mut self) -> Box<Self> {
        self.stages.enter(None);
        self.end = SystemTime::now();
        Box::new(self)
    }
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    if path.as_os_str() == "-" { Ok(Box::new(io::stdin())) } else { Ok(Box::new(File::open(path)?)) }
}

/// The error without the operating system's number.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Counts what is read, for the progress bar.
struct Counted<'a> {
    source: Box<dyn Read>,
    bytes_read: &'a AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
