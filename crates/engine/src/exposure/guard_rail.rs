//! Guard rails of EC2 in a Region: block public access for VPCs, for machine images and for snapshots.
//!
//! In: a call that sets one. Out: one change, `weakened` or `restored`. Lowering one exposes nothing by itself.
//!
//! Pages: VPC user guide, "Block public access to VPCs and subnets"; EC2 user guide, "Block public access to your AMIs";
//! EBS user guide, "Block public access for Amazon EBS snapshots".

use super::ingress::{text_of, unwrapped};
use super::{Confidence, Derived, Effect, ExposureChange, Reach, Surface, Undecidable, Verdict};
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope};

/// One guard rail: what kind of thing it is, its facet and the setting that is off when it is lowered.
struct Rail {
    form: ArnForm,
    surface: Surface,
    facet: &'static str,
    setting: &'static str,
}

/// The settings of a Region have no ARN of their own: these are made for them.
const VPC: Rail = Rail {
    form: ArnForm::new(
        "AWS::EC2::VPCBlockPublicAccessOptions",
        "ec2",
        Scope::Regional,
        "vpc-block-public-access-options",
    ),
    surface: Surface::VpcBlockPublicAccess,
    facet: "vpc_block_public_access",
    setting: "internet_gateway_block",
};

/// An exclusion takes one VPC or subnet out of the block.
const EXCLUSION: Rail = Rail {
    form: ArnForm::new(
        "AWS::EC2::VPCBlockPublicAccessExclusion",
        "ec2",
        Scope::Regional,
        "vpc-block-public-access-exclusion/",
    ),
    ..VPC
};

const IMAGE: Rail = Rail {
    form: ArnForm::new(
        "AWS::EC2::ImageBlockPublicAccess",
        "ec2",
        Scope::Regional,
        "image-block-public-access",
    ),
    surface: Surface::ImageBlockPublicAccess,
    facet: "image_block_public_access",
    setting: "block_new_sharing",
};

const SNAPSHOT: Rail = Rail {
    form: ArnForm::new(
        "AWS::EC2::SnapshotBlockPublicAccess",
        "ec2",
        Scope::Regional,
        "snapshot-block-public-access",
    ),
    surface: Surface::SnapshotBlockPublicAccess,
    facet: "snapshot_block_public_access",
    setting: "block_all_sharing",
};

/// `ModifyVpcBlockPublicAccessOptions`. Both modes of blocking keep the internet from coming in.
pub(super) fn vpc_options(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let rail = regional(&VPC, place);
    let change = match &*asked(record, "InternetGatewayBlockMode")? {
        "off" => weakened(&VPC, rail, "nothing keeps internet gateways from working in this Region"),
        "block-ingress" | "block-bidirectional" => restored(&VPC, rail, "internet gateways are blocked"),
        _ => return Err(Undecidable::UnknownShape),
    };
    Ok(vec![change].into())
}

/// `CreateVpcBlockPublicAccessExclusion`. One for outbound traffic alone lets nobody in.
pub(super) fn exclusion_created(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    match &*asked(record, "InternetGatewayExclusionMode")? {
        "allow-bidirectional" => Ok(vec![excluded(record, place)].into()),
        "allow-egress" => Ok(Derived::default()),
        _ => Err(Undecidable::UnknownShape),
    }
}

/// `ModifyVpcBlockPublicAccessExclusion`.
pub(super) fn exclusion_modified(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let change = match &*asked(record, "InternetGatewayExclusionMode")? {
        "allow-bidirectional" => excluded(record, place),
        "allow-egress" => {
            restored(&EXCLUSION, exclusion(record, place), "the exclusion lets traffic out alone")
        }
        _ => return Err(Undecidable::UnknownShape),
    };
    Ok(vec![change].into())
}

/// `DeleteVpcBlockPublicAccessExclusion`.
pub(super) fn exclusion_deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    record.request().ok_or(Undecidable::UnknownShape)?;
    Ok(vec![restored(&EXCLUSION, exclusion(record, place), "the exclusion was deleted")].into())
}

/// `EnableImageBlockPublicAccess` and `DisableImageBlockPublicAccess`, which have nothing to say but their names.
pub(super) fn images(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let rail = regional(&IMAGE, place);
    let change = match record.action() {
        Some("EnableImageBlockPublicAccess") => {
            restored(&IMAGE, rail, "no other image can be shared publicly")
        }
        Some("DisableImageBlockPublicAccess") => weakened(&IMAGE, rail, "images may be shared publicly"),
        _ => return Err(Undecidable::UnknownShape),
    };
    Ok(vec![change].into())
}

/// `EnableSnapshotBlockPublicAccess` and `DisableSnapshotBlockPublicAccess`. The milder of the two states of blocking
/// keeps what is public already, and makes what the stricter one hid public again.
pub(super) fn snapshots(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let rail = regional(&SNAPSHOT, place);
    if record.action() == Some("DisableSnapshotBlockPublicAccess") {
        return Ok(vec![weakened(&SNAPSHOT, rail, "snapshots may be shared publicly")].into());
    }
    let change = match &*asked(record, "State")? {
        "block-all-sharing" => restored(&SNAPSHOT, rail, "no snapshot is public"),
        "block-new-sharing" => {
            let reason = "no other snapshot can be made public; those that were public stay so";
            let change = restored(&SNAPSHOT, rail, reason);
            ExposureChange { confidence: Confidence::Medium, ..change }
        }
        _ => return Err(Undecidable::UnknownShape),
    };
    Ok(vec![change].into())
}

fn excluded(record: &CloudTrailRecord, place: &Place) -> ExposureChange {
    weakened(
        &EXCLUSION,
        exclusion(record, place),
        "a VPC or subnet is taken out of the block in both directions",
    )
}

fn weakened(rail: &Rail, resource: Resource, reason: &str) -> ExposureChange {
    let mut change = change(rail, resource, Effect::Weakened).because(reason);
    change.settings_off = vec![rail.setting.to_owned()];
    change
}

fn restored(rail: &Rail, resource: Resource, reason: &str) -> ExposureChange {
    change(rail, resource, Effect::Restored).because(reason)
}

fn change(rail: &Rail, resource: Resource, effect: Effect) -> ExposureChange {
    let mut change = ExposureChange::new(resource, rail.surface, effect, Reach::World, rail.facet);
    change.verdict = Verdict::Unknown;
    change
}

/// The settings of the record's Region, called by its name.
fn regional(rail: &Rail, place: &Place) -> Resource {
    let mut resource = place.resource(rail.form, "");
    resource.name = place.region.to_string();
    resource
}

/// The exclusion by its id, which the answer to its making has; an anonymised record may have only what it excludes.
fn exclusion(record: &CloudTrailRecord, place: &Place) -> Resource {
    let parts: Vec<Node<'_>> = parts(record).collect();
    let id = ["exclusionId", "vpcId", "subnetId"]
        .iter()
        .find_map(|key| parts.iter().find_map(|node| text_of(*node, key)))
        .unwrap_or_default();
    place.resource(EXCLUSION.form, &id)
}

/// A parameter of the request in small letters.
fn asked(record: &CloudTrailRecord, key: &str) -> Result<String, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let text = unwrapped(request).find_map(|node| text_of(node, key));
    text.map(|text| text.trim().to_ascii_lowercase()).ok_or(Undecidable::UnknownShape)
}

/// Every object that may hold the id: request and answer, and the ones inside.
fn parts(record: &CloudTrailRecord) -> impl Iterator<Item = Node<'_>> {
    let both = [record.request(), record.response()].into_iter().flatten();
    both.flat_map(unwrapped)
        .flat_map(|node| std::iter::once(node).chain(node.get_ignore_case("vpcBlockPublicAccessExclusion")))
}
