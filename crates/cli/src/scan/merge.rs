//! Where the files come together: copies are dropped, records counted, and what they come to put in order.

use tattletrail_engine::engine::{Engine, Read};
use tattletrail_engine::finding::Level;
use tattletrail_engine::ingest::Ending;
use tattletrail_engine::render::text::neutralise;
use tattletrail_engine::timeline::{Timeline, Told, Verdict};

use super::inputs::Input;
use super::problem::{Problem, Trouble};
use super::seen::Seen;
use super::tally::Tally;
use super::worker::{Batch, Message};

/// The end of the way: everything the workers say comes here.
pub(super) struct Merge<'w> {
    pub(super) tally: Tally,
    seen: Seen,
    timeline: Timeline<'w>,
    teller: &'w mut dyn FnMut(Told<'_>, &mut Tally),
}

impl<'w> Merge<'w> {
    pub(super) fn new(
        engine: &'w Engine,
        least: Level,
        teller: &'w mut dyn FnMut(Told<'_>, &mut Tally),
    ) -> Self {
        Self { tally: Tally::default(), seen: Seen::new(), timeline: Timeline::new(engine, least), teller }
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
        for (index, fingerprint) in batch.fingerprints.into_iter().enumerate() {
            let reading = hits.next_if(|(hit, _)| *hit == index).map(|(_, reading)| reading);
            if self.seen.is_repeat(fingerprint) {
                self.tally.duplicates += 1;
                continue;
            }
            match reading {
                Some(reading) => self.reading(reading),
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

    fn reading(&mut self, reading: Read) {
        let (tally, teller) = (&mut self.tally, &mut self.teller);
        self.timeline.add(reading, &mut |told| tell(told, tally, teller));
    }

    /// Tells what is left, and returns the counts.
    pub(super) fn finish(mut self) -> Tally {
        let (tally, teller) = (&mut self.tally, &mut self.teller);
        let counts = self.timeline.finish(&mut |told| tell(told, tally, teller));
        self.tally.below_level = counts.below_level;
        self.tally.timeline = counts;
        self.tally.forgotten = self.seen.forgotten();
        self.tally
    }
}

/// Counts what became of a record; hands everything else on.
fn tell(told: Told<'_>, tally: &mut Tally, teller: &mut dyn FnMut(Told<'_>, &mut Tally)) {
    match told {
        Told::Record(Verdict::Matched) => tally.matched += 1,
        Told::Record(Verdict::Undecidable) => tally.undecidable += 1,
        Told::Record(Verdict::Unmatched) => tally.unmatched += 1,
        told => teller(told, tally),
    }
}
