//! Routes of the internet to an internet gateway: what makes a subnet a public one.
//!
//! In: a call that makes, replaces or deletes a route, or its whole table. Out: a change with the facet
//! `route|<destination>`. A NAT gateway, an egress-only gateway or a transit gateway lets nobody in, so routes to them
//! open nothing (VPC user guide, "Configure route tables").
//!
//! A route is not reachability: a public address, a network ACL and a security group must let the traffic through too.
//! So it is told with [`Confidence::Medium`] and no verdict.

use ipnet::IpNet;

use super::ingress::text_of;
use super::{Confidence, Derived, Effect, ExposureChange, Reach, Surface, Undecidable, Verdict, cidr};
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope};

const TABLE: ArnForm = ArnForm::new("AWS::EC2::RouteTable", "ec2", Scope::Regional, "route-table/");

/// Members that hold a destination; the third is a prefix list, which is no part of the internet by itself.
const DESTINATIONS: [&str; 2] = ["destinationCidrBlock", "destinationIpv6CidrBlock"];
const PREFIX_LIST: &str = "destinationPrefixListId";

/// `CreateRoute`.
pub(super) fn created(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let Some((destination, reach)) = wide_destination(request)? else { return Ok(Derived::default()) };
    let change = to_internet_gateway(request).then(|| opened(table(request, place), destination, reach));
    Ok(change.into_iter().collect::<Vec<_>>().into())
}

/// `ReplaceRoute`: the route that went to the internet may now go elsewhere.
pub(super) fn replaced(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let Some((destination, reach)) = wide_destination(request)? else { return Ok(Derived::default()) };
    let table = table(request, place);
    let change = if to_internet_gateway(request) {
        opened(table, destination, reach)
    } else {
        closed(table, destination, reach, "the route no longer goes to an internet gateway")
    };
    Ok(vec![change].into())
}

/// `DeleteRoute`.
pub(super) fn deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let change = wide_destination(request)?.map(|(destination, reach)| {
        closed(table(request, place), destination, reach, "the route was deleted")
    });
    Ok(change.into_iter().collect::<Vec<_>>().into())
}

/// `DeleteRouteTable`: the two routes of the whole internet end with it.
pub(super) fn table_deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let table = table(request, place);
    let whole = ["0.0.0.0/0", "::/0"].into_iter().filter_map(cidr::parse);
    let ends = whole.map(|net| closed(table.clone(), net, Reach::World, "the route table was deleted"));
    Ok(ends.collect::<Vec<_>>().into())
}

/// The destination of a route if it is the internet or a large part of it.
fn wide_destination(request: Node<'_>) -> Result<Option<(IpNet, Reach)>, Undecidable> {
    let Some(text) = DESTINATIONS.iter().find_map(|key| text_of(request, key)) else {
        let known = text_of(request, PREFIX_LIST).is_some();
        return if known { Ok(None) } else { Err(Undecidable::UnknownShape) };
    };
    let net = cidr::parse(&text).ok_or(Undecidable::UnknownShape)?;
    Ok(cidr::reach(net).map(|reach| (net, reach)))
}

/// A gateway by its kind of id: `igw-`, not `vgw-` or `local`; a carrier's gateway stands in a member of its own.
fn to_internet_gateway(request: Node<'_>) -> bool {
    text_of(request, "gatewayId").is_some_and(|id| id.trim().starts_with("igw-"))
}

fn table(request: Node<'_>, place: &Place) -> Resource {
    place.resource(TABLE, &text_of(request, "routeTableId").unwrap_or_default())
}

fn opened(table: Resource, destination: IpNet, reach: Reach) -> ExposureChange {
    change(table, destination, Effect::Opened, reach).because(
        "a route to an internet gateway; addresses, network ACLs and security groups decide who gets through",
    )
}

fn closed(table: Resource, destination: IpNet, reach: Reach, reason: &str) -> ExposureChange {
    change(table, destination, Effect::Closed, reach).because(reason)
}

fn change(table: Resource, destination: IpNet, effect: Effect, reach: Reach) -> ExposureChange {
    let facet = format!("route|{destination}");
    let mut change = ExposureChange::new(table, Surface::InternetRoute, effect, reach, facet);
    change.verdict = Verdict::Unknown;
    change.confidence = Confidence::Medium;
    change
}
