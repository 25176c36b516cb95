//! What the documents of a rule set have to do with each other: which rules a correlation counts, which a filter is about.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::finding::RuleInfo;
use crate::ids::RuleId;
use crate::sigma::correlation::Correlation;
use crate::sigma::error::{Code, RuleError};
use crate::sigma::filter::{CompiledFilter, Targets};
use crate::sigma::reference::Reference;
use crate::sigma::{CompiledRule, nearest};
use crate::threat_model::ThreatModel;

/// The links of a rule set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Links {
    /// What a rule, or a correlation, is to correlations: a bundle has none.
    #[serde(skip)]
    roles: HashMap<RuleId, Vec<Role>>,
    /// Rules, and correlations, that find nothing by themselves.
    silent: BTreeSet<RuleId>,
    /// The filters of a rule, by their places.
    filters: BTreeMap<RuleId, Vec<usize>>,
    /// Correlations by their places, each behind those that it names.
    #[serde(skip)]
    order: Vec<usize>,
    /// Where a rule is named in threat models: their places and those of their vectors, sorted.
    models: BTreeMap<RuleId, Vec<(usize, usize)>>,
}

/// A rule as one of those that a correlation names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Role {
    /// The place of the correlation.
    pub(crate) correlation: usize,
    /// Which of its rules.
    pub(crate) place: usize,
}

/// A rule that is named and not there.
#[derive(Debug)]
pub(super) struct Unresolved {
    pub(super) named: String,
    pub(super) error: RuleError,
}

impl Links {
    /// Resolves what the documents name; every fault.
    pub(super) fn new(
        rules: &[CompiledRule],
        correlations: &[Correlation],
        filters: &[CompiledFilter],
    ) -> (Self, Vec<Unresolved>) {
        let mut links = Self::default();
        let errors = &mut Vec::new();
        let known: Vec<&RuleInfo> = rules.iter().map(|rule| &**rule.info()).collect();
        let all: Vec<&RuleInfo> =
            known.iter().copied().chain(correlations.iter().map(|it| &**it.info())).collect();
        for (index, correlation) in correlations.iter().enumerate() {
            links.correlation(index, correlation, &all, errors);
        }
        links.order = order(correlations, &links.roles, errors);
        for (index, filter) in filters.iter().enumerate() {
            links.filter(index, filter, &known, correlations, errors);
        }
        links.decide_silence(correlations);
        (links, std::mem::take(errors))
    }

    fn correlation(
        &mut self,
        index: usize,
        correlation: &Correlation,
        all: &[&RuleInfo],
        errors: &mut Vec<Unresolved>,
    ) {
        for (place, reference) in correlation.rules.iter().enumerate() {
            match find(reference, all) {
                Ok(info) => {
                    let role = Role { correlation: index, place };
                    self.roles.entry(info.id.clone()).or_default().push(role);
                }
                Err((message, hint)) => {
                    let error = correlation.error(Code::Reference, reference.at, message, hint);
                    errors.push(Unresolved { named: reference.named.clone(), error });
                }
            }
        }
    }

    fn filter(
        &mut self,
        index: usize,
        filter: &CompiledFilter,
        rules: &[&RuleInfo],
        correlations: &[Correlation],
        errors: &mut Vec<Unresolved>,
    ) {
        let Targets::Rules(references) = filter.targets() else {
            for info in rules {
                self.filters.entry(info.id.clone()).or_default().push(index);
            }
            return;
        };
        for reference in references {
            let is_correlation = correlations.iter().any(|correlation| reference.is(correlation.info()));
            match find(reference, rules) {
                Ok(info) => self.filters.entry(info.id.clone()).or_default().push(index),
                Err(_) if is_correlation => {
                    let message =
                        format!("the filter is about {}, which is a correlation", reference.shown());
                    let hint = "a filter looks at one event; name the rules that the correlation counts";
                    let error = filter.error(Code::Reference, reference.at, message, hint.to_owned());
                    errors.push(Unresolved { named: reference.named.clone(), error });
                }
                Err((message, hint)) => {
                    let error = filter.error(Code::Reference, reference.at, message, hint);
                    errors.push(Unresolved { named: reference.named.clone(), error });
                }
            }
        }
    }

    /// Resolves what threat models name. A correlation that a bundle left out is named rightly, though it is not there.
    pub(super) fn link_models<'r>(
        &mut self,
        models: &[ThreatModel],
        infos: impl Iterator<Item = &'r Arc<RuleInfo>>,
        left_out: &[RuleId],
    ) -> Vec<Unresolved> {
        let infos: Vec<&RuleInfo> = infos.map(|info| &**info).collect();
        let mut errors = Vec::new();
        for (place, model) in models.iter().enumerate() {
            for (vector, reference) in model.references() {
                match find(reference, &infos) {
                    Ok(info) => self.models.entry(info.id.clone()).or_default().push((place, vector)),
                    Err(_) if left_out.iter().any(|id| id.as_str() == reference.named) => {}
                    Err((message, hint)) => {
                        let error = model.error(Code::Reference, reference.at, message, hint);
                        errors.push(Unresolved { named: reference.named.clone(), error });
                    }
                }
            }
        }
        errors
    }

    /// Where a rule is named in threat models: their places and those of their vectors, sorted.
    pub(crate) fn models(&self, id: &RuleId) -> &[(usize, usize)] {
        self.models.get(id).map_or(&[], Vec::as_slice)
    }

    /// A rule that correlations name finds nothing by itself, unless one of them wants it to (`generate`).
    fn decide_silence(&mut self, correlations: &[Correlation]) {
        let generates = |role: &Role| {
            correlations.get(role.correlation).is_some_and(|correlation| correlation.generate == Some(true))
        };
        #[expect(clippy::iter_over_hash_type, reason = "each is decided by itself")]
        for (id, roles) in &self.roles {
            if !roles.iter().any(generates) {
                self.silent.insert(id.clone());
            }
        }
    }

    /// These rules find nothing by themselves.
    pub(super) fn silence(&mut self, rules: impl IntoIterator<Item = RuleId>) {
        self.silent.extend(rules);
    }

    /// Those that find nothing by themselves.
    pub(super) fn silent(&self) -> impl Iterator<Item = &RuleId> {
        self.silent.iter()
    }

    /// What the rule is to correlations.
    pub(crate) fn roles(&self, id: &RuleId) -> &[Role] {
        self.roles.get(id).map_or(&[], Vec::as_slice)
    }

    /// True if the rule finds nothing by itself.
    pub(crate) fn is_silent(&self, id: &RuleId) -> bool {
        self.silent.contains(id)
    }

    /// The places of the filters of a rule.
    pub(crate) fn filters(&self, id: &RuleId) -> &[usize] {
        self.filters.get(id).map_or(&[], Vec::as_slice)
    }

    /// The places of the correlations, each behind those that it names.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }
}

/// The rule that is named; what is wrong and what to do otherwise.
fn find<'r>(reference: &Reference, rules: &[&'r RuleInfo]) -> Result<&'r RuleInfo, (String, String)> {
    let found: Vec<&RuleInfo> = rules.iter().copied().filter(|info| reference.is(info)).collect();
    match found.as_slice() {
        [info] => Ok(info),
        [] => {
            let words =
                rules.iter().flat_map(|info| [Some(info.id.as_str()), info.name.as_deref()]).flatten();
            let near = nearest(&reference.named, words);
            let hint = near.map_or_else(
                || "name a rule that is loaded with this one, by its `id` or its `name`".to_owned(),
                |near| format!("did you mean `{near}`"),
            );
            Err((format!("found {}, expected the id or the name of a rule", reference.shown()), hint))
        }
        several => {
            let paths: Vec<&str> = several.iter().map(|info| info.path.as_str()).collect();
            let message =
                format!("{} names {} rules: {}", reference.shown(), several.len(), paths.join(", "));
            Err((message, "name the one by its id".to_owned()))
        }
    }
}

/// Correlations behind those that they name; an error for those that name each other.
fn order(
    correlations: &[Correlation],
    roles: &HashMap<RuleId, Vec<Role>>,
    errors: &mut Vec<Unresolved>,
) -> Vec<usize> {
    let named_by = |index: usize| -> Vec<usize> {
        let id = correlations.get(index).map(|correlation| &correlation.info.id);
        let roles = id.and_then(|id| roles.get(id)).map_or(&[][..], Vec::as_slice);
        roles.iter().map(|role| role.correlation).collect()
    };
    let mut waits: Vec<usize> = vec![0; correlations.len()];
    for outer in (0..correlations.len()).flat_map(named_by) {
        if let Some(count) = waits.get_mut(outer) {
            *count += 1;
        }
    }
    let mut order: Vec<usize> =
        (0..correlations.len()).filter(|index| waits.get(*index) == Some(&0)).collect();
    let mut next = 0;
    while let Some(index) = order.get(next).copied() {
        next += 1;
        for outer in named_by(index) {
            if let Some(count) = waits.get_mut(outer) {
                *count -= 1;
                if *count == 0 {
                    order.push(outer);
                }
            }
        }
    }
    for (index, correlation) in correlations.iter().enumerate() {
        if !order.contains(&index) {
            let message = "the correlation counts itself, through those that it names".to_owned();
            let hint = "take one of the references away".to_owned();
            let error = correlation.error(Code::Reference, correlation.id_at, message, hint);
            errors.push(Unresolved { named: correlation.info.id.as_str().to_owned(), error });
        }
    }
    order
}
