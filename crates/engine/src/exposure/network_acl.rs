//! Network ACLs: numbered entries that let traffic into subnets.
//!
//! In: a call that makes, replaces or deletes an entry. Out: at most one change, with the facet `nacl|ingress|<number>`:
//! the number is all that a deletion names, so it has no protocol, ports or peer to show.
//!
//! Entries are tried in the order of their numbers and the first that fits decides (VPC user guide, "Network ACL
//! rules"). A lower entry may deny what this one allows, and the security groups decide as well: so what is opened is
//! told with [`Confidence::Medium`]. Deleting a whole ACL ends its entries; which those are only state can tell.

use super::ingress::{IngressRule, Protocol, number, text_of};
use super::{Confidence, Derived, Effect, ExposureChange, Reach, Surface, Undecidable, cidr};
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope, capped};

const ACL: ArnForm = ArnForm::new("AWS::EC2::NetworkAcl", "ec2", Scope::Regional, "network-acl/");

/// What an opening says of the entry that it replaced, where nothing else tells.
pub(super) const REPLACED_UNSEEN: &str = "; what the entry was before is not in the record";

/// `CreateNetworkAclEntry`.
pub(super) fn created(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    if is_egress(request)? {
        return Ok(Derived::default());
    }
    let acl = acl(request, place);
    let change = opening(request)?.map(|(rule, reach)| opened(request, acl, &rule, reach, ""));
    Ok(change.into_iter().collect::<Result<Vec<_>, _>>()?.into())
}

/// `ReplaceNetworkAclEntry`: an entry that no longer lets the internet in may have done so before.
pub(super) fn replaced(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    if is_egress(request)? {
        return Ok(Derived::default());
    }
    let acl = acl(request, place);
    let change = match opening(request)? {
        Some((rule, reach)) => opened(request, acl, &rule, reach, REPLACED_UNSEEN)?,
        None => closed(request, acl, "the new entry does not let the internet in")?,
    };
    Ok(vec![change].into())
}

/// `DeleteNetworkAclEntry`.
pub(super) fn deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    if is_egress(request)? {
        return Ok(Derived::default());
    }
    Ok(vec![closed(request, acl(request, place), "the entry was deleted")?].into())
}

/// EC2 makes the caller say it, so a record without it is of a shape that nobody knows.
fn is_egress(request: Node<'_>) -> Result<bool, Undecidable> {
    let egress = text_of(request, "egress").ok_or(Undecidable::UnknownShape)?;
    Ok(egress.eq_ignore_ascii_case("true"))
}

fn acl(request: Node<'_>, place: &Place) -> Resource {
    place.resource(ACL, &text_of(request, "networkAclId").unwrap_or_default())
}

/// The rule of an entry that allows the internet or a large part of it; `None` for any other entry.
fn opening(request: Node<'_>) -> Result<Option<(IngressRule, Reach)>, Undecidable> {
    let action = text_of(request, "ruleAction").ok_or(Undecidable::UnknownShape)?;
    if !action.eq_ignore_ascii_case("allow") {
        return Ok(None);
    }
    let rule = rule(request).ok_or(Undecidable::UnknownShape)?;
    Ok(cidr::reach(rule.peer).map(|reach| (rule, reach)))
}

/// The entry in the normal form of a security group's rule. Ports stand in `portRange`, those of ICMP in
/// `icmpTypeCode` (EC2 API reference, `CreateNetworkAclEntry`).
fn rule(request: Node<'_>) -> Option<IngressRule> {
    let peer = text_of(request, "cidrBlock").or_else(|| text_of(request, "ipv6CidrBlock"))?;
    let name = ["aclProtocol", "protocol"].iter().find_map(|key| text_of(request, key))?;
    let protocol = Protocol::parse(&name)?;
    let (place, from, to) = match protocol {
        Protocol::Icmp | Protocol::Icmpv6 => ("icmpTypeCode", "type", "code"),
        _ => ("portRange", "from", "to"),
    };
    let (from, to) = match request.get_ignore_case(place) {
        Some(range) => (number(range, from)?, number(range, to)?),
        None => (None, None),
    };
    IngressRule::new(protocol, from, to, cidr::parse(&peer)?)
}

fn opened(
    request: Node<'_>,
    acl: Resource,
    rule: &IngressRule,
    reach: Reach,
    more: &str,
) -> Result<ExposureChange, Undecidable> {
    let reason = format!(
        "the entry allows {}; lower entries and security groups decide as well{more}",
        if reach == Reach::World { "every address" } else { "a large part of the addresses" }
    );
    let mut change = change(request, acl, Effect::Opened, reach)?.because(reason);
    change.confidence = Confidence::Medium;
    change.network = Some(rule.network());
    Ok(change)
}

fn closed(request: Node<'_>, acl: Resource, reason: &str) -> Result<ExposureChange, Undecidable> {
    Ok(change(request, acl, Effect::Closed, Reach::World)?.because(reason))
}

fn change(
    request: Node<'_>,
    acl: Resource,
    effect: Effect,
    reach: Reach,
) -> Result<ExposureChange, Undecidable> {
    let number = text_of(request, "ruleNumber").ok_or(Undecidable::UnknownShape)?;
    let facet = format!("nacl|ingress|{}", capped(number.trim()));
    Ok(ExposureChange::new(acl, Surface::NetworkAclIngress, effect, reach, facet))
}
