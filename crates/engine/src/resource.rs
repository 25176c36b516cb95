//! The resource a record or a finding is about.

use serde::Serialize;

use crate::ids::Arn;

/// A resource: its ARN, its `CloudFormation` type and the name people use for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Resource {
    /// The ARN; made from the parts the record gives where it names none.
    pub arn: Arn,
    /// The `CloudFormation` type, such as `AWS::EC2::SecurityGroup`; `AWS::Account` where nothing narrower is known.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The short name, such as `sg-0abc` or the bucket's.
    pub name: String,
}
