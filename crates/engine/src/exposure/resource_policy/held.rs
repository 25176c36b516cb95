//! What has a policy: how its calls name the resource, where they hold the policy, what else decides.
//!
//! Parameter names are CloudTrail's, looked up without regard to capitals. ARN forms: service authorization reference,
//! "resource types" of each service.

use std::borrow::Cow;

use crate::exposure::policy::Holder;
use crate::exposure::{Confidence, Effect, ExposureChange, Surface, Undecidable};
use crate::json::{Kind, Node};
use crate::record::CloudTrailRecord;
use crate::resource::place::Scope::{self, Global, Regional};
use crate::resource::place::{ArnForm, Place};
use crate::resource::{Resource, resource_of};

/// One kind of resource with a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    form: ArnForm,
    pub(super) surface: Surface,
    pub(super) holder: Holder,
    /// Parameters that name the resource, the best first: the answer's before the request's.
    names: &'static [&'static str],
    /// Where the answer holds those parameters: the object that tells of what was made.
    answer: &'static str,
    /// Parameters that hold the policy.
    policies: &'static [&'static str],
    /// What no record of the call shows and may keep strangers out.
    unknown: &'static str,
}

const fn held(
    form: (&'static str, &'static str, Scope, &'static str),
    names: &'static [&'static str],
    policies: &'static [&'static str],
) -> Held {
    let (kind, service, scope, prefix) = form;
    Held {
        form: ArnForm::new(kind, service, scope, prefix),
        surface: Surface::ResourcePolicy,
        holder: Holder::Bucket,
        names,
        answer: "",
        policies,
        unknown: "",
    }
}

pub(super) const KEY: Held = Held {
    answer: "keyMetadata",
    ..held(("AWS::KMS::Key", "kms", Regional, "key/"), &["arn", "keyId"], &["policy"])
};
pub(super) const QUEUE: Held =
    held(("AWS::SQS::Queue", "sqs", Regional, ""), &["queueUrl", "queueName"], &["Policy"]);
pub(super) const TOPIC: Held =
    held(("AWS::SNS::Topic", "sns", Regional, ""), &["topicArn", "name"], &["attributeValue", "Policy"]);
pub(super) const REPOSITORY: Held =
    held(("AWS::ECR::Repository", "ecr", Regional, "repository/"), &["repositoryName"], &["policyText"]);
pub(super) const SECRET: Held = held(
    ("AWS::SecretsManager::Secret", "secretsmanager", Regional, "secret:"),
    &["aRN", "secretId", "name"],
    &["resourcePolicy"],
);
pub(super) const VAULT: Held =
    held(("AWS::Glacier::Vault", "glacier", Regional, "vaults/"), &["vaultName"], &["policy"]);
pub(super) const DOMAIN: Held = Held {
    unknown: "whether the domain is inside a VPC, or asks for a password, is not known",
    ..held(
        ("AWS::OpenSearchService::Domain", "es", Regional, "domain/"),
        &["domainName"],
        &["accessPolicies"],
    )
};
pub(super) const FILE_SYSTEM: Held = Held {
    unknown: "whom the network lets to its mount targets is not known",
    ..held(
        ("AWS::EFS::FileSystem", "elasticfilesystem", Regional, "file-system/"),
        &["fileSystemId"],
        &["policy"],
    )
};
pub(super) const BACKUP_VAULT: Held = held(
    ("AWS::Backup::BackupVault", "backup", Regional, "backup-vault:"),
    &["backupVaultName"],
    &["policy"],
);
/// The catalogue of an account and Region, unless the call names something narrower.
pub(super) const CATALOG: Held =
    held(("AWS::Glue::Catalog", "glue", Regional, ""), &["resourceArn"], &["policyInJson"]);
/// Policies of CloudWatch Logs belong to the account and have names.
pub(super) const LOG_POLICY: Held = held(
    ("AWS::Logs::ResourcePolicy", "logs", Regional, "resource-policy:"),
    &["resourceArn", "policyName"],
    &["policyDocument"],
);
pub(super) const EVENT_BUS: Held =
    held(("AWS::Events::EventBus", "events", Regional, "event-bus/"), &["eventBusName", "name"], &["policy"]);
pub(super) const FUNCTION: Held = Held {
    surface: Surface::FunctionPermission,
    ..held(("AWS::Lambda::Function", "lambda", Regional, "function:"), &["functionName"], &[])
};
pub(super) const LAYER: Held =
    held(("AWS::Lambda::LayerVersion", "lambda", Regional, "layer:"), &["layerName"], &[]);
/// By its name alone: only the call that makes a role tells its path.
pub(super) const ROLE: Held = Held {
    surface: Surface::RoleTrust,
    holder: Holder::Role,
    ..held(
        ("AWS::IAM::Role", "iam", Global, "role/"),
        &["roleName"],
        &["policyDocument", "assumeRolePolicyDocument"],
    )
};
pub(super) const ACCESS_POINT: Held = Held {
    surface: Surface::AccessPointPolicy,
    holder: Holder::AccessPoint,
    unknown: "it was accepted, so BlockPublicPolicy was off; RestrictPublicBuckets, the access point's network and the \
              bucket's own policy are not known",
    ..held(("AWS::S3::AccessPoint", "s3", Regional, "accesspoint/"), &["name"], &["policy"])
};
pub(super) const MULTI_REGION_ACCESS_POINT: Held = Held {
    form: ArnForm::new("AWS::S3::MultiRegionAccessPoint", "s3", Global, "accesspoint/"),
    ..ACCESS_POINT
};

impl Held {
    /// The resource of a call.
    pub(super) fn resource(&self, record: &CloudTrailRecord, place: &Place) -> Result<Resource, Undecidable> {
        let answer = record.response().map(|node| node.get_ignore_case(self.answer).unwrap_or(node));
        let places = [answer, record.request()];
        let name =
            self.names.iter().find_map(|name| places.into_iter().flatten().find_map(|n| find(n, name)));
        let name = match name.and_then(Node::scalar_text) {
            Some(name) => name,
            None if self.form.kind == CATALOG.form.kind => Cow::Borrowed("catalog"),
            // The bus that every account has (EventBridge API reference, `PutPermission`).
            None if self.form.kind == EVENT_BUS.form.kind => Cow::Borrowed("default"),
            // `DeleteKey` comes from KMS itself, without parameters (KMS developer guide, "DeleteKey").
            None if self.form.kind == KEY.form.kind && record.request().is_none() => {
                return Some(resource_of(record))
                    .filter(|resource| resource.kind == self.form.kind)
                    .ok_or(Undecidable::UnknownShape);
            }
            // A record out of which names were taken: its exposure counts none the less.
            None if record.request().is_some() => Cow::Borrowed(""),
            None => return Err(Undecidable::UnknownShape),
        };
        Ok(place.resource(self.form, self.short(&name)))
    }

    /// The name within the ARN: a queue's is the end of its URL, a function's may stand behind its account.
    fn short<'a>(&self, name: &'a str) -> &'a str {
        match self.form.service {
            "sqs" => name.rsplit('/').next().unwrap_or(name),
            "kms" => name.strip_prefix("key/").unwrap_or(name),
            "lambda" if !name.starts_with("arn:") => {
                name.rsplit_once("function:").map_or(name, |(_, short)| short)
            }
            _ => name,
        }
    }

    /// The policy in a request: text or object, wherever it stands.
    pub(super) fn policy_of<'a>(&self, record: &'a CloudTrailRecord) -> Option<Node<'a>> {
        let request = record.request()?;
        let full = self.policies.iter().find_map(|key| find(request, key));
        full.or_else(|| self.policies.iter().find_map(|key| present(request, key)))
    }

    /// The facet: one policy for each resource, except where policies have names.
    pub(super) fn facet(&self, record: &CloudTrailRecord) -> String {
        match record.request_text("policyName").filter(|_| self.form.kind == LOG_POLICY.form.kind) {
            Some(name) => format!("{}|{name}", super::FACET),
            None => super::FACET.to_owned(),
        }
    }

    /// Adds what is not known to the openings.
    pub(super) fn qualify(&self, changes: &mut [ExposureChange]) {
        for change in changes.iter_mut().filter(|c| c.effect == Effect::Opened && !self.unknown.is_empty()) {
            change.reason.push_str("; ");
            change.reason.push_str(self.unknown);
            change.confidence = Confidence::Medium;
        }
    }
}

/// The first value under a key that is not empty, on any level: calls of the S3 control API wrap their parameters.
/// Records nest no deeper than [`crate::limits::MAX_DEPTH`].
fn find<'a>(node: Node<'a>, key: &str) -> Option<Node<'a>> {
    let here = node.get_ignore_case(key).and_then(|value| match value.kind() {
        Kind::String => value.as_str().is_some_and(|text| !text.is_empty()).then_some(value),
        // Glacier has a policy in a policy.
        Kind::Object => find(value, key).or_else(|| value.get_ignore_case("Statement").map(|_| value)),
        Kind::Array => value.items().next().filter(|first| first.as_str().is_some_and(|t| !t.is_empty())),
        _ => None,
    });
    here.or_else(|| {
        node.members()
            .filter(|(_, value)| value.kind() == Kind::Object)
            .find_map(|(_, value)| find(value, key))
    })
}

/// The first value under a key, empty or not.
fn present<'a>(node: Node<'a>, key: &str) -> Option<Node<'a>> {
    node.get_ignore_case(key).or_else(|| node.members().find_map(|(_, value)| present(value, key)))
}
