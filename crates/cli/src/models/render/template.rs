//! Templates of CloudFormation that stand alone, and whose resources other templates can take over.

use serde_json::{Map, Value, json};

/// A parameter that names a topic for alarms.
pub(super) const TOPIC: &str = "AlertTopic";

/// A parameter that names the trail's log group.
pub(super) const TRAIL: &str = "TrailLogGroup";

/// A template of these resources, by their logical names.
pub(super) fn template(
    description: &str,
    parameters: &[(&str, Value)],
    resources: Vec<(String, Value)>,
) -> Value {
    let parameters: Map<String, Value> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let mut template = json!({ "AWSTemplateFormatVersion": "2010-09-09", "Description": description });
    if let Some(members) = template.as_object_mut() {
        if !parameters.is_empty() {
            members.insert("Parameters".to_owned(), parameters.into());
        }
        members.insert("Resources".to_owned(), resources.into_iter().collect::<Map<_, _>>().into());
    }
    template
}

/// A resource.
pub(super) fn resource(kind: &str, properties: &Value) -> Value {
    json!({ "Type": kind, "Properties": properties })
}

/// The parameter [`TOPIC`].
pub(super) fn topic() -> (&'static str, Value) {
    (TOPIC, json!({ "Type": "String", "Description": "ARN of the SNS topic that alarms go to" }))
}

/// The parameter [`TRAIL`].
pub(super) fn trail(default: &str) -> (&'static str, Value) {
    let description = "Name of the log group that the trail writes to";
    (TRAIL, json!({ "Type": "String", "Description": description, "Default": default }))
}

/// A text as part of a logical name: letters and digits, each word with a capital.
pub(super) fn logical(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    words.map(capital).collect()
}

/// A text that may hold placeholders: as it is, or with `Fn::Sub`.
pub(super) fn sub(text: &str) -> Value {
    if text.contains("${") { json!({ "Fn::Sub": text }) } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logical_names_have_letters_and_digits_only() {
        assert_eq!(logical("findings-critical of_all"), "FindingsCriticalOfAll");
        assert_eq!(sub("${A}-x"), json!({"Fn::Sub": "${A}-x"}));
    }
}
