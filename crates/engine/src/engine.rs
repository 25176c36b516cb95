//! One record through the engine: changes derived, rules matched, findings told.
//!
//! A rule that names an `exposure.` field is tried once per change, the others once per record. A change that ends an
//! exposure is matched as the beginning it undoes: what opened a finding under a rule closes it under the same rule,
//! whichever call did either.

use crate::event::Event;
use crate::exposure::{self, Derived, ExposureChange, Undecidable};
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

/// What one record came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings, in the order of the rules.
    pub findings: Vec<Finding>,
    /// Why an exposure change might be hidden in the record.
    pub undecidable: Option<Undecidable>,
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

    /// Everything the rules find in one record.
    pub fn process(&self, record: &CloudTrailRecord) -> Outcome {
        let mut findings = Vec::new();
        let event = Event::new(record);
        self.rules.for_each_match(&event, Scope::Record, |rule| {
            findings.push(Finding::of_behaviour(rule, &event, resource_of(record)));
        });
        let Derived { changes, undecidable } = exposure::derive(record);
        for change in changes {
            self.match_change(record, &change, &mut findings);
        }
        Outcome { findings, undecidable }
    }

    fn match_change(&self, record: &CloudTrailRecord, change: &ExposureChange, findings: &mut Vec<Finding>) {
        let status = if change.effect.ends() { Status::Closed } else { Status::Open };
        let beginning = ExposureChange { effect: change.effect.beginning(), ..change.clone() };
        let document = Document::from_serialize(&beginning);
        let event = Event::with_exposure(record, document.root());
        self.rules.for_each_match(&event, Scope::Exposure, |rule| {
            findings.push(Finding::of_exposure(rule, &event, change.clone(), status));
        });
    }
}
