//! Policies of an organisation about S3: which block is known once their content was seen, so what attaching and
//! detaching them does is too.

use serde::{Deserialize, Serialize};

use super::{State, Step, facet_of};
use crate::exposure::organization as calls;
use crate::ids::Arn;
use crate::record::CloudTrailRecord;
use crate::resource::place::Place;

/// Whether a policy blocks, and when it was written so.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Policy {
    blocks: bool,
    at: Option<String>,
}

pub(super) const SOURCE: &str = "organizations.amazonaws.com";

/// The calls that matter though nothing may be derived from them.
pub(super) const CALLS: &[&str] = &["CreatePolicy", "UpdatePolicy"];

/// True for those calls.
pub(super) fn concerns(source: &str, action: &str) -> bool {
    source == SOURCE && CALLS.contains(&action)
}

/// The policy of a call and what it is attached to or detached from.
pub(super) fn named(record: &CloudTrailRecord) -> Vec<Arn> {
    if record.event_source() != Some(SOURCE) {
        return Vec::new();
    }
    let place = Place::of(record);
    let both = [calls::policy(record, &place), calls::target(record, &place)];
    both.into_iter().flatten().map(|resource| resource.arn).collect()
}

impl State {
    /// What a call to Organizations does.
    pub(super) fn organization(&mut self, step: &mut Step<'_>) {
        if step.record.event_source() != Some(SOURCE) {
            return;
        }
        let place = Place::of(step.record);
        let Some(policy) = calls::policy(step.record, &place) else { return };
        let owned = (step.home.account.clone(), policy.arn);
        match step.record.action() {
            Some("CreatePolicy" | "UpdatePolicy") => {
                let Ok(Some(blocks)) = calls::blocks(step.record) else { return };
                let at = step.origin.at.clone();
                if self.policies.get(&owned).is_none_or(|known| known.at <= at) {
                    self.policies.insert(owned, Policy { blocks, at });
                }
            }
            Some("DeletePolicy") => drop(self.policies.remove(&owned)),
            _ => {
                let Some(known) = self.policies.get(&owned) else { return };
                let Some(change) = calls::target_changed(step.record, &place, known.blocks) else { return };
                let (facet, why) = (facet_of(step, &change), change.reason.clone());
                step.applied.undecidable = None;
                let ends = change.effect.ends();
                step.applied.ends_of_nothing += usize::from(ends && !self.standing.contains_key(&facet));
                self.set(step, facet, (!ends).then_some(change), &why);
            }
        }
    }
}
