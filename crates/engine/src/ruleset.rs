//! All rules together, indexed so that an event meets only the rules it can match.
//!
//! In: rule files, or a bundle made of them. Out: a [`RuleSet`], or every error in every file. A rule that requires an `eventName` is tried on
//! events of that name only, else one that requires an `eventSource` on those of that source, the rest on all.
//!
//! INVARIANT: the index never hides a match; [`RuleSet::matches_unindexed`] is the slow twin that a test compares with.
//!
//! [`RuleSet`]: crate::ruleset::RuleSet
//! [`RuleSet::matches_unindexed`]: crate::ruleset::RuleSet::matches_unindexed

use std::collections::HashMap;

use crate::event::{EXPOSURE, Event};
use crate::sigma::parse;

pub use crate::sigma::{CompiledRule, RuleError, RuleSource};

// Which rules an event can match.
mod index;

// Rules in a form that loads at once.
mod bundle;

// Rules of several origins in one set.
mod join;

// What is different between two sets.
mod changes;

pub use bundle::{BundleError, Header, RULE_VERSION};
pub use changes::{RuleChange, changes};

use index::Index;

/// Compiled rules with their index.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    /// Sorted by path, then id.
    rules: Vec<CompiledRule>,
    record: Index,
    exposure: Index,
}

/// Which rules to try on an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those that name no derived field: once per record.
    Record,
    /// Those that do: once per exposure change.
    Exposure,
}

impl RuleSet {
    /// Compiles rules. If anything is wrong with any of them, all errors of all files come back and nothing is loaded.
    pub fn from_sources(sources: impl IntoIterator<Item = RuleSource>) -> Result<Self, Vec<RuleError>> {
        let mut rules = Vec::new();
        let mut errors = Vec::new();
        for source in sources {
            match parse(&source) {
                Ok(rule) => rules.push(rule),
                Err(found) => errors.extend(found),
            }
        }
        rules.sort_by(|a, b| (&a.info().path, &a.info().id).cmp(&(&b.info().path, &b.info().id)));
        errors.extend(duplicates(&rules));
        if !errors.is_empty() {
            errors.sort_by(|a, b| (&a.path, a.line, a.column).cmp(&(&b.path, b.line, b.column)));
            return Err(errors);
        }
        Ok(Self::indexed(rules))
    }

    /// Rules that are sorted and have no faults.
    fn indexed(rules: Vec<CompiledRule>) -> Self {
        let record = Index::new(&rules, |rule| !rule.is_exposure());
        let exposure = Index::new(&rules, CompiledRule::is_exposure);
        Self { rules, record, exposure }
    }

    /// The rules, by path, then id.
    pub fn rules(&self) -> &[CompiledRule] {
        &self.rules
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules that match, in their order: those for the record and, if the event has an exposure change, those for
    /// it. To evaluate a record with several changes use [`RuleSet::for_each_match`].
    pub fn matches(&self, event: &Event<'_>) -> Vec<&CompiledRule> {
        let mut found = Vec::new();
        self.for_each_match(event, Scope::Record, |rule| found.push(rule));
        if event.top(EXPOSURE).is_some() {
            self.for_each_match(event, Scope::Exposure, |rule| found.push(rule));
            found.sort_by(|a, b| (&a.info().path, &a.info().id).cmp(&(&b.info().path, &b.info().id)));
        }
        found
    }

    /// Calls `f` with each rule of the scope that matches, in their order, each once.
    pub fn for_each_match<'r>(
        &'r self,
        event: &Event<'_>,
        scope: Scope,
        mut f: impl FnMut(&'r CompiledRule),
    ) {
        let index = match scope {
            Scope::Record => &self.record,
            Scope::Exposure => &self.exposure,
        };
        index.for_each(event, |place| {
            if let Some(rule) = self.rules.get(place).filter(|rule| rule.matches(event)) {
                f(rule);
            }
        });
    }

    /// What [`RuleSet::for_each_match`] finds, by trying every rule.
    pub fn matches_unindexed(&self, event: &Event<'_>, scope: Scope) -> Vec<&CompiledRule> {
        let wanted = scope == Scope::Exposure;
        self.rules.iter().filter(|rule| rule.is_exposure() == wanted && rule.matches(event)).collect()
    }
}

/// An error for each rule whose id another rule has.
fn duplicates(rules: &[CompiledRule]) -> Vec<RuleError> {
    let mut first: HashMap<&str, &str> = HashMap::new();
    let mut errors = Vec::new();
    for rule in rules {
        let info = rule.info();
        let Some(other) = first.insert(info.id.as_str(), &info.path) else { continue };
        first.insert(info.id.as_str(), other);
        let hint = "ids are never used twice; make a new UUID";
        errors.push(rule.error_at_id(format!("the id `{}` is also that of {other}", info.id), hint));
    }
    errors
}

#[cfg(test)]
mod tests;
