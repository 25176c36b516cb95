//! Every action on policies that is understood, by service. Names and shapes are CloudTrail's; see the API reference of
//! each service.

use super::held::{
    ACCESS_POINT, BACKUP_VAULT, CATALOG, DOMAIN, EVENT_BUS, FILE_SYSTEM, KEY, LOG_POLICY,
    MULTI_REGION_ACCESS_POINT, QUEUE, REPOSITORY, ROLE, SECRET, TOPIC, VAULT,
};
use super::{created, deleted, permission, put, put_if_there};
use crate::exposure::{Derived, Reader, Undecidable};
use crate::json::Node;
use crate::record::CloudTrailRecord;

const BACKUP: &[&str] = &["backup.amazonaws.com"];
const ECR: &[&str] = &["ecr.amazonaws.com"];
const EFS: &[&str] = &["elasticfilesystem.amazonaws.com"];
const ES: &[&str] = &["es.amazonaws.com", "opensearch.amazonaws.com"];
const EVENTS: &[&str] = &["events.amazonaws.com"];
const GLACIER: &[&str] = &["glacier.amazonaws.com"];
const GLUE: &[&str] = &["glue.amazonaws.com"];
const IAM: &[&str] = &["iam.amazonaws.com"];
const KMS: &[&str] = &["kms.amazonaws.com"];
const LAMBDA: &[&str] = &["lambda.amazonaws.com"];
const LOGS: &[&str] = &["logs.amazonaws.com"];
const S3: &[&str] = &["s3.amazonaws.com", "s3-control.amazonaws.com"];
const SECRETS: &[&str] = &["secretsmanager.amazonaws.com"];
const SNS: &[&str] = &["sns.amazonaws.com"];
const SQS: &[&str] = &["sqs.amazonaws.com"];

/// The table; CloudTrail's `AddPermission20150331v2` is `AddPermission` here.
pub(in crate::exposure) const ACTIONS: &[(&[&str], &str, Reader)] = &[
    (BACKUP, "PutBackupVaultAccessPolicy", |r, p| put(&BACKUP_VAULT, r, p)),
    (BACKUP, "DeleteBackupVaultAccessPolicy", |r, p| deleted(&BACKUP_VAULT, r, p)),
    (BACKUP, "DeleteBackupVault", |r, p| deleted(&BACKUP_VAULT, r, p)),
    (ECR, "SetRepositoryPolicy", |r, p| put(&REPOSITORY, r, p)),
    (ECR, "DeleteRepositoryPolicy", |r, p| deleted(&REPOSITORY, r, p)),
    (ECR, "DeleteRepository", |r, p| deleted(&REPOSITORY, r, p)),
    (EFS, "PutFileSystemPolicy", |r, p| put(&FILE_SYSTEM, r, p)),
    (EFS, "DeleteFileSystemPolicy", |r, p| deleted(&FILE_SYSTEM, r, p)),
    (EFS, "DeleteFileSystem", |r, p| deleted(&FILE_SYSTEM, r, p)),
    (ES, "CreateElasticsearchDomain", |r, p| if in_vpc(r) { nothing() } else { created(&DOMAIN, r, p) }),
    (ES, "CreateDomain", |r, p| if in_vpc(r) { nothing() } else { created(&DOMAIN, r, p) }),
    (ES, "UpdateElasticsearchDomainConfig", |r, p| put_if_there(&DOMAIN, r, p)),
    (ES, "UpdateDomainConfig", |r, p| put_if_there(&DOMAIN, r, p)),
    (ES, "DeleteElasticsearchDomain", |r, p| deleted(&DOMAIN, r, p)),
    (ES, "DeleteDomain", |r, p| deleted(&DOMAIN, r, p)),
    (EVENTS, "PutPermission", permission::bus_put),
    (EVENTS, "RemovePermission", permission::bus_removed),
    (EVENTS, "DeleteEventBus", |r, p| deleted(&EVENT_BUS, r, p)),
    (GLACIER, "SetVaultAccessPolicy", |r, p| put(&VAULT, r, p)),
    (GLACIER, "DeleteVaultAccessPolicy", |r, p| deleted(&VAULT, r, p)),
    (GLACIER, "DeleteVault", |r, p| deleted(&VAULT, r, p)),
    (GLUE, "PutResourcePolicy", |r, p| put(&CATALOG, r, p)),
    (GLUE, "DeleteResourcePolicy", |r, p| deleted(&CATALOG, r, p)),
    (IAM, "CreateRole", |r, p| created(&ROLE, r, p)),
    (IAM, "UpdateAssumeRolePolicy", |r, p| put(&ROLE, r, p)),
    (IAM, "DeleteRole", |r, p| deleted(&ROLE, r, p)),
    (KMS, "CreateKey", |r, p| created(&KEY, r, p)),
    (KMS, "PutKeyPolicy", |r, p| put(&KEY, r, p)),
    (KMS, "DeleteKey", |r, p| deleted(&KEY, r, p)),
    (LAMBDA, "AddPermission", permission::function_added),
    (LAMBDA, "RemovePermission", permission::function_removed),
    (LAMBDA, "AddLayerVersionPermission", permission::layer_added),
    (LAMBDA, "RemoveLayerVersionPermission", permission::layer_removed),
    (LOGS, "PutResourcePolicy", |r, p| put(&LOG_POLICY, r, p)),
    (LOGS, "DeleteResourcePolicy", |r, p| deleted(&LOG_POLICY, r, p)),
    (S3, "PutAccessPointPolicy", |r, p| put(&ACCESS_POINT, r, p)),
    (S3, "DeleteAccessPointPolicy", |r, p| deleted(&ACCESS_POINT, r, p)),
    (S3, "DeleteAccessPoint", |r, p| deleted(&ACCESS_POINT, r, p)),
    (S3, "PutMultiRegionAccessPointPolicy", |r, p| put(&MULTI_REGION_ACCESS_POINT, r, p)),
    (S3, "DeleteMultiRegionAccessPoint", |r, p| deleted(&MULTI_REGION_ACCESS_POINT, r, p)),
    (SECRETS, "RestoreSecret", |_, _| Err(Undecidable::NeedsState)),
    (SECRETS, "PutResourcePolicy", |r, p| put(&SECRET, r, p)),
    (SECRETS, "DeleteResourcePolicy", |r, p| deleted(&SECRET, r, p)),
    (SECRETS, "DeleteSecret", |r, p| deleted(&SECRET, r, p)),
    (SNS, "CreateTopic", |r, p| created(&TOPIC, r, p)),
    (SNS, "SetTopicAttributes", |r, p| if sets_policy(r) { put(&TOPIC, r, p) } else { nothing() }),
    (SNS, "AddPermission", permission::topic_added),
    (SNS, "RemovePermission", permission::label_removed),
    (SNS, "DeleteTopic", |r, p| deleted(&TOPIC, r, p)),
    (SQS, "CreateQueue", |r, p| created(&QUEUE, r, p)),
    (SQS, "SetQueueAttributes", |r, p| put_if_there(&QUEUE, r, p)),
    (SQS, "AddPermission", permission::queue_added),
    (SQS, "RemovePermission", permission::label_removed),
    (SQS, "DeleteQueue", |r, p| deleted(&QUEUE, r, p)),
];

#[expect(clippy::unnecessary_wraps, reason = "stands where readers that can fail stand")]
fn nothing() -> Result<Derived, crate::exposure::Undecidable> {
    Ok(Derived::default())
}

/// True if a new domain has its endpoint inside a VPC, where no stranger gets to (`OpenSearch` Service developer guide,
/// "Launching your domains within a VPC").
fn in_vpc(record: &CloudTrailRecord) -> bool {
    let options = record.request().and_then(|request| request.get_ignore_case("vPCOptions"));
    let subnets = options.and_then(|options| options.get_ignore_case("subnetIds"));
    subnets.is_some_and(|subnets| subnets.items().next().is_some_and(|first| !Node::is_null(first)))
}

/// `SetTopicAttributes` sets one attribute of many.
fn sets_policy(record: &CloudTrailRecord) -> bool {
    record.request_text("attributeName") == Some("Policy")
}
