//! `Resources`: the target, then the actor.
//!
//! A resource has the type and the details of ASFF where there are some; what the call *took away* is not among them.
//!
//! Source: Security Hub user guide, "Resources ASFF object"; API reference, `Resource`, `ResourceDetails`.

use serde_json::Value;

use super::super::object::Object;
use super::limits::{bounded, bounded_id, or};
use super::{Scope, limits};
use crate::exposure::{ExposureChange, Network, Surface};
use crate::finding::{Finding, Status};

/// CloudFormation types with ASFF's type and the member of its details that holds the short name.
const TYPES: &[(&str, &str, Option<&str>)] = &[
    ("AWS::Account", "AwsAccount", None),
    ("AWS::ApiGateway::RestApi", "AwsApiGatewayRestApi", Some("Name")),
    ("AWS::CloudFormation::Stack", "AwsCloudFormationStack", Some("StackName")),
    ("AWS::CloudTrail::Trail", "AwsCloudTrailTrail", Some("Name")),
    ("AWS::CloudWatch::Alarm", "AwsCloudWatchAlarm", Some("AlarmName")),
    ("AWS::CodeBuild::Project", "AwsCodeBuildProject", Some("Name")),
    ("AWS::DynamoDB::Table", "AwsDynamoDbTable", Some("TableName")),
    ("AWS::DMS::ReplicationInstance", "AwsDmsReplicationInstance", Some("ReplicationInstanceIdentifier")),
    ("AWS::EC2::Instance", "AwsEc2Instance", None),
    ("AWS::EC2::NetworkAcl", "AwsEc2NetworkAcl", Some("NetworkAclId")),
    ("AWS::EC2::NetworkInterface", "AwsEc2NetworkInterface", Some("NetworkInterfaceId")),
    ("AWS::EC2::RouteTable", "AwsEc2RouteTable", Some("RouteTableId")),
    ("AWS::EC2::SecurityGroup", "AwsEc2SecurityGroup", Some("GroupId")),
    ("AWS::EC2::Subnet", "AwsEc2Subnet", Some("SubnetId")),
    ("AWS::EC2::VPC", "AwsEc2Vpc", None),
    ("AWS::EC2::Volume", "AwsEc2Volume", Some("VolumeId")),
    ("AWS::ECR::Repository", "AwsEcrRepository", Some("RepositoryName")),
    ("AWS::EKS::Cluster", "AwsEksCluster", Some("Name")),
    ("AWS::GuardDuty::Detector", "AwsGuardDutyDetector", None),
    ("AWS::IAM::AccessKey", "AwsIamAccessKey", Some("AccessKeyId")),
    ("AWS::IAM::Group", "AwsIamGroup", Some("GroupName")),
    ("AWS::IAM::ManagedPolicy", "AwsIamPolicy", Some("PolicyName")),
    ("AWS::IAM::Policy", "AwsIamPolicy", Some("PolicyName")),
    ("AWS::IAM::Role", "AwsIamRole", Some("RoleName")),
    ("AWS::IAM::User", "AwsIamUser", Some("UserName")),
    ("AWS::KMS::Key", "AwsKmsKey", Some("KeyId")),
    ("AWS::Lambda::Function", "AwsLambdaFunction", Some("FunctionName")),
    ("AWS::RDS::DBCluster", "AwsRdsDbCluster", Some("DbClusterIdentifier")),
    ("AWS::RDS::DBClusterSnapshot", "AwsRdsDbClusterSnapshot", Some("DbClusterSnapshotIdentifier")),
    ("AWS::RDS::DBInstance", "AwsRdsDbInstance", Some("DBInstanceIdentifier")),
    ("AWS::RDS::DBSecurityGroup", "AwsRdsDbSecurityGroup", Some("DbSecurityGroupName")),
    ("AWS::RDS::DBSnapshot", "AwsRdsDbSnapshot", Some("DbSnapshotIdentifier")),
    ("AWS::Redshift::Cluster", "AwsRedshiftCluster", Some("ClusterIdentifier")),
    ("AWS::S3::AccessPoint", "AwsS3AccessPoint", Some("Name")),
    ("AWS::S3::Bucket", "AwsS3Bucket", Some("Name")),
    ("AWS::S3::Object", "AwsS3Object", None),
    ("AWS::SNS::Topic", "AwsSnsTopic", Some("TopicName")),
    ("AWS::SQS::Queue", "AwsSqsQueue", Some("QueueName")),
    ("AWS::SecretsManager::Secret", "AwsSecretsManagerSecret", Some("Name")),
];

/// The type for what ASFF has none for; its details are a map of texts.
const OTHER: &str = "Other";

/// The settings of block public access, in our words and in those of ASFF.
const SETTINGS: [(&str, &str); 4] = [
    ("block_public_acls", "BlockPublicAcls"),
    ("block_public_policy", "BlockPublicPolicy"),
    ("ignore_public_acls", "IgnorePublicAcls"),
    ("restrict_public_buckets", "RestrictPublicBuckets"),
];

/// The target and, where the record tells one, the actor.
pub(super) fn of(finding: &Finding, scope: &Scope<'_>) -> Vec<Value> {
    let target = target_id(finding, scope);
    let mut resources = vec![target_resource(finding, scope, &target)];
    if let Some(actor) = actor(finding, scope, &target) {
        resources.push(actor);
    }
    resources
}

/// The ARN; for a resource without one the account, in Security Hub's own form.
fn target_id(finding: &Finding, scope: &Scope<'_>) -> String {
    let arn = finding.resource.arn.as_str();
    if arn.trim().is_empty() {
        return format!("AWS::::Account:{}", scope.account);
    }
    bounded_id(arn, limits::RESOURCE_ID)
}

fn target_resource(finding: &Finding, scope: &Scope<'_>, id: &str) -> Value {
    let (kind, details) = typed(finding, scope);
    // There is room for one: the others are in the product fields.
    let application =
        finding.applications.first().and_then(|own| bounded(&own.application, limits::APPLICATION_NAME));
    let target = resource(kind, id, "Target", scope).maybe("ApplicationName", application);
    target.maybe("Details", Some(Object::new().maybe(kind, details).build())).build()
}

fn resource(kind: &str, id: &str, role: &str, scope: &Scope<'_>) -> Object {
    // The other partitions have names of their own in this one place.
    let partition =
        Some(scope.partition).filter(|partition| ["aws", "aws-cn", "aws-us-gov"].contains(partition));
    Object::new()
        .with("Type", kind)
        .with("Id", id)
        .maybe("Partition", partition)
        .with("Region", scope.region)
        .with("ResourceRole", role)
}

/// The type of the target and its details.
fn typed(finding: &Finding, scope: &Scope<'_>) -> (&'static str, Option<Value>) {
    let change = finding.exposure.as_ref();
    if let Some(change) = change.filter(|change| change.surface == Surface::AccountPublicAccessBlock) {
        return ("AwsS3AccountPublicAccessBlock", Some(public_access_block(change)));
    }
    let known = TYPES.iter().find(|(kind, _, _)| *kind == finding.resource.kind);
    let Some((_, kind, member)) = known else { return (OTHER, Some(other(finding))) };
    let name = bounded(&finding.resource.name, limits::DETAIL);
    let mut details = Object::new();
    if let Some(member) = member {
        details = details.maybe(member, name);
    }
    if let Some(change) = change {
        details = with_change(details, kind, change, finding.status, scope);
    }
    (kind, Some(details.build()))
}

/// What the change shows of a group or a bucket.
fn with_change(
    details: Object,
    kind: &str,
    change: &ExposureChange,
    status: Status,
    scope: &Scope<'_>,
) -> Object {
    match (kind, change.surface, &change.network) {
        // A revoked permission is one that the group no longer has.
        ("AwsEc2SecurityGroup", Surface::SecurityGroupIngress, Some(network)) if status == Status::Open => {
            details.with("OwnerId", scope.account).with("IpPermissions", vec![ip_permission(network)])
        }
        ("AwsS3Bucket", Surface::BucketPublicAccessBlock, _) => {
            details.with("PublicAccessBlockConfiguration", public_access_block(change))
        }
        _ => details,
    }
}

/// `AwsEc2SecurityGroupIpPermission`: EC2's own form, in which all protocols are `-1` and have no ports.
fn ip_permission(network: &Network) -> Value {
    let all = network.protocol == "all";
    let port = |port: i64| i32::try_from(port).ok().filter(|_| !all);
    let (ranges, member) =
        if network.cidr.contains(':') { ("Ipv6Ranges", "CidrIpv6") } else { ("IpRanges", "CidrIp") };
    let range =
        bounded(&network.cidr, limits::DETAIL).map(|cidr| vec![Object::new().with(member, cidr).build()]);
    let protocol = if all { Some("-1".to_owned()) } else { bounded(&network.protocol, limits::DETAIL) };
    Object::new()
        .maybe("IpProtocol", protocol)
        .maybe("FromPort", port(network.ports.from))
        .maybe("ToPort", port(network.ports.to))
        .maybe(ranges, range)
        .build()
}

/// `AwsS3AccountPublicAccessBlockDetails`: which settings the call left on.
fn public_access_block(change: &ExposureChange) -> Value {
    let on = |setting: &str| !change.settings_off.iter().any(|off| off == setting);
    SETTINGS.iter().fold(Object::new(), |block, (setting, member)| block.with(member, on(setting))).build()
}

fn other(finding: &Finding) -> Value {
    Object::new()
        .maybe("Type", bounded(finding.resource.kind, limits::DETAIL))
        .maybe("Name", bounded(&finding.resource.name, limits::DETAIL))
        .build()
}

/// Who made the call; none where the record names nobody, or the target is the actor itself.
fn actor(finding: &Finding, scope: &Scope<'_>, target: &str) -> Option<Value> {
    let actor = &finding.actor;
    let name = actor.name.trim();
    if name.is_empty() || (name == "unknown" && actor.kind.is_none()) {
        return None;
    }
    let id = bounded_id(name, limits::RESOURCE_ID);
    if id == target {
        return None;
    }
    let (kind, member, value) = principal(name, actor.kind.as_deref());
    let details = match member {
        Some(member) => Object::new().maybe(member, value.and_then(|value| bounded(value, limits::DETAIL))),
        None if kind == OTHER => {
            let of_kind = actor.kind.as_deref().and_then(|kind| bounded(kind, limits::DETAIL));
            Object::new().with("Name", or(bounded(name, limits::DETAIL), "unknown")).maybe("Type", of_kind)
        }
        None => Object::new(),
    };
    let details = Object::new().maybe(kind, Some(details.build())).build();
    Some(resource(kind, &id, "Actor", scope).maybe("Details", Some(details)).build())
}

/// ASFF's type of a principal, with the member that holds its short name and that name.
fn principal<'a>(name: &'a str, kind: Option<&str>) -> (&'static str, Option<&'static str>, Option<&'a str>) {
    let last = |path: &'a str| path.rsplit('/').next();
    let mut parts = name.splitn(6, ':');
    let (arn, service, rest) = (parts.next(), parts.nth(1), parts.nth(2).unwrap_or_default());
    if arn == Some("arn") {
        match (service, rest.split_once('/')) {
            (Some("iam"), Some(("user", path))) => return ("AwsIamUser", Some("UserName"), last(path)),
            (Some("iam"), Some(("role", path))) => return ("AwsIamRole", Some("RoleName"), last(path)),
            // The session's ARN is what the record shows: the role's path is not in it.
            (Some("sts"), Some(("assumed-role", path))) => {
                return ("AwsIamRole", Some("RoleName"), path.split('/').next());
            }
            (Some("iam"), None) if rest == "root" => return ("AwsAccount", None, None),
            _ => {}
        }
    }
    match kind {
        Some("IAMUser") if arn != Some("arn") => ("AwsIamUser", Some("UserName"), Some(name)),
        _ => (OTHER, None, None),
    }
}

/// The members that the details of a type may have, as far as we use them; `None` for a type that ASFF does not
/// document. For the free map of `Other` the list is empty.
pub(super) fn members_of(kind: &str) -> Option<Vec<&'static str>> {
    if kind == OTHER {
        return Some(Vec::new());
    }
    if kind == "AwsS3AccountPublicAccessBlock" {
        return Some(SETTINGS.iter().map(|(_, member)| *member).collect());
    }
    let (_, _, name) = TYPES.iter().find(|(_, known, _)| *known == kind)?;
    let more: &[&str] = match kind {
        "AwsEc2SecurityGroup" => &["OwnerId", "IpPermissions"],
        "AwsS3Bucket" => &["PublicAccessBlockConfiguration"],
        _ => &[],
    };
    Some(name.iter().chain(more).copied().collect())
}
