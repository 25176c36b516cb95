//! A vector as a threat of Threat Composer.

use serde_json::{Map, Value, json};
use tattletrail_engine::attack;
use tattletrail_engine::threat_model::{Impact, ThreatModel, Vector};

use super::{cut, uuid};
use crate::models::notes::{LISTS, METADATA, Notes, TEXTS};

/// The longest statement.
const MOST_STATEMENT: usize = 1400;

/// The longest tag.
const MOST_TAG: usize = 30;

/// The threat: what was imported as it was, with the impact and the techniques that the model has now.
pub(super) fn threat(model: &ThreatModel, vector: &Vector, told: &mut Vec<String>) -> Value {
    let notes = Notes::read(&vector.description);
    let mut object = notes.json("More").as_object().cloned().unwrap_or_default();
    let made = || uuid(&format!("{}/{}", model.application, vector.id));
    object.insert("id".to_owned(), notes.get("Threat").map_or_else(made, str::to_owned).into());
    if let Some(mut statement) = statement(vector, &notes) {
        cut(&mut statement, MOST_STATEMENT, "a statement", told);
        object.insert("statement".to_owned(), statement.into());
    }
    for (key, word) in TEXTS {
        if let Some(value) = notes.get(word) {
            object.insert(key.to_owned(), value.into());
        }
    }
    for (key, word) in LISTS {
        let values: Vec<&str> = notes.all(word).collect();
        if !values.is_empty() {
            object.insert(key.to_owned(), values.into());
        }
    }
    add_metadata(vector, &notes, &mut object);
    add_techniques(vector, &mut object);
    Value::Object(object)
}

/// The statement that it had; of a vector that was never there, what describes it. A threat may have none.
fn statement(vector: &Vector, notes: &Notes) -> Option<String> {
    let words = Some(notes.words.clone()).filter(|words| !words.is_empty());
    let is_imported = notes.get("Threat").is_some();
    let title = || (!is_imported).then(|| vector.title.clone());
    notes.get("Statement").map(str::to_owned).or(words).or_else(title)
}

/// Techniques that no text of the threat names become tags.
fn add_techniques(vector: &Vector, object: &mut Map<String, Value>) {
    let texts = [object.get("tags"), object.get("metadata")]
        .map(|value| value.map(Value::to_string).unwrap_or_default());
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let named: Vec<_> = texts
        .iter()
        .flat_map(|text| text.split(|c: char| !is_part(c)))
        .filter_map(|word| attack::resolve(word.trim_matches('.')))
        .collect();
    let missing = vector.techniques.iter().filter(|one| !named.contains(&one.id));
    let new: Vec<Value> =
        missing.map(|one| one.written.as_str().into()).filter(|tag: &Value| fits(tag)).collect();
    if new.is_empty() {
        return;
    }
    if let Value::Array(tags) = object.entry("tags").or_insert_with(|| json!([])) {
        tags.extend(new);
    }
}

fn fits(tag: &Value) -> bool {
    tag.as_str().is_some_and(|tag| tag.len() <= MOST_TAG)
}

fn add_metadata(vector: &Vector, notes: &Notes, object: &mut Map<String, Value>) {
    let mut metadata: Vec<Value> = Vec::new();
    for key in METADATA {
        match (key, notes.get(key)) {
            ("STRIDE", Some(letters)) => {
                metadata.push(json!({ "key": key, "value": letters.split(", ").collect::<Vec<_>>() }));
            }
            (_, Some(text)) => metadata.push(json!({ "key": key, "value": text })),
            (_, None) => {}
        }
    }
    let rest = object.remove("metadata").and_then(|rest| rest.as_array().cloned()).unwrap_or_default();
    let level = vector.impact.map(|impact| match impact {
        Impact::Low => "Low",
        Impact::Medium => "Medium",
        Impact::High | Impact::Critical => "High",
    });
    if let Some(level) = level {
        metadata.push(json!({ "key": "Priority", "value": level }));
    }
    metadata.extend(rest);
    let is_there =
        |key: &str, all: &[Value]| all.iter().any(|one| one.get("key").is_some_and(|known| known == key));
    let instrumentation: Vec<&str> = vector.instrumentation.iter().map(|named| &*named.id).collect();
    for (key, value) in
        [("custom:response", json!(vector.response)), ("custom:instrumentation", json!(instrumentation))]
    {
        let is_empty = value.as_str().map_or_else(|| instrumentation.is_empty(), str::is_empty);
        if !is_empty && !is_there(key, &metadata) {
            metadata.push(json!({ "key": key, "value": value }));
        }
    }
    if !metadata.is_empty() {
        object.insert("metadata".to_owned(), metadata.into());
    }
}
