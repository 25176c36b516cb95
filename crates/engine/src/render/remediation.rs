//! What to do about a finding: one sentence or two and a page of AWS.

use crate::exposure::Surface;
use crate::finding::{Finding, Status};

/// A recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Remediation<'a> {
    /// At most 512 characters: ASFF, Remediation.
    pub(super) text: &'a str,
    /// A page that says how.
    pub(super) url: Option<&'a str>,
}

/// The recommendation for a finding.
pub(super) fn of(finding: &Finding) -> Remediation<'_> {
    if finding.status == Status::Closed {
        return Remediation { text: "Closed by this call: nothing is left to do.", url: None };
    }
    match &finding.exposure {
        Some(change) => of_surface(change.surface),
        None => Remediation {
            text: "Ask the actor whether the call was meant. If it was not, undo it and rotate the credentials that \
                   made it.",
            url: finding.rule.references.iter().map(String::as_str).find(|url| url.starts_with("https://")),
        },
    }
}

/// A text and its page.
type Advice = (&'static str, &'static str);

const REPLICATION: Advice = (
    "Check that the account is yours. If it is not, delete the replication rule, and treat what was written since as \
     copied by others.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-change-owner.html",
);

const ORGANIZATION: Advice = (
    "Attach an S3 policy that blocks public access to the root again, and look for accounts and buckets whose own \
     settings are off.",
    "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_s3.html",
);

const GRANT: Advice = (
    "Check that the account is yours or a vendor's. If it is not, revoke the grant, and treat what the key protects as \
     read by others.",
    "https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html",
);

const WEBSITE: Advice = (
    "Check that the bucket is meant to serve a web site. Serve it through CloudFront with origin access control, and \
     keep block public access on.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html",
);

const ORIGINS: Advice = (
    "Name the origins whose pages need the bucket in place of a star.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html",
);

const MACHINE: Advice = (
    "Give the machine a group that lets in only who needs it, or narrow the open rule of this one. For administration use \
     Session Manager or EC2 Instance Connect in place of an open port.",
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/changing-security-group.html",
);

const RULE: Advice = (
    "Revoke the rule, or narrow it to the addresses that need it. For administration use Session Manager or \
             EC2 Instance Connect in place of an open port.",
    "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
);

const BUCKET_POLICY: Advice = (
    "Name the principals in the bucket policy, or add a condition that limits it to your account, \
             organization or network; then turn on block public access for the bucket.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
);

const ACL: Advice = (
    "Remove the grants to AllUsers and AuthenticatedUsers; better, disable ACLs (bucket owner enforced) and \
             turn on block public access.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
);

const BLOCK: Advice = (
    "Turn all four block public access settings on again. Serve what must be public through CloudFront with \
             origin access control.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-bucket.html",
);

const SNAPSHOT: Advice = (
    "Remove the share from the snapshot, turn on block public access for snapshots, and treat what was on \
             the volume as read by others.",
    "https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html",
);

const IMAGE: Advice = (
    "Remove the launch permission, turn on block public access for AMIs, and treat secrets on the image as \
             known to others.",
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html",
);

const DATABASE_SNAPSHOT: Advice = (
    "Remove the shared accounts from the snapshot, and treat what was in the database as read by others.",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",
);

const POLICY: Advice = (
    "Name the principals in the policy, or add a condition that limits it to your account, organization or \
             network; for a service name its source (aws:SourceAccount, aws:SourceArn).",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html",
);

const TRUST: Advice = (
    "Name the principals that may take on the role; for an identity provider add a condition on the subject. \
             Then look for sessions of the role that nobody knows and revoke them.",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html",
);

const PERMISSION: Advice = (
    "Remove the statement from the function's policy, or name the caller; for a service name its source \
             account and ARN.",
    "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
);

const ACCESS_POINT: Advice = (
    "Name the principals in the access point's policy, or delete it; make access points with block public \
             access on, and in a VPC where only that needs them.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html",
);

const ENTRY: Advice = (
    "Delete the entry, or narrow it to the addresses and ports that need it; administration has no business \
             with the whole internet.",
    "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html",
);

const ROUTE: Advice = (
    "Check that the subnets of this route table are meant to be public. Private ones reach the internet \
             through a NAT gateway.",
    "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
);

const VPC_BLOCK: Advice = (
    "Turn VPC block public access on again, and keep exclusions to the VPCs and subnets that face the \
             internet on purpose.",
    "https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html",
);

const IMAGE_BLOCK: Advice = (
    "Turn on block public access for AMIs again, and look for images that were made public meanwhile.",
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html",
);

const SNAPSHOT_BLOCK: Advice = (
    "Turn on block public access for snapshots again, and look for snapshots that were made public \
             meanwhile.",
    "https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html",
);

const DATABASE_GROUP: Advice = (
    "Revoke the network, or narrow it to the addresses that need it; better, move the database into a VPC.",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html",
);

const ENDPOINT: Advice = (
    "Turn public access off and let clients come through the VPC. Where it must stay, limit it to the \
             addresses that need it.",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
);

const URL: Advice = (
    "Set the auth type of the URL to AWS_IAM, or delete the URL; where strangers are meant to call it, have \
             the function check them.",
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
);

const DOCUMENT: Advice = (
    "Remove the accounts from the document's permissions, block public sharing of documents for the account and Region, and \
     treat what the document says as known to others.",
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html",
);

const PROJECT: Advice = (
    "Make the project private, and treat what builds printed or made meanwhile as known to others: change the secrets in \
     them.",
    "https://docs.aws.amazon.com/codebuild/latest/userguide/public-builds.html",
);

fn of_surface(surface: Surface) -> Remediation<'static> {
    let (text, url) = match surface {
        Surface::SecurityGroupIngress => RULE,
        Surface::BucketPolicy => BUCKET_POLICY,
        Surface::BucketAcl | Surface::ObjectAcl => ACL,
        Surface::BucketPublicAccessBlock | Surface::AccountPublicAccessBlock => BLOCK,
        Surface::SnapshotShare => SNAPSHOT,
        Surface::ImageShare => IMAGE,
        Surface::DatabaseSnapshotShare => DATABASE_SNAPSHOT,
        Surface::ResourcePolicy => POLICY,
        Surface::RoleTrust => TRUST,
        Surface::FunctionPermission => PERMISSION,
        Surface::AccessPointPolicy => ACCESS_POINT,
        Surface::NetworkAclIngress => ENTRY,
        Surface::InternetRoute => ROUTE,
        Surface::VpcBlockPublicAccess => VPC_BLOCK,
        Surface::ImageBlockPublicAccess => IMAGE_BLOCK,
        Surface::SnapshotBlockPublicAccess => SNAPSHOT_BLOCK,
        Surface::DatabaseSecurityGroupIngress => DATABASE_GROUP,
        Surface::PublicEndpoint => ENDPOINT,
        Surface::FunctionUrl => URL,
        Surface::BucketReplication => REPLICATION,
        Surface::BucketWebsite => WEBSITE,
        Surface::BucketCors => ORIGINS,
        Surface::InstanceIngress => MACHINE,
        Surface::OrganizationPublicAccessBlock => ORGANIZATION,
        Surface::KeyGrant => GRANT,
        Surface::DocumentShare => DOCUMENT,
        Surface::BuildProjectVisibility => PROJECT,
    };
    Remediation { text, url: Some(url) }
}
