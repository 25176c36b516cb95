//! Lists of values with a name, for the modifier `expand`.
//!
//! ```yaml
//! placeholders:
//!   admins: [arn:aws:iam::111122223333:user/admin-*, arn:aws:iam::111122223333:role/break-glass]
//! ```
//!
//! Such a document stands in any file beside the rules. Where a rule of the same set says `userIdentity.arn|expand:
//! '%admins%'`, one of the values must fit; they may have wildcards. Elsewhere (Sigma specification, modifiers, `expand`) a
//! pipeline fills placeholders in; here rules are whole when they are loaded.

use std::collections::BTreeMap;

use super::error::{Code, Problems, shown};
use super::yaml::{Entry, Value, Yaml};
use crate::limits::MAX_EXPANDED;

/// Values by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeholders {
    /// `None` where a file is looked at by itself: a name then stands for itself.
    pub(crate) known: Option<BTreeMap<String, Vec<String>>>,
}

/// Reads a document of placeholders.
pub(crate) fn read(entry: &Entry, problems: &mut Problems) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    let Some(entries) = entry.value.entries() else {
        let message = format!("found {} as `placeholders`, expected names with values", entry.value.kind());
        problems.add_with_hint(Code::Document, entry.at, message, "write `placeholders: { admins: [a, b] }`");
        return all;
    };
    for one in entries {
        let items: &[Yaml] = match &one.value.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(&one.value),
        };
        let values: Vec<String> = items.iter().filter_map(Yaml::scalar).map(str::to_owned).collect();
        if !is_name(&one.key) || values.is_empty() || values.len() < items.len() {
            let message =
                format!("found the placeholder {}, expected a name with a list of texts", shown(&one.key));
            problems.add_with_hint(
                Code::Document,
                one.at,
                message,
                "names are made of letters, digits, `_`, `-` and `.`",
            );
        }
        all.insert(one.key.clone(), values);
    }
    all
}

/// The names between percent signs.
pub(crate) fn names(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        match after.split_once('%') {
            Some((name, behind)) if is_name(name) => {
                found.push(name);
                rest = behind;
            }
            _ => rest = after,
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Every text that a value with placeholders stands for; `None` after an error.
pub(crate) fn expand(text: &str, yaml: &Yaml, problems: &mut Problems) -> Option<Vec<String>> {
    let names = names(text);
    if names.is_empty() {
        let message =
            format!("found {} with `expand`, expected a placeholder such as `%admins%`", shown(text));
        problems.add_with_hint(
            Code::Value,
            yaml.at,
            message,
            "remove `|expand`, or name a list between percent signs",
        );
        return None;
    }
    let placeholders = problems.placeholders();
    let Some(known) = &placeholders.known else { return Some(vec![text.to_owned()]) };
    let mut all = vec![text.to_owned()];
    for name in names {
        let Some(values) = known.get(name) else {
            let message = format!("found the placeholder {}, expected one that is filled in", shown(name));
            let hint = format!(
                "say what it stands for in a file beside the rules: `placeholders: {{ {name}: [a, b] }}`"
            );
            problems.add_with_hint(Code::Value, yaml.at, message, hint);
            return None;
        };
        let token = format!("%{name}%");
        let each =
            |text: String| values.iter().map(|value| text.replacen(&token, value, 1)).collect::<Vec<_>>();
        all = all.into_iter().flat_map(each).take(MAX_EXPANDED + 1).collect();
    }
    if all.len() > MAX_EXPANDED {
        let message = format!("found {} with `expand`, expected at most {MAX_EXPANDED} values", shown(text));
        problems.add(Code::Value, yaml.at, message);
        return None;
    }
    Some(all)
}
