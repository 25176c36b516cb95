//! One record through the engine: changes derived, rules matched, findings told.
//!
//! A rule that names an `exposure.` field is tried once per change, the others once per record. A change that ends an
//! exposure is matched as the beginning it undoes: what opened a finding under a rule closes it under the same rule,
//! whichever call did either.
//!
//! [`Engine::process`] is the answer of one record by itself. Where there are many, [`Engine::read`] does what needs no
//! other record (on any thread), and [`Engine::settle`] the rest, in the order of time.

// What the rules find in a record.
mod found;

pub use found::{Filtered, Found};

use crate::event::Event;
use crate::exposure::state::{Applied, Home, Move, State, concerns};
use crate::exposure::{self, Derived, Effect, ExposureChange, Undecidable};
use crate::finding::{Finding, Status};
use crate::json::Document;
use crate::record::CloudTrailRecord;
use crate::resource::resource_of;
use crate::ruleset::{RuleSet, Scope};

/// The rules, ready to be asked.
#[derive(Debug)]
pub struct Engine {
    rules: RuleSet,
}

/// A part of the work on one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// What it did to exposures, and to what stands.
    Derive,
    /// What the rules find in it.
    Match,
}

/// Told which step begins; `None` at the end of the last. The engine has no clock: whoever wants to know how long a step
/// takes has one.
pub type Watch<'w> = &'w mut dyn FnMut(Option<Step>);

/// What one record came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What the rules find in it.
    pub found: Found,
    /// Why an exposure change might be hidden in the record.
    pub undecidable: Option<Undecidable>,
}

/// What one record came to so far.
#[derive(Debug)]
pub enum Read {
    /// All there is: what was found about behaviour.
    Done(Found),
    /// What it did to exposures depends on the records before it.
    Waits(Box<Waiting>),
}

/// A record whose turn is yet to come.
#[derive(Debug)]
pub struct Waiting {
    pub(crate) record: CloudTrailRecord,
    pub(crate) derived: Derived,
    /// What was found about behaviour.
    pub(crate) found: Found,
}

impl Waiting {
    /// The record.
    pub fn record(&self) -> &CloudTrailRecord {
        &self.record
    }

    /// What was found about behaviour.
    pub fn behaviour(&self) -> &Found {
        &self.found
    }
}

/// What a record came to in its turn.
#[derive(Debug, Default)]
pub struct Settled {
    /// What was found about exposures: ends before beginnings.
    pub found: Found,
    /// What it did, and why it might have done more.
    pub applied: Applied,
}

impl Engine {
    /// An engine with these rules.
    pub fn new(rules: RuleSet) -> Self {
        Self { rules }
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Everything the rules find in one record by itself.
    pub fn process(&self, record: &CloudTrailRecord) -> Outcome {
        let mut found = self.behaviour(record);
        let Derived { changes, undecidable } = exposure::derive(record);
        for change in changes {
            let status = if change.effect.ends() { Status::Closed } else { Status::Open };
            let beginning = ExposureChange { effect: change.effect.beginning(), ..change.clone() };
            found.append(self.match_change(record, &beginning, &change, status, &Home::of(record)));
        }
        Outcome { found, undecidable }
    }

    /// What can be said of a record without any other.
    pub fn read(&self, record: CloudTrailRecord) -> Read {
        self.read_watched(record, &mut |_| {})
    }

    /// The same, and somebody watches.
    pub fn read_watched(&self, record: CloudTrailRecord, watch: Watch<'_>) -> Read {
        watch(Some(Step::Match));
        let found = self.behaviour(&record);
        watch(Some(Step::Derive));
        let derived = exposure::derive(&record);
        watch(None);
        if concerns(&record, &derived) {
            Read::Waits(Box::new(Waiting { record, derived, found }))
        } else {
            Read::Done(found)
        }
    }

    /// What a record does to what stands, and what the rules find in that.
    pub fn settle(&self, waiting: &Waiting, state: &mut State) -> Settled {
        self.settle_watched(waiting, state, &mut |_| {})
    }

    /// The same, and somebody watches.
    pub fn settle_watched(&self, waiting: &Waiting, state: &mut State, watch: Watch<'_>) -> Settled {
        watch(Some(Step::Derive));
        let applied = state.apply(&waiting.record, &waiting.derived);
        watch(Some(Step::Match));
        let mut found = Found::default();
        for moved in &applied.moves {
            found.append(self.match_move(&waiting.record, moved));
        }
        watch(None);
        found.findings.sort_by_key(|finding| finding.status == Status::Open);
        Settled { found, applied }
    }

    fn behaviour(&self, record: &CloudTrailRecord) -> Found {
        let mut found = Found::default();
        let event = Event::new(record);
        self.rules.for_each_match(&event, Scope::Record, |rule| {
            let finding = || {
                self.rules.attributed(Finding::of_behaviour(rule, &event, resource_of(record)), Some(record))
            };
            found.matched(&self.rules, rule, &event, finding);
        });
        found
    }

    /// What stands now is matched as it is, what stood before as it was; a finding of both goes on.
    fn match_move(&self, record: &CloudTrailRecord, moved: &Move) -> Found {
        let mut found = Found::default();
        if let Some(now) = &moved.now {
            found = self.match_change(record, &now.change, &now.change, Status::Open, &now.home);
        }
        if let Some(before) = &moved.before {
            let effect = match before.change.effect {
                Effect::Weakened => Effect::Restored,
                _ => Effect::Closed,
            };
            let end = ExposureChange { effect, reason: moved.why.clone(), ..before.change.clone() };
            let ended = self.match_change(record, &before.change, &end, Status::Closed, &before.home);
            // What goes on in another form is no other event.
            found.sightings.clear();
            let open: Vec<_> = found.findings.iter().map(|finding| finding.id.clone()).collect();
            found.findings.extend(ended.findings.into_iter().filter(|finding| !open.contains(&finding.id)));
        }
        found
    }

    /// What is found in one change: `beginning` is what the rules see, `told` what the findings say.
    ///
    /// Filters look at what begins, and correlations count it. An end is told whoever made it: that of what was never told
    /// goes nowhere anyway.
    fn match_change(
        &self,
        record: &CloudTrailRecord,
        beginning: &ExposureChange,
        told: &ExposureChange,
        status: Status,
        home: &Home,
    ) -> Found {
        let document = Document::from_serialize(beginning);
        let event = Event::with_exposure(record, document.root());
        let mut found = Found::default();
        self.rules.for_each_match(&event, Scope::Exposure, |rule| {
            let finding = || {
                let finding = Finding::of_exposure(rule, &event, told.clone(), status, home);
                self.rules.attributed(finding, Some(record))
            };
            match status {
                Status::Open => found.matched(&self.rules, rule, &event, finding),
                Status::Closed if self.rules.is_silent(&rule.info().id) => {}
                Status::Closed => found.findings.push(finding()),
            }
        });
        found
    }
}
