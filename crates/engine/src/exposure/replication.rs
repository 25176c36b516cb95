//! Replication of a bucket's objects into another account.
//!
//! In: a call that sets or deletes a replication configuration. Out: one change for the configuration as a whole, with
//! the facet `replication` and the accounts that get copies: a new configuration replaces the old one, and the deletion
//! names no account.
//!
//! A bucket's name does not tell whose it is. A destination must name its account only where the copies become that
//! account's own (S3 user guide, "Changing the replica owner"). Most destinations that do not name it are the account's
//! own buckets, so such a rule is no exposure, but what it did is not decided either.

use super::bucket::{bucket, owner};
use super::ingress::text_of;
use super::{Access, Derived, Effect, ExposureChange, Reach, Surface, Undecidable};
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{Place, capped};

/// `PutBucketReplication`.
pub(super) fn put(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let own = owner(record, place);
    let (mut parties, unnamed) = destinations(record)?;
    parties.retain(|account| account != own.as_str());
    let bucket = bucket(record, place)?;
    let undecidable = unnamed.then_some(Undecidable::UnknownOwner);
    if parties.is_empty() {
        if let Some(why) = undecidable {
            return Err(why);
        }
        return Ok(vec![closed(bucket, "no rule in force names another account")].into());
    }
    let mut change = change(bucket, Effect::Opened).because("new objects are copied into another account");
    change.access = vec![Access::Read];
    change.parties = parties;
    Ok(Derived { changes: vec![change], undecidable })
}

/// `DeleteBucketReplication`.
pub(super) fn deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    Ok(vec![closed(bucket(record, place)?, "replication was deleted")].into())
}

/// The end of replication, for whatever reason.
pub(super) fn closed(bucket: Resource, why: &str) -> ExposureChange {
    change(bucket, Effect::Closed).because(why)
}

/// The accounts that rules in force name, sorted; and whether one of the rules names a bucket without its account.
fn destinations(record: &CloudTrailRecord) -> Result<(Vec<String>, bool), Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let configuration =
        request.get_ignore_case("ReplicationConfiguration").ok_or(Undecidable::UnknownShape)?;
    let rules = configuration.get_ignore_case("Rule").or_else(|| configuration.get_ignore_case("Rules"));
    let mut rules = rules.ok_or(Undecidable::UnknownShape)?.list();
    rules.retain(|rule| is_in_force(*rule));
    let mut accounts: Vec<String> = rules.iter().copied().filter_map(destination).collect();
    let unnamed = accounts.len() < rules.len();
    accounts.sort();
    accounts.dedup();
    Ok((accounts, unnamed))
}

fn is_in_force(rule: Node<'_>) -> bool {
    text_of(rule, "Status").is_none_or(|status| !status.eq_ignore_ascii_case("disabled"))
}

fn destination(rule: Node<'_>) -> Option<String> {
    let destination = rule.get_ignore_case("Destination")?;
    let account = text_of(destination, "Account")?;
    Some(capped(account.trim())).filter(|account| !account.is_empty())
}

fn change(bucket: Resource, effect: Effect) -> ExposureChange {
    ExposureChange::new(bucket, Surface::BucketReplication, effect, Reach::CrossAccount, "replication")
}
