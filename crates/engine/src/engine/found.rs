//! What the rules find in a record: findings, and what became of matches that are none.

use std::sync::Arc;

use crate::correlate::Sighting;
use crate::event::Event;
use crate::finding::{Finding, RuleInfo};
use crate::ids::EventId;
use crate::ruleset::{CompiledRule, RuleSet};
use crate::sigma::FilterInfo;

/// What the rules find in a record.
#[derive(Debug, Default)]
pub struct Found {
    /// The findings, in the order of the rules.
    pub findings: Vec<Finding>,
    /// Matches that a filter suppressed.
    pub suppressed: Vec<Filtered>,
    /// Matches that a filter would have suppressed, had it not ended; they are findings.
    pub lapsed: Vec<Filtered>,
    /// What correlations count.
    pub sightings: Vec<Sighting>,
}

/// A match that a filter has something to say to.
#[derive(Debug, Clone)]
pub struct Filtered {
    /// The filter.
    pub filter: Arc<FilterInfo>,
    /// The rule.
    pub rule: Arc<RuleInfo>,
    /// The record.
    pub event: Option<EventId>,
    /// Its time.
    pub time: Option<String>,
}

impl Found {
    /// True if there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.suppressed.is_empty() && self.sightings.is_empty()
    }

    /// True if a rule matched, and no filter suppressed it.
    pub fn is_match(&self) -> bool {
        !self.findings.is_empty() || !self.sightings.is_empty()
    }

    /// Puts what was found elsewhere behind it.
    pub fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.suppressed.append(&mut other.suppressed);
        self.lapsed.append(&mut other.lapsed);
        self.sightings.append(&mut other.sightings);
    }

    /// Takes a match of a rule: a finding, unless a filter suppresses it or the rule is only there to be counted.
    pub(super) fn matched(
        &mut self,
        rules: &RuleSet,
        rule: &CompiledRule,
        event: &Event<'_>,
        finding: impl FnOnce() -> Finding,
    ) {
        let judgement = rules.judge(rule, event);
        let filtered = |filter: &Arc<FilterInfo>| Filtered {
            filter: filter.clone(),
            rule: rule.info().clone(),
            event: event.record().event_id(),
            time: event.record().event_time().map(str::to_owned),
        };
        if let Some(filter) = judgement.suppressed {
            self.suppressed.push(filtered(filter.info()));
            return;
        }
        self.lapsed.extend(judgement.lapsed.iter().map(|filter| filtered(filter.info())));
        self.sightings.extend(Sighting::all(rules, rule, event));
        if !rules.is_silent(&rule.info().id) {
            self.findings.push(finding());
        }
    }
}
