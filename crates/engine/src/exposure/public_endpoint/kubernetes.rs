//! Endpoints of Kubernetes clusters: public or not, and for which networks.
//!
//! In: `CreateCluster`, `UpdateClusterConfig`, `DeleteCluster` of EKS. Out: at most one change with the facet
//! `public_endpoint`. Whoever gets through must still sign in. Absent means public and for everybody (EKS API reference,
//! `VpcConfigRequest`).

use ipnet::IpNet;

use super::{change, closed};
use crate::exposure::ingress::text_of;
use crate::exposure::{Confidence, Derived, Effect, ExposureChange, Reach, Undecidable, cidr};
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope};

const CLUSTER: ArnForm = ArnForm::new("AWS::EKS::Cluster", "eks", Scope::Regional, "cluster/");

/// What a call says about the endpoint; what it leaves out is `None`.
struct Access {
    public: Option<bool>,
    networks: Option<Vec<IpNet>>,
}

/// `CreateCluster`.
pub(in crate::exposure) fn created(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let access = access(request)?;
    let is_public = access.as_ref().and_then(|access| access.public).unwrap_or(true);
    let reach = reach(access.and_then(|access| access.networks).as_deref());
    let Some(reach) = reach.filter(|_| is_public) else { return Ok(Derived::default()) };
    Ok(vec![opened(cluster(record, place), reach)].into())
}

/// `UpdateClusterConfig`. What it does not name stays as it was, which the record does not show.
pub(in crate::exposure) fn updated(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let Some(access) = access(request)? else { return Ok(Derived::default()) };
    if access.public.is_none() && access.networks.is_none() {
        return Ok(Derived::default());
    }
    let cluster = cluster(record, place);
    if access.public == Some(false) {
        return Ok(vec![closed(cluster, "the endpoint is private")].into());
    }
    let Some(reach) = reach(access.networks.as_deref()) else {
        return Ok(vec![closed(cluster, "the endpoint is for a few networks only")].into());
    };
    let mut change = opened(cluster, reach);
    if access.public.is_none() {
        unsure(&mut change, "; that the endpoint is public is not in the record");
    } else if access.networks.is_none() {
        unsure(&mut change, "; the networks it is for are not in the record");
    }
    Ok(vec![change].into())
}

/// `DeleteCluster`.
pub(in crate::exposure) fn deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    record.request().ok_or(Undecidable::UnknownShape)?;
    Ok(vec![closed(cluster(record, place), "the cluster was deleted")].into())
}

/// `None` where the call is not about the endpoint at all.
fn access(request: Node<'_>) -> Result<Option<Access>, Undecidable> {
    let Some(config) = request.get_ignore_case("resourcesVpcConfig") else { return Ok(None) };
    let public = text_of(config, "endpointPublicAccess").map(|text| text.eq_ignore_ascii_case("true"));
    let listed = config.get_ignore_case("publicAccessCidrs").map(Node::list).filter(|list| !list.is_empty());
    let parse = |node: Node<'_>| {
        node.scalar_text().and_then(|text| cidr::parse(&text)).ok_or(Undecidable::UnknownShape)
    };
    let networks = listed.map(|list| list.into_iter().map(parse).collect()).transpose()?;
    Ok(Some(Access { public, networks }))
}

/// How much of the internet the networks are, together; no list is everybody.
fn reach(networks: Option<&[IpNet]>) -> Option<Reach> {
    let Some(networks) = networks else { return Some(Reach::World) };
    if !cidr::world_together(networks).is_empty() {
        return Some(Reach::World);
    }
    networks.iter().filter_map(|net| cidr::reach(*net)).max()
}

fn cluster(record: &CloudTrailRecord, place: &Place) -> Resource {
    let id = record.request().and_then(|node| text_of(node, "name").or_else(|| text_of(node, "clusterName")));
    place.resource(CLUSTER, &id.unwrap_or_default())
}

fn opened(cluster: Resource, reach: Reach) -> ExposureChange {
    let reason = if reach == Reach::World {
        "the endpoint answers every address"
    } else {
        "the endpoint answers a large part of the addresses"
    };
    change(cluster, Effect::Opened, reach).because(reason)
}

fn unsure(change: &mut ExposureChange, why: &str) {
    change.confidence = Confidence::Medium;
    change.reason.push_str(why);
}
