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

// Things put in order.
mod order;

// The lives of findings.
mod lives;

// Writes of objects, kept apart.
mod objects;

// Whoever wants to know how long it takes.
mod watcher;

pub use lives::{Stand, live_on};
pub use order::{HELD, Order};

use crate::correlate::{Correlated, Correlator};
use crate::engine::{Engine, Filtered, Found, Read, Step, Waiting};
use crate::exposure::state::{Move, Origin, State};
use crate::finding::{Finding, Level};
use crate::ids::EventId;
use lives::Lives;
use objects::Objects;
use watcher::Watcher;

/// Records and findings on their way into order.
#[derive(Debug)]
pub struct Timeline<'e> {
    engine: &'e Engine,
    /// Findings below it are counted and not told.
    least: Level,
    order: Order<Entry>,
    state: State,
    lives: Lives,
    objects: Objects,
    correlator: Correlator,
    counts: Counts,
    watcher: Watcher<'e>,
}

#[derive(Debug)]
enum Entry {
    Finding(Box<Finding>),
    Record(Box<Waiting>),
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
    /// A filter suppressed a match.
    Suppressed(&'a Filtered),
    /// A filter that has ended would have suppressed a match; it is a finding.
    Lapsed(&'a Filtered),
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Verdict {
    Matched,
    Suppressed,
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
    /// What correlations came to.
    pub correlated: Correlated,
}

impl<'e> Timeline<'e> {
    /// An empty one, which tells findings of this level or above.
    pub fn new(engine: &'e Engine, least: Level) -> Self {
        Self {
            engine,
            least,
            order: Order::default(),
            state: State::default(),
            lives: Lives::default(),
            objects: Objects::default(),
            correlator: Correlator::default(),
            counts: Counts::default(),
            watcher: Watcher::default(),
        }
    }

    /// The same, and somebody is told which step begins, as in [`Engine::settle_watched`].
    #[must_use]
    pub fn watched(self, watch: impl FnMut(Option<Step>) + 'e) -> Self {
        Self { watcher: Watcher::of(watch), ..self }
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
            Read::Waits(waiting) => {
                let event = waiting.record.text("eventID").map(str::to_owned);
                let time = waiting.record.event_time().map(str::to_owned);
                self.push(time.as_deref(), event.as_deref(), Entry::Record(waiting), tell);
            }
            Read::Done(found) => {
                tell(Told::Record(verdict(&found, false)));
                for finding in self.aside(found, tell) {
                    if finding.rule.level < self.least {
                        self.counts.below_level += 1;
                    } else {
                        let event = finding.event.clone();
                        let name = event.id.as_ref().map(EventId::as_str);
                        self.push(event.time.as_deref(), name, Entry::Finding(Box::new(finding)), tell);
                    }
                }
            }
        }
    }

    /// Tells what filters did, and lets correlations count; the findings are left.
    fn aside(&mut self, found: Found, tell: &mut dyn FnMut(Told<'_>)) -> Vec<Finding> {
        for filtered in &found.suppressed {
            tell(Told::Suppressed(filtered));
        }
        for filtered in &found.lapsed {
            tell(Told::Lapsed(filtered));
        }
        for sighting in found.sightings {
            let found = self.correlator.add(self.engine.rules(), sighting);
            self.tell_several(found, tell);
        }
        found.findings
    }

    fn tell_several(&mut self, findings: Vec<Finding>, tell: &mut dyn FnMut(Told<'_>)) {
        for finding in findings {
            if finding.rule.level < self.least {
                self.counts.below_level += 1;
            } else {
                tell(Told::Finding(Box::new(finding)));
            }
        }
    }

    /// Lets go of everything; what several events came to is told at last.
    pub fn finish(mut self, tell: &mut dyn FnMut(Told<'_>)) -> Counts {
        for read in std::mem::take(&mut self.objects).finish() {
            self.enter(read, tell);
        }
        let rest = self.order.rest();
        self.let_go(rest, tell);
        let (several, correlated) = std::mem::take(&mut self.correlator).finish(self.engine.rules());
        self.tell_several(several, tell);
        self.counts.correlated = correlated;
        Counts { still_open: self.lives.standing(), late: self.order.late(), ..self.counts }
    }

    fn push(
        &mut self,
        time: Option<&str>,
        event: Option<&str>,
        entry: Entry,
        tell: &mut dyn FnMut(Told<'_>),
    ) {
        let ready = self.order.push(time, event, entry);
        self.let_go(ready, tell);
    }

    fn let_go(&mut self, ready: Vec<Entry>, tell: &mut dyn FnMut(Told<'_>)) {
        for entry in ready {
            match entry {
                Entry::Finding(finding) => tell(Told::Finding(finding)),
                Entry::Record(waiting) => self.settle(*waiting, tell),
            }
        }
    }

    fn settle(&mut self, mut waiting: Waiting, tell: &mut dyn FnMut(Told<'_>)) {
        let settled = self.watcher.settle(self.engine, &waiting, &mut self.state);
        let origin = Origin::of(&waiting.record);
        self.counts.ends_of_nothing += settled.applied.ends_of_nothing;
        let mut found = std::mem::take(&mut waiting.found);
        found.append(settled.found);
        tell(Told::Record(verdict(&found, settled.applied.undecidable.is_some())));
        for moved in &settled.applied.moves {
            tell(Told::Exposure(moved, &origin));
        }
        for mut finding in self.aside(found, tell) {
            if finding.rule.level < self.least {
                self.counts.below_level += 1;
            } else if self.lives.live_on(&mut finding, &origin) {
                tell(Told::Finding(Box::new(finding)));
            }
        }
    }
}

fn verdict(found: &Found, undecidable: bool) -> Verdict {
    match found {
        found if found.is_match() => Verdict::Matched,
        found if !found.suppressed.is_empty() => Verdict::Suppressed,
        _ if undecidable => Verdict::Undecidable,
        _ => Verdict::Unmatched,
    }
}

#[cfg(test)]
mod tests;
