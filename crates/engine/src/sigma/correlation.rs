//! Sigma correlations: what a rule finds in several events (Sigma specification, correlation rules).
//!
//! In: a document with the key `correlation`. Out: a [`Correlation`]; which rules it names is resolved by the rule set,
//! what it finds is found by [`crate::correlate`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::{Code, Position, RuleError};
use super::field::FieldPath;
use super::reference::Reference;
use super::value::Comparison;
use crate::finding::RuleInfo;

// From YAML to the correlation.
mod read;

pub(crate) use read::{read, seconds};

/// A correlation as its document has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Correlation {
    pub(crate) info: Arc<RuleInfo>,
    pub(crate) kind: CorrelationKind,
    pub(crate) rules: Vec<Reference>,
    pub(crate) group_by: Vec<Grouping>,
    /// In seconds.
    pub(crate) timespan: i64,
    /// All must hold of the count.
    pub(crate) bounds: Vec<Bound>,
    /// Whose values are counted.
    pub(crate) field: Vec<Grouping>,
    /// The rules that it names find something by themselves as well; `None` where the document does not say.
    pub(crate) generate: Option<bool>,
    pub(crate) id_at: Position,
}

/// What a correlation looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CorrelationKind {
    /// Many events.
    EventCount,
    /// Many values of a field.
    ValueCount,
    /// Events of several rules.
    Temporal,
    /// Events of several rules in their order.
    TemporalOrdered,
}

/// A field, or an alias, by whose values events are told apart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Grouping {
    /// As the document has it.
    pub(crate) name: String,
    /// Where an event of each rule has it, in the order of the rules.
    pub(crate) paths: Vec<FieldPath>,
}

/// A bound of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Bound {
    Is(Comparison, u64),
    Equal(u64),
    Different(u64),
}

impl CorrelationKind {
    /// Sigma's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount => "value_count",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
        }
    }

    const ALL: [Self; 4] = [Self::EventCount, Self::ValueCount, Self::Temporal, Self::TemporalOrdered];

    /// True if it is about the order or the company of rules, not about a number.
    pub(crate) fn is_temporal(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalOrdered)
    }
}

impl Bound {
    /// True if the count is as asked.
    pub(crate) fn holds(self, count: u64) -> bool {
        match self {
            Self::Is(Comparison::Less, bound) => count < bound,
            Self::Is(Comparison::LessOrEqual, bound) => count <= bound,
            Self::Is(Comparison::Greater, bound) => count > bound,
            Self::Is(Comparison::GreaterOrEqual, bound) => count >= bound,
            Self::Equal(bound) => count == bound,
            Self::Different(bound) => count != bound,
        }
    }

    fn words(self) -> String {
        match self {
            Self::Is(Comparison::Less, bound) => format!("fewer than {bound}"),
            Self::Is(Comparison::LessOrEqual, bound) => format!("at most {bound}"),
            Self::Is(Comparison::Greater, bound) => format!("more than {bound}"),
            Self::Is(Comparison::GreaterOrEqual, bound) => format!("at least {bound}"),
            Self::Equal(bound) => format!("exactly {bound}"),
            Self::Different(bound) => format!("not {bound}"),
        }
    }
}

impl Correlation {
    /// What a finding says about it.
    pub fn info(&self) -> &Arc<RuleInfo> {
        &self.info
    }

    /// What it looks for.
    pub fn kind(&self) -> CorrelationKind {
        self.kind
    }

    /// The rules as the document names them.
    pub fn named_rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.named.as_str())
    }

    /// The fields by which events are told apart, as the document has them.
    pub fn group_by(&self) -> impl Iterator<Item = &str> {
        self.group_by.iter().map(|grouping| grouping.name.as_str())
    }

    /// How far apart the first and the last event may be, in seconds.
    pub fn timespan(&self) -> i64 {
        self.timespan
    }

    /// True if the rules that it names find something by themselves as well; `None` where the document does not say,
    /// which means no.
    pub fn generates(&self) -> Option<bool> {
        self.generate
    }

    /// What it asks for in words: `at least 10 events within 5m by userIdentity.arn`.
    pub fn words(&self) -> String {
        let bounds: Vec<String> = self.bounds.iter().map(|bound| bound.words()).collect();
        let bounds = bounds.join(" and ");
        let fields: Vec<&str> = self.field.iter().map(|field| field.name.as_str()).collect();
        let what = match self.kind {
            CorrelationKind::EventCount => format!("{bounds} events"),
            CorrelationKind::ValueCount => format!("{bounds} values of {}", fields.join(" with ")),
            CorrelationKind::Temporal if bounds.is_empty() => format!("all {} rules", self.rules.len()),
            CorrelationKind::Temporal => format!("{bounds} of {} rules", self.rules.len()),
            CorrelationKind::TemporalOrdered => format!("{} rules in their order", self.rules.len()),
        };
        let groups: Vec<&str> = self.group_by().collect();
        let by = if groups.is_empty() { String::new() } else { format!(" by {}", groups.join(", ")) };
        format!("{what} within {}{by}", span(self.timespan))
    }

    /// True if a count is as asked.
    pub(crate) fn admits(&self, count: usize) -> bool {
        self.bounds.iter().all(|bound| bound.holds(count as u64))
    }

    /// An error at a place of the document.
    pub(crate) fn error(&self, code: Code, at: Position, message: String, hint: String) -> RuleError {
        let Position { line, column } = at;
        RuleError { code, path: self.info.path.clone(), line, column, message, hint: Some(hint) }
    }
}

/// A time span as people write it.
pub(crate) fn span(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let unit = units.into_iter().find(|(unit, _)| seconds % unit == 0 && seconds >= *unit);
    unit.map_or_else(|| format!("{seconds}s"), |(unit, word)| format!("{}{word}", seconds / unit))
}
