//! Vector by vector, rule by rule: what is declared, tested, seen, or blind.

use std::collections::{BTreeMap, BTreeSet};

use tattletrail_engine::finding::{Finding, RuleInfo};
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::threat_model::{ThreatModel, Vector};

use super::cases::Cases;
use super::feeds::{Feed, feeds};

/// How well something is covered, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// No rule sees it.
    Open,
    /// Its rules are fed by no log that is there.
    Blind,
    /// A rule is named for it.
    Declared,
    /// And a case shows that the rule fires.
    Tested,
    /// And it fired in the logs that were read.
    Fired,
}

impl Level {
    /// The word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Blind => "blind",
            Self::Declared => "declared",
            Self::Tested => "tested",
            Self::Fired => "fired",
        }
    }
}

/// How often rules fired in logs that were read.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// By application, vector and rule.
    by_vector: BTreeMap<(String, String, String), usize>,
    /// By rule, whatever it belongs to.
    by_rule: BTreeMap<String, usize>,
}

impl Seen {
    /// Counts a finding.
    pub(crate) fn add(&mut self, finding: &Finding) {
        let rule = finding.rule.id.as_str().to_owned();
        for attribution in &finding.applications {
            for vector in &attribution.vectors {
                let key = (attribution.application.to_string(), vector.to_string(), rule.clone());
                *self.by_vector.entry(key).or_default() += 1;
            }
        }
        *self.by_rule.entry(rule).or_default() += 1;
    }

    /// How often a rule fired at all.
    pub(crate) fn of_rule(&self, id: &str) -> usize {
        self.by_rule.get(id).copied().unwrap_or_default()
    }
}

/// All models.
#[derive(Debug)]
pub(crate) struct Survey<'r> {
    pub(crate) applications: Vec<Surveyed<'r>>,
}

/// One model.
#[derive(Debug)]
pub(crate) struct Surveyed<'r> {
    pub(crate) model: &'r ThreatModel,
    pub(crate) vectors: Vec<SurveyedVector<'r>>,
}

/// One vector of it.
#[derive(Debug)]
pub(crate) struct SurveyedVector<'r> {
    pub(crate) vector: &'r Vector,
    pub(crate) rules: Vec<SurveyedRule<'r>>,
    pub(crate) level: Level,
}

/// One rule of that.
#[derive(Debug)]
pub(crate) struct SurveyedRule<'r> {
    /// What the model calls it.
    pub(crate) named: &'r str,
    pub(crate) info: &'r RuleInfo,
    /// How many cases show that it fires.
    pub(crate) cases: usize,
    /// How often it fired for this vector.
    pub(crate) fired: usize,
    /// What would have to be logged and is not; empty unless it is blind.
    pub(crate) lacks: BTreeSet<Feed>,
    pub(crate) level: Level,
}

impl<'r> Survey<'r> {
    /// Looks at all models of a set.
    pub(crate) fn of(rules: &'r RuleSet, cases: &Cases, seen: &Seen) -> Self {
        let surveyed = |model: &'r ThreatModel| Surveyed {
            model,
            vectors: model
                .vectors
                .iter()
                .map(|vector| of_vector(rules, model, vector, cases, seen))
                .collect(),
        };
        Self { applications: rules.models().iter().map(surveyed).collect() }
    }

    /// The ids of all rules that a model names.
    pub(crate) fn used(&self) -> BTreeSet<&'r str> {
        let vectors = self.applications.iter().flat_map(|one| &one.vectors);
        vectors.flat_map(|vector| &vector.rules).map(|rule| rule.info.id.as_str()).collect()
    }
}

fn of_vector<'r>(
    rules: &'r RuleSet,
    model: &'r ThreatModel,
    vector: &'r Vector,
    cases: &Cases,
    seen: &Seen,
) -> SurveyedVector<'r> {
    let surveyed: Vec<_> = vector
        .rules
        .iter()
        .filter_map(|named| Some((named.named(), rules.named(named.named())?)))
        .map(|(named, info)| SurveyedRule {
            named,
            ..of_rule(rules, model, vector, info, cases.firing(&info.path), seen)
        })
        .collect();
    let level = surveyed.iter().map(|rule| rule.level).max().unwrap_or(Level::Open);
    SurveyedVector { vector, rules: surveyed, level }
}

fn of_rule<'r>(
    rules: &'r RuleSet,
    model: &ThreatModel,
    vector: &Vector,
    info: &'r RuleInfo,
    cases: usize,
    seen: &Seen,
) -> SurveyedRule<'r> {
    let id = info.id.as_str();
    let is_fed = |group: &BTreeSet<Feed>| {
        group.iter().any(|feed| model.instruments_of(vector).any(|instrument| feed.is_in(instrument)))
    };
    let lacks: BTreeSet<Feed> =
        feeds(rules, id).into_iter().filter(|group| !is_fed(group)).flatten().collect();
    let key = (model.application.to_string(), vector.id.to_string(), id.to_owned());
    let fired = seen.by_vector.get(&key).copied().unwrap_or_default();
    let level = match (fired, lacks.is_empty(), cases) {
        (1.., ..) => Level::Fired,
        (_, false, _) => Level::Blind,
        (_, _, 1..) => Level::Tested,
        _ => Level::Declared,
    };
    SurveyedRule { named: info.id.as_str(), info, cases, fired, lacks, level }
}
