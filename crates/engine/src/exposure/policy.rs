//! Resource policies: whether one is public, and whom it lets in.
//!
//! In: a policy as a record has it, as an object or as text. Out: an [`crate::exposure::policy::Evaluation`]. Two questions are kept apart:
//!
//! - *Does AWS call it public?* The rules are those of the S3 user guide, "Blocking public access", "the meaning of
//!   public": a policy is public unless every statement that allows grants to fixed values only. A `Deny` changes
//!   nothing here.
//! - *Can a stranger get in?* Mostly the same. A wildcard behind a fixed account (`arn:aws:iam::111122223333:role/*`)
//!   is no fixed value, yet lets in no stranger; and a `Deny` can keep strangers out, which leaves the answer open.
//!
//! The order of statements, of members and of values never matters.

// What actions let somebody do.
mod action;

// What conditions restrict.
mod condition;

// What actions of services give.
mod levels;

// Whom a statement names.
mod principal;

// Identity providers that roles trust.
mod provider;

// One statement.
mod statement;

// Policies as text.
mod text;

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Access, Reach, Undecidable, Verdict};
use crate::ids::AccountId;
use crate::json::{Kind, Node};
use action::Patterns;
use statement::Statement;

/// What holds the policy: a condition on the access point restricts a bucket's policy, not an access point's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A bucket, or anything else that is no access point.
    Bucket,
    /// An S3 access point.
    AccessPoint,
    /// A role: its trust policy. AWS services that it trusts are there to use it.
    Role,
}

/// What a policy comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Whether AWS calls the policy public (`GetBucketPolicyStatus`, block public access).
    pub aws_public: bool,
    /// Whether a stranger can get in; unknown where only a `Deny` may keep strangers out.
    pub verdict: Verdict,
    /// The widest reach: world, named outsiders, or nobody outside.
    pub reach: Reach,
    /// Foreign accounts, organisations and canonical users that are named, sorted.
    pub parties: Vec<String>,
    /// Services that may act for anyone: the statement names no source. Sorted.
    pub services: Vec<String>,
    /// What those of `reach` may do, sorted.
    pub access: Vec<Access>,
    /// Why, in a few words.
    pub reason: &'static str,
}

/// Evaluates a policy that `own` holds. A policy with a part that cannot be read is undecidable, unless another part
/// makes it public whatever the rest says.
pub fn evaluate(policy: Node<'_>, holder: Holder, own: &AccountId) -> Result<Evaluation, Undecidable> {
    match policy.kind() {
        Kind::Object => evaluate_document(policy, holder, own),
        Kind::String => {
            let document = policy.as_str().and_then(text::parse).ok_or(Undecidable::UnknownShape)?;
            evaluate_document(document.root(), holder, own)
        }
        _ => Err(Undecidable::UnknownShape),
    }
}

/// An answer with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Yes, no, or not known.
    pub verdict: Verdict,
    /// Why, in a few words.
    pub reason: &'static str,
}

/// Would AWS call the policy public? Unknown where it cannot be read.
pub fn bpa_public(policy: Node<'_>, holder: Holder, own: &AccountId) -> Answer {
    match evaluate(policy, holder, own) {
        Ok(Evaluation { aws_public: true, .. }) => {
            Answer { verdict: Verdict::Public, reason: "a statement allows more than fixed values" }
        }
        Ok(_) => Answer { verdict: Verdict::NotPublic, reason: "every statement allows fixed values only" },
        Err(_) => UNREADABLE,
    }
}

/// Can a stranger get in? Unknown where only a `Deny` may keep strangers out, or where the policy cannot be read.
pub fn world_reachable(policy: Node<'_>, holder: Holder, own: &AccountId) -> Answer {
    match evaluate(policy, holder, own) {
        Ok(evaluation) => Answer { verdict: evaluation.verdict, reason: evaluation.reason },
        Err(_) => UNREADABLE,
    }
}

const UNREADABLE: Answer = Answer { verdict: Verdict::Unknown, reason: "the policy cannot be read" };

/// Everything, in every word that a rule may ask for: `full` alone would hide a grant from a rule about `write`.
pub(crate) fn everything() -> Vec<Access> {
    action::EVERYTHING.to_vec()
}

fn evaluate_document(policy: Node<'_>, holder: Holder, own: &AccountId) -> Result<Evaluation, Undecidable> {
    let list = policy.get_ignore_case("Statement").ok_or(Undecidable::UnknownShape)?;
    let nodes = match list.kind() {
        Kind::Array => list.items().collect(),
        Kind::Object => vec![list],
        _ => return Err(Undecidable::UnknownShape),
    };
    let count = nodes.len();
    let statements: Vec<Statement<'_>> =
        nodes.into_iter().filter_map(|node| Statement::read(node, holder)).collect();
    let evaluation = judge(&statements, holder, own);
    let all_read = statements.len() == count;
    if all_read || evaluation.verdict == Verdict::Public {
        Ok(evaluation)
    } else {
        Err(Undecidable::UnknownShape)
    }
}

fn judge(statements: &[Statement<'_>], holder: Holder, own: &AccountId) -> Evaluation {
    let allows = || statements.iter().filter(|statement| statement.allows);
    let denies = || statements.iter().filter(|statement| !statement.allows);
    let mut parties = BTreeSet::new();
    let mut foreign = BTreeSet::new();
    let mut open = BTreeSet::new();
    let mut services = BTreeSet::new();
    let mut served = BTreeSet::new();
    let mut kept_out = true;
    for statement in allows() {
        if statement.admits_strangers() {
            open.extend(statement.actions.access());
            kept_out &= denies().any(|deny| deny.keeps_strangers_from(statement));
            continue;
        }
        let acting = if holder == Holder::Role { BTreeSet::new() } else { statement.services() };
        if !acting.is_empty() {
            served.extend(statement.actions.access());
            services.extend(acting);
        }
        let named = statement.outsiders(own);
        if !named.is_empty() {
            foreign.extend(statement.actions.access());
            parties.extend(named);
        }
    }
    let aws_public = allows().any(Statement::is_public);
    let strangers = allows().any(Statement::admits_strangers);
    let (verdict, reach, access) = match (strangers, parties.is_empty(), services.is_empty()) {
        (true, ..) => (if kept_out { Verdict::Unknown } else { Verdict::Public }, Reach::World, open),
        (_, false, _) => (Verdict::NotPublic, Reach::CrossAccount, foreign),
        (_, _, false) => (Verdict::NotPublic, Reach::Service, served),
        (_, _, true) => (Verdict::NotPublic, Reach::Internal, BTreeSet::new()),
    };
    Evaluation {
        aws_public,
        verdict,
        reach,
        parties: parties.into_iter().collect(),
        services: services.into_iter().collect(),
        access: access.into_iter().collect(),
        reason: reason(verdict, reach, aws_public),
    }
}

fn reason(verdict: Verdict, reach: Reach, aws_public: bool) -> &'static str {
    match (verdict, reach, aws_public) {
        (Verdict::Public, ..) => "a statement allows anyone",
        (Verdict::Unknown, ..) => "a statement allows anyone, but a deny may keep strangers out",
        (_, Reach::CrossAccount, true) => "named outsiders are allowed, by a pattern that AWS calls public",
        (_, Reach::CrossAccount, false) => "named outsiders are allowed",
        (_, Reach::Service, _) => "a service may act for anyone: no condition names the source",
        (_, _, true) => "a pattern that AWS calls public, but that no outsider fits",
        (_, _, false) => "no outsider is allowed",
    }
}

/// The levels of access that actions give, in their order.
pub(super) fn access_of(actions: Vec<Cow<'_, str>>) -> Vec<Access> {
    if actions.is_empty() { Vec::new() } else { Patterns::Only(actions).access().into_iter().collect() }
}

#[cfg(test)]
mod tests;
