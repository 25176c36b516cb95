//! Records and findings put in the order of time, in bounded memory: what opened, what ended, what stands.
//!
//! In: findings about behaviour, and records that wait for their turn, roughly in order (files are read by delivery).
//! Out: [`Told`], by event time. Up to [`HELD`] entries are held back; when there are more, the older half is let go,
//! and each record of it meets the [`State`] that those before it left. So whatever comes no more than some thousand
//! entries too late still finds its place, and a scan with fewer is in perfect order whatever order its records came
//! in. What comes later than that is counted.
//!
//! Entries of the same second go by their eventID: CloudTrail's clock has no finer hand, and the order in which records
//! happen to be read must not decide what stands.

// The lives of findings.
mod lives;

// Writes of objects, kept apart.
mod objects;

use crate::engine::{Engine, Read, Waiting};
use crate::exposure::state::{Move, Origin, State};
use crate::finding::{Finding, Level};
use crate::ids::EventId;
use lives::Lives;
use objects::Objects;

/// How many entries are held back at most: some 10 MB of them.
pub const HELD: usize = 3072;

/// Records and findings on their way into order.
#[derive(Debug)]
pub struct Timeline<'e> {
    engine: &'e Engine,
    /// Findings below it are counted and not told.
    least: Level,
    held: Vec<Entry>,
    /// The event time of the last entry let go.
    reached: Option<String>,
    state: State,
    lives: Lives,
    objects: Objects,
    counts: Counts,
}

#[derive(Debug)]
enum Entry {
    Finding(Box<Finding>),
    Record(Box<Waiting>),
}

impl Entry {
    fn time(&self) -> Option<&str> {
        match self {
            Self::Finding(finding) => finding.event.time.as_deref(),
            Self::Record(waiting) => waiting.record.event_time(),
        }
    }

    fn event(&self) -> Option<&str> {
        match self {
            Self::Finding(finding) => finding.event.id.as_ref().map(EventId::as_str),
            Self::Record(waiting) => waiting.record.text("eventID"),
        }
    }
}

/// What a timeline tells.
#[derive(Debug)]
pub enum Told<'a> {
    /// A finding.
    Finding(Box<Finding>),
    /// What a call did to one exposure, whether a rule is about it or not.
    Exposure(&'a Move, &'a Origin),
    /// One record is through.
    Record(Verdict),
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Verdict {
    Matched,
    Undecidable,
    Unmatched,
}

/// What a timeline came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings about exposures that stand open at the end.
    pub still_open: usize,
    /// Endings of what was not seen open; they are left out.
    pub ends_of_nothing: usize,
    /// Entries that came when later ones had been let go already.
    pub late: usize,
    /// Findings below the least level.
    pub below_level: u64,
}

impl<'e> Timeline<'e> {
    /// An empty one, which tells findings of this level or above.
    pub fn new(engine: &'e Engine, least: Level) -> Self {
        Self {
            engine,
            least,
            held: Vec::new(),
            reached: None,
            state: State::default(),
            lives: Lives::default(),
            objects: Objects::default(),
            counts: Counts::default(),
        }
    }

    /// Takes what was read of a record; calls `tell` with whatever has its turn.
    pub fn add(&mut self, read: Read, tell: &mut dyn FnMut(Told<'_>)) {
        match read {
            Read::Waits(waiting) => {
                for read in self.objects.admit(waiting, &self.state) {
                    self.enter(read, tell);
                }
            }
            done @ Read::Done(_) => self.enter(done, tell),
        }
    }

    fn enter(&mut self, read: Read, tell: &mut dyn FnMut(Told<'_>)) {
        match read {
            Read::Waits(waiting) => self.push(Entry::Record(waiting), tell),
            Read::Done(findings) => {
                tell(Told::Record(if findings.is_empty() { Verdict::Unmatched } else { Verdict::Matched }));
                for finding in findings {
                    if finding.rule.level < self.least {
                        self.counts.below_level += 1;
                    } else {
                        self.push(Entry::Finding(Box::new(finding)), tell);
                    }
                }
            }
        }
    }

    /// Lets go of everything.
    pub fn finish(mut self, tell: &mut dyn FnMut(Told<'_>)) -> Counts {
        for read in std::mem::take(&mut self.objects).finish() {
            self.enter(read, tell);
        }
        self.let_go(self.held.len(), tell);
        self.counts.still_open = self.lives.standing();
        self.counts
    }

    fn push(&mut self, entry: Entry, tell: &mut dyn FnMut(Told<'_>)) {
        if self.reached.is_some() && entry.time() < self.reached.as_deref() {
            self.counts.late += 1;
        }
        self.held.push(entry);
        if self.held.len() >= HELD {
            self.let_go(HELD / 2, tell);
        }
    }

    fn let_go(&mut self, count: usize, tell: &mut dyn FnMut(Told<'_>)) {
        self.held.sort_by(|a, b| (a.time(), a.event()).cmp(&(b.time(), b.event())));
        let rest = self.held.split_off(count.min(self.held.len()));
        for entry in std::mem::replace(&mut self.held, rest) {
            if self.reached.as_deref() < entry.time() {
                self.reached = entry.time().map(str::to_owned);
            }
            match entry {
                Entry::Finding(finding) => tell(Told::Finding(finding)),
                Entry::Record(waiting) => self.settle(*waiting, tell),
            }
        }
    }

    fn settle(&mut self, mut waiting: Waiting, tell: &mut dyn FnMut(Told<'_>)) {
        let settled = self.engine.settle(&waiting, &mut self.state);
        let origin = Origin::of(&waiting.record);
        self.counts.ends_of_nothing += settled.applied.ends_of_nothing;
        let matched = !waiting.findings.is_empty() || !settled.findings.is_empty();
        tell(Told::Record(match settled.applied.undecidable {
            _ if matched => Verdict::Matched,
            Some(_) => Verdict::Undecidable,
            None => Verdict::Unmatched,
        }));
        for moved in &settled.applied.moves {
            tell(Told::Exposure(moved, &origin));
        }
        let behaviour = std::mem::take(&mut waiting.findings);
        for mut finding in behaviour.into_iter().chain(settled.findings) {
            if finding.rule.level < self.least {
                self.counts.below_level += 1;
            } else if self.lives.live_on(&mut finding, &origin) {
                tell(Told::Finding(Box::new(finding)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
