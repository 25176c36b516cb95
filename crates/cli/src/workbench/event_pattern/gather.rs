//! All that rules wait for, each way once: out of many demands as few branches as say the same.

use std::collections::{BTreeMap, BTreeSet};

use tattletrail_engine::exposure;
use tattletrail_engine::ruleset::{CompiledRule, RuleSet};

use super::ask::Ask;
use super::branch::{Branch, NAME, SOURCE};

/// What one rule waits for. An exposure rule waits for whatever changes what stands exposed: an end that is missed would
/// leave a finding open.
pub(super) fn of_rule(rule: &CompiledRule) -> Vec<Branch> {
    if rule.is_exposure() {
        return exposure::calls().iter().map(|(source, action)| Branch::of_call(source, action)).collect();
    }
    rule.demands().iter().map(Branch::of_demand).collect()
}

/// The rules that find something by themselves. Those that only a correlation counts wait in vain behind an event bus:
/// functions see too little at once to count.
pub(super) fn finding(rules: &RuleSet) -> impl Iterator<Item = &CompiledRule> {
    rules.rules().iter().filter(|rule| !rules.is_silent(&rule.info().id))
}

/// What all those rules wait for, in order.
pub(super) fn of_rules(rules: &RuleSet) -> Vec<Branch> {
    let mut has_exposure = false;
    let mut branches = Vec::new();
    for rule in finding(rules) {
        // They all wait for the same.
        if !rule.is_exposure() || !std::mem::replace(&mut has_exposure, true) {
            branches.extend(of_rule(rule));
        }
    }
    together(without_covered(&by_source(branches)))
}

type Asks = BTreeMap<String, BTreeSet<Ask>>;

/// One branch for each source and each set of other fields, with the names of all.
fn by_source(branches: Vec<Branch>) -> Vec<Branch> {
    let mut names: BTreeMap<Asks, BTreeSet<Ask>> = BTreeMap::new();
    let mut all_names: BTreeSet<Asks> = BTreeSet::new();
    for branch in branches {
        let mut rest = branch.0;
        let own = rest.remove(NAME);
        let sources = rest.remove(SOURCE);
        let keys: Vec<Asks> = match sources {
            None => vec![rest],
            Some(sources) => sources
                .into_iter()
                .map(|source| {
                    rest.clone().into_iter().chain([(SOURCE.to_owned(), [source].into())]).collect()
                })
                .collect(),
        };
        for key in keys {
            match &own {
                Some(own) => names.entry(key).or_default().extend(own.iter().cloned()),
                None => _ = all_names.insert(key),
            }
        }
    }
    let called = names.into_iter().map(|(key, names)| {
        let names =
            names.iter().filter(|name| !names.iter().any(|other| other != *name && other.covers(name)));
        let names: BTreeSet<Ask> = names.cloned().collect();
        Branch(key.into_iter().chain([(NAME.to_owned(), names)]).collect())
    });
    called.chain(all_names.into_iter().map(Branch)).collect()
}

fn without_covered(branches: &[Branch]) -> Vec<Branch> {
    let is_covered = |place: usize, branch: &Branch| {
        branches.iter().enumerate().any(|(other, wider)| {
            other != place && wider.covers(branch) && (!branch.covers(wider) || other < place)
        })
    };
    let kept = branches.iter().enumerate().filter(|(place, branch)| !is_covered(*place, branch));
    kept.map(|(_, branch)| branch.clone()).collect()
}

/// Branches that differ in their source only become one.
fn together(branches: Vec<Branch>) -> Vec<Branch> {
    let mut sources: BTreeMap<Asks, BTreeSet<Ask>> = BTreeMap::new();
    let mut others = Vec::new();
    for mut branch in branches {
        match branch.0.remove(SOURCE) {
            Some(own) => sources.entry(branch.0).or_default().extend(own),
            None => others.push(branch),
        }
    }
    let with = |(rest, sources): (Asks, BTreeSet<Ask>)| {
        Branch(rest.into_iter().chain([(SOURCE.to_owned(), sources)]).collect())
    };
    others.extend(sources.into_iter().map(with));
    // In the order of services, as people look for them.
    others.sort_by(|one, other| (one.0.get(SOURCE), &one.0).cmp(&(other.0.get(SOURCE), &other.0)));
    others
}
