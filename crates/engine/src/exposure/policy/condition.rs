//! What conditions restrict.
//!
//! Keys and values that make a statement non-public are those of the S3 user guide, "Blocking public access", "the
//! meaning of public", with the newer keys of the same families. Operators are those of the IAM user guide, "IAM JSON
//! policy elements: Condition operators".

use std::borrow::Cow;

use ipnet::IpNet;

use super::principal::{arn_account, outsider};
use super::{Holder, provider};
use crate::exposure::{Reach, cidr};
use crate::glob::is_fixed;
use crate::ids::AccountId;
use crate::json::{Kind, Node};

/// One key of one operator, with its values.
#[derive(Debug, Clone)]
pub(super) struct Condition<'a> {
    key: &'a str,
    operator: Operator,
    family: Family,
    values: Vec<Cow<'a, str>>,
}

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    /// Text: by pattern, or by `StringEquals`, for which a `*` is a star. AWS's definition of public does not tell them
    /// apart: a value with a wildcard is not fixed.
    Text,
    /// ARN by pattern, part by part; also `ArnEquals`.
    Arn,
    /// Address in a network.
    Ip,
    /// True or false.
    Bool,
    /// The negation of text, ARN or address.
    Negated,
    /// Any other, or one that is also true where the key is absent (`...IfExists`, `ForAllValues:`).
    Other,
}

/// What a key tells about the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Address,
    Account,
    Arn,
    Organisation,
    OrganisationPath,
    UserId,
    AccessPointArn,
    /// A thing with an id: a VPC, an endpoint, a key.
    Id,
    /// The AWS service that calls for itself.
    Service,
    /// Whether the call comes by a file system's mount target, and so from its network.
    MountTarget,
    /// A key that does not restrict who may come.
    Other,
}

/// Reads a `Condition` element; `None` where it is of a shape that no policy has.
pub(super) fn conditions(element: Node<'_>, holder: Holder) -> Option<Vec<Condition<'_>>> {
    if element.is_null() {
        return Some(Vec::new());
    }
    let mut found = Vec::new();
    for (operator, keys) in members(element)? {
        for (key, values) in members(keys)? {
            let values = values.list().into_iter().map(Node::scalar_text).collect::<Option<Vec<_>>>()?;
            found.push(Condition {
                key,
                operator: Operator::of(operator),
                family: Family::of(key, holder),
                values,
            });
        }
    }
    Some(found)
}

fn members(node: Node<'_>) -> Option<impl Iterator<Item = (&str, Node<'_>)>> {
    (node.kind() == Kind::Object).then(|| node.members())
}

impl Condition<'_> {
    /// True if AWS counts it as restricting the statement to fixed values: all of them are, for the values are
    /// alternatives.
    pub(super) fn is_fixed(&self) -> bool {
        self.restricts() && self.values.iter().all(|value| self.value_is_fixed(value))
    }

    /// True if no stranger can meet it.
    pub(super) fn keeps_strangers_out(&self) -> bool {
        self.restricts()
            && self.values.iter().all(|value| self.value_is_no_stranger(value))
            && !self.is_the_world()
    }

    /// True if a deny on it leaves only those it names: `StringNotEquals` and its like, on fixed values.
    pub(super) fn excepts_the_named(&self) -> bool {
        self.operator == Operator::Negated
            && self.family != Family::Other
            && !self.values.is_empty()
            && self.values.iter().all(|value| !matches!(value.as_ref(), "*" | "0.0.0.0/0" | "::/0"))
    }

    /// The outsiders it names; `None` where it says nothing about accounts.
    pub(super) fn outsiders(&self, own: &AccountId) -> Option<Vec<String>> {
        let named = |value: &Cow<'_, str>| match self.family {
            _ if is_own_place(value) => None,
            Family::Organisation => Some(value.to_string()),
            Family::OrganisationPath => value.split('/').next().map(str::to_owned),
            _ => outsider(value, own),
        };
        match self.family {
            Family::Account
            | Family::Arn
            | Family::AccessPointArn
            | Family::Organisation
            | Family::OrganisationPath => Some(self.values.iter().filter_map(named).collect()),
            // A service is no account; whether it acts for anyone is another question.
            Family::Service => Some(Vec::new()),
            Family::Address | Family::UserId | Family::Id | Family::MountTarget | Family::Other => None,
        }
    }

    /// True if it says for whom a service acts: the source's account, ARN or organisation, or where it comes from.
    pub(super) fn names_the_source(&self) -> bool {
        self.family != Family::Service && self.keeps_strangers_out()
    }

    /// The services it leaves, where it lets in services only.
    pub(super) fn services(&self) -> Vec<String> {
        if self.family != Family::Service || !self.keeps_strangers_out() {
            return Vec::new();
        }
        let named = |value: &Cow<'_, str>| match self.operator {
            Operator::Bool => "any AWS service".to_owned(),
            _ => value.to_string(),
        };
        self.values.iter().map(named).collect()
    }

    /// True if it tells which of an identity provider's users may come, by a claim of theirs.
    pub(super) fn identifies_user_of(&self, issuer: &str) -> bool {
        let key = self.key.to_ascii_lowercase();
        let Some(claim) = key.strip_prefix(issuer).and_then(|rest| rest.strip_prefix(':')) else {
            return false;
        };
        self.operator == Operator::Text
            && !self.values.is_empty()
            && self.values.iter().all(|value| provider::claim_identifies(issuer, claim, value))
    }

    fn restricts(&self) -> bool {
        let fits = match self.operator {
            Operator::Text | Operator::Arn => self.family != Family::MountTarget,
            Operator::Bool => matches!(self.family, Family::Service | Family::MountTarget),
            Operator::Ip => self.family == Family::Address,
            Operator::Negated | Operator::Other => false,
        };
        fits && self.family != Family::Other && !self.values.is_empty()
    }

    fn value_is_fixed(&self, value: &str) -> bool {
        match self.family {
            Family::Address => is_narrow(value),
            Family::UserId => is_fixed(user_of_session(value)),
            Family::Service if self.operator != Operator::Bool => is_fixed(value),
            Family::Service | Family::MountTarget => value.eq_ignore_ascii_case("true"),
            // The name behind the account may be anything.
            Family::AccessPointArn => arn_part_is_account(value) && !value.contains("${"),
            _ => is_fixed(value),
        }
    }

    fn value_is_no_stranger(&self, value: &str) -> bool {
        if value.contains("${") {
            let compares =
                matches!(self.family, Family::Account | Family::Organisation | Family::OrganisationPath);
            return compares && is_own_place(value);
        }
        match self.family {
            Family::Arn if self.operator == Operator::Arn => arn_part_is_account(value) || is_fixed(value),
            Family::Arn => arn_account(value).is_some() || is_fixed(value),
            Family::OrganisationPath => value.split('/').next().is_some_and(is_fixed),
            _ => self.value_is_fixed(value),
        }
    }

    /// Networks that are narrow one by one can be the world together.
    fn is_the_world(&self) -> bool {
        if self.family != Family::Address {
            return false;
        }
        let nets: Vec<IpNet> = self.values.iter().filter_map(|value| cidr::parse(value)).collect();
        !cidr::world_together(&nets).is_empty()
    }
}

impl Operator {
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        // True where the key is absent, as it is for an anonymous caller: no restriction.
        let base = match name.split_once(':') {
            Some(("foranyvalue", base)) => base,
            None => name.as_str(),
            Some(_) => return Self::Other,
        };
        match base.strip_suffix("ifexists").unwrap_or(base) {
            "stringnotequals"
            | "stringnotequalsignorecase"
            | "stringnotlike"
            | "arnnotequals"
            | "arnnotlike"
            | "notipaddress" => Self::Negated,
            _ if base.ends_with("ifexists") => Self::Other,
            "stringequals" | "stringequalsignorecase" | "stringlike" => Self::Text,
            "arnequals" | "arnlike" => Self::Arn,
            "ipaddress" => Self::Ip,
            "bool" => Self::Bool,
            _ => Self::Other,
        }
    }
}

impl Family {
    fn of(key: &str, holder: Holder) -> Self {
        match key.to_ascii_lowercase().as_str() {
            "aws:sourceip" => Self::Address,
            "aws:sourceaccount"
            | "aws:sourceowner"
            | "aws:principalaccount"
            | "kms:calleraccount"
            | "aws:vpceaccount"
            | "s3:dataaccesspointaccount" => Self::Account,
            "aws:sourcearn" | "aws:principalarn" | "aws:sourcevpcarn" => Self::Arn,
            "aws:principalorgid" | "aws:sourceorgid" | "aws:vpceorgid" => Self::Organisation,
            "aws:principalorgpaths" | "aws:sourceorgpaths" | "aws:vpceorgpaths" => Self::OrganisationPath,
            "aws:userid" => Self::UserId,
            "aws:principalisawsservice" | "aws:principalservicename" => Self::Service,
            "s3:dataaccesspointarn" if holder == Holder::Bucket => Self::AccessPointArn,
            // EFS user guide, "Blocking public access to Amazon EFS file systems".
            "elasticfilesystem:accesspointarn" => Self::AccessPointArn,
            "elasticfilesystem:accessedviamounttarget" => Self::MountTarget,
            "aws:sourcevpc" | "aws:sourcevpce" | "s3:x-amz-server-side-encryption-aws-kms-key-id" => Self::Id,
            _ => Self::Other,
        }
    }
}

/// True for the policy variables that stand for the account or organisation of the resource itself: a caller who must
/// equal them is no stranger (IAM user guide, "AWS global condition context keys").
fn is_own_place(value: &str) -> bool {
    let own = ["${aws:ResourceAccount}", "${aws:ResourceOrgID}", "${aws:ResourceOrgPaths}"];
    own.iter().any(|variable| variable.eq_ignore_ascii_case(value))
}

/// AWS's bounds for an address: no broader than /8 or /32.
fn is_narrow(value: &str) -> bool {
    let Some(net) = cidr::parse(value) else { return false };
    let bound = if net.network().is_ipv4() { cidr::BROAD_V4 } else { cidr::BROAD_V6 };
    net.prefix_len() >= bound && cidr::reach(net) != Some(Reach::World)
}

/// The id of the role in the id of its session: `AROAEXAMPLE:*` is every session of one role.
fn user_of_session(value: &str) -> &str {
    match value.split_once(':') {
        Some((role, "*")) if !role.is_empty() => role,
        _ => value,
    }
}

/// ARN operators compare part by part, so a wildcard before the account cannot take its place.
fn arn_part_is_account(value: &str) -> bool {
    value.starts_with("arn:") && value.split(':').nth(4).is_some_and(super::principal::is_account)
}
