//! The rule's own words, by the places that the compiled tree remembers.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::sigma::error::{Position, Problems};
use crate::sigma::field::FieldPath;
use crate::sigma::yaml::{self, Value, Yaml};

/// The keys and values of a rule as its text has them, by their places.
#[derive(Debug, Clone, Default)]
pub struct RuleWords {
    keys: BTreeMap<Position, String>,
    values: BTreeMap<Position, String>,
    pub(super) condition: Vec<String>,
}

impl RuleWords {
    /// Reads the words; none of a text that is no rule.
    pub fn of(text: &str) -> Self {
        let mut written = Self::default();
        let documents = yaml::documents(text, &mut Problems::new("")).unwrap_or_default();
        let detection = documents.first().and_then(|document| document.get("detection"));
        if let Some(detection) = detection {
            written.add(&detection.value);
            written.condition =
                detection.value.get("condition").map_or(Vec::new(), |entry| texts(&entry.value));
        }
        written
    }

    /// The words of a `detection:`.
    pub(crate) fn of_detection(detection: &Yaml) -> Self {
        let mut written = Self::default();
        written.add(detection);
        written
    }

    /// The text of the value that stands there; empty where none does.
    pub fn text_at(&self, at: Position) -> String {
        let json = self.value(at);
        serde_json::from_str::<String>(&json).unwrap_or(json)
    }

    /// A field with its modifiers, as written.
    pub(super) fn key(&self, field: &FieldPath) -> String {
        let key = self.keys.get(&field.position()).filter(|_| field.as_str() != ".");
        key.cloned().unwrap_or_else(|| field.as_str().to_owned())
    }

    /// A value as JSON.
    pub(super) fn value(&self, at: Position) -> String {
        self.values.get(&at).cloned().unwrap_or_default()
    }

    fn add(&mut self, yaml: &Yaml) {
        match &yaml.value {
            Value::Map(entries) => {
                for entry in entries {
                    self.keys.insert(entry.at, entry.key.clone());
                    self.add(&entry.value);
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.add(item)),
            Value::Text(text) => self.keep(yaml.at, Json::from(text.as_str()).to_string()),
            Value::Number(text, _) => self.keep(yaml.at, text.clone()),
            Value::Bool(value) => self.keep(yaml.at, value.to_string()),
            Value::Null => self.keep(yaml.at, "null".to_owned()),
        }
    }

    fn keep(&mut self, at: Position, value: String) {
        self.values.insert(at, value);
    }
}

fn texts(yaml: &Yaml) -> Vec<String> {
    match &yaml.value {
        Value::List(items) => items.iter().filter_map(Yaml::scalar).map(str::to_owned).collect(),
        _ => yaml.scalar().map(str::to_owned).into_iter().collect(),
    }
}
