//! Where the files come together: copies are dropped, records counted, findings put in order and written.

use std::io;

use tattletrail_engine::finding::{Finding, Level};
use tattletrail_engine::ingest::Ending;
use tattletrail_engine::render::text::neutralise;
use tattletrail_engine::timeline::Timeline;

use super::inputs::Input;
use super::problem::{Problem, Trouble};
use super::seen::Seen;
use super::tally::Tally;
use super::worker::{Batch, Message};
use crate::output::Writer;

/// The end of the way: everything the workers say comes here.
pub(super) struct Merge<'w> {
    pub(super) tally: Tally,
    seen: Seen,
    timeline: Timeline,
    min_level: Level,
    desk: Desk<'w>,
}

impl<'w> Merge<'w> {
    pub(super) fn new(min_level: Level, writer: &'w mut Writer) -> Self {
        Self {
            tally: Tally::default(),
            seen: Seen::new(),
            timeline: Timeline::default(),
            min_level,
            desk: Desk { writer, failure: None },
        }
    }

    /// Takes one message about a file.
    pub(super) fn take(&mut self, file: &Input, message: Message) {
        match message {
            Message::Batch(batch) => self.batch(file, *batch),
            Message::End(ending) => self.end_of_file(file, ending),
        }
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
        let mut undecidable = batch.undecidable.into_iter().peekable();
        for (index, fingerprint) in batch.fingerprints.into_iter().enumerate() {
            let findings = hits.next_if(|(hit, _)| *hit == index).map(|(_, findings)| findings);
            let undecided = undecidable.next_if(|undecided| *undecided == index).is_some();
            if self.seen.is_repeat(fingerprint) {
                self.tally.duplicates += 1;
                continue;
            }
            match findings {
                Some(findings) => {
                    self.tally.matched += 1;
                    for finding in findings {
                        self.finding(finding);
                    }
                }
                None if undecided => self.tally.undecidable += 1,
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

    fn finding(&mut self, finding: Finding) {
        if finding.rule.level < self.min_level {
            self.tally.below_level += 1;
            return;
        }
        let (tally, desk) = (&mut self.tally, &mut self.desk);
        self.timeline.add(finding, &mut |finding| desk.write(&finding, tally));
    }

    /// Writes what is left, and returns the counts.
    pub(super) fn finish(mut self) -> (Tally, io::Result<()>) {
        let (tally, desk) = (&mut self.tally, &mut self.desk);
        let counts = self.timeline.finish(&mut |finding| desk.write(&finding, tally));
        self.tally.timeline = counts;
        self.tally.forgotten = self.seen.forgotten();
        let written = match self.desk.failure.take() {
            Some(failure) => Err(failure),
            None => self.desk.writer.finish(),
        };
        (self.tally, written)
    }
}

/// Where findings are written and counted.
struct Desk<'w> {
    writer: &'w mut Writer,
    /// The first failure to write; nothing is written after it.
    failure: Option<io::Error>,
}

impl Desk<'_> {
    fn write(&mut self, finding: &Finding, tally: &mut Tally) {
        tally.finding(finding);
        if self.failure.is_none() {
            self.failure = self.writer.write(finding).err();
        }
    }
}
