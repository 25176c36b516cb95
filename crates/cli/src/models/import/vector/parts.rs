//! Parts of a threat: its title, its impact, its metadata, its lists of texts.

use serde_json::Value;
use tattletrail_engine::threat_model::{Impact, Vector};

use crate::models::import::composer::{Object, text};
use crate::models::notes::{METADATA, Notes};

/// How long a title made of a statement may be.
const MOST_TITLE: usize = 100;

/// The action, or the beginning of the statement, with a capital.
pub(super) fn title(threat: &Object) -> String {
    let said = |key: &str| text(threat, key).map(str::trim).filter(|text| !text.is_empty());
    let whole = said("threatAction").or_else(|| said("statement")).unwrap_or("A threat without a statement");
    let line = whole.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut title = String::new();
    for word in line.split(' ') {
        if !title.is_empty() && title.chars().count() + word.chars().count() >= MOST_TITLE {
            title.push_str(" ...");
            break;
        }
        title.push_str(if title.is_empty() { "" } else { " " });
        title.push_str(word);
    }
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The priority as an impact. What a model says above the highest priority stays.
pub(super) fn impact(threat: &Object, known: Option<&Vector>) -> &'static str {
    let metadata = threat.get("metadata").and_then(Value::as_array).into_iter().flatten();
    let mut priorities = metadata.filter(|one| one.get("key").and_then(Value::as_str) == Some("Priority"));
    let own = known.and_then(|vector| vector.impact).map(Impact::as_str);
    match priorities.next().and_then(|one| one.get("value")).and_then(Value::as_str) {
        Some("High") if own == Some("critical") => "critical",
        Some("High") => "high",
        Some("Medium") => "medium",
        Some("Low") => "low",
        _ => own.unwrap_or_default(),
    }
}

/// Takes out of the metadata what has a word of its own, and the priority, which is the impact.
pub(super) fn note_metadata(rest: &mut Object, notes: &mut Notes) {
    let Some(Value::Array(metadata)) = rest.get_mut("metadata") else { return };
    let place = |metadata: &[Value], key: &str| {
        metadata.iter().position(|one| {
            one.get("key").and_then(Value::as_str) == Some(key)
                && one.as_object().is_some_and(|one| one.len() == 2)
        })
    };
    for key in METADATA {
        let Some(at) = place(metadata, key) else { continue };
        let value = metadata.get(at).and_then(|one| one.get("value"));
        let letters: Option<Vec<&str>> =
            value.and_then(Value::as_array).and_then(|all| all.iter().map(Value::as_str).collect());
        let words = match (value.and_then(Value::as_str), letters) {
            (Some(text), _) if key == "Comments" => text.to_owned(),
            (_, Some(letters)) if key == "STRIDE" && are_letters(&letters) => letters.join(", "),
            _ => continue,
        };
        notes.add(key, words);
        metadata.remove(at);
    }
    let is_level =
        |one: &Value| matches!(one.get("value").and_then(Value::as_str), Some("High" | "Medium" | "Low"));
    if let Some(at) = place(metadata, "Priority").filter(|at| metadata.get(*at).is_some_and(is_level)) {
        metadata.remove(at);
    }
    if metadata.is_empty() {
        rest.remove("metadata");
    }
}

/// True for what STRIDE's letters are.
fn are_letters(all: &[&str]) -> bool {
    !all.is_empty() && all.iter().all(|one| one.len() == 1 && *one != ",")
}

/// Takes a list out if it is one of texts, and not empty.
pub(super) fn take_texts(object: &mut Object, key: &str) -> Vec<String> {
    let texts: Option<Vec<String>> = object
        .get(key)
        .and_then(Value::as_array)
        .and_then(|all| all.iter().map(|one| one.as_str().map(str::to_owned)).collect());
    let texts = texts.unwrap_or_default();
    if !texts.is_empty() {
        object.remove(key);
    }
    texts
}

/// Every text in a value.
pub(super) fn gather(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| gather(one, texts)),
        Value::Object(all) => all.values().for_each(|one| gather(one, texts)),
        _ => {}
    }
}
