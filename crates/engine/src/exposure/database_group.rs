//! Security groups of databases and clusters, from before there were VPCs: a list of networks, without ports.
//!
//! In: a call that authorizes or revokes one. Out: a change with the facet `ingress|<cidr>` where the network is the
//! internet or a large part of it. An EC2 security group as the peer is no exposure by itself, and cache security groups
//! know no other peer, so their calls are not read.
//!
//! Shapes: RDS API reference, `AuthorizeDBSecurityGroupIngress`; Redshift API reference,
//! `AuthorizeClusterSecurityGroupIngress`.

use super::ingress::text_of;
use super::{Derived, Effect, ExposureChange, Reach, Surface, Undecidable, cidr};
use crate::record::CloudTrailRecord;
use crate::resource::place::{ArnForm, Place, Scope};

/// The kind of group, and the parameter that names it.
type Group = (ArnForm, &'static str);

const DATABASE: Group =
    (ArnForm::new("AWS::RDS::DBSecurityGroup", "rds", Scope::Regional, "secgrp:"), "dBSecurityGroupName");
const CLUSTER: Group = (
    ArnForm::new("AWS::Redshift::ClusterSecurityGroup", "redshift", Scope::Regional, "securitygroup:"),
    "clusterSecurityGroupName",
);

/// `AuthorizeDBSecurityGroupIngress`.
pub(super) fn database_opened(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    changed(&DATABASE, record, place, Effect::Opened)
}

/// `RevokeDBSecurityGroupIngress`.
pub(super) fn database_closed(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    changed(&DATABASE, record, place, Effect::Closed)
}

/// `AuthorizeClusterSecurityGroupIngress`.
pub(super) fn cluster_opened(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    changed(&CLUSTER, record, place, Effect::Opened)
}

/// `RevokeClusterSecurityGroupIngress`.
pub(super) fn cluster_closed(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    changed(&CLUSTER, record, place, Effect::Closed)
}

fn changed(
    (form, name): &Group,
    record: &CloudTrailRecord,
    place: &Place,
    effect: Effect,
) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let Some(text) = text_of(request, "cIDRIP") else {
        let other_peer =
            request.members().any(|(key, _)| key.to_ascii_lowercase().starts_with("ec2security"));
        return if other_peer { Ok(Derived::default()) } else { Err(Undecidable::UnknownShape) };
    };
    let net = cidr::parse(&text).ok_or(Undecidable::UnknownShape)?;
    let Some(reach) = cidr::reach(net) else { return Ok(Derived::default()) };
    // Names of groups are stored in small letters.
    let name = text_of(request, name).unwrap_or_default().to_ascii_lowercase();
    let resource = place.resource(*form, &name);
    let reason = if reach == Reach::World {
        "the group takes in every address"
    } else {
        "the group takes in a large part of the addresses"
    };
    let facet = format!("ingress|{net}");
    let surface = Surface::DatabaseSecurityGroupIngress;
    Ok(vec![ExposureChange::new(resource, surface, effect, reach, facet).because(reason)].into())
}
