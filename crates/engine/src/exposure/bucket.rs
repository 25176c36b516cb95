//! Buckets and objects: policies and ACLs put and deleted, buckets made and deleted.
//!
//! In: a successful call. Out: an opening for what the new policy or ACL allows, and an end for what the old one may
//! have allowed: what it was, this record does not show. An end carries the reach that it ends.
//!
//! That the call was accepted tells that block public access did not forbid it; whether the settings that act on
//! existing policies and ACLs are on, it does not tell. So what it opens is told with [`Confidence::Medium`].

use super::acl::{Acl, Target};
use super::ingress::text_of;
use super::policy::{self, Evaluation, Holder};
use super::{Confidence, Derived, Effect, ExposureChange, Reach, Surface, Undecidable};
use super::{block_public_access, posture, replication};
use crate::ids::AccountId;
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope};

const BUCKET: ArnForm = ArnForm::new("AWS::S3::Bucket", "s3", Scope::Bare, "");
const DIRECTORY_BUCKET: ArnForm =
    ArnForm::new("AWS::S3Express::DirectoryBucket", "s3express", Scope::Regional, "bucket/");
const OBJECT: ArnForm = ArnForm::new("AWS::S3::Object", "s3", Scope::Bare, "");

/// `PutBucketPolicy`.
pub(super) fn policy_put(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let evaluation = policy_written(record, place)?;
    let bucket = bucket(record, place)?;
    let changes = match evaluation.reach {
        Reach::World | Reach::Broad => vec![policy_opened(bucket, evaluation)],
        Reach::CrossAccount => {
            let mut ends = vec![policy_closed(bucket.clone(), Reach::World, "the new policy is not public")];
            if evaluation.services.is_empty() {
                ends.push(policy_closed(bucket.clone(), Reach::Service, "the new policy allows no service"));
            }
            ends.insert(0, policy_opened(bucket, evaluation));
            ends
        }
        Reach::Service => {
            let mut changes = policy_ended(&bucket, "the new policy allows a service only");
            changes.retain(|change| change.reach != Reach::Service);
            changes.insert(0, policy_opened(bucket, evaluation));
            changes
        }
        Reach::Internal => policy_ended(&bucket, "the new policy allows no outsider"),
    };
    Ok(changes.into())
}

/// What the policy of a `PutBucketPolicy` comes to.
pub(super) fn policy_written(record: &CloudTrailRecord, place: &Place) -> Result<Evaluation, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let policy = request.get_ignore_case("bucketPolicy").or_else(|| request.get_ignore_case("policy"));
    policy::evaluate(policy.ok_or(Undecidable::UnknownShape)?, Holder::Bucket, &owner(record, place))
}

/// `DeleteBucketPolicy`.
pub(super) fn policy_deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    Ok(policy_ended(&bucket(record, place)?, "the policy was deleted").into())
}

/// `PutBucketAcl`.
pub(super) fn acl_put(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let acl = acl_of(record)?.ok_or(Undecidable::UnknownShape)?;
    let bucket = bucket(record, place)?;
    let change = if acl.is_public() {
        acl_opened(bucket, Target::Bucket, &acl)
    } else {
        acl_closed(bucket, Target::Bucket, "the new ACL is not public")
    };
    Ok(vec![change].into())
}

/// `CreateBucket`: a new bucket has no exposure to end.
pub(super) fn created(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    match acl_of(record)?.filter(Acl::is_public) {
        Some(acl) => Ok(vec![acl_opened(bucket(record, place)?, Target::Bucket, &acl)].into()),
        None => Ok(Derived::default()),
    }
}

/// `DeleteBucket`: with the bucket ends all that was open on it. Its objects are gone before.
pub(super) fn deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let bucket = bucket(record, place)?;
    let mut changes = policy_ended(&bucket, "the bucket was deleted");
    changes.push(acl_closed(bucket.clone(), Target::Bucket, "the bucket was deleted"));
    changes.push(block_public_access::ended(bucket.clone()));
    changes.push(replication::closed(bucket.clone(), "the bucket was deleted"));
    changes.extend(posture::ended(bucket));
    Ok(changes.into())
}

/// `PutObjectAcl`.
pub(super) fn object_acl_put(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let acl = acl_of(record)?.ok_or(Undecidable::UnknownShape)?;
    let object = object(record, place)?;
    let change = if acl.is_public() {
        acl_opened(object, Target::Object, &acl)
    } else {
        acl_closed(object, Target::Object, "the new ACL is not public")
    };
    Ok(vec![change].into())
}

/// `PutObject`, `CopyObject`, `CreateMultipartUpload`: a write with an ACL for everybody. Most writes give none, and
/// are not told as ends of what an earlier object of that name may have had, for there are too many of them: only state
/// knows the few that had something.
pub(super) fn object_written(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    match acl_of(record)?.filter(Acl::is_public) {
        Some(acl) => Ok(vec![acl_opened(object(record, place)?, Target::Object, &acl)].into()),
        None => Ok(Derived::default()),
    }
}

/// The bucket of a call.
pub(super) fn bucket(record: &CloudTrailRecord, place: &Place) -> Result<Resource, Undecidable> {
    let name = bucket_name(record).ok_or(Undecidable::UnknownShape)?;
    let express = record.event_source().is_some_and(|source| source.starts_with("s3express"));
    Ok(place.resource(if express { DIRECTORY_BUCKET } else { BUCKET }, &name))
}

/// The object of a call.
pub(super) fn object(record: &CloudTrailRecord, place: &Place) -> Result<Resource, Undecidable> {
    let name = bucket_name(record).ok_or(Undecidable::UnknownShape)?;
    let key = record.request_text("key").ok_or(Undecidable::UnknownShape)?;
    Ok(place.resource(OBJECT, &format!("{name}/{key}")))
}

/// The bucket's name: a parameter, the ARN among the record's resources, or the first labels of the host.
fn bucket_name(record: &CloudTrailRecord) -> Option<String> {
    let named =
        record.request_text("bucketName").or_else(|| record.request_text("bucket")).map(str::to_owned);
    let listed = || {
        let arn = bucket_entry(record)?.get_ignore_case("ARN")?.as_str()?;
        arn.rsplit(':').next().filter(|name| !name.is_empty()).map(str::to_owned)
    };
    let hosted = || {
        let (name, _) = record.request_text("Host")?.split_once(".s3")?;
        Some(name.to_owned()).filter(|name| !name.is_empty())
    };
    // An anonymised record has an empty name: its exposure counts none the less.
    let blank = || record.request()?.get_ignore_case("bucketName")?.as_str().map(str::to_owned);
    named.or_else(listed).or_else(hosted).or_else(blank)
}

/// The bucket among the record's `resources`.
fn bucket_entry(record: &CloudTrailRecord) -> Option<Node<'_>> {
    let resources = record.root().get("resources")?;
    resources.items().find(|entry| text_of(*entry, "type").as_deref() == Some("AWS::S3::Bucket"))
}

/// The account that owns the bucket: a call from another account is recorded there too.
pub(super) fn owner(record: &CloudTrailRecord, place: &Place) -> AccountId {
    bucket_entry(record)
        .and_then(|entry| text_of(entry, "accountId"))
        .map_or_else(|| place.account.clone(), |account| AccountId::from(account.as_ref()))
}

fn acl_of(record: &CloudTrailRecord) -> Result<Option<Acl>, Undecidable> {
    Acl::of_request(record.request().ok_or(Undecidable::UnknownShape)?)
}

fn policy_opened(bucket: Resource, evaluation: Evaluation) -> ExposureChange {
    let mut change =
        ExposureChange::new(bucket, Surface::BucketPolicy, Effect::Opened, evaluation.reach, "policy");
    change.verdict = evaluation.verdict;
    change.access = evaluation.access;
    change.parties = if change.reach == Reach::Service { evaluation.services } else { evaluation.parties };
    change.reason = evaluation.reason.to_owned();
    // Most often it is the organisation that the account itself is in: no record of the call says.
    if !change.parties.is_empty() && change.parties.iter().all(|party| party.starts_with("o-")) {
        change.reason.push_str("; whether the account is in that organisation is not known");
        change.confidence = Confidence::Medium;
    }
    if evaluation.aws_public {
        change
            .reason
            .push_str("; it was accepted, so BlockPublicPolicy was off; RestrictPublicBuckets is not known");
        change.confidence = Confidence::Medium;
    }
    change
}

/// The ends of whatever a policy allowed.
fn policy_ended(bucket: &Resource, why: &str) -> Vec<ExposureChange> {
    [Reach::World, Reach::CrossAccount, Reach::Service]
        .into_iter()
        .map(|reach| policy_closed(bucket.clone(), reach, why))
        .collect()
}

fn policy_closed(bucket: Resource, reach: Reach, why: &str) -> ExposureChange {
    ExposureChange::new(bucket, Surface::BucketPolicy, Effect::Closed, reach, "policy").because(why)
}

fn acl_opened(resource: Resource, target: Target, acl: &Acl) -> ExposureChange {
    let mut change = acl_change(resource, target, Effect::Opened)
        .because("the ACL grants to everybody; it was accepted, so BlockPublicAcls was off; IgnorePublicAcls is not known");
    change.access = acl.access(target);
    change.parties = acl.groups();
    change.confidence = Confidence::Medium;
    change
}

fn acl_closed(resource: Resource, target: Target, why: &str) -> ExposureChange {
    acl_change(resource, target, Effect::Closed).because(why)
}

fn acl_change(resource: Resource, target: Target, effect: Effect) -> ExposureChange {
    let surface = match target {
        Target::Bucket => Surface::BucketAcl,
        Target::Object => Surface::ObjectAcl,
    };
    ExposureChange::new(resource, surface, effect, Reach::World, "acl")
}
