//! JSON objects without empty members: most formats have no use for `null` and `""`, and ASFF refuses them.

use serde::Serialize;
use serde_json::{Map, Value};

/// An object under construction.
#[derive(Debug, Clone, Default)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    /// An object without members.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a member.
    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Adds a member, unless there is nothing in it: no value, `null`, blank text, an empty list or object.
    pub(super) fn maybe<V: Into<Value>>(self, key: &str, value: Option<V>) -> Self {
        match value.map(Into::into) {
            Some(value) if !is_nothing(&value) => self.with(key, value),
            _ => self,
        }
    }

    /// The object as a value.
    pub(super) fn build(self) -> Value {
        Value::Object(self.0)
    }

    /// The number of members.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// One of our own values as JSON. It has string keys only, so that this cannot fail; `null` would say that it did.
pub(super) fn to_value<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The word that one of our own words (a surface, an effect) has in JSON.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    to_value(value).as_str().unwrap_or_default().to_owned()
}
