//! All rules together, indexed so that an event meets only the rules it can match.
//!
//! In: rule files (with correlations, filters and threat models), or a bundle made of them. Out: a [`RuleSet`], or every error in every file. A rule that requires an `eventName` is tried on
//! events of that name only, else one that requires an `eventSource` on those of that source, the rest on all.
//!
//! INVARIANT: the index never hides a match; [`RuleSet::matches_unindexed`] is the slow twin that a test compares with.
//!
//! [`RuleSet`]: crate::ruleset::RuleSet
//! [`RuleSet::matches_unindexed`]: crate::ruleset::RuleSet::matches_unindexed

use std::collections::HashMap;

use crate::event::{EXPOSURE, Event};
use crate::finding::RuleInfo;
use crate::ids::RuleId;
use crate::sigma::error::{Code, Position};
use crate::sigma::parse;
use crate::threat_model::ThreatModel;

pub use crate::sigma::{CompiledFilter, CompiledRule, Correlation, RuleError, RuleSource, Word};

// Which findings are whose.
mod models;

// Which rules an event can match.
mod index;

// Rules in a form that loads at once.
mod bundle;

// What documents have to do with each other.
mod links;

// What files have to do with each other.
mod outline;

// Rules of several origins in one set.
mod join;

// What is different between two sets.
mod changes;

pub use bundle::{BundleError, Header, RULE_VERSION};
pub use changes::{RuleChange, changes};
pub use outline::Outline;

pub(crate) use links::Role;

use index::Index;
use join::Parts;
use links::Links;

/// Compiled rules with their index, correlations and filters.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    /// Sorted by path, then id.
    rules: Vec<CompiledRule>,
    record: Index,
    exposure: Index,
    /// By path, then id.
    correlations: Vec<Correlation>,
    /// By path, then id.
    filters: Vec<CompiledFilter>,
    /// By application.
    models: Vec<ThreatModel>,
    links: Links,
    /// The correlations that a bundle left out.
    left_out: Vec<RuleId>,
}

/// What the filters say to a match.
#[derive(Debug, Default)]
pub struct Judgement<'r> {
    /// The one that suppresses it.
    pub suppressed: Option<&'r CompiledFilter>,
    /// Those that would, had they not ended.
    pub lapsed: Vec<&'r CompiledFilter>,
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
    /// Compiles rules, correlations and filters. If anything is wrong with any of them, all errors of all files come back
    /// and nothing is loaded.
    pub fn from_sources(sources: impl IntoIterator<Item = RuleSource>) -> Result<Self, Vec<RuleError>> {
        Self::joined(sources, Vec::new())
    }

    /// What is in one file, whether or not the rules that it names are there; `None` where it has a fault of its own.
    pub fn alone(source: &RuleSource) -> Option<Self> {
        let mut parts = Parts::default();
        parts.extend(parse(source).ok()?);
        Some(Self::linked(parts, &[], &mut Vec::new()))
    }

    /// Puts together what has been read; `broken` are the texts of files that could not be.
    fn linked(
        Parts { mut rules, mut correlations, mut filters, mut models, left_out }: Parts,
        broken: &[String],
        errors: &mut Vec<RuleError>,
    ) -> Self {
        rules.sort_by(|a, b| (&a.info().path, &a.info().id).cmp(&(&b.info().path, &b.info().id)));
        correlations.sort_by(|a, b| (&a.info().path, &a.info().id).cmp(&(&b.info().path, &b.info().id)));
        filters.sort_by(|a, b| (&a.info().path, &a.info().id).cmp(&(&b.info().path, &b.info().id)));
        models.sort_by(|a, b| (&a.application, &a.path).cmp(&(&b.application, &b.path)));
        errors.extend(duplicates(&rules, &correlations, &filters));
        errors.extend(same_application(&models));
        let (mut links, mut unresolved) = Links::new(&rules, &correlations, &filters);
        unresolved.extend(links.link_models(
            &models,
            rules.iter().map(CompiledRule::info).chain(correlations.iter().map(Correlation::info)),
            &left_out,
        ));
        // What names the rule of a file with a fault of its own is not at fault.
        let is_broken = |named: &str| broken.iter().any(|text| text.contains(named));
        errors.extend(unresolved.into_iter().filter(|one| !is_broken(&one.named)).map(|one| one.error));
        let record = Index::new(&rules, |rule| !rule.is_exposure());
        let exposure = Index::new(&rules, CompiledRule::is_exposure);
        Self { rules, record, exposure, correlations, filters, models, links, left_out }
    }

    /// The correlations, by path, then id.
    pub fn correlations(&self) -> &[Correlation] {
        &self.correlations
    }

    /// The filters, by path, then id.
    pub fn filters(&self) -> &[CompiledFilter] {
        &self.filters
    }

    /// What can be found: rules, then correlations.
    pub fn infos(&self) -> impl Iterator<Item = &RuleInfo> {
        let rules = self.rules.iter().map(|rule| &**rule.info());
        rules.chain(self.correlations.iter().map(|correlation| &**correlation.info()))
    }

    /// The correlations that were left out when the rules were bundled: nobody looks for what they would find.
    pub fn left_out(&self) -> &[RuleId] {
        &self.left_out
    }

    /// True if the rule, or correlation, finds nothing by itself: it is there for a correlation.
    pub fn is_silent(&self, id: &RuleId) -> bool {
        self.links.is_silent(id)
    }

    /// What filters say to the match of a rule. One that has not ended suppresses it, and only the first of them is told.
    pub fn judge(&self, rule: &CompiledRule, event: &Event<'_>) -> Judgement<'_> {
        let mut judgement = Judgement::default();
        for filter in self.links.filters(&rule.info().id).iter().filter_map(|place| self.filters.get(*place))
        {
            match filter.judge(event) {
                Word::Nothing => {}
                Word::Lapsed => judgement.lapsed.push(filter),
                Word::Suppressed => {
                    judgement.suppressed = Some(filter);
                    return judgement;
                }
            }
        }
        judgement
    }

    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    /// The same rules but for the one at `place`, which is replaced.
    #[must_use]
    pub fn with_rule(&self, place: usize, rule: CompiledRule) -> Self {
        let mut set = self.clone();
        if let Some(old) = set.rules.get_mut(place) {
            *old = rule;
        }
        set.record = Index::new(&set.rules, |rule| !rule.is_exposure());
        set.exposure = Index::new(&set.rules, CompiledRule::is_exposure);
        set
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

/// An error for each model of an application that another one has.
fn same_application(models: &[ThreatModel]) -> Vec<RuleError> {
    let pairs = models.windows(2).filter_map(|pair| match pair {
        [first, second] if first.application == second.application => Some((first, second)),
        _ => None,
    });
    let error = |(first, second): (&ThreatModel, &ThreatModel)| {
        let message = format!(
            "found the application `{}`, which {} has too, expected one of its own",
            second.application, first.path
        );
        let hint = "an application has one threat model; put both into one file".to_owned();
        second.error(Code::DuplicateId, second.at, message, hint)
    };
    pairs.map(error).collect()
}

/// An error for each document whose id another one has.
fn duplicates(
    rules: &[CompiledRule],
    correlations: &[Correlation],
    filters: &[CompiledFilter],
) -> Vec<RuleError> {
    let rules = rules.iter().map(|rule| (&rule.info().id, rule.info().path.as_str(), rule.id_at()));
    let correlations = correlations.iter().map(|it| (&it.info().id, it.info().path.as_str(), it.id_at));
    let filters = filters.iter().map(|it| (&it.info().id, it.info().path.as_str(), it.id_at()));
    let mut first: HashMap<&str, &str> = HashMap::new();
    let mut errors = Vec::new();
    for (id, path, at) in rules.chain(correlations).chain(filters) {
        match first.get(id.as_str()) {
            Some(other) => errors.push(duplicate(id, path, at, other)),
            None => {
                first.insert(id.as_str(), path);
            }
        }
    }
    errors
}

fn duplicate(id: &RuleId, path: &str, at: Position, other: &str) -> RuleError {
    RuleError {
        code: Code::DuplicateId,
        path: path.to_owned(),
        line: at.line,
        column: at.column,
        message: format!("found the id `{id}`, which {other} has too, expected one of its own"),
        hint: Some("ids are never used twice; make a new UUID".to_owned()),
    }
}

#[cfg(test)]
mod tests;
