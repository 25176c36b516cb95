//! Which parameter of a call names its resource: a table by event source.
//!
//! Parameters are spelled as CloudTrail has them and looked up without regard to capitals; a path goes through lists by
//! their first element. ARN forms: AWS service authorization reference, "resource types" of each service.

use super::place::ArnForm;
use super::place::Scope::{self, Bare, Global, RegionOnly, Regional};

/// One row: a parameter of the calls to one source, and what it names. Earlier rows are narrower.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    pub(super) source: &'static str,
    pub(super) path: &'static [&'static str],
    pub(super) form: ArnForm,
}

const fn row(
    source: &'static str,
    path: &'static [&'static str],
    kind: &'static str,
    service: &'static str,
    scope: Scope,
    prefix: &'static str,
) -> Parameter {
    Parameter { source, path, form: ArnForm::new(kind, service, scope, prefix) }
}

/// The table.
pub(super) const PARAMETERS: &[Parameter] = &[
    row("s3", &["bucketName"], "AWS::S3::Bucket", "s3", Bare, ""),
    row("s3", &["bucket"], "AWS::S3::Bucket", "s3", Bare, ""),
    row("ec2", &["snapshotId"], "AWS::EC2::Snapshot", "ec2", RegionOnly, "snapshot/"),
    row("ec2", &["imageId"], "AWS::EC2::Image", "ec2", RegionOnly, "image/"),
    row("ec2", &["volumeId"], "AWS::EC2::Volume", "ec2", Regional, "volume/"),
    row("ec2", &["networkAclId"], "AWS::EC2::NetworkAcl", "ec2", Regional, "network-acl/"),
    row("ec2", &["routeTableId"], "AWS::EC2::RouteTable", "ec2", Regional, "route-table/"),
    row("ec2", &["internetGatewayId"], "AWS::EC2::InternetGateway", "ec2", Regional, "internet-gateway/"),
    row("ec2", &["networkInterfaceId"], "AWS::EC2::NetworkInterface", "ec2", Regional, "network-interface/"),
    row("ec2", &["flowLogId"], "AWS::EC2::FlowLog", "ec2", Regional, "vpc-flow-log/"),
    row(
        "ec2",
        &["DeleteFlowLogsRequest", "FlowLogId", "content"],
        "AWS::EC2::FlowLog",
        "ec2",
        Regional,
        "vpc-flow-log/",
    ),
    row("ec2", &["instanceId"], "AWS::EC2::Instance", "ec2", Regional, "instance/"),
    row("ec2", &["instancesSet", "instanceId"], "AWS::EC2::Instance", "ec2", Regional, "instance/"),
    row("ec2", &["groupId"], "AWS::EC2::SecurityGroup", "ec2", Regional, "security-group/"),
    row(
        "ec2",
        &["ModifySecurityGroupRulesRequest", "GroupId"],
        "AWS::EC2::SecurityGroup",
        "ec2",
        Regional,
        "security-group/",
    ),
    row("ec2", &["subnetId"], "AWS::EC2::Subnet", "ec2", Regional, "subnet/"),
    row("ec2", &["vpcId"], "AWS::EC2::VPC", "ec2", Regional, "vpc/"),
    row(
        "ec2",
        &["DeleteVpcBlockPublicAccessExclusionRequest", "ExclusionId"],
        "AWS::EC2::VPCBlockPublicAccessExclusion",
        "ec2",
        Regional,
        "vpc-block-public-access-exclusion/",
    ),
    row("ec2", &["keyName"], "AWS::EC2::KeyPair", "ec2", Regional, "key-pair/"),
    row("iam", &["userName"], "AWS::IAM::User", "iam", Global, "user/"),
    row("iam", &["roleName"], "AWS::IAM::Role", "iam", Global, "role/"),
    row("iam", &["groupName"], "AWS::IAM::Group", "iam", Global, "group/"),
    row("iam", &["instanceProfileName"], "AWS::IAM::InstanceProfile", "iam", Global, "instance-profile/"),
    row("iam", &["policyArn"], "AWS::IAM::ManagedPolicy", "iam", Global, "policy/"),
    row("iam", &["policyName"], "AWS::IAM::ManagedPolicy", "iam", Global, "policy/"),
    row("iam", &["sAMLProviderArn"], "AWS::IAM::SAMLProvider", "iam", Global, "saml-provider/"),
    row("iam", &["openIDConnectProviderArn"], "AWS::IAM::OIDCProvider", "iam", Global, "oidc-provider/"),
    row("iam", &["serialNumber"], "AWS::IAM::VirtualMFADevice", "iam", Global, "mfa/"),
    row("iam", &["accessKey", "userName"], "AWS::IAM::User", "iam", Global, "user/"),
    row("sts", &["roleArn"], "AWS::IAM::Role", "iam", Global, "role/"),
    row("cloudtrail", &["name"], "AWS::CloudTrail::Trail", "cloudtrail", Regional, "trail/"),
    row("cloudtrail", &["trailName"], "AWS::CloudTrail::Trail", "cloudtrail", Regional, "trail/"),
    row(
        "cloudtrail",
        &["eventDataStore"],
        "AWS::CloudTrail::EventDataStore",
        "cloudtrail",
        Regional,
        "eventdatastore/",
    ),
    row("kms", &["keyId"], "AWS::KMS::Key", "kms", Regional, "key/"),
    row("lambda", &["functionName"], "AWS::Lambda::Function", "lambda", Regional, "function:"),
    row("lambda", &["functionArn"], "AWS::Lambda::Function", "lambda", Regional, "function:"),
    row("lambda", &["layerName"], "AWS::Lambda::LayerVersion", "lambda", Regional, "layer:"),
    row("rds", &["dBSnapshotIdentifier"], "AWS::RDS::DBSnapshot", "rds", Regional, "snapshot:"),
    row(
        "rds",
        &["dBClusterSnapshotIdentifier"],
        "AWS::RDS::DBClusterSnapshot",
        "rds",
        Regional,
        "cluster-snapshot:",
    ),
    row("rds", &["targetDBInstanceIdentifier"], "AWS::RDS::DBInstance", "rds", Regional, "db:"),
    row("rds", &["dBInstanceIdentifier"], "AWS::RDS::DBInstance", "rds", Regional, "db:"),
    row("rds", &["dBClusterIdentifier"], "AWS::RDS::DBCluster", "rds", Regional, "cluster:"),
    row("rds", &["dBSecurityGroupName"], "AWS::RDS::DBSecurityGroup", "rds", Regional, "secgrp:"),
    row("redshift", &["clusterIdentifier"], "AWS::Redshift::Cluster", "redshift", Regional, "cluster:"),
    row(
        "redshift",
        &["clusterSecurityGroupName"],
        "AWS::Redshift::ClusterSecurityGroup",
        "redshift",
        Regional,
        "securitygroup:",
    ),
    row("dms", &["replicationInstanceArn"], "AWS::DMS::ReplicationInstance", "dms", Regional, "rep:"),
    row(
        "dms",
        &["replicationInstance", "replicationInstanceArn"],
        "AWS::DMS::ReplicationInstance",
        "dms",
        Regional,
        "rep:",
    ),
    row("dms", &["replicationInstanceIdentifier"], "AWS::DMS::ReplicationInstance", "dms", Regional, "rep:"),
    row(
        "secretsmanager",
        &["secretId"],
        "AWS::SecretsManager::Secret",
        "secretsmanager",
        Regional,
        "secret:",
    ),
    row("secretsmanager", &["name"], "AWS::SecretsManager::Secret", "secretsmanager", Regional, "secret:"),
    row("guardduty", &["detectorId"], "AWS::GuardDuty::Detector", "guardduty", Regional, "detector/"),
    row(
        "config",
        &["configurationRecorderName"],
        "AWS::Config::ConfigurationRecorder",
        "config",
        Regional,
        "config-recorder/",
    ),
    row(
        "config",
        &["configurationRecorder", "name"],
        "AWS::Config::ConfigurationRecorder",
        "config",
        Regional,
        "config-recorder/",
    ),
    row(
        "config",
        &["deliveryChannelName"],
        "AWS::Config::DeliveryChannel",
        "config",
        Regional,
        "delivery-channel/",
    ),
    row("config", &["configRuleName"], "AWS::Config::ConfigRule", "config", Regional, "config-rule/"),
    row("ssm", &["instanceIds"], "AWS::EC2::Instance", "ec2", Regional, "instance/"),
    row("ssm", &["target"], "AWS::EC2::Instance", "ec2", Regional, "instance/"),
    row("ssm", &["documentName"], "AWS::SSM::Document", "ssm", Regional, "document/"),
    row("ssm", &["name"], "AWS::SSM::Document", "ssm", Regional, "document/"),
    row("sns", &["topicArn"], "AWS::SNS::Topic", "sns", Regional, ""),
    row("sns", &["name"], "AWS::SNS::Topic", "sns", Regional, ""),
    row("sqs", &["queueUrl"], "AWS::SQS::Queue", "sqs", Regional, ""),
    row("sqs", &["queueName"], "AWS::SQS::Queue", "sqs", Regional, ""),
    row("ecr", &["repositoryName"], "AWS::ECR::Repository", "ecr", Regional, "repository/"),
    row("eks", &["name"], "AWS::EKS::Cluster", "eks", Regional, "cluster/"),
    row("eks", &["clusterName"], "AWS::EKS::Cluster", "eks", Regional, "cluster/"),
    row("dynamodb", &["tableName"], "AWS::DynamoDB::Table", "dynamodb", Regional, "table/"),
    row("logs", &["logGroupName"], "AWS::Logs::LogGroup", "logs", Regional, "log-group:"),
    row("events", &["name"], "AWS::Events::Rule", "events", Regional, "rule/"),
    row("events", &["rule"], "AWS::Events::Rule", "events", Regional, "rule/"),
    row("events", &["eventBusName"], "AWS::Events::EventBus", "events", Regional, "event-bus/"),
    row("monitoring", &["alarmName"], "AWS::CloudWatch::Alarm", "cloudwatch", Regional, "alarm:"),
    row("monitoring", &["alarmNames"], "AWS::CloudWatch::Alarm", "cloudwatch", Regional, "alarm:"),
    row("wafv2", &["aRN"], "AWS::WAFv2::WebACL", "wafv2", Regional, "regional/webacl/"),
    row("cloudformation", &["stackName"], "AWS::CloudFormation::Stack", "cloudformation", Regional, "stack/"),
    row("es", &["domainName"], "AWS::OpenSearchService::Domain", "es", Regional, "domain/"),
    row("glue", &["devEndpointName"], "AWS::Glue::DevEndpoint", "glue", Regional, "devEndpoint/"),
    row("macie2", &["id"], "AWS::Macie::Session", "macie2", Regional, ""),
    row("organizations", &["accountId"], "AWS::Organizations::Account", "organizations", Global, "account/"),
    row("route53", &["hostedZoneId"], "AWS::Route53::HostedZone", "route53", Bare, "hostedzone/"),
    row("codebuild", &["name"], "AWS::CodeBuild::Project", "codebuild", Regional, "project/"),
    row(
        "sagemaker",
        &["notebookInstanceName"],
        "AWS::SageMaker::NotebookInstance",
        "sagemaker",
        Regional,
        "notebook-instance/",
    ),
];

/// Types that `resources[]` names or that can be exposed, and that the table has no row for.
pub(super) const OTHER_KINDS: &[&str] = &[
    "AWS::Athena::WorkGroup",
    "AWS::Backup::BackupVault",
    "AWS::DynamoDB::Stream",
    "AWS::EC2::ImageBlockPublicAccess",
    "AWS::EC2::PrefixList",
    "AWS::EC2::SnapshotBlockPublicAccess",
    "AWS::EC2::VPCBlockPublicAccessOptions",
    "AWS::ECS::Cluster",
    "AWS::EFS::FileSystem",
    "AWS::Glacier::Vault",
    "AWS::Glue::Catalog",
    "AWS::IAM::AccessKey",
    "AWS::KMS::Alias",
    "AWS::Kinesis::Stream",
    "AWS::Logs::ResourcePolicy",
    "AWS::Organizations::OrganizationalUnit",
    "AWS::Organizations::Policy",
    "AWS::Organizations::Root",
    "AWS::S3::AccessPoint",
    "AWS::S3::AccountPublicAccessBlock",
    "AWS::S3::MultiRegionAccessPoint",
    "AWS::S3::Object",
    "AWS::S3Express::DirectoryBucket",
    "AWS::SSM::ManagedInstance",
    "AWS::SSM::Parameter",
    "AWS::StepFunctions::StateMachine",
];

/// The type of a resource in the word that rules and findings use: `Other` for those that nobody listed.
pub(super) fn known_kind(kind: &str) -> &'static str {
    listed_kinds().find(|known| *known == kind).unwrap_or("Other")
}

/// Every type that is listed.
pub(super) fn listed_kinds() -> impl Iterator<Item = &'static str> {
    PARAMETERS.iter().map(|row| row.form.kind).chain(OTHER_KINDS.iter().copied())
}

/// Resource types of ARNs that no parameter of the table names.
const ARNS: &[(&str, &str, &str)] = &[
    ("ssm", "parameter/", "AWS::SSM::Parameter"),
    ("sts", "assumed-role/", "AWS::IAM::Role"),
    ("states", "stateMachine:", "AWS::StepFunctions::StateMachine"),
];

/// The type of a resource by the service and the resource type of its ARN; `Other` where those say nothing.
pub(super) fn kind_of_arn(arn: &str) -> &'static str {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (Some(service), Some(resource)) = (parts.next(), parts.nth(2)) else { return "Other" };
    let forms = PARAMETERS.iter().map(|row| (row.form.service, row.form.prefix, row.form.kind));
    forms
        .chain(ARNS.iter().copied())
        .find(|(of, prefix, _)| *of == service && !prefix.is_empty() && resource.starts_with(prefix))
        .map_or("Other", |(_, _, kind)| kind)
}
