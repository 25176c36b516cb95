//! Ends that a call brings without saying of what: a deleted resource, a label, a reset, an object written over.
//!
//! INVARIANT: only what stands at the resource that the call names is looked at.

use super::{Facet, Owned, State, Step, attached};
use crate::exposure::{
    Derived, ExposureChange, Surface, bucket, function_url, organization, resource_policy,
};
use crate::ids::Arn;
use crate::record::CloudTrailRecord;
use crate::resource::place::Place;
use crate::resource::{Resource, resource_of};

/// Under this the end of all statements that were added one by one is remembered.
pub(super) const STATEMENTS: &str = "permission|";

/// How what is exposed of a kind of resource ends with the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By one of these calls: source and action.
    By(&'static [(&'static str, &'static str)]),
    /// By none, for this reason.
    Never(&'static str),
}

use End::{By, Never};

const SETTING: End = Never("a setting of an account or a Region, which is only changed");

/// Every kind of resource that can be exposed. A key that is disabled or waits for its deletion still has its policy
/// and its grants, and either can be taken back (KMS developer guide, "Deleting keys"): what ends it is the `DeleteKey`
/// that KMS itself logs.
pub const ENDS: &[(&str, End)] = &[
    ("AWS::Backup::BackupVault", By(&[("backup", "DeleteBackupVault")])),
    ("AWS::CodeBuild::Project", By(&[("codebuild", "DeleteProject")])),
    ("AWS::DMS::ReplicationInstance", By(&[("dms", "DeleteReplicationInstance")])),
    ("AWS::EC2::Image", By(&[("ec2", "DeregisterImage")])),
    ("AWS::EC2::ImageBlockPublicAccess", SETTING),
    ("AWS::EC2::Instance", By(&[("ec2", "TerminateInstances")])),
    ("AWS::EC2::NetworkAcl", By(&[("ec2", "DeleteNetworkAcl")])),
    ("AWS::EC2::NetworkInterface", By(&[("ec2", "DeleteNetworkInterface")])),
    ("AWS::EC2::PrefixList", Never("nothing is open by a list alone: the groups that name it are exposed")),
    ("AWS::EC2::RouteTable", By(&[("ec2", "DeleteRouteTable")])),
    ("AWS::EC2::SecurityGroup", By(&[("ec2", "DeleteSecurityGroup")])),
    ("AWS::EC2::Snapshot", By(&[("ec2", "DeleteSnapshot")])),
    ("AWS::EC2::SnapshotBlockPublicAccess", SETTING),
    ("AWS::EC2::VPCBlockPublicAccessExclusion", By(&[("ec2", "DeleteVpcBlockPublicAccessExclusion")])),
    ("AWS::EC2::VPCBlockPublicAccessOptions", SETTING),
    ("AWS::ECR::Repository", By(&[("ecr", "DeleteRepository")])),
    ("AWS::EFS::FileSystem", By(&[("elasticfilesystem", "DeleteFileSystem")])),
    ("AWS::EKS::Cluster", By(&[("eks", "DeleteCluster")])),
    ("AWS::Events::EventBus", By(&[("events", "DeleteEventBus")])),
    ("AWS::Glacier::Vault", By(&[("glacier", "DeleteVault")])),
    ("AWS::Glue::Catalog", Never("the catalogue of an account and Region is not deleted")),
    ("AWS::IAM::Role", By(&[("iam", "DeleteRole")])),
    ("AWS::KMS::Key", By(&[("kms", "DeleteKey")])),
    ("AWS::Lambda::Function", By(&[("lambda", "DeleteFunction"), ("lambda", "DeleteAlias")])),
    ("AWS::Lambda::LayerVersion", By(&[("lambda", "DeleteLayerVersion")])),
    ("AWS::Logs::ResourcePolicy", By(&[("logs", "DeleteResourcePolicy")])),
    (
        "AWS::OpenSearchService::Domain",
        By(&[("es", "DeleteElasticsearchDomain"), ("es", "DeleteDomain"), ("opensearch", "DeleteDomain")]),
    ),
    ("AWS::Organizations::Account", Never("an account that leaves has no block by the organisation either")),
    ("AWS::Organizations::OrganizationalUnit", By(&[("organizations", "DeleteOrganizationalUnit")])),
    ("AWS::Organizations::Policy", By(&[("organizations", "DeletePolicy")])),
    ("AWS::Organizations::Root", Never("the root stays as long as the organisation")),
    ("AWS::RDS::DBCluster", By(&[("rds", "DeleteDBCluster")])),
    ("AWS::RDS::DBClusterSnapshot", By(&[("rds", "DeleteDBClusterSnapshot")])),
    ("AWS::RDS::DBInstance", By(&[("rds", "DeleteDBInstance")])),
    ("AWS::RDS::DBSecurityGroup", By(&[("rds", "DeleteDBSecurityGroup")])),
    ("AWS::RDS::DBSnapshot", By(&[("rds", "DeleteDBSnapshot")])),
    ("AWS::Redshift::Cluster", By(&[("redshift", "DeleteCluster")])),
    ("AWS::Redshift::ClusterSecurityGroup", By(&[("redshift", "DeleteClusterSecurityGroup")])),
    ("AWS::S3::AccessPoint", By(&[("s3", "DeleteAccessPoint"), ("s3-control", "DeleteAccessPoint")])),
    ("AWS::S3::AccountPublicAccessBlock", SETTING),
    ("AWS::S3::Bucket", By(&[("s3", "DeleteBucket")])),
    (
        "AWS::S3::MultiRegionAccessPoint",
        By(&[("s3", "DeleteMultiRegionAccessPoint"), ("s3-control", "DeleteMultiRegionAccessPoint")]),
    ),
    ("AWS::S3::Object", By(OBJECT_ENDS)),
    ("AWS::S3Express::DirectoryBucket", By(&[("s3express", "DeleteBucket")])),
    ("AWS::SNS::Topic", By(&[("sns", "DeleteTopic")])),
    ("AWS::SQS::Queue", By(&[("sqs", "DeleteQueue")])),
    ("AWS::SSM::Document", By(&[("ssm", "DeleteDocument")])),
    ("AWS::SecretsManager::Secret", By(&[("secretsmanager", "DeleteSecret")])),
];

/// Calls after which an object's old ACL is gone: a write gives it a new one, which is private unless the call says
/// otherwise (S3 user guide, "Access control list (ACL) overview").
const OBJECT_ENDS: &[(&str, &str)] = &[("s3", "DeleteObject"), ("s3", "PutObject"), ("s3", "CopyObject")];

/// The object whose ACL is gone after a record, unless the record gives it a public one. One version of several that is
/// deleted by its id may not be the one that is read.
pub(crate) fn replaced_object(record: &CloudTrailRecord, derived: &Derived) -> Option<Arn> {
    let action = record.action().filter(|action| OBJECT_ENDS.iter().any(|(_, call)| call == action))?;
    let silent = derived.changes.is_empty() && derived.undecidable.is_none();
    let version = action == "DeleteObject" && record.request_text("versionId").is_some();
    let is_s3 = record.event_source() == Some("s3.amazonaws.com");
    if !is_s3 || !silent || version {
        return None;
    }
    bucket::object(record, &Place::of(record)).ok().map(|object| object.arn)
}

/// What a call deletes: a resource as a whole, or a version or an alias of it. Objects and machines go another way.
fn deleted(record: &CloudTrailRecord, derived: &Derived) -> Option<(Resource, Option<String>)> {
    let (source, action) = record.event_source().zip(record.action())?;
    let elsewhere = OBJECT_ENDS.iter().any(|(_, call)| *call == action) || attached::concerns(record);
    if !concerns(source, action) || elsewhere {
        return None;
    }
    let place = Place::of(record);
    let whole = match (derived.changes.first(), action) {
        (Some(end), _) => end.resource.clone(),
        (None, "DeleteFunction" | "DeleteAlias") => {
            return Some(function_url::deleted_part(record, &place));
        }
        (None, "DeletePolicy" | "DeleteOrganizationalUnit") => organization::deleted(record, &place)?,
        (None, "DeleteLayerVersion") => resource_policy::layer(record, &place).ok()?,
        // The names of these groups are stored in small letters.
        (None, "DeleteDBSecurityGroup" | "DeleteClusterSecurityGroup") => {
            let mut group = resource_of(record);
            group.arn = group.arn.as_str().to_ascii_lowercase().into();
            group
        }
        (None, _) => resource_of(record),
    };
    Some((whole, None))
}

/// The resources of which a call ends something without saying of what.
pub(super) fn named(record: &CloudTrailRecord, derived: &Derived) -> Vec<Arn> {
    let label = resource_policy::label_of(record, &Place::of(record)).map(|(resource, _)| resource.arn);
    let deleted = deleted(record, derived).map(|(resource, _)| resource.arn);
    deleted.into_iter().chain(label).collect()
}

/// True for calls that end a resource, though nothing may be derived from them.
pub(super) fn concerns(source: &str, action: &str) -> bool {
    // Every record asks: most are answered by the first letters.
    if !["Delete", "Deregister", "PutObject", "CopyObject"].iter().any(|verb| action.starts_with(verb)) {
        return false;
    }
    let service = source.strip_suffix(".amazonaws.com").unwrap_or(source);
    ENDS.iter().any(|(_, end)| matches!(end, By(calls) if calls.contains(&(service, action))))
}

impl State {
    /// A resource is deleted: with it goes all that is exposed of it; with a version or an alias, what is of that.
    pub(super) fn gone(&mut self, step: &mut Step<'_>) {
        let Some((resource, part)) = deleted(step.record, step.derived) else { return };
        let owned = (step.home.account.clone(), resource.arn);
        if part.is_none() {
            self.forget_group(step, &owned);
            self.remember_end(step, &owned, None);
        }
        self.end_those(step, &owned, "the resource was deleted", |facet| {
            part.as_deref().is_none_or(|part| is_of_part(&facet.2, part))
        });
    }

    /// A new policy as a whole replaces the statements that were added one by one.
    pub(super) fn statements_replaced(&mut self, step: &mut Step<'_>, facet: &Facet, why: &str) {
        if facet.1 == Surface::ResourcePolicy && facet.2 == resource_policy::FACET {
            self.remember_end(step, &facet.0, Some(STATEMENTS));
            self.end_those(step, &facet.0, why, |other| {
                other.1 == Surface::ResourcePolicy && other.2.starts_with(STATEMENTS)
            });
        }
    }

    /// `RemovePermission` of queues and topics: if it was seen what the label stands for, that ends. A label that was
    /// not seen may be of a statement that came with a whole policy.
    pub(super) fn label_removed(&mut self, step: &mut Step<'_>) {
        let Some((resource, facet)) = resource_policy::label_of(step.record, &Place::of(step.record)) else {
            return;
        };
        let owned = (step.home.account.clone(), resource.arn);
        let facet = (owned, Surface::ResourcePolicy, facet);
        if self.standing.contains_key(&facet) {
            step.applied.undecidable = None;
        }
        self.set(step, facet, None, "the permission was removed");
    }

    /// A reset names nobody: it ends the shares with everybody and with whoever was named. False if none stood.
    pub(super) fn shares_reset(&mut self, step: &mut Step<'_>, facet: &Facet, end: &ExposureChange) -> bool {
        let reset = step.record.action().is_some_and(|action| action.starts_with("Reset"));
        reset && facet.2 == "share|all" && self.end_those(step, &facet.0, &end.reason, |_| true)
    }

    /// Ends what stands of a resource and is asked for; false if nothing did.
    pub(super) fn end_those(
        &mut self,
        step: &mut Step<'_>,
        owned: &Owned,
        why: &str,
        asked_for: impl Fn(&Facet) -> bool,
    ) -> bool {
        let mut facets = self.facets_of(owned);
        facets.retain(asked_for);
        for facet in &facets {
            self.set(step, facet.clone(), None, why);
        }
        !facets.is_empty()
    }
}

/// True for the facets of a version or an alias: its URL, its permissions.
fn is_of_part(facet: &str, part: &str) -> bool {
    let mut words = facet.split('|');
    matches!(words.next(), Some("function_url" | "permission"))
        && words.next() == Some(part)
        && (facet.starts_with("function_url") || words.next().is_some())
}
