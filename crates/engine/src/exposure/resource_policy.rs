//! Policies of resources other than buckets, and of roles, access points and functions.
//!
//! In: a call that puts, deletes or adds to one. Out: an opening for what the policy now allows, and an end for every
//! wider reach that an older policy may have had: what it allowed, this record does not show. A resource that is new
//! has nothing to end.

// Every action that is understood.
mod actions;

// What has a policy, and where its calls name what.
mod held;

// Statements added one by one.
mod permission;

pub(super) use actions::ACTIONS;
pub(super) use permission::{label_of, layer};

use super::policy::{self, Evaluation};
use super::{Confidence, Derived, Effect, ExposureChange, Reach, Surface, Undecidable};
use crate::json::{Document, Kind, Node};
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::Place;
use held::Held;

/// The facet of a policy as a whole.
pub(super) const FACET: &str = "policy";

/// A call that replaces the policy.
fn put(held: &Held, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let policy = held.policy_of(record).ok_or(Undecidable::UnknownShape)?;
    let resource = held.resource(record, place)?;
    let facet = held.facet(record);
    if is_empty(policy) {
        return Ok(ended(&resource, held.surface, &facet, "the policy was removed").into());
    }
    let evaluation = policy::evaluate(policy, held.holder, &place.account)?;
    let mut changes = told(&resource, held.surface, &facet, &evaluation);
    held.qualify(&mut changes);
    Ok(changes.into())
}

/// A call that may replace the policy among other things.
fn put_if_there(held: &Held, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    if held.policy_of(record).is_none() {
        return Ok(Derived::default());
    }
    put(held, record, place)
}

/// A call that makes the resource, with or without a policy.
fn created(held: &Held, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let mut derived = put_if_there(held, record, place)?;
    derived.changes.retain(|change| !change.effect.ends());
    Ok(derived)
}

/// A call that deletes the policy, or the resource with it.
fn deleted(held: &Held, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let resource = held.resource(record, place)?;
    Ok(ended(&resource, held.surface, &held.facet(record), "the policy was deleted").into())
}

/// What a policy comes to: its reach opens, every other reach that it no longer has ends.
fn told(resource: &Resource, surface: Surface, facet: &str, evaluation: &Evaluation) -> Vec<ExposureChange> {
    let reach = evaluation.reach;
    let mut changes = Vec::new();
    if reach > Reach::Internal {
        changes.push(opened(resource.clone(), surface, facet, evaluation));
    }
    // Under strangers, the named may still be there: what is wider says nothing about what is narrower.
    let kept = |other: Reach| match other {
        Reach::Service => !evaluation.services.is_empty() || reach > Reach::CrossAccount,
        _ => other <= reach,
    };
    changes.extend(
        ended(resource, surface, facet, "the new policy does not allow it")
            .into_iter()
            .filter(|end| !kept(end.reach)),
    );
    changes
}

fn opened(resource: Resource, surface: Surface, facet: &str, evaluation: &Evaluation) -> ExposureChange {
    let mut change = ExposureChange::new(resource, surface, Effect::Opened, evaluation.reach, facet)
        .because(evaluation.reason);
    change.verdict = evaluation.verdict;
    change.access.clone_from(&evaluation.access);
    change.parties.clone_from(match evaluation.reach {
        Reach::Service => &evaluation.services,
        _ => &evaluation.parties,
    });
    // Most often it is the organisation that the account itself is in: no record of the call says.
    if !change.parties.is_empty() && change.parties.iter().all(|party| party.starts_with("o-")) {
        change.reason.push_str("; whether the account is in that organisation is not known");
        change.confidence = Confidence::Medium;
    }
    change
}

/// The ends of whatever a policy allowed.
fn ended(resource: &Resource, surface: Surface, facet: &str, why: &str) -> Vec<ExposureChange> {
    [Reach::World, Reach::CrossAccount, Reach::Service]
        .into_iter()
        .map(|reach| {
            ExposureChange::new(resource.clone(), surface, Effect::Closed, reach, facet).because(why)
        })
        .collect()
}

/// True for the texts by which a call removes a policy: none, or one of no statements.
fn is_empty(policy: Node<'_>) -> bool {
    let none = |node: Node<'_>| node.kind() == Kind::Object && node.members().count() == 0;
    match policy.kind() {
        Kind::String => policy.as_str().is_some_and(|text| {
            let text = text.trim();
            text.is_empty() || Document::parse(text.as_bytes()).is_ok_and(|document| none(document.root()))
        }),
        Kind::Null => true,
        _ => none(policy),
    }
}

#[cfg(test)]
mod tests;
