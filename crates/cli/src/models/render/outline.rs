//! A model with what its rules are: what every kind of dashboard is made of.

use std::collections::BTreeMap;

use tattletrail_engine::finding::Level;
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::threat_model::{ThreatModel, Vector};

use super::markdown::plain;
use crate::models::chosen::Chosen;

/// The longest title of a series.
const TITLE: usize = 90;

/// A model with the rules of its vectors.
#[derive(Debug)]
pub(crate) struct Outline<'m> {
    /// The model.
    pub(crate) model: &'m ThreatModel,
    /// Its vectors, in its order.
    pub(crate) rows: Vec<Row<'m>>,
}

/// A vector with its rules.
#[derive(Debug)]
pub(crate) struct Row<'m> {
    /// The vector.
    pub(crate) vector: &'m Vector,
    /// Its rules, in its order.
    pub(crate) rules: Vec<Rule>,
}

/// What a dashboard shows of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rule {
    /// The dimension `RuleId`.
    pub(crate) id: String,
    /// What people read.
    pub(crate) title: String,
    /// How bad it is.
    pub(crate) level: Level,
    /// True if its findings stay open until something ends them.
    pub(crate) is_exposure: bool,
}

impl<'m> Outline<'m> {
    /// The models that are asked for, by application.
    pub(in crate::models) fn all(chosen: &'m Chosen) -> Vec<Self> {
        chosen.models().map(|model| Self::of(model, &chosen.set)).collect()
    }

    /// The models of a set, by application.
    pub(in crate::models) fn of_set(rules: &'m RuleSet) -> Vec<Self> {
        rules.models().iter().map(|model| Self::of(model, rules)).collect()
    }

    fn of(model: &'m ThreatModel, rules: &RuleSet) -> Self {
        let row = |vector: &'m Vector| {
            let named = vector.rules.iter().filter_map(|named| rules.named(named.named()));
            let rules = named.map(|info| Rule {
                id: info.id.as_str().to_owned(),
                title: plain(&info.title, TITLE),
                level: info.level,
                is_exposure: rules.rules().iter().any(|rule| rule.info().id == info.id && rule.is_exposure()),
            });
            Row { vector, rules: rules.collect() }
        };
        Self { model, rows: model.vectors.iter().map(row).collect() }
    }

    /// The application's name.
    pub(crate) fn application(&self) -> &'m str {
        &self.model.application
    }

    /// Each rule of the model once, by id.
    pub(crate) fn rules(&self) -> Vec<&Rule> {
        let rules = self.rows.iter().flat_map(|row| &row.rules);
        rules.map(|rule| (rule.id.as_str(), rule)).collect::<BTreeMap<_, _>>().into_values().collect()
    }
}

impl Row<'_> {
    /// The rules whose findings stay open.
    pub(crate) fn exposures(&self) -> Vec<&Rule> {
        self.rules.iter().filter(|rule| rule.is_exposure).collect()
    }
}
