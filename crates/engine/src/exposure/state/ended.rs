//! What ended, and when: a beginning that comes late, though it happened before, begins nothing.
//!
//! In a scan records come in the order of time. To a function they come as they like: EventBridge may deliver a revoke
//! before the authorize that it undoes, and the same authorize again by another path long after.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many endings are remembered of one resource; the oldest are forgotten first. A security group has at most 1,000
/// rules (VPC quotas), and late records are late by minutes.
const REMEMBERED: usize = 256;

/// The endings of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Ends {
    /// When the resource itself was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<String>,
    /// What of it ended, by facet or by the service's own id, and when.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    ended: BTreeMap<String, String>,
}

impl Ends {
    pub(super) fn is_empty(&self) -> bool {
        self.gone.is_none() && self.ended.is_empty()
    }

    /// Remembers the end of one thing.
    pub(super) fn end(&mut self, what: &str, at: &str) {
        let known = self.ended.entry(what.to_owned()).or_default();
        if known.as_str() < at {
            at.clone_into(known);
        }
        while self.ended.len() > REMEMBERED {
            let oldest = self.ended.iter().min_by_key(|(_, at)| (*at).clone()).map(|(what, _)| what.clone());
            let Some(oldest) = oldest else { return };
            self.ended.remove(&oldest);
        }
    }

    /// Remembers the end of the resource.
    pub(super) fn all(&mut self, at: &str) {
        if self.gone.as_deref() < Some(at) {
            self.gone = Some(at.to_owned());
        }
    }

    /// True if the thing is known to have ended after `at`.
    pub(super) fn after(&self, what: &str, at: Option<&str>) -> bool {
        let Some(at) = at else { return false };
        self.gone.as_deref() > Some(at) || self.ended.get(what).is_some_and(|end| end.as_str() > at)
    }
}
