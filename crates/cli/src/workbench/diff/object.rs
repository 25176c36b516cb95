//! A difference for programs.

use serde_json::{Value, json};
use tattletrail_engine::finding::RuleInfo;
use tattletrail_engine::ids::EventId;
use tattletrail_engine::ruleset::RuleChange;

use super::Difference;
use super::history::{Counted, Counts, History, Seen};
use super::text::{per_day, word};

/// The whole of it.
pub(super) fn object(difference: &Difference) -> Value {
    let of = |wanted: &str| -> Vec<Value> {
        difference.rules.iter().filter(|change| word(change) == wanted).map(rule).collect()
    };
    json!({
        "rules": {
            "old": difference.old.len(),
            "new": difference.new.len(),
            "same": difference.same(),
            "added": of("added"),
            "removed": of("removed"),
            "changed": of("changed"),
        },
        "history": difference.history.as_ref().map(|history| of_history(history, difference.limit)),
    })
}

fn rule(change: &RuleChange) -> Value {
    match change {
        RuleChange::Added(info) | RuleChange::Removed(info) => of_rule(info),
        RuleChange::Changed { old, new, keys } => json!({
            "id": new.id.as_str(),
            "title": new.title,
            "path": new.path,
            "keys": keys,
            "level": { "old": old.level.as_str(), "new": new.level.as_str() },
            "sha256": { "old": old.hash.as_str(), "new": new.hash.as_str() },
        }),
    }
}

fn of_rule(info: &RuleInfo) -> Value {
    json!({
        "id": info.id.as_str(),
        "title": info.title,
        "path": info.path,
        "level": info.level.as_str(),
        "sha256": info.hash.as_str(),
    })
}

fn of_history(history: &History, limit: usize) -> Value {
    let days = history.days.count();
    let (first, end) = history.days.ends().unzip();
    let list = |found: &[Seen]| found.iter().take(limit).map(finding).collect::<Vec<_>>();
    let changed = history.changed.iter().take(limit);
    let changed = changed.map(|(was, is)| json!({ "old": finding(was), "new": finding(is) }));
    let counted = |counted: &Counted| {
        let Counts { old, new } = counted.counts;
        json!({
            "id": counted.rule.id.as_str(),
            "title": counted.rule.title,
            "old": old,
            "new": new,
            "old_per_day": per_day(old, days),
            "new_per_day": per_day(new, days),
        })
    };
    let Counts { old, new } = history.counts;
    json!({
        "days": days,
        "first_day": first,
        "last_day": end,
        "findings": {
            "old": old,
            "new": new,
            "old_per_day": per_day(old, days),
            "new_per_day": per_day(new, days),
            "only_new": history.new.len(),
            "only_old": history.gone.len(),
            "changed": history.changed.len(),
        },
        "rules": history.rules.values().map(counted).collect::<Vec<_>>(),
        "new": list(&history.new),
        "gone": list(&history.gone),
        "changed": changed.collect::<Vec<_>>(),
    })
}

fn finding(seen: &Seen) -> Value {
    json!({
        "id": seen.id.as_str(),
        "rule": seen.rule.as_str(),
        "time": seen.time,
        "event_id": seen.event.as_ref().map(EventId::as_str),
        "level": seen.level.as_str(),
        "status": seen.status.as_str(),
        "title": seen.title,
        "resource": seen.resource,
    })
}
