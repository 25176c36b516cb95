//! The text of the rule.

use serde_json::Value;
use tattletrail_engine::exposure::ExposureChange;

use super::{Draft, yaml};

/// The most parameters that are offered as conditions.
const OFFERED: usize = 12;

/// How deep below `requestParameters` conditions are looked for.
const DEPTH: usize = 4;

/// The longest value that is offered: a longer one is no condition.
const LONGEST: usize = 100;

/// The rule.
pub(super) fn text(draft: &Draft) -> String {
    let Draft { id, date, level, .. } = draft;
    let title = yaml::string(&draft.title);
    let selection = match &draft.change {
        Some(change) => of_exposure(change),
        None => of_behaviour(&draft.record),
    };
    format!(
        "title: {title}
id: {id}
status: experimental
description: |
  Say in two or three sentences what happened, why it matters and what ends it.
# references: the page of the call, or of the attack
author: Say who wrote this
date: {date}
# tags: tactics and techniques of ATT&CK, such as attack.persistence and attack.t1098
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
{selection}  condition: selection
falsepositives:
  - Say who else does this for a good reason, and how to tell them apart.
level: {}
",
        level.as_str()
    )
}

/// What the record opened; what else is known of it as comments.
fn of_exposure(change: &ExposureChange) -> String {
    let written = serde_json::to_value(change).unwrap_or_default();
    let begun = serde_json::to_value(change.effect.beginning()).unwrap_or_default();
    let mut out = String::new();
    out.push_str(&line("exposure.surface", &yaml::scalar(written.get("surface").unwrap_or(&Value::Null))));
    out.push_str(&line("exposure.effect", &yaml::scalar(&begun)));
    out.push_str(&line("exposure.reach", &yaml::scalar(written.get("reach").unwrap_or(&Value::Null))));
    out.push_str("    # What else is known of it: take away the `#` of what matters.\n");
    for field in ["resource.type", "verdict", "access", "parties", "settings_off"] {
        offer(&written, field, &mut out);
    }
    for field in ["protocol", "from_port", "to_port", "all_ports", "services", "cidr"] {
        offer(&written, &format!("network.{field}"), &mut out);
    }
    out
}

fn offer(change: &Value, field: &str, out: &mut String) {
    let value = field.split('.').try_fold(change, |value, name| value.get(name));
    // A list is asked for by its first member: any will do.
    let value = value.and_then(|value| if value.is_array() { value.get(0) } else { Some(value) });
    if let Some(value) = value.and_then(condition) {
        out.push_str(&format!("    # exposure.{field}: {value}\n"));
    }
}

fn of_behaviour(record: &Value) -> String {
    let text =
        |name: &str| yaml::string(&escaped(record.get(name).and_then(Value::as_str).unwrap_or_default()));
    let mut out = line("eventSource", &text("eventSource")) + &line("eventName", &text("eventName"));
    match record.get("errorCode").filter(|code| !code.is_null()).and_then(condition) {
        Some(code) => {
            out.push_str("    # The event failed, so the rule is about the attempt; `errorCode: null` is about the deed.\n");
            out.push_str(&line("errorCode", &code));
        }
        None => out.push_str(&line("errorCode", "null")),
    }
    let offered = candidates(record);
    if !offered.is_empty() {
        out.push_str("    # What the event had besides: take away the `#` of what matters.\n");
    }
    for (field, value) in offered {
        out.push_str(&format!("    # {field}: {value}\n"));
    }
    out
}

fn line(field: &str, value: &str) -> String {
    format!("    {field}: {value}\n")
}

/// What a rule may ask for besides: who it was, and the parameters.
fn candidates(record: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let kind = record.get("userIdentity").and_then(|identity| identity.get("type"));
    if let Some(kind) = kind.and_then(condition) {
        found.push(("userIdentity.type".to_owned(), kind));
    }
    for name in ["requestParameters", "additionalEventData", "responseElements"] {
        // What a call answered tells only where it was given nothing, as at a sign-in.
        if name == "responseElements" && record.get("requestParameters").is_some_and(|given| !given.is_null())
        {
            continue;
        }
        if let Some(value) = record.get(name) {
            below(name, value, DEPTH, &mut found);
        }
    }
    found.truncate(OFFERED);
    found
}

fn below(path: &str, value: &Value, depth: usize, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) if depth > 0 => {
            for (name, member) in members.iter().filter(|(name, _)| is_plain(name)) {
                below(&format!("{path}.{name}"), member, depth - 1, found);
            }
        }
        Value::Array(items) => items.iter().take(1).for_each(|item| below(path, item, depth, found)),
        other => found.extend(condition(other).map(|value| (path.to_owned(), value))),
    }
}

/// True for a name that a path may hold as it is.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|character| character.is_ascii_alphanumeric() || "_-".contains(character))
}

/// A value that a rule may ask for, as a rule writes it.
fn condition(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() || text.len() > LONGEST => None,
        Value::String(text) => Some(yaml::string(&escaped(text))),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text without the meaning that Sigma gives to `*`, `?` and `\`.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('*', r"\*").replace('?', r"\?")
}
