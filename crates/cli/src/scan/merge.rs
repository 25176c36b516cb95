//! Where the files come together: copies are dropped, records counted, and what was read of them handed on.

use std::path::Path;

use tattletrail_engine::engine::Read;
use tattletrail_engine::ingest::Ending;
use tattletrail_engine::render::text::neutralise;
use tattletrail_telemetry::trace::spans::FileSaid;

use super::inputs::Input;
use super::problem::{Problem, Trouble};
use super::seen::Seen;
use super::tally::Tally;
use super::trace::Traced;
use super::worker::{Batch, Message, Timing};

/// What was read of a record that may come to something. Records come in the order of the files, each once.
#[derive(Debug)]
pub struct Reading<'f> {
    /// The file.
    pub file: &'f Path,
    /// What was read of it: never nothing.
    pub read: Read,
}

/// Takes what was read; false if it wants no more.
pub(super) type Taker<'t> = &'t mut dyn FnMut(Reading<'_>, &mut Tally) -> bool;

/// The end of the way: everything the workers say comes here.
pub(super) struct Merge<'w> {
    pub(super) tally: Tally,
    seen: Seen,
    taker: Taker<'w>,
    goes_on: bool,
    /// Records of the file that is being read.
    records: u64,
    /// What of it is refused.
    rejected: u64,
    traced: Option<&'w Traced>,
}

impl<'w> Merge<'w> {
    pub(super) fn new(taker: Taker<'w>, traced: Option<&'w Traced>) -> Self {
        let (tally, seen) = (Tally::default(), Seen::new());
        Self { tally, seen, taker, goes_on: true, records: 0, rejected: 0, traced }
    }

    /// Takes one message about a file; false if no more are wanted.
    pub(super) fn take(&mut self, file: &Input, message: Message) -> bool {
        match message {
            Message::Batch(batch) => self.batch(file, *batch),
            Message::End(ending, timing) => self.end_of_file(file, ending, timing),
        }
        self.goes_on
    }

    fn batch(&mut self, file: &Input, batch: Batch) {
        let records = batch.filtered + batch.fingerprints.len() as u64;
        self.tally.records += records;
        self.records += records;
        self.rejected += batch.rejected.len() as u64;
        self.tally.filtered += batch.filtered;
        self.tally.days.join(&batch.days);
        for (reason, count) in batch.skipped {
            *self.tally.skipped.entry(reason).or_default() += count;
        }
        for rejected in batch.rejected {
            *self.tally.rejected.entry(rejected.reason.kind()).or_default() += 1;
            self.tally.tell(format!("{}: {rejected}", neutralise(&file.path.display().to_string())));
        }
        let mut hits = batch.hits.into_iter().peekable();
        for (index, fingerprint) in batch.fingerprints.into_iter().enumerate() {
            let reading = hits.next_if(|(hit, _)| *hit == index).map(|(_, reading)| reading);
            if self.seen.is_repeat(fingerprint) {
                self.tally.duplicates += 1;
                continue;
            }
            match reading {
                Some(read) => {
                    let reading = Reading { file: &file.path, read };
                    self.goes_on &= (self.taker)(reading, &mut self.tally);
                }
                None => self.tally.unmatched += 1,
            }
        }
    }

    fn end_of_file(&mut self, file: &Input, ending: Ending, timing: Option<Box<Timing>>) {
        self.tally.files += 1;
        self.tally.bytes += file.bytes;
        let records = std::mem::take(&mut self.records);
        let rejected = std::mem::take(&mut self.rejected);
        let path = || neutralise(&file.path.display().to_string()).into_owned();
        let why = (!ending.is_complete()).then(|| ending.to_string());
        if let Some(why) = &why {
            tracing::info!(file.path = path(), records, rejected, why, "file not read in full");
        } else {
            tracing::debug!(file.path = path(), records, rejected, "file read");
        }
        if let (Some(traced), Some(timing)) = (self.traced, timing) {
            let Timing { begin, end, stages } = *timing;
            traced.stages(stages);
            traced.file(FileSaid { path: path(), begin, end, bytes: file.bytes, records, rejected, why });
        }
        if !ending.is_complete() {
            self.tally.problem(&Problem::new(&file.path, Trouble::Ended(ending)), file.named);
        }
    }

    /// Returns the counts.
    pub(super) fn finish(mut self) -> Tally {
        self.tally.forgotten = self.seen.forgotten();
        self.tally.stopped = !self.goes_on;
        self.tally
    }
}
