//! What a file of rules has to do with others, before they are put together.

use std::collections::BTreeSet;

use super::RuleSource;
use crate::finding::RuleInfo;
use crate::sigma::placeholders::names;
use crate::sigma::{Parsed, parse};

/// What a file defines, and what it names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// The ids and names of its rules and correlations.
    pub defines: BTreeSet<String>,
    /// The ids and names that its correlations, filters and threat models name, without those that it defines.
    pub names: BTreeSet<String>,
    /// It has filters, placeholders or threat models, and nothing else.
    pub is_filters: bool,
    /// It has placeholders or threat models, and nothing else: nothing that cases could be about.
    pub needs_no_cases: bool,
    /// It has a filter for all rules.
    pub is_for_any: bool,
}

impl Outline {
    /// That of a file; nothing of one with a fault.
    pub fn of(source: &RuleSource) -> Self {
        let mut outline = Self { is_filters: true, ..Self::default() };
        let parsed = parse(source).unwrap_or_default();
        for document in &parsed {
            match document {
                Parsed::Rule(rule) => outline.define(rule.info()),
                Parsed::Correlation(correlation) => {
                    outline.define(correlation.info());
                    outline.names.extend(correlation.named_rules().map(str::to_owned));
                }
                Parsed::Placeholders(all) => {
                    outline.defines.extend(all.keys().map(|name| format!("%{name}%")));
                }
                Parsed::ThreatModel(model) => outline.names.extend(model.named_rules().map(str::to_owned)),
                Parsed::Filter(filter) => match filter.named_rules() {
                    Some(names) => outline.names.extend(names.map(str::to_owned)),
                    None => outline.is_for_any = true,
                },
            }
        }
        if source.text.contains("|expand") {
            outline.names.extend(names(&source.text).into_iter().map(|name| format!("%{name}%")));
        }
        outline.is_filters &= !parsed.is_empty();
        let needs_none = |one: &Parsed| matches!(one, Parsed::Placeholders(_) | Parsed::ThreatModel(_));
        outline.needs_no_cases = !parsed.is_empty() && parsed.iter().all(needs_none);
        outline.names = outline.names.difference(&outline.defines).cloned().collect();
        outline
    }

    fn define(&mut self, info: &RuleInfo) {
        self.is_filters = false;
        self.defines.insert(info.id.as_str().to_owned());
        self.defines.extend(info.name.clone());
    }

    /// True if it defines something that the other one names.
    pub fn is_named_by(&self, other: &Self) -> bool {
        other
            .names
            .iter()
            .any(|name| self.defines.contains(name) || self.defines.contains(&name.to_lowercase()))
    }
}
