//! Block public access of S3 for an organisation: a policy of Organizations, of the type `S3_POLICY`, attached to the
//! root, a unit or an account. A guard rail. It goes before the settings of the accounts under it.
//!
//! In: a call about such policies. Out: at most one change, with the facet `public_access_block`. `AttachPolicy` and
//! `DetachPolicy` name a policy by its id: what kind it is and what it says, only state can tell.
//!
//! Pages: Organizations user guide, "Amazon S3 policies" and "Amazon S3 policy syntax and examples" (`all` turns the four
//! settings on, `none` turns them off); Organizations API reference for the parameters.

use super::block_public_access::{self, FACET};
use super::ingress::text_of;
use super::{Confidence, Derived, Effect, ExposureChange, Reach, Surface, Undecidable, Verdict};
use crate::json::{Document, Node};
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope};

/// The real ARN names the organisation and the kind of policy as well, which `AttachPolicy` does not tell: this one is
/// made of what every call has. So are those of targets.
const POLICY: ArnForm = ArnForm::new("AWS::Organizations::Policy", "organizations", Scope::Global, "policy/");
const ROOT: ArnForm = ArnForm::new("AWS::Organizations::Root", "organizations", Scope::Global, "root/");
const UNIT: ArnForm =
    ArnForm::new("AWS::Organizations::OrganizationalUnit", "organizations", Scope::Global, "ou/");
const MEMBER: ArnForm =
    ArnForm::new("AWS::Organizations::Account", "organizations", Scope::Global, "account/");

const KIND: &str = "S3_POLICY";

/// Policies that AWS itself made, which are of other kinds.
const OF_AWS: [&str; 2] = ["p-FullAWSAccess", "p-RCPFullAWSAccess"];

/// `UpdatePolicy`: what it says applies wherever it is attached.
pub(super) fn updated(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let Some(blocks) = blocks(record)? else { return Ok(Derived::default()) };
    let policy = policy(record, place).ok_or(Undecidable::UnknownShape)?;
    let mut change = if blocks {
        restored(policy, "the policy turns every setting on")
    } else {
        weakened(policy, "the policy turns every setting off wherever it is attached")
    };
    change.confidence = Confidence::Medium;
    Ok(vec![change].into())
}

/// `DisablePolicyType`: no such policy has an effect any more, and all of them are detached.
pub(super) fn disabled(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let change = root(record, place)?.map(|root| {
        weakened(root, "policies about S3 have no effect any more; accounts stand by their own settings")
    });
    Ok(change.into_iter().collect::<Vec<_>>().into())
}

/// `EnablePolicyType`: policies have an effect again once they are attached again.
pub(super) fn enabled(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let change = root(record, place)?.map(|root| {
        let change = restored(root, "policies about S3 can have an effect again");
        ExposureChange { confidence: Confidence::Medium, ..change }
    });
    Ok(change.into_iter().collect::<Vec<_>>().into())
}

/// `AttachPolicy` and `DetachPolicy`.
pub(super) fn attached(record: &CloudTrailRecord, _: &Place) -> Result<Derived, Undecidable> {
    match record.request_text("policyId") {
        Some(id) if OF_AWS.contains(&id) => Ok(Derived::default()),
        _ => Err(Undecidable::NeedsState),
    }
}

/// The change that attaching or detaching a policy makes to its target, given whether the policy blocks.
pub(super) fn target_changed(
    record: &CloudTrailRecord,
    place: &Place,
    blocks: bool,
) -> Option<ExposureChange> {
    let target = target(record, place)?;
    Some(match (record.action()?, blocks) {
        ("AttachPolicy", true) => restored(target, "a policy that blocks was attached"),
        ("AttachPolicy", false) => weakened(target, "a policy that turns every setting off was attached"),
        ("DetachPolicy", true) => {
            weakened(target, "a policy that blocks was detached; accounts stand by their own settings")
        }
        ("DetachPolicy", false) => restored(target, "a policy that turned every setting off was detached"),
        _ => return None,
    })
}

/// Whether the policy of a call blocks; `None` if it is not about S3, or leaves that to other policies.
pub(super) fn blocks(record: &CloudTrailRecord) -> Result<Option<bool>, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let Some(content) = text_of(request, "content") else { return Ok(None) };
    let summary = record.response().and_then(|node| node.at(&["policy", "policySummary"]));
    let kind = text_of(request, "type").or_else(|| summary.and_then(|node| text_of(node, "type")));
    if kind.as_deref().is_some_and(|kind| kind != KIND) {
        return Ok(None);
    }
    let Ok(document) = Document::parse(content.as_bytes()) else {
        return if kind.is_some() { Err(Undecidable::UnknownShape) } else { Ok(None) };
    };
    let assigned = document.root().at(&["s3_attributes", "public_access_block_configuration", "@@assign"]);
    Ok(match assigned.and_then(Node::as_str) {
        Some("all") => Some(true),
        Some("none") => Some(false),
        _ => None,
    })
}

/// The policy of a call; of one that is new, the answer has the id.
pub(super) fn policy(record: &CloudTrailRecord, place: &Place) -> Option<Resource> {
    let summary = record.response().and_then(|node| node.at(&["policy", "policySummary"]));
    let made = || summary.and_then(|node| text_of(node, "id"));
    let id = record.request().and_then(|node| text_of(node, "policyId")).or_else(made)?;
    Some(place.resource(POLICY, &id))
}

/// What `DeletePolicy` and `DeleteOrganizationalUnit` delete.
pub(super) fn deleted(record: &CloudTrailRecord, place: &Place) -> Option<Resource> {
    match record.request_text("organizationalUnitId") {
        Some(unit) => Some(place.resource(UNIT, unit)),
        None => policy(record, place),
    }
}

/// What a policy is attached to or detached from.
pub(super) fn target(record: &CloudTrailRecord, place: &Place) -> Option<Resource> {
    let id = record.request_text("targetId")?;
    let form = match id.split_once('-') {
        Some(("r", _)) => ROOT,
        Some(("ou", _)) => UNIT,
        _ => MEMBER,
    };
    Some(place.resource(form, id))
}

/// The root whose policies about S3 are turned on or off; `None` if the call is about another kind.
fn root(record: &CloudTrailRecord, place: &Place) -> Result<Option<Resource>, Undecidable> {
    let kind = record.request_text("policyType").ok_or(Undecidable::UnknownShape)?;
    let id = record.request_text("rootId").ok_or(Undecidable::UnknownShape)?;
    Ok((kind == KIND).then(|| place.resource(ROOT, id)))
}

fn weakened(resource: Resource, reason: &str) -> ExposureChange {
    let mut change = change(resource, Effect::Weakened).because(reason);
    change.settings_off = block_public_access::every_setting();
    change
}

fn restored(resource: Resource, reason: &str) -> ExposureChange {
    change(resource, Effect::Restored).because(reason)
}

fn change(resource: Resource, effect: Effect) -> ExposureChange {
    let mut change =
        ExposureChange::new(resource, Surface::OrganizationPublicAccessBlock, effect, Reach::World, FACET);
    change.verdict = Verdict::Unknown;
    change
}
