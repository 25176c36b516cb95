//! What a record did to who can reach what: zero or more [`crate::exposure::ExposureChange`]s.
//!
//! In: a [`crate::record::CloudTrailRecord`]. Out: [`crate::exposure::Derived`], the changes plus what could not be
//! decided and why. Stateless: one record gives the best answer it can by itself. A failed call (`errorCode` present)
//! changes nothing.
//!
//! `ACTIONS`, with that of `resource_policy`, is the list of what is understood. Everything else is no exposure, or not one yet.

// The words in which a change is told.
mod change;

// How bad a change is.
pub mod severity;

// CIDR arithmetic.
mod cidr;

// Well-known services by their ports.
mod service;

// The fields and words that rules may name.
pub(crate) mod words;

// A security-group rule in normal form.
mod ingress;

// Security groups.
mod security_group;

// Prefix lists made, changed and deleted.
mod prefix_list;

// Security groups given to machines.
mod attachment;

// Resource policies: who can do what.
pub mod policy;

// Access control lists of buckets and objects.
pub mod acl;

// Buckets and objects: policies, ACLs and their ends.
mod bucket;

// Block public access, of a bucket and of an account.
mod block_public_access;

// Block public access of an organisation.
mod organization;

// Build projects that anybody may see.
mod build_project;

// Grants of keys to other accounts.
mod key_grant;

// Copies of objects in another account.
mod replication;

// Web sites and origins of a bucket.
mod posture;

// Policies of other resources, of roles, access points and functions.
mod resource_policy;

// Snapshots and images given to others.
mod share;

// Entries of network ACLs.
mod network_acl;

// Routes to the internet.
mod route;

// Block public access of a Region, for VPCs, images and snapshots.
mod guard_rail;

// Security groups of databases and clusters.
mod database_group;

// Things with a public address.
mod public_endpoint;

// URLs of functions.
mod function_url;

// What stands, as far as the records so far tell.
pub mod state;

// The calls that all of this is about.
mod calls;

pub use calls::calls;
pub use change::{
    Access, Confidence, Derived, Effect, ExposureChange, Network, PortRange, Reach, Surface, Undecidable,
    Verdict,
};

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::json::{Kind, Node};
use crate::record::CloudTrailRecord;
use crate::resource::place::Place;

/// What is understood of one action: called for successful records only.
type Reader = fn(&CloudTrailRecord, &Place) -> Result<Derived, Undecidable>;

const EC2: &[&str] = &["ec2.amazonaws.com"];
const RDS: &[&str] = &["rds.amazonaws.com"];
const S3: &[&str] = &["s3.amazonaws.com", "s3-control.amazonaws.com", "s3express.amazonaws.com"];

const REDSHIFT: &[&str] = &["redshift.amazonaws.com"];
const DMS: &[&str] = &["dms.amazonaws.com"];
const EKS: &[&str] = &["eks.amazonaws.com"];
const LAMBDA: &[&str] = &["lambda.amazonaws.com"];
const KMS: &[&str] = &["kms.amazonaws.com"];
const SSM: &[&str] = &["ssm.amazonaws.com"];
const CODEBUILD: &[&str] = &["codebuild.amazonaws.com"];
const ORGANIZATIONS: &[&str] = &["organizations.amazonaws.com"];

/// Every action that is understood. The names of S3's are CloudTrail's, not the API's (S3 user guide, "Amazon S3
/// CloudTrail events"): there is no `PutPublicAccessBlock`.
const ACTIONS: &[(&[&str], &str, Reader)] = &[
    (EC2, "AuthorizeSecurityGroupIngress", security_group::authorized),
    (EC2, "RevokeSecurityGroupIngress", security_group::revoked),
    (EC2, "ModifySecurityGroupRules", security_group::modified),
    (EC2, "ModifySnapshotAttribute", share::snapshot),
    (EC2, "ResetSnapshotAttribute", share::snapshot_reset),
    (EC2, "ModifyImageAttribute", share::image),
    (EC2, "ResetImageAttribute", share::image_reset),
    (RDS, "ModifyDBSnapshotAttribute", share::database_snapshot),
    (RDS, "ModifyDBClusterSnapshotAttribute", share::cluster_snapshot),
    (S3, "PutBucketPolicy", bucket::policy_put),
    (S3, "DeleteBucketPolicy", bucket::policy_deleted),
    (S3, "PutBucketAcl", bucket::acl_put),
    (S3, "CreateBucket", bucket::created),
    (S3, "DeleteBucket", bucket::deleted),
    (S3, "PutBucketReplication", replication::put),
    (S3, "DeleteBucketReplication", replication::deleted),
    (S3, "PutBucketWebsite", posture::website_put),
    (S3, "DeleteBucketWebsite", posture::website_deleted),
    (S3, "PutBucketCors", posture::cors_put),
    (S3, "DeleteBucketCors", posture::cors_deleted),
    (S3, "PutObjectAcl", bucket::object_acl_put),
    (S3, "PutObject", bucket::object_written),
    (S3, "CopyObject", bucket::object_written),
    (S3, "CreateMultipartUpload", bucket::object_written),
    (S3, "PutBucketPublicAccessBlock", block_public_access::bucket_put),
    (S3, "DeleteBucketPublicAccessBlock", block_public_access::bucket_deleted),
    (S3, "PutAccountPublicAccessBlock", block_public_access::account_put),
    (S3, "DeleteAccountPublicAccessBlock", block_public_access::account_deleted),
    (EC2, "CreateNetworkAclEntry", network_acl::created),
    (EC2, "ReplaceNetworkAclEntry", network_acl::replaced),
    (EC2, "DeleteNetworkAclEntry", network_acl::deleted),
    (EC2, "CreateRoute", route::created),
    (EC2, "ReplaceRoute", route::replaced),
    (EC2, "DeleteRoute", route::deleted),
    (EC2, "DeleteRouteTable", route::table_deleted),
    (EC2, "ModifyVpcBlockPublicAccessOptions", guard_rail::vpc_options),
    (EC2, "CreateVpcBlockPublicAccessExclusion", guard_rail::exclusion_created),
    (EC2, "ModifyVpcBlockPublicAccessExclusion", guard_rail::exclusion_modified),
    (EC2, "DeleteVpcBlockPublicAccessExclusion", guard_rail::exclusion_deleted),
    (EC2, "EnableImageBlockPublicAccess", guard_rail::images),
    (EC2, "DisableImageBlockPublicAccess", guard_rail::images),
    (EC2, "EnableSnapshotBlockPublicAccess", guard_rail::snapshots),
    (EC2, "DisableSnapshotBlockPublicAccess", guard_rail::snapshots),
    (RDS, "AuthorizeDBSecurityGroupIngress", database_group::database_opened),
    (RDS, "RevokeDBSecurityGroupIngress", database_group::database_closed),
    (REDSHIFT, "AuthorizeClusterSecurityGroupIngress", database_group::cluster_opened),
    (REDSHIFT, "RevokeClusterSecurityGroupIngress", database_group::cluster_closed),
    (RDS, "CreateDBInstance", public_endpoint::instance_made),
    (RDS, "CreateDBInstanceReadReplica", public_endpoint::instance_made),
    (RDS, "RestoreDBInstanceFromDBSnapshot", public_endpoint::instance_made),
    (RDS, "RestoreDBInstanceFromS3", public_endpoint::instance_made),
    (RDS, "RestoreDBInstanceToPointInTime", public_endpoint::instance_made),
    (RDS, "ModifyDBInstance", public_endpoint::instance_changed),
    (RDS, "DeleteDBInstance", public_endpoint::instance_deleted),
    (RDS, "CreateDBCluster", public_endpoint::database_cluster_made),
    (RDS, "RestoreDBClusterFromSnapshot", public_endpoint::database_cluster_made),
    (RDS, "RestoreDBClusterToPointInTime", public_endpoint::database_cluster_made),
    (RDS, "ModifyDBCluster", public_endpoint::database_cluster_changed),
    (RDS, "DeleteDBCluster", public_endpoint::database_cluster_deleted),
    (REDSHIFT, "CreateCluster", public_endpoint::warehouse_made),
    (REDSHIFT, "RestoreFromClusterSnapshot", public_endpoint::warehouse_made),
    (REDSHIFT, "ModifyCluster", public_endpoint::warehouse_changed),
    (REDSHIFT, "DeleteCluster", public_endpoint::warehouse_deleted),
    (DMS, "CreateReplicationInstance", public_endpoint::replication_made),
    (DMS, "DeleteReplicationInstance", public_endpoint::replication_deleted),
    (EKS, "CreateCluster", public_endpoint::kubernetes::created),
    (EKS, "UpdateClusterConfig", public_endpoint::kubernetes::updated),
    (EKS, "DeleteCluster", public_endpoint::kubernetes::deleted),
    (LAMBDA, "CreateFunctionUrlConfig", function_url::created),
    (LAMBDA, "UpdateFunctionUrlConfig", function_url::updated),
    (LAMBDA, "DeleteFunctionUrlConfig", function_url::deleted),
    (KMS, "CreateGrant", key_grant::created),
    (KMS, "RevokeGrant", key_grant::ended),
    (KMS, "RetireGrant", key_grant::ended),
    (SSM, "ModifyDocumentPermission", share::document),
    (CODEBUILD, "UpdateProjectVisibility", build_project::visibility),
    (ORGANIZATIONS, "UpdatePolicy", organization::updated),
    (ORGANIZATIONS, "AttachPolicy", organization::attached),
    (ORGANIZATIONS, "DetachPolicy", organization::attached),
    (ORGANIZATIONS, "EnablePolicyType", organization::enabled),
    (ORGANIZATIONS, "DisablePolicyType", organization::disabled),
];

/// Derives every exposure change that this one record shows.
pub fn derive(record: &CloudTrailRecord) -> Derived {
    let Some(reader) = reader_of(record).filter(|_| !record.failed()) else {
        return Derived::default();
    };
    let mut derived = reader(record, &Place::of(record))
        .unwrap_or_else(|why| Derived { changes: Vec::new(), undecidable: Some(why) });
    if derived.changes.is_empty() && record.parameters_omitted() {
        derived.undecidable = Some(Undecidable::Omitted);
    } else if derived.undecidable == Some(Undecidable::UnknownShape)
        && record.request().is_some_and(hides_something)
    {
        derived.undecidable = Some(Undecidable::Hidden);
    }
    derived
}

type Action = (&'static [&'static str], &'static str, Reader);

/// The tables by the name of the action: every record asks.
static BY_NAME: LazyLock<HashMap<&str, Vec<&Action>>> = LazyLock::new(|| {
    let mut by_name: HashMap<&str, Vec<&Action>> = HashMap::new();
    for action in ACTIONS.iter().chain(resource_policy::ACTIONS) {
        by_name.entry(action.1).or_default().push(action);
    }
    by_name
});

fn reader_of(record: &CloudTrailRecord) -> Option<Reader> {
    let (source, name) = (record.event_source()?, record.action()?);
    BY_NAME.get(name)?.iter().find(|(sources, ..)| sources.contains(&source)).map(|(.., reader)| *reader)
}

/// True if a value of the parameters is one of the texts that stand for a hidden one. Records nest no deeper than
/// [`crate::limits::MAX_DEPTH`].
fn hides_something(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::String => node.as_str().is_some_and(|text| {
            text.starts_with("HIDDEN_DUE_TO")
                || text.eq_ignore_ascii_case("<sensitiveDataRemoved>")
                || text == "****"
        }),
        Kind::Array => node.items().any(hides_something),
        Kind::Object => node.members().any(|(_, value)| hides_something(value)),
        Kind::Null | Kind::Bool | Kind::Number => false,
    }
}

#[cfg(test)]
mod tests;
