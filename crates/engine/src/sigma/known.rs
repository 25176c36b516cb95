//! `known_names`: names that a rule vouches for, each with the reason, where a list of names does not have them.
//!
//! ```yaml
//! known_names:
//!   CreateQuantumQueue: new in our trail since 2026-11-20
//! ```
//!
//! A key of our own; Sigma allows custom ones.

use super::error::{Code, Position, Problems};
use super::yaml::{self, Entry, Yaml};

const KEY: &str = "known_names";

/// A name that a rule vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownName {
    /// The name of an event, an event source or a field.
    pub name: String,
    /// Where it stands.
    pub at: Position,
}

/// The names that the rules of a text vouch for.
pub fn known_names(text: &str) -> Vec<KnownName> {
    let documents = yaml::documents(text, &mut Problems::new("")).unwrap_or_default();
    let entries = documents.iter().filter_map(|document| document.get(KEY)?.value.entries());
    entries.flatten().map(|entry| KnownName { name: entry.key.clone(), at: entry.at }).collect()
}

/// Reports names without a reason.
pub(crate) fn check(rule: &Yaml, problems: &mut Problems) {
    let Some(entry) = rule.get(KEY) else { return };
    let hint = "write each name with why it is right: `CreateThing: new, in our trail since May`";
    let Some(names) = entry.value.entries() else {
        let message = format!("found {} as `{KEY}`, expected names with reasons", entry.value.kind());
        problems.add_with_hint(Code::Metadata, entry.value.at, message, hint);
        return;
    };
    let is_reason = |name: &Entry| name.value.scalar().is_some_and(|reason| !reason.trim().is_empty());
    for name in names.iter().filter(|name| !is_reason(name)) {
        let message = format!("found no reason for `{}` in `{KEY}`, expected a text", name.key);
        problems.add_with_hint(Code::Metadata, name.at, message, hint);
    }
}
