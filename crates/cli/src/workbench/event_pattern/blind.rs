//! Rules that cannot fire, and why.

use std::collections::{BTreeMap, BTreeSet};

use tattletrail_engine::render::text::neutralise;
use tattletrail_engine::ruleset::{CompiledRule, RuleSet};

use super::branch::{Branch, NAME};
use super::bus::{ALL, Bus};
use super::gather;
use crate::models::feeds::{Feed, feeds};

/// How many calls of a rule are named.
const NAMED: usize = 3;

/// A line for each rule of which something does not come through.
pub(super) fn blind(rules: &RuleSet, bus: &Bus) -> Vec<String> {
    // All exposure rules wait for the same.
    let mut of_exposure: Option<Option<String>> = None;
    let mut lines = Vec::new();
    for rule in gather::finding(rules) {
        let why = || why_blind(&gather::of_rule(rule), bus);
        let why = if rule.is_exposure() { of_exposure.get_or_insert_with(why).clone() } else { why() };
        lines.extend(why.map(|why| format!("{}: {why}\n", neutralise(&rule.info().path))));
    }
    lines
}

/// Why what waits for one of these does not fire, or not for each of them; `None` if it does.
fn why_blind(waits_for: &[Branch], bus: &Bus) -> Option<String> {
    let all: Vec<Branch> = waits_for.iter().flat_map(Branch::single).collect();
    let (through, missing): (Vec<&Branch>, Vec<&Branch>) = all.iter().partition(|one| bus.lets_through(one));
    let (reads, unread): (Vec<&Branch>, Vec<&Branch>) =
        through.iter().partition(|one| !one.may_read() || bus.lets_reads_through(one));
    if missing.is_empty() && unread.is_empty() {
        return None;
    }
    let whole =
        if reads.is_empty() { "cannot fire here" } else { "cannot fire here for all that it waits for" };
    let mut text = whole.to_owned();
    if !missing.is_empty() {
        text.push_str(&format!(", because no pattern lets through {}", named(&missing)));
    }
    if !unread.is_empty() {
        let why = format!("calls that only read come in the state {ALL} alone");
        text.push_str(&format!(", because {why}: {}", named(&unread)));
    }
    Some(text)
}

fn named(branches: &[&Branch]) -> String {
    let words: Vec<String> =
        branches.iter().take(NAMED).map(|branch| neutralise(&branch.words()).into_owned()).collect();
    let more = branches.len().saturating_sub(NAMED);
    format!("{}{}", words.join("; "), if more == 0 { String::new() } else { format!("; and {more} more") })
}

/// Rules that name no call: for them more comes through than for all the others.
pub(super) fn wide(rules: &RuleSet) -> Vec<String> {
    let line = |rule: &CompiledRule| {
        let wide: Vec<Branch> =
            gather::of_rule(rule).into_iter().filter(|branch| !branch.0.contains_key(NAME)).collect();
        let words: Vec<String> = wide.iter().map(|branch| neutralise(&branch.words()).into_owned()).collect();
        let path = neutralise(&rule.info().path);
        (!wide.is_empty()).then(|| format!("lets much through: {path}: {}\n", words.join("; ")))
    };
    gather::finding(rules).filter_map(line).collect()
}

/// What no pattern can say: rules that wait for data events fire only where a trail logs those, and rules that only
/// correlations count are not waited for.
pub(super) fn notices(rules: &RuleSet) -> Vec<String> {
    let mut waiting: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for rule in gather::finding(rules) {
        for feeds in feeds(rules, rule.info().id.as_str()) {
            if feeds.iter().all(|feed| feed.is_data) && !feeds.is_empty() {
                let words = feeds.iter().map(Feed::in_words).collect::<Vec<_>>().join(" or ");
                waiting.entry(words).or_default().push(rule.info().path.as_ref());
            }
        }
    }
    let line = |(words, paths): (String, Vec<&str>)| {
        let paths: Vec<String> = paths.iter().map(|path| neutralise(path).into_owned()).collect();
        format!("only where a trail logs {words}: {}\n", paths.join(", "))
    };
    let silent = rules.rules().iter().filter(|rule| rules.is_silent(&rule.info().id));
    let silent: BTreeSet<String> = silent.map(|rule| neutralise(&rule.info().path).into_owned()).collect();
    let uncounted = (!silent.is_empty()).then(|| {
        let paths = silent.into_iter().collect::<Vec<_>>().join(", ");
        format!("not waited for, since functions do not run the correlations that count them: {paths}\n")
    });
    waiting.into_iter().map(line).chain(uncounted).collect()
}
