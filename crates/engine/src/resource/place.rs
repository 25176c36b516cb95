//! Where a record plays: partition, Region and account, out of which ARNs are made.

use super::Resource;
use crate::ids::{AccountId, Arn, Region};
use crate::limits;
use crate::record::CloudTrailRecord;

/// The partition, Region and account of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) partition: &'static str,
    pub(crate) region: Region,
    pub(crate) account: AccountId,
}

/// Which of Region and account an ARN names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Both, as most do.
    Regional,
    /// The Region alone: public things such as snapshots and images.
    RegionOnly,
    /// The account alone: IAM.
    Global,
    /// Neither: buckets, whose names are unique by themselves.
    Bare,
}

/// How the ARN of one kind of resource is made; see the "resource types" tables of the AWS service authorization
/// reference.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArnForm {
    /// The `CloudFormation` type.
    pub(crate) kind: &'static str,
    /// The service part of the ARN.
    pub(crate) service: &'static str,
    /// What else it names.
    pub(crate) scope: Scope,
    /// What stands before the name: `instance/`.
    pub(crate) prefix: &'static str,
}

impl ArnForm {
    pub(crate) const fn new(
        kind: &'static str,
        service: &'static str,
        scope: Scope,
        prefix: &'static str,
    ) -> Self {
        Self { kind, service, scope, prefix }
    }
}

impl Place {
    /// The place of a record; what the record lacks stays empty.
    pub(crate) fn of(record: &CloudTrailRecord) -> Self {
        let region = record.region().unwrap_or_default();
        let account = record.account().unwrap_or_default();
        Self { partition: partition_of(region.as_str()), region, account }
    }

    /// A resource of a form, by the name or the ARN that a record gives it.
    pub(crate) fn resource(&self, form: ArnForm, name: &str) -> Resource {
        let name = capped(name);
        if name.starts_with("arn:") {
            let short = short_name(&name);
            return Resource { arn: Arn::from(name), kind: form.kind, name: short };
        }
        let (region, account) = match form.scope {
            Scope::Regional => (self.region.as_str(), self.account.as_str()),
            Scope::RegionOnly => (self.region.as_str(), ""),
            Scope::Global => ("", self.account.as_str()),
            Scope::Bare => ("", ""),
        };
        let ArnForm { kind, service, prefix, .. } = form;
        let arn = Arn::from(format!("arn:{}:{service}:{region}:{account}:{prefix}{name}", self.partition));
        Resource { arn, kind, name }
    }

    /// The account itself.
    pub(crate) fn account_resource(&self) -> Resource {
        let arn = Arn::from(format!("arn:{}:iam::{}:root", self.partition, self.account));
        Resource { arn, kind: "AWS::Account", name: self.account.to_string() }
    }
}

/// The partition of a Region, by the prefix of its name (AWS General Reference, "Amazon Resource Names").
fn partition_of(region: &str) -> &'static str {
    const PREFIXES: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
    ];
    PREFIXES.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// The name at the end of an ARN: what follows the resource type. An object keeps its whole path.
pub(crate) fn short_name(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let resource = parts.get(5).copied().unwrap_or(arn);
    if parts.get(2) == Some(&"s3") {
        return resource.to_owned();
    }
    resource.rsplit(['/', ':']).next().filter(|name| !name.is_empty()).unwrap_or(resource).to_owned()
}

/// A text of a record, cut where no honest name is as long.
pub(crate) fn capped(text: &str) -> String {
    text.chars().take(limits::RESOURCE_TEXT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTANCE: ArnForm = ArnForm::new("AWS::EC2::Instance", "ec2", Scope::Regional, "instance/");

    fn place(region: &str) -> Place {
        Place {
            partition: partition_of(region),
            region: Region::from(region),
            account: AccountId::from("111122223333"),
        }
    }

    #[test]
    fn the_partition_follows_the_region() {
        let arn = |region| place(region).resource(INSTANCE, "i-1").arn.to_string();
        assert_eq!(arn("eu-west-1"), "arn:aws:ec2:eu-west-1:111122223333:instance/i-1");
        assert_eq!(arn("cn-north-1"), "arn:aws-cn:ec2:cn-north-1:111122223333:instance/i-1");
        assert_eq!(arn("us-gov-west-1"), "arn:aws-us-gov:ec2:us-gov-west-1:111122223333:instance/i-1");
        assert_eq!(arn("us-iso-east-1"), "arn:aws-iso:ec2:us-iso-east-1:111122223333:instance/i-1");
    }

    #[test]
    fn an_arn_stays_and_gives_its_name() {
        let given = "arn:aws:ec2:us-east-1:444455556666:instance/i-9";
        let resource = place("eu-west-1").resource(INSTANCE, given);
        assert_eq!((resource.arn.as_str(), resource.name.as_str()), (given, "i-9"));
        assert_eq!(short_name("arn:aws:s3:::b/a/key:x"), "b/a/key:x");
        assert_eq!(short_name("arn:aws:sns:us-east-1:111122223333:topic"), "topic");
        assert_eq!(short_name("not an arn"), "not an arn");
    }

    #[test]
    fn a_name_without_end_is_cut() {
        let long = "é".repeat(limits::RESOURCE_TEXT_CHARS + 10);
        assert_eq!(
            place("eu-west-1").resource(INSTANCE, &long).name.chars().count(),
            limits::RESOURCE_TEXT_CHARS
        );
    }
}
