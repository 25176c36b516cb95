//! Rules of Contributor Insights: who and from where, which would be too many values for the dimensions of metrics.
//!
//! Source: CloudWatch user guide, "Contributor Insights rule syntax" (schema `CloudWatchLogRule` 1: at most four keys, four
//! filters and ten values in `In`). The first rule of an account costs nothing.

use serde_json::{Value, json};

use super::settings::Settings;

/// Who may be refused: the words that services have for it, of which a filter takes ten.
const REFUSED: [&str; 5] = [
    "AccessDenied",
    "AccessDeniedException",
    "Client.UnauthorizedOperation",
    "UnauthorizedOperation",
    "Forbidden",
];

/// The rules, by the names of their files.
pub(super) fn rules(settings: &Settings) -> Vec<(&'static str, Value)> {
    let trail = [settings.trail_log_group.clone()];
    let refused = json!([{ "Match": "$.errorCode", "In": REFUSED }]);
    let logins = json!([{ "Match": "$.eventName", "In": ["ConsoleLogin"] }]);
    let root = json!([
        { "Match": "$.userIdentity.type", "In": ["Root"] },
        { "Match": "$.userIdentity.invokedBy", "IsPresent": false },
    ]);
    let findings = json!([{ "Match": "$.message", "In": ["finding"] }]);
    let who = "$.userIdentity.arn";
    let from = "$.sourceIPAddress";
    vec![
        ("findings-by-rule", rule(&settings.log_groups(), &["$.rule_id", "$.severity"], &findings)),
        ("principals-refused", rule(&trail, &[who, "$.eventSource"], &refused)),
        ("addresses-refused", rule(&trail, &[from], &refused)),
        ("console-logins", rule(&trail, &[who, from, "$.responseElements.ConsoleLogin"], &logins)),
        ("root-calls", rule(&trail, &["$.recipientAccountId", "$.eventName", from], &root)),
    ]
}

fn rule(log_groups: &[String], keys: &[&str], filters: &Value) -> Value {
    json!({
        "Schema": { "Name": "CloudWatchLogRule", "Version": 1 },
        "LogGroupNames": log_groups,
        "LogFormat": "JSON",
        "Contribution": { "Keys": keys, "Filters": filters },
        "AggregateOn": "Count",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_keep_to_the_limits_of_their_schema() {
        for (name, rule) in rules(&Settings::default()) {
            assert!(rule.to_string().len() <= 8192, "{name}");
            let list =
                |pointer: &str| rule.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
            let (keys, filters) = (list("/Contribution/Keys"), list("/Contribution/Filters"));
            assert!((1..=4).contains(&keys.len()) && filters.len() <= 4, "{name}");
            for filter in filters {
                let operators = [
                    "In",
                    "NotIn",
                    "StartsWith",
                    "GreaterThan",
                    "LessThan",
                    "EqualTo",
                    "NotEqualTo",
                    "IsPresent",
                ];
                let members = filter.as_object().unwrap();
                assert_eq!(
                    members.keys().filter(|key| operators.contains(&key.as_str())).count(),
                    1,
                    "{name}"
                );
                assert!(members.len() == 2 && members["Match"].as_str().unwrap().starts_with("$."), "{name}");
                assert!(filter.get("In").is_none_or(|list| list.as_array().unwrap().len() <= 10), "{name}");
            }
        }
    }
}
