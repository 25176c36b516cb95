//! One record through the engine: changes derived, rules matched, findings told.
//!
//! A rule that names an `exposure.` field is tried once per change, the others once per record. A change that ends an
//! exposure is matched as the beginning it undoes: what opened a finding under a rule closes it under the same rule,
//! whichever call did either.
//!
//! [`Engine::process`] is the answer of one record by itself. Where there are many, [`Engine::read`] does what needs no
//! other record (on any thread), and [`Engine::settle`] the rest, in the order of time.

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
    /// The findings, in the order of the rules.
    pub findings: Vec<Finding>,
    /// Why an exposure change might be hidden in the record.
    pub undecidable: Option<Undecidable>,
}

/// What one record came to so far.
#[derive(Debug)]
pub enum Read {
    /// All there is: findings about behaviour.
    Done(Vec<Finding>),
    /// What it did to exposures depends on the records before it.
    Waits(Box<Waiting>),
}

/// A record whose turn is yet to come.
#[derive(Debug)]
pub struct Waiting {
    pub(crate) record: CloudTrailRecord,
    pub(crate) derived: Derived,
    /// Its findings about behaviour.
    pub(crate) findings: Vec<Finding>,
}

impl Waiting {
    /// The record.
    pub fn record(&self) -> &CloudTrailRecord {
        &self.record
    }

    /// Its findings about behaviour.
    pub fn behaviour(&self) -> &[Finding] {
        &self.findings
    }
}

/// What a record came to in its turn.
#[derive(Debug, Default)]
pub struct Settled {
    /// Its findings about exposures: ends before beginnings.
    pub findings: Vec<Finding>,
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
        let mut findings = self.behaviour(record);
        let Derived { changes, undecidable } = exposure::derive(record);
        for change in changes {
            let status = if change.effect.ends() { Status::Closed } else { Status::Open };
            let beginning = ExposureChange { effect: change.effect.beginning(), ..change.clone() };
            findings.extend(self.match_change(record, &beginning, &change, status, &Home::of(record)));
        }
        Outcome { findings, undecidable }
    }

    /// What can be said of a record without any other.
    pub fn read(&self, record: CloudTrailRecord) -> Read {
        self.read_watched(record, &mut |_| {})
    }

    /// The same, and somebody watches.
    pub fn read_watched(&self, record: CloudTrailRecord, watch: Watch<'_>) -> Read {
        watch(Some(Step::Match));
        let findings = self.behaviour(&record);
        watch(Some(Step::Derive));
        let derived = exposure::derive(&record);
        watch(None);
        if concerns(&record, &derived) {
            Read::Waits(Box::new(Waiting { record, derived, findings }))
        } else {
            Read::Done(findings)
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
        let mut findings = Vec::new();
        for moved in &applied.moves {
            findings.extend(self.match_move(&waiting.record, moved));
        }
        watch(None);
        findings.sort_by_key(|finding| finding.status == Status::Open);
        Settled { findings, applied }
    }

    fn behaviour(&self, record: &CloudTrailRecord) -> Vec<Finding> {
        let mut findings = Vec::new();
        let event = Event::new(record);
        self.rules.for_each_match(&event, Scope::Record, |rule| {
            findings.push(Finding::of_behaviour(rule, &event, resource_of(record)));
        });
        findings
    }

    /// What stands now is matched as it is, what stood before as it was; a finding of both goes on.
    fn match_move(&self, record: &CloudTrailRecord, moved: &Move) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(now) = &moved.now {
            findings = self.match_change(record, &now.change, &now.change, Status::Open, &now.home);
        }
        if let Some(before) = &moved.before {
            let effect = match before.change.effect {
                Effect::Weakened => Effect::Restored,
                _ => Effect::Closed,
            };
            let end = ExposureChange { effect, reason: moved.why.clone(), ..before.change.clone() };
            let ended = self.match_change(record, &before.change, &end, Status::Closed, &before.home);
            let open: Vec<_> = findings.iter().map(|finding| finding.id.clone()).collect();
            findings.extend(ended.into_iter().filter(|finding| !open.contains(&finding.id)));
        }
        findings
    }

    /// The findings of one change: `beginning` is what the rules see, `told` what the findings say.
    fn match_change(
        &self,
        record: &CloudTrailRecord,
        beginning: &ExposureChange,
        told: &ExposureChange,
        status: Status,
        home: &Home,
    ) -> Vec<Finding> {
        let document = Document::from_serialize(beginning);
        let event = Event::with_exposure(record, document.root());
        let mut findings = Vec::new();
        self.rules.for_each_match(&event, Scope::Exposure, |rule| {
            findings.push(Finding::of_exposure(rule, &event, told.clone(), status, home));
        });
        findings
    }
}
