//! The smallest parts of a rule that have a verdict of their own: a field with its values, a block, keywords.

use serde_json::{Value, json};

/// One of them, as the rule writes it.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// Field and modifiers; empty for keywords.
    pub(super) key: String,
    pub(super) value: Value,
}

impl Leaf {
    /// Every leaf of a selection.
    pub(super) fn all_of(selection: &Value) -> Vec<Self> {
        match selection {
            Value::Object(entries) => {
                entries.iter().map(|(key, value)| Self { key: key.clone(), value: value.clone() }).collect()
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                items.iter().flat_map(Self::all_of).collect()
            }
            words => vec![Self { key: String::new(), value: words.clone() }],
        }
    }

    /// The leaf as a selection.
    pub(super) fn selection(&self) -> Value {
        if self.key.is_empty() { self.value.clone() } else { json!({ self.key.as_str(): self.value }) }
    }

    /// The field's path, without the quantifier of a block.
    pub(super) fn path(&self) -> &str {
        let path = self.key.split('|').next().unwrap();
        if self.is_block() { path.rsplit_once('[').unwrap().0 } else { path }
    }

    /// True for an array block.
    pub(super) fn is_block(&self) -> bool {
        ["[any]", "[all]", "[none]", "[all_or_empty]"].iter().any(|end| self.key.contains(end))
    }

    /// True if one of the modifiers is this one.
    pub(super) fn has(&self, modifier: &str) -> bool {
        self.key.split('|').skip(1).any(|word| word == modifier)
    }

    /// The written values.
    pub(super) fn values(&self) -> Vec<&Value> {
        match &self.value {
            Value::Array(values) => values.iter().collect(),
            value => vec![value],
        }
    }

    /// The leaves of a block's body.
    pub(super) fn inner(&self) -> Vec<Self> {
        match &self.value {
            Value::Object(entries) if entries.contains_key("condition") => {
                let named = entries.iter().filter(|(name, _)| *name != "condition");
                named.flat_map(|(_, selection)| Self::all_of(selection)).collect()
            }
            body @ Value::Object(_) => Self::all_of(body),
            _ => Vec::new(),
        }
    }
}

/// Every value at a path, read through lists; a list at its end is one value. None for keywords, which have no path.
pub(super) fn reached<'r>(record: &'r Value, path: &str) -> Vec<&'r Value> {
    if path.is_empty() {
        return Vec::new();
    }
    if let Some(value) = record.get(path) {
        return vec![value];
    }
    let mut found = Vec::new();
    follow(record, path, &mut found);
    found
}

fn follow<'r>(value: &'r Value, path: &str, found: &mut Vec<&'r Value>) {
    if path.is_empty() {
        found.push(value);
    } else if let Value::Array(items) = value {
        for item in items {
            follow(item, path, found);
        }
    } else {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let (name, index) = name.strip_suffix("[0]").map_or((name, false), |name| (name, true));
        let next = value.get(name).and_then(|next| if index { next.get(0) } else { Some(next) });
        if let Some(next) = next {
            follow(next, rest, found);
        }
    }
}

/// The values at a path, and the members of those that are lists.
pub(super) fn members<'r>(record: &'r Value, path: &str) -> Vec<&'r Value> {
    let mut todo = reached(record, path);
    let mut found = Vec::new();
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(items) => todo.extend(items),
            value => found.push(value),
        }
    }
    found
}

/// Every text, number and truth in a record.
pub(super) fn scalars(record: &Value) -> Vec<&Value> {
    match record {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().flat_map(scalars).collect(),
        Value::Object(entries) => entries.values().flat_map(scalars).collect(),
        scalar => vec![scalar],
    }
}
