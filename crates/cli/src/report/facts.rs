//! What of a finding only an exposure, or several events, have: as names and values for people.

use serde_json::Value;
use tattletrail_engine::exposure::ExposureChange;
use tattletrail_engine::finding::{Finding, Several};

use super::pairs::Pairs;
use super::pool::Pool;

/// What an exposure says of itself beside what has a place of its own, in the words of the documents.
const EXPOSURE: [(&str, &str); 10] = [
    ("reach", "Reach"),
    ("verdict", "Verdict"),
    ("reason", "Reason"),
    ("confidence", "Confidence"),
    ("surface", "Surface"),
    ("facet", "Facet"),
    ("access", "Access"),
    ("parties", "Parties"),
    ("settings_off", "Settings off"),
    ("native_id", "Id in the service"),
];

/// Adds the list of a finding.
pub(super) fn add(facts: &mut Pairs, pool: &mut Pool, finding: &Finding) {
    if let Some(change) = &finding.exposure {
        of_exposure(facts, pool, change);
    }
    if let Some(several) = &finding.several {
        of_several(facts, pool, several);
    }
    facts.end();
}

fn of_exposure(facts: &mut Pairs, pool: &mut Pool, change: &ExposureChange) {
    // Words, numbers and lists of our own: they are always an object.
    let change = serde_json::to_value(change).unwrap_or_default();
    for (key, name) in EXPOSURE {
        for value in texts(change.get(key)) {
            facts.add(pool, name, &value);
        }
    }
}

/// A value as texts: one for each entry of a list.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) if text.is_empty() => Vec::new(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => list.iter().flat_map(|entry| texts(Some(entry))).collect(),
        Some(other) => vec![other.to_string()],
    }
}

fn of_several(facts: &mut Pairs, pool: &mut Pool, several: &Several) {
    facts.add(pool, "Asked for", &several.words);
    facts.add(pool, "Events", &several.events.to_string());
    for (name, time) in [("First", &several.first), ("Last", &several.last)] {
        if let Some(time) = time {
            facts.add(pool, name, time);
        }
    }
    for rule in &several.rules {
        facts.add(pool, "Rule", &format!("{} ({})", rule.title, rule.count));
    }
    for value in &several.values {
        facts.add(pool, "Value", value);
    }
    for event in &several.sample {
        facts.add(pool, "Event", event.as_str());
    }
}
