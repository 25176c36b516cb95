//! Where the files come together: copies are dropped, records counted, and what was read of them handed on.

use std::path::Path;

use tattletrail_engine::engine::Read;
use tattletrail_engine::ingest::Ending;
use tattletrail_engine::render::text::neutralise;

use super::inputs::Input;
use super::problem::{Problem, Trouble};
use super::seen::Seen;
use super::tally::Tally;
use super::worker::{Batch, Message};

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
}

impl<'w> Merge<'w> {
    pub(super) fn new(taker: Taker<'w>) -> Self {
        Self { tally: Tally::default(), seen: Seen::new(), taker, goes_on: true }
    }

    /// Takes one message about a file; false if no more are wanted.
    pub(super) fn take(&mut self, file: &Input, message: Message) -> bool {
        match message {
            Message::Batch(batch) => self.batch(file, *batch),
            Message::End(ending) => self.end_of_file(file, ending),
        }
        self.goes_on
    }

    fn batch(&mut self, file: &Input, batch: Batch) {
        self.tally.records += batch.filtered + batch.fingerprints.len() as u64;
        self.tally.filtered += batch.filtered;
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

    fn end_of_file(&mut self, file: &Input, ending: Ending) {
        self.tally.files += 1;
        self.tally.bytes += file.bytes;
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
