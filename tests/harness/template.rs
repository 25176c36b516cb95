//! Templates of CloudFormation in YAML, as values; what they refer to, in all branches of their conditions.

use std::collections::BTreeSet;

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// A template, its short functions (`!Ref`) written out.
pub(crate) struct Template(pub(crate) Value);

impl Template {
    /// Reads it.
    pub(crate) fn read(text: &str) -> Self {
        Self(value(text))
    }

    /// A resource's type.
    pub(crate) fn kind(&self, resource: &str) -> Option<&str> {
        self.0["Resources"][resource]["Type"].as_str()
    }
}

/// What a value is in each branch of its conditions; a list, item by item.
pub(crate) fn branches(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().flat_map(branches).collect(),
        Value::Object(object) => match object.get("Fn::If").and_then(Value::as_array) {
            Some(choice) => choice.iter().skip(1).flat_map(branches).collect(),
            None if object.get("Ref").is_some_and(|name| name == "AWS::NoValue") => Vec::new(),
            None => vec![value],
        },
        other => vec![other],
    }
}

/// The resources and parameters that a value refers to, in any branch.
pub(crate) fn referred(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match value {
        Value::Array(items) => items.iter().for_each(|item| found.extend(referred(item))),
        Value::Object(object) => {
            for (key, inner) in object {
                match key.as_str() {
                    "Ref" | "Fn::GetAtt" => {
                        found.extend(name(inner).filter(|name| !name.starts_with("AWS::")));
                    }
                    _ => found.extend(referred(inner)),
                }
            }
        }
        _ => {}
    }
    found
}

/// The resource or parameter of a reference.
pub(crate) fn name(target: &Value) -> Option<String> {
    let text = target.as_str().or_else(|| target[0].as_str())?;
    text.split('.').next().map(str::to_owned)
}

/// YAML as a value.
pub(crate) fn value(text: &str) -> Value {
    of_yaml(&Yaml::load_from_str(text).unwrap()[0])
}

fn of_yaml(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Value(Scalar::Boolean(is)) => json!(is),
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.into_inner()),
        Yaml::Sequence(items) => items.iter().map(of_yaml).collect(),
        Yaml::Mapping(entries) => {
            let key = |key: &Yaml<'_>| of_yaml(key).as_str().map(str::to_owned);
            Value::Object(entries.iter().map(|(name, value)| (key(name).unwrap(), of_yaml(value))).collect())
        }
        Yaml::Tagged(tag, inner) => {
            let function = match tag.suffix.as_str() {
                "Ref" => "Ref".to_owned(),
                "Condition" => "Condition".to_owned(),
                other => format!("Fn::{other}"),
            };
            Value::Object(Map::from_iter([(function, of_yaml(inner))]))
        }
        _ => Value::Null,
    }
}
