//! Databases, clusters and replication instances with a public address.
//!
//! In: a call that makes, changes or deletes one. Out: at most one change with the facet `public_endpoint`. A call that
//! makes one may leave the choice to the service: then the answer has it. A call that changes one is read by its request
//! alone, since its answer repeats what was so before.
//!
//! A public address is not an open door: the security groups and routes decide as well, so what is opened is told with
//! [`Confidence::Medium`] (RDS user guide, "Hiding a DB instance in a VPC from the internet").

// Kubernetes clusters, whose endpoints have a list of networks.
pub(super) mod kubernetes;

use super::ingress::text_of;
use super::{Confidence, Derived, Effect, ExposureChange, Reach, Surface, Undecidable};
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope};

/// A kind of thing that can have a public address.
#[derive(Debug)]
pub(super) struct Endpoint {
    form: ArnForm,
    /// Parameters that name it, the surest first.
    ids: &'static [&'static str],
    /// The member of an answer that holds it, where the answer is not flat.
    answer: &'static str,
    /// What the service does where neither request nor answer says.
    default: bool,
}

const INSTANCE: Endpoint = Endpoint {
    form: ArnForm::new("AWS::RDS::DBInstance", "rds", Scope::Regional, "db:"),
    ids: &["targetDBInstanceIdentifier", "dBInstanceIdentifier"],
    answer: "dBInstance",
    default: false,
};

const DATABASE_CLUSTER: Endpoint = Endpoint {
    form: ArnForm::new("AWS::RDS::DBCluster", "rds", Scope::Regional, "cluster:"),
    ids: &["dBClusterIdentifier"],
    answer: "dBCluster",
    default: false,
};

const WAREHOUSE: Endpoint = Endpoint {
    form: ArnForm::new("AWS::Redshift::Cluster", "redshift", Scope::Regional, "cluster:"),
    ids: &["clusterIdentifier"],
    answer: "cluster",
    default: false,
};

/// Public unless it is told not to be (DMS API reference, `CreateReplicationInstance`, `PubliclyAccessible`).
const REPLICATION: Endpoint = Endpoint {
    form: ArnForm::new("AWS::DMS::ReplicationInstance", "dms", Scope::Regional, "rep:"),
    ids: &["replicationInstanceArn", "replicationInstanceIdentifier"],
    answer: "replicationInstance",
    default: true,
};

/// `CreateDBInstance`, `CreateDBInstanceReadReplica` and the calls that restore one.
pub(super) fn instance_made(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    made(&INSTANCE, record, place)
}

/// `ModifyDBInstance`.
pub(super) fn instance_changed(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    changed(&INSTANCE, record, place)
}

/// `DeleteDBInstance`.
pub(super) fn instance_deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    deleted(&INSTANCE, record, place)
}

/// `CreateDBCluster` and the calls that restore one.
pub(super) fn database_cluster_made(
    record: &CloudTrailRecord,
    place: &Place,
) -> Result<Derived, Undecidable> {
    made(&DATABASE_CLUSTER, record, place)
}

/// `ModifyDBCluster`.
pub(super) fn database_cluster_changed(
    record: &CloudTrailRecord,
    place: &Place,
) -> Result<Derived, Undecidable> {
    changed(&DATABASE_CLUSTER, record, place)
}

/// `DeleteDBCluster`.
pub(super) fn database_cluster_deleted(
    record: &CloudTrailRecord,
    place: &Place,
) -> Result<Derived, Undecidable> {
    deleted(&DATABASE_CLUSTER, record, place)
}

/// Redshift's `CreateCluster` and `RestoreFromClusterSnapshot`.
pub(super) fn warehouse_made(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    made(&WAREHOUSE, record, place)
}

/// Redshift's `ModifyCluster`.
pub(super) fn warehouse_changed(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    changed(&WAREHOUSE, record, place)
}

/// Redshift's `DeleteCluster`.
pub(super) fn warehouse_deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    deleted(&WAREHOUSE, record, place)
}

/// `CreateReplicationInstance`; whether one is public can never be changed.
pub(super) fn replication_made(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    made(&REPLICATION, record, place)
}

/// `DeleteReplicationInstance`.
pub(super) fn replication_deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    deleted(&REPLICATION, record, place)
}

fn made(kind: &Endpoint, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let asked = is_public(record.request().ok_or(Undecidable::UnknownShape)?);
    let public = asked.or_else(|| answers(kind, record).into_iter().find_map(is_public));
    if !public.unwrap_or(kind.default) {
        return Ok(Derived::default());
    }
    Ok(vec![opened(resource(kind, record, place))].into())
}

fn changed(kind: &Endpoint, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let change = match is_public(record.request().ok_or(Undecidable::UnknownShape)?) {
        Some(true) => opened(resource(kind, record, place)),
        Some(false) => closed(resource(kind, record, place), "it has no public address any more"),
        None => return Ok(Derived::default()),
    };
    Ok(vec![change].into())
}

fn deleted(kind: &Endpoint, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    record.request().ok_or(Undecidable::UnknownShape)?;
    Ok(vec![closed(resource(kind, record, place), "it was deleted")].into())
}

fn is_public(node: Node<'_>) -> Option<bool> {
    text_of(node, "publiclyAccessible").map(|text| text.eq_ignore_ascii_case("true"))
}

/// The answer, flat or with the thing inside.
fn answers<'a>(kind: &Endpoint, record: &'a CloudTrailRecord) -> Vec<Node<'a>> {
    let Some(answer) = record.response() else { return Vec::new() };
    std::iter::once(answer).chain(answer.get_ignore_case(kind.answer)).collect()
}

/// The thing by the id it has everywhere: services store identifiers in small letters, whatever a request says.
fn resource(kind: &Endpoint, record: &CloudTrailRecord, place: &Place) -> Resource {
    let parts: Vec<Node<'_>> = record.request().into_iter().chain(answers(kind, record)).collect();
    let id =
        kind.ids.iter().find_map(|key| parts.iter().find_map(|node| text_of(*node, key))).unwrap_or_default();
    if id.starts_with("arn:") {
        return place.resource(kind.form, &id);
    }
    place.resource(kind.form, &id.to_ascii_lowercase())
}

fn opened(resource: Resource) -> ExposureChange {
    let mut change = change(resource, Effect::Opened, Reach::World)
        .because("it has a public address; security groups and routes decide who gets through");
    change.confidence = Confidence::Medium;
    change
}

fn closed(resource: Resource, reason: &str) -> ExposureChange {
    change(resource, Effect::Closed, Reach::World).because(reason)
}

fn change(resource: Resource, effect: Effect, reach: Reach) -> ExposureChange {
    ExposureChange::new(resource, Surface::PublicEndpoint, effect, reach, "public_endpoint")
}
