//! Block public access, of a bucket and of an account: a guard rail. Lowering it exposes nothing by itself.
//!
//! In: a call that sets or deletes the four settings. Out: one change with the facet `public_access_block` and the
//! settings that are off. Absent means false (S3 user guide, "Blocking public access to your Amazon S3 storage").

use super::bucket::bucket;
use super::ingress::text_of;
use super::{Derived, Effect, ExposureChange, Reach, Surface, Undecidable, Verdict};
use crate::ids::AccountId;
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope};

/// The account-wide settings have no ARN of their own: this one is made for them.
const ACCOUNT: ArnForm = ArnForm::new("AWS::S3::AccountPublicAccessBlock", "s3", Scope::Global, "account");

/// The facet of the settings.
pub(super) const FACET: &str = "public_access_block";

/// The four settings: as the API names them, as rules see them.
const SETTINGS: [(&str, &str); 4] = [
    ("BlockPublicAcls", "block_public_acls"),
    ("IgnorePublicAcls", "ignore_public_acls"),
    ("BlockPublicPolicy", "block_public_policy"),
    ("RestrictPublicBuckets", "restrict_public_buckets"),
];

/// `PutBucketPublicAccessBlock`.
pub(super) fn bucket_put(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    put(record, bucket(record, place)?, Surface::BucketPublicAccessBlock)
}

/// `DeleteBucketPublicAccessBlock`.
pub(super) fn bucket_deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    Ok(vec![all_off(bucket(record, place)?, Surface::BucketPublicAccessBlock)].into())
}

/// `PutAccountPublicAccessBlock`.
pub(super) fn account_put(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    put(record, account(record, place)?, Surface::AccountPublicAccessBlock)
}

/// `DeleteAccountPublicAccessBlock`.
pub(super) fn account_deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    Ok(vec![all_off(account(record, place)?, Surface::AccountPublicAccessBlock)].into())
}

/// The end of a bucket's settings with the bucket.
pub(super) fn ended(bucket: Resource) -> ExposureChange {
    change(bucket, Surface::BucketPublicAccessBlock, Vec::new()).because("the bucket was deleted")
}

fn put(record: &CloudTrailRecord, resource: Resource, surface: Surface) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let settings =
        request.get_ignore_case("PublicAccessBlockConfiguration").ok_or(Undecidable::UnknownShape)?;
    let off = SETTINGS.iter().filter(|(name, _)| !is_on(settings, name)).map(|(_, word)| (*word).to_owned());
    Ok(vec![change(resource, surface, off.collect())].into())
}

fn is_on(settings: Node<'_>, name: &str) -> bool {
    text_of(settings, name).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn all_off(resource: Resource, surface: Surface) -> ExposureChange {
    change(resource, surface, every_setting())
}

/// The four settings as rules see them, sorted.
pub(super) fn every_setting() -> Vec<String> {
    let mut settings: Vec<String> = SETTINGS.iter().map(|(_, word)| (*word).to_owned()).collect();
    settings.sort();
    settings
}

fn change(resource: Resource, surface: Surface, mut off: Vec<String>) -> ExposureChange {
    off.sort();
    let (effect, reason) = match off.len() {
        0 => (Effect::Restored, "every setting is on"),
        4 => (Effect::Weakened, "no setting is on"),
        _ => (Effect::Weakened, "some settings are off"),
    };
    let mut change = ExposureChange::new(resource, surface, effect, Reach::World, FACET).because(reason);
    change.verdict = Verdict::Unknown;
    change.settings_off = off;
    change
}

/// The account of an account-wide call: the record's, else the first label of the host
/// (`111122223333.s3-control.eu-west-1.amazonaws.com`).
fn account(record: &CloudTrailRecord, place: &Place) -> Result<Resource, Undecidable> {
    let mut place = place.clone();
    if place.account.is_empty() {
        let host = record.request_text("Host").ok_or(Undecidable::UnknownShape)?;
        place.account = AccountId::from(host.split('.').next().unwrap_or_default());
    }
    let mut resource = place.resource(ACCOUNT, "");
    resource.name = place.account.to_string();
    Ok(resource)
}
