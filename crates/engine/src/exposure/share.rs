//! What is given to others as it is: EBS snapshots, machine images, database snapshots, documents of Systems Manager.
//!
//! In: a call that adds or removes who may use one. Out: one change per party: the facet `share|all` for everybody,
//! `share|<account or ARN>` for a named one. Sharing with the own account is no change.
//!
//! Shapes: EC2 API reference, `ModifySnapshotAttribute` and `ModifyImageAttribute`; RDS API reference,
//! `ModifyDBSnapshotAttribute`; Systems Manager API reference, `ModifyDocumentPermission`.

use super::ingress::text_of;
use super::{Access, Derived, Effect, ExposureChange, Reach, Surface, Undecidable};
use crate::json::{Kind, Node};
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope, capped};

/// What kind of thing is shared, and where its calls name what.
struct Shared {
    form: ArnForm,
    surface: Surface,
    id: &'static str,
    /// The member of the request that holds `add` and `remove`.
    permission: &'static str,
}

const SNAPSHOT: Shared = Shared {
    form: ArnForm::new("AWS::EC2::Snapshot", "ec2", Scope::RegionOnly, "snapshot/"),
    surface: Surface::SnapshotShare,
    id: "snapshotId",
    permission: "createVolumePermission",
};

const IMAGE: Shared = Shared {
    form: ArnForm::new("AWS::EC2::Image", "ec2", Scope::RegionOnly, "image/"),
    surface: Surface::ImageShare,
    id: "imageId",
    permission: "launchPermission",
};

const DB_SNAPSHOT: Shared = Shared {
    form: ArnForm::new("AWS::RDS::DBSnapshot", "rds", Scope::Regional, "snapshot:"),
    surface: Surface::DatabaseSnapshotShare,
    id: "dBSnapshotIdentifier",
    permission: "restore",
};

const CLUSTER_SNAPSHOT: Shared = Shared {
    form: ArnForm::new("AWS::RDS::DBClusterSnapshot", "rds", Scope::Regional, "cluster-snapshot:"),
    surface: Surface::DatabaseSnapshotShare,
    id: "dBClusterSnapshotIdentifier",
    permission: "restore",
};

const DOCUMENT: Shared = Shared {
    form: ArnForm::new("AWS::SSM::Document", "ssm", Scope::Regional, "document/"),
    surface: Surface::DocumentShare,
    id: "name",
    permission: "Share",
};

/// Members that name a party, of one item of a permission.
const PARTY: [&str; 6] =
    ["group", "userId", "organizationArn", "organizationalUnitArn", "groupName", "organizationalUnitARN"];

/// Lists of parties beside an `operationType`, the older way of the same call.
const FLAT: [&str; 8] = [
    "groupSet",
    "groupNames",
    "groups",
    "userIdSet",
    "userIds",
    "organizationArns",
    "organizationalUnitArns",
    "organizationArnSet",
];

/// `ModifySnapshotAttribute`.
pub(super) fn snapshot(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    modified(&SNAPSHOT, record, place)
}

/// `ResetSnapshotAttribute`: nobody else may use it any more.
pub(super) fn snapshot_reset(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    reset(&SNAPSHOT, record, place)
}

/// `ModifyImageAttribute`.
pub(super) fn image(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    modified(&IMAGE, record, place)
}

/// `ResetImageAttribute`: nobody else may use it any more.
pub(super) fn image_reset(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    reset(&IMAGE, record, place)
}

/// `ModifyDBSnapshotAttribute`.
pub(super) fn database_snapshot(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    restored(&DB_SNAPSHOT, record, place)
}

/// `ModifyDBClusterSnapshotAttribute`.
pub(super) fn cluster_snapshot(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    restored(&CLUSTER_SNAPSHOT, record, place)
}

/// `ModifyDocumentPermission`. There is one type of permission (Systems Manager API reference, `PermissionType`).
pub(super) fn document(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    if text_of(request, "permissionType").is_some_and(|kind| kind != DOCUMENT.permission) {
        return Err(Undecidable::UnknownShape);
    }
    let mut changes = Vec::new();
    for (key, effect) in [("accountIdsToAdd", Effect::Opened), ("accountIdsToRemove", Effect::Closed)] {
        changes.extend(listed(&DOCUMENT, record, place, key, effect)?);
    }
    Ok(changes.into())
}

fn modified(shared: &Shared, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let permission = request.get_ignore_case(shared.permission);
    if permission.is_none() && !is_about(request, shared.permission) {
        return Ok(Derived::default());
    }
    let mut changes = Vec::new();
    let mut understood = false;
    for (word, effect) in [("add", Effect::Opened), ("remove", Effect::Closed)] {
        let mut parties = Vec::new();
        if let Some(list) = permission.and_then(|node| node.get_ignore_case(word)) {
            understood = true;
            parties.extend(list.list().into_iter().flat_map(party_of));
        }
        if text_of(request, "operationType").is_some_and(|operation| operation.eq_ignore_ascii_case(word)) {
            let lists = FLAT.iter().filter_map(|key| request.get_ignore_case(key));
            parties.extend(lists.flat_map(Node::list).flat_map(party_of));
            understood |= !parties.is_empty();
        }
        changes.extend(told(shared, record, place, parties, effect)?);
    }
    if understood { Ok(changes.into()) } else { Err(Undecidable::UnknownShape) }
}

/// True if the attribute that a request names is the permission, or if it names none. A call may also change a
/// description or a product code. Names differ in capitals and underscores: `CREATE_VOLUME_PERMISSION`.
fn is_about(request: Node<'_>, permission: &str) -> bool {
    let attribute = text_of(request, "attributeType").or_else(|| text_of(request, "attribute"));
    match attribute {
        Some(text) => text.replace('_', "").eq_ignore_ascii_case(permission),
        None => request.members().count() <= 1 || request.get_ignore_case("operationType").is_some(),
    }
}

fn restored(shared: &Shared, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let attribute = text_of(request, "attributeName").ok_or(Undecidable::UnknownShape)?;
    if attribute != shared.permission {
        return Ok(Derived::default());
    }
    let mut changes = Vec::new();
    for (key, effect) in [("valuesToAdd", Effect::Opened), ("valuesToRemove", Effect::Closed)] {
        changes.extend(listed(shared, record, place, key, effect)?);
    }
    Ok(changes.into())
}

/// The changes for the parties that a list of the request names.
fn listed(
    shared: &Shared,
    record: &CloudTrailRecord,
    place: &Place,
    key: &str,
    effect: Effect,
) -> Result<Vec<ExposureChange>, Undecidable> {
    let values = record.request().and_then(|request| request.get_ignore_case(key));
    let values = values.map(Node::list).unwrap_or_default();
    told(shared, record, place, values.into_iter().flat_map(party_of).collect(), effect)
}

fn reset(shared: &Shared, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    if !is_about(request, shared.permission) && text_of(request, "attributeType").is_some() {
        return Ok(Derived::default());
    }
    let everybody = vec!["all".to_owned()];
    Ok(told(shared, record, place, everybody, Effect::Closed)?.into())
}

/// The parties that one item names: a bare text, or the members of an object.
fn party_of(item: Node<'_>) -> Vec<String> {
    match item.kind() {
        Kind::Object => PARTY.iter().filter_map(|key| text_of(item, key)).map(|text| capped(&text)).collect(),
        _ => {
            item.scalar_text().filter(|text| !text.is_empty()).map(|text| capped(&text)).into_iter().collect()
        }
    }
}

fn told(
    shared: &Shared,
    record: &CloudTrailRecord,
    place: &Place,
    mut parties: Vec<String>,
    effect: Effect,
) -> Result<Vec<ExposureChange>, Undecidable> {
    parties.sort();
    parties.dedup();
    parties.retain(|party| party != place.account.as_str());
    if parties.is_empty() {
        return Ok(Vec::new());
    }
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let id = text_of(request, shared.id).ok_or(Undecidable::UnknownShape)?;
    let resource = place.resource(shared.form, &id);
    Ok(parties.into_iter().map(|party| change(shared, resource.clone(), party, effect)).collect())
}

fn change(shared: &Shared, resource: Resource, party: String, effect: Effect) -> ExposureChange {
    let everybody = party.eq_ignore_ascii_case("all");
    let reach = if everybody { Reach::World } else { Reach::CrossAccount };
    let facet = if everybody { "share|all".to_owned() } else { format!("share|{party}") };
    let mut change = ExposureChange::new(resource, shared.surface, effect, reach, facet);
    change.access = vec![Access::Read];
    if everybody {
        change.because("shared with every AWS account")
    } else {
        change.parties = vec![party];
        change.because("shared with a named account or organisation")
    }
}
