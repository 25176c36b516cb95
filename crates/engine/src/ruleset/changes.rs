//! What is different between two sets of rules: added, removed, changed, and in which keys.
//!
//! Rules are the same rule by their id. Where a rule's file is does not count, nor does where in it things stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{CompiledRule, Correlation, RuleSet};
use crate::finding::RuleInfo;
use crate::ids::RuleId;

/// A rule that is not the same in both sets.
#[derive(Debug, Clone)]
pub enum RuleChange {
    /// It is in the second set only.
    Added(Arc<RuleInfo>),
    /// It is in the first set only.
    Removed(Arc<RuleInfo>),
    /// It is in both, and not the same.
    Changed {
        /// As it was.
        old: Arc<RuleInfo>,
        /// As it is.
        new: Arc<RuleInfo>,
        /// The keys of the rule that are different, in the order in which rules have them; `text` where the rest of the
        /// text is, such as a comment.
        keys: Vec<&'static str>,
    },
}

impl RuleChange {
    /// The rule as it is, or was before it was removed.
    pub fn info(&self) -> &Arc<RuleInfo> {
        match self {
            Self::Added(info) | Self::Removed(info) | Self::Changed { new: info, .. } => info,
        }
    }
}

/// What is different, by path, then id.
pub fn changes(old: &RuleSet, new: &RuleSet) -> Vec<RuleChange> {
    let by_id = |set: &RuleSet| -> BTreeMap<RuleId, CompiledRule> {
        set.rules().iter().map(|rule| (rule.info().id.clone(), rule.clone())).collect()
    };
    let (before, after) = (by_id(old), by_id(new));
    let removed = before.iter().filter(|(id, _)| !after.contains_key(id));
    let mut found: Vec<_> = removed.map(|(_, rule)| RuleChange::Removed(Arc::clone(rule.info()))).collect();
    for (id, now) in &after {
        match before.get(id) {
            None => found.push(RuleChange::Added(Arc::clone(now.info()))),
            Some(was) => found.extend(change(was, now)),
        }
    }
    found.extend(correlations(old, new));
    found.sort_by(|a, b| (&a.info().path, &a.info().id).cmp(&(&b.info().path, &b.info().id)));
    found
}

/// The same of correlations.
fn correlations(old: &RuleSet, new: &RuleSet) -> Vec<RuleChange> {
    let by_id = |set: &RuleSet| -> BTreeMap<RuleId, Correlation> {
        set.correlations().iter().map(|it| (it.info().id.clone(), it.clone())).collect()
    };
    let (before, after) = (by_id(old), by_id(new));
    let removed = before.iter().filter(|(id, _)| !after.contains_key(id));
    let mut found: Vec<_> = removed.map(|(_, it)| RuleChange::Removed(Arc::clone(it.info()))).collect();
    for (id, now) in &after {
        match before.get(id) {
            None => found.push(RuleChange::Added(Arc::clone(now.info()))),
            Some(was) => {
                found.extend(changed(was.info(), now.info(), "correlation", || asks(was) != asks(now)));
            }
        }
    }
    found
}

/// What a correlation asks for, but for its aliases.
fn asks(it: &Correlation) -> (String, Vec<String>, Option<bool>) {
    (it.words(), it.named_rules().map(str::to_owned).collect(), it.generates())
}

fn change(was: &CompiledRule, now: &CompiledRule) -> Option<RuleChange> {
    changed(was.info(), now.info(), "detection", || was.detection() != now.detection())
}

/// The change of one text into another; `own` is the key with what the rule asks for.
fn changed(
    old: &Arc<RuleInfo>,
    new: &Arc<RuleInfo>,
    own: &'static str,
    asks_otherwise: impl FnOnce() -> bool,
) -> Option<RuleChange> {
    if old.hash == new.hash {
        return None;
    }
    let keys = [
        ("title", old.title != new.title),
        ("description", old.description != new.description),
        ("status", old.status != new.status),
        ("references", old.references != new.references),
        ("tags", old.tags != new.tags),
        (own, asks_otherwise()),
        ("falsepositives", old.false_positives != new.false_positives),
        ("level", old.level != new.level),
    ];
    let mut keys: Vec<_> = keys.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect();
    if keys.is_empty() {
        keys.push("text");
    }
    Some(RuleChange::Changed { old: Arc::clone(old), new: Arc::clone(new), keys })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ruleset::RuleSource;

    const RULE: &str = "title: t\nid: 1\nstatus: test\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  s: {at: [b, c], 'e[any]': {f: 1}}\n  condition: s\nlevel: low\n";

    fn set(texts: &[&str]) -> RuleSet {
        let sources = texts.iter().enumerate().map(|(n, text)| RuleSource::new(format!("{n}.yml"), *text));
        RuleSet::from_sources(sources).unwrap()
    }

    /// The keys that a change of the text makes different.
    fn keys(from: &str, to: &str) -> Vec<&'static str> {
        let text = RULE.replace(from, to);
        assert_ne!(text, RULE);
        match changes(&set(&[RULE]), &set(&[&text])).as_slice() {
            [RuleChange::Changed { keys, .. }] => keys.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_changed_rule_says_in_which_keys() {
        assert_eq!(keys("title: t", "title: u"), ["title"]);
        assert_eq!(keys("level: low", "level: high\ntags: [attack.t1530]"), ["tags", "level"]);
        assert_eq!(keys("[b, c]", "[b, d]"), ["detection"]);
        assert_eq!(keys("{at: [b, c], 'e[any]': {f: 1}}", "{at: [b, c], 'e[any]': {f: 2}}"), ["detection"]);
        assert_eq!(keys("condition: s", "condition: not s"), ["detection"]);
        assert_eq!(keys("status: test\n", "description: d\n"), ["description", "status"]);
    }

    #[test]
    fn where_things_stand_does_not_count() {
        assert_eq!(keys("detection:\n", "# why\ndetection:\n"), ["text"]);
        assert_eq!(keys("  s: {at: [b, c]", "  s:   {at: [b,   c]"), ["text"]);
        let other = RuleSet::from_sources([RuleSource::new("elsewhere.yml", RULE)]).unwrap();
        assert!(changes(&set(&[RULE]), &other).is_empty());
    }

    #[test]
    fn rules_come_and_go_by_their_id() {
        let other = RULE.replace("id: 1", "id: 2");
        let found = changes(&set(&[RULE]), &set(&[&other]));
        let [RuleChange::Removed(removed), RuleChange::Added(added)] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((added.id.as_str(), removed.id.as_str()), ("2", "1"));
        assert!(changes(&set(&[RULE, &other]), &set(&[&other, RULE])).is_empty());
    }

    #[test]
    fn a_bundle_is_compared_like_its_texts() {
        let text = RULE.replace("[b, c]", "[b, d]");
        let bundle = RuleSet::from_bundle(set(&[RULE]).to_bundle().unwrap()).unwrap();
        assert!(changes(&set(&[RULE]), &bundle).is_empty());
        let found = changes(&bundle, &set(&[&text]));
        assert!(matches!(found.as_slice(), [RuleChange::Changed { keys, .. }] if keys == &["detection"]));
    }

    #[test]
    fn a_changed_correlation_says_in_which_keys() {
        let counted = RULE.replace("id: 1", "id: 2\nname: r");
        let text = "title: c\nid: c\ncorrelation: {type: event_count, rules: [r], timespan: 1m, condition: {gte: 2}}\nlevel: low\n";
        let keys = |from: &str, to: &str| {
            let found = changes(&set(&[&counted, text]), &set(&[&counted, &text.replace(from, to)]));
            match found.as_slice() {
                [RuleChange::Changed { keys, .. }] => keys.clone(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(keys("gte: 2", "gte: 3"), ["correlation"]);
        assert_eq!(keys("level: low", "level: high"), ["level"]);
        assert_eq!(keys("title: c", "# why\ntitle: c"), ["text"]);
    }
}
