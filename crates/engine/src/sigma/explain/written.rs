//! The rule's own words, by the places that the compiled tree remembers.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::sigma::RuleSource;
use crate::sigma::document;
use crate::sigma::error::{Position, Problems};
use crate::sigma::field::FieldPath;
use crate::sigma::yaml::{Value, Yaml};

/// The keys and values of a rule as its text has them, by their places.
#[derive(Debug, Clone, Default)]
pub struct RuleWords {
    keys: BTreeMap<Position, String>,
    values: BTreeMap<Position, String>,
    /// The conditions by the place of a selection beside them.
    conditions: BTreeMap<Position, Vec<String>>,
}

impl RuleWords {
    /// Reads the words of all documents of a file; none of a text that is no rule.
    pub fn of(text: &str) -> Self {
        let mut written = Self::default();
        let source = RuleSource::new("", text);
        for document in document::documents(&source, &mut Problems::new("")).unwrap_or_default() {
            let detection = document.yaml.get("detection").or_else(|| document.yaml.get("filter"));
            let Some(detection) = detection else { continue };
            written.add(&detection.value);
            let condition = detection.value.get("condition").map_or(Vec::new(), |entry| texts(&entry.value));
            for entry in detection.value.entries().unwrap_or_default() {
                written.conditions.insert(entry.at, condition.clone());
            }
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

    /// The condition beside a selection: one of them must hold where there are several.
    pub(super) fn condition(&self, selection: Option<Position>) -> Vec<String> {
        selection.and_then(|at| self.conditions.get(&at)).cloned().unwrap_or_default()
    }

    /// A field with its modifiers, as written.
    pub(in crate::sigma) fn key(&self, field: &FieldPath) -> String {
        let key = self.keys.get(&field.position()).filter(|_| field.as_str() != ".");
        key.cloned().unwrap_or_else(|| field.as_str().to_owned())
    }

    /// A value as JSON.
    pub(in crate::sigma) fn value(&self, at: Position) -> String {
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
