//! What the index needs to know of each rule of a bundle, so that no rule has to be read for it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::sigma::CompiledRule;

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry<T> {
    /// How many bytes it has.
    pub(super) length: u32,
    /// It is tried once per exposure change.
    pub(super) exposure: bool,
    /// The `eventName`s of which a record must have one.
    pub(super) names: Option<Vec<T>>,
    /// The same for `eventSource`.
    pub(super) sources: Option<Vec<T>>,
}

impl Entry<String> {
    /// That of a rule of so many bytes.
    pub(super) fn of(rule: &CompiledRule, length: u32) -> Self {
        let list = |texts: BTreeSet<String>| texts.into_iter().collect();
        Self {
            length,
            exposure: rule.is_exposure(),
            names: rule.required_event_names().map(list),
            sources: rule.required_event_sources().map(list),
        }
    }
}
