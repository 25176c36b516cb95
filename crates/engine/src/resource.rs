//! The resource a record or a finding is about.
//!
//! [`crate::resource::resource_of`] finds the one of a record for findings about behaviour: the resource that the record lists, else the
//! one its parameters name, else the identity that signed in, else the account. Names are text of the record, which an
//! attacker may have chosen: they are cut where no honest one is as long, and carried as they are; whoever writes them
//! out neutralises them for the place they go.

// Which parameter of a call names its resource.
mod parameter;

// Where a record plays, and how ARNs are made there.
pub(crate) mod place;

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ids::Arn;
use crate::json::{Kind, Node};
use crate::record::CloudTrailRecord;
use parameter::{PARAMETERS, Parameter, kind_of_arn, known_kind, listed_kinds};
use place::{ArnForm, Place, Scope, capped, short_name};

/// A `CloudFormation` type out of a fixed list.
// An alias, since serde borrows what it sees written as `&str`.
pub type ResourceType = &'static str;

/// A resource: its ARN, its `CloudFormation` type and the name people use for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Resource {
    /// The ARN; made from the parts the record gives where it names none.
    pub arn: Arn,
    /// The `CloudFormation` type, such as `AWS::EC2::SecurityGroup`; `AWS::Account` where nothing narrower is known.
    #[serde(rename = "type", deserialize_with = "kind_as_written")]
    pub kind: ResourceType,
    /// The short name, such as `sg-0abc` or the bucket's.
    pub name: String,
}

/// Reads a type that was written out before.
fn kind_as_written<'de, D: Deserializer<'de>>(from: D) -> Result<&'static str, D::Error> {
    String::deserialize(from).map(|kind| known_kind(&kind))
}

/// Every type that a resource may have.
pub(crate) fn known_kinds() -> Vec<ResourceType> {
    let mut kinds: Vec<ResourceType> = listed_kinds().chain(["Other"]).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

const USER: ArnForm = ArnForm::new("AWS::IAM::User", "iam", Scope::Global, "user/");
const ROLE: ArnForm = ArnForm::new("AWS::IAM::Role", "iam", Scope::Global, "role/");

/// The resource that a record is about; the account where nothing narrower is named.
pub fn resource_of(record: &CloudTrailRecord) -> Resource {
    let place = Place::of(record);
    listed(record)
        .or_else(|| named(record, &place))
        .or_else(|| signed_in(record, &place))
        .unwrap_or_else(|| place.account_resource())
}

/// The first entry of `resources[]` with an ARN. Services write the key as `ARN` or `arn`, and the narrowest first: an
/// object before its bucket.
fn listed(record: &CloudTrailRecord) -> Option<Resource> {
    record.root().get("resources")?.items().find_map(|entry| {
        let arn = text(entry.get_ignore_case("ARN")?).filter(|arn| arn.starts_with("arn:"))?;
        let kind = entry.get_ignore_case("type").and_then(Node::as_str);
        let arn = capped(&arn);
        let kind = kind.map_or_else(|| kind_of_arn(&arn), known_kind);
        Some(Resource { kind, name: short_name(&arn), arn: Arn::from(arn) })
    })
}

/// What the parameters name, the narrowest first: in the request, or in the answer, which has what a call made.
fn named(record: &CloudTrailRecord, place: &Place) -> Option<Resource> {
    let source = record.event_source()?;
    let source = source.split('.').next().unwrap_or(source);
    let source = if source.starts_with("s3") { "s3" } else { source };
    PARAMETERS.iter().filter(|row| row.source == source).find_map(|row| {
        let value = [record.request(), record.response()]
            .into_iter()
            .flatten()
            .find_map(|parameters| value_at(parameters, row.path).filter(|value| !is_hidden(value)))?;
        Some(resource(row, place, &value))
    })
}

/// A queue is named by its URL, whose last part is the name; a key by its id, with or without `key/`, or by an alias.
fn resource(row: &Parameter, place: &Place, value: &str) -> Resource {
    let value = match row.source {
        "sqs" if value.contains("://") => value.rsplit('/').next().unwrap_or(value),
        "kms" => value.strip_prefix("key/").unwrap_or(value),
        _ => value,
    };
    let alias = row.source == "kms" && value.starts_with("alias/");
    let form = if alias { ArnForm { prefix: "", kind: "AWS::KMS::Alias", ..row.form } } else { row.form };
    place.resource(form, value)
}

fn value_at<'a>(parameters: Node<'a>, path: &[&str]) -> Option<Cow<'a, str>> {
    let mut node = parameters;
    for key in path {
        // Lists on the way go by their first element (`instancesSet.items[0].instanceId`).
        node = node.list().into_iter().next()?.get_ignore_case(key)?;
    }
    text(node)
}

/// The text of a scalar, or of the first element of a list of them.
fn text(node: Node<'_>) -> Option<Cow<'_, str>> {
    let node = if node.kind() == Kind::Array { node.items().next()? } else { node };
    node.scalar_text().filter(|text| !text.is_empty())
}

fn is_hidden(text: &str) -> bool {
    text.starts_with("HIDDEN_DUE_TO") || text == "<sensitiveDataRemoved>"
}

/// The identity of a sign-in, which is what such a record is about.
fn signed_in(record: &CloudTrailRecord, place: &Place) -> Option<Resource> {
    if !record.event_source().is_some_and(|source| source.starts_with("signin.")) {
        return None;
    }
    let identity = record.user_identity()?;
    let issuer = identity.at(&["sessionContext", "sessionIssuer", "arn"]).and_then(Node::as_str);
    let arn = issuer.or_else(|| identity.get("arn").and_then(Node::as_str)).filter(|arn| !arn.is_empty());
    match arn {
        Some(arn) if arn.contains(":user/") => Some(place.resource(USER, arn)),
        Some(arn) if arn.contains("role/") => Some(place.resource(ROLE, arn)),
        Some(_) => None,
        None => {
            let name = identity.get("userName").and_then(Node::as_str).filter(|name| !name.is_empty())?;
            let is_user = identity.get("type").and_then(Node::as_str) == Some("IAMUser");
            (is_user && !is_hidden(name)).then(|| place.resource(USER, name))
        }
    }
}

#[cfg(test)]
mod tests;
