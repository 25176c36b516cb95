//! Posture of a bucket: whether it serves a web site, and whether pages of any origin may use it.
//!
//! In: a call that sets or deletes either. Out: one change, `weakened` or `restored`. Neither lets anybody in: whoever
//! may read the bucket is said by its policy and its ACLs. So there is no verdict.

use super::bucket::bucket;
use super::{Derived, Effect, ExposureChange, Reach, Surface, Undecidable, Verdict};
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::Place;

/// Origins that are every origin, at least of one scheme.
const ANY_ORIGIN: [&str; 3] = ["*", "http://*", "https://*"];

/// `PutBucketWebsite`.
pub(super) fn website_put(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let reason = "the bucket serves a web site: posture only, exposes nothing by itself";
    Ok(vec![website(bucket(record, place)?, Effect::Weakened).because(reason)].into())
}

/// `DeleteBucketWebsite`.
pub(super) fn website_deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let reason = "the web site's configuration was deleted";
    Ok(vec![website(bucket(record, place)?, Effect::Restored).because(reason)].into())
}

/// `PutBucketCors`: the new rules replace the old ones.
pub(super) fn cors_put(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let change = if allows_any_origin(record)? {
        let reason = "pages of any origin may use the bucket: posture only, exposes nothing by itself";
        cors(bucket(record, place)?, Effect::Weakened).because(reason)
    } else {
        cors(bucket(record, place)?, Effect::Restored).because("every origin is named")
    };
    Ok(vec![change].into())
}

/// `DeleteBucketCors`.
pub(super) fn cors_deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let reason = "the rules for other origins were deleted";
    Ok(vec![cors(bucket(record, place)?, Effect::Restored).because(reason)].into())
}

/// The end of both with the bucket.
pub(super) fn ended(bucket: Resource) -> [ExposureChange; 2] {
    [website(bucket.clone(), Effect::Restored), cors(bucket, Effect::Restored)]
        .map(|change| change.because("the bucket was deleted"))
}

fn allows_any_origin(record: &CloudTrailRecord) -> Result<bool, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let configuration = request.get_ignore_case("CORSConfiguration").ok_or(Undecidable::UnknownShape)?;
    let rules =
        configuration.get_ignore_case("CORSRule").or_else(|| configuration.get_ignore_case("CORSRules"));
    Ok(rules.ok_or(Undecidable::UnknownShape)?.list().into_iter().any(is_for_any_origin))
}

fn is_for_any_origin(rule: Node<'_>) -> bool {
    let origins = rule.get_ignore_case("AllowedOrigin").or_else(|| rule.get_ignore_case("AllowedOrigins"));
    let origins = origins.map(Node::list).unwrap_or_default();
    origins.into_iter().filter_map(Node::as_str).any(|origin| ANY_ORIGIN.contains(&origin.trim()))
}

fn website(bucket: Resource, effect: Effect) -> ExposureChange {
    change(bucket, Surface::BucketWebsite, effect, "website")
}

fn cors(bucket: Resource, effect: Effect) -> ExposureChange {
    change(bucket, Surface::BucketCors, effect, "cors")
}

fn change(bucket: Resource, surface: Surface, effect: Effect, facet: &str) -> ExposureChange {
    let mut change = ExposureChange::new(bucket, surface, effect, Reach::World, facet);
    change.verdict = Verdict::Unknown;
    change
}
