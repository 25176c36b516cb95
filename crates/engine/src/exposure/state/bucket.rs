//! Buckets as what is written on them: policy, ACLs, and the settings that hide or show both.
//!
//! In the words of the S3 user guide ("Blocking public access", "Controlling ownership of objects"): a public policy
//! counts unless `RestrictPublicBuckets` is on, a public ACL unless `IgnorePublicAcls` is on or the owner owns every
//! object; each setting counts if the account or the bucket has it. Removing one shows again what is still written.
//!
//! A setting that was never seen is unknown, and what it could hide is shown with less confidence. What a call could
//! only do while a setting was off tells that it was; if it was believed on, that configuration is out of date.

// The settings of block public access.
mod guard;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Facet, Owned, State, Step, by_facet, ends, facet_of};
use crate::exposure::{Confidence, ExposureChange, Surface, bucket as calls};
use crate::ids::Arn;
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::place::Place;

pub(super) use guard::Guard;

/// From this day on a new bucket blocks public access and has no ACLs, unless its making says otherwise (S3 user guide,
/// "Default settings for new S3 buckets").
const CLOSED_BY_DEFAULT: &str = "2023-04-28";

/// A value with the time of the call that wrote it: an older call does not change it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Written<T> {
    value: T,
    at: Option<String>,
}

impl<T> Written<T> {
    fn write(&mut self, value: T, at: Option<&str>) {
        if self.at.as_deref() <= at {
            *self = Self { value, at: at.map(str::to_owned) };
        }
    }
}

/// What is known of one bucket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Bucket {
    /// The policy, if it lets anybody in, and whether AWS calls it public.
    policy: Written<Option<(ExposureChange, bool)>>,
    acl: Written<Option<ExposureChange>>,
    /// Objects with public ACLs. There may be thousands: each is kept in a row of its own.
    #[serde(skip)]
    objects: BTreeMap<Arn, ExposureChange>,
    /// There are such objects, or there were.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    has_objects: bool,
    guard: Guard,
    /// Whether the bucket's owner owns every object, which leaves ACLs without effect.
    enforced: Written<Option<bool>>,
}

/// True for surfaces whose exposure follows from what is known of a bucket.
pub(super) fn is_modelled(surface: Surface) -> bool {
    matches!(surface, Surface::BucketPolicy | Surface::BucketAcl | Surface::ObjectAcl)
}

/// True for calls about an account as a whole.
pub(super) fn is_for_the_account(action: &str) -> bool {
    action.ends_with("AccountPublicAccessBlock")
}

/// The bucket that a call is about.
pub(super) fn named(record: &CloudTrailRecord) -> Option<Arn> {
    record.event_source().filter(|source| source.starts_with("s3"))?;
    calls::bucket(record, &Place::of(record)).ok().map(|bucket| bucket.arn)
}

/// The calls of S3 that matter for a bucket though nothing may be derived from them.
pub(super) const CALLS: &[&str] =
    &["CreateBucket", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls"];

/// True for those calls.
pub(super) fn concerns(source: &str, action: &str) -> bool {
    source == "s3.amazonaws.com" && CALLS.contains(&action)
}

impl State {
    /// What a call to S3 does to a bucket or to all of an account.
    pub(super) fn bucket(&mut self, step: &mut Step<'_>) {
        let action = step.record.action().unwrap_or_default();
        if !step.record.event_source().is_some_and(|source| source.starts_with("s3")) {
            return;
        }
        if is_for_the_account(action) {
            return self.account(step);
        }
        if let Some(object) = ends::replaced_object(step.record, step.derived) {
            return self.object_replaced(step, &object);
        }
        let Ok(resource) = calls::bucket(step.record, &Place::of(step.record)) else { return };
        let owned = (step.home.account.clone(), resource.arn);
        if action == "DeleteBucket" {
            self.remember_end(step, &owned, None);
            return self.bucket_deleted(step, &owned);
        }
        if self.has_ended(step, &owned, "") {
            step.applied.already_ended += 1;
            return;
        }
        let known = self.buckets.contains_key(&owned);
        let mut bucket = self.buckets.remove(&owned).unwrap_or_default();
        let account = self.accounts.entry(owned.0.clone()).or_default();
        bucket.take_in(step, account, known);
        let account = account.clone();
        self.show(step, &bucket, &account);
        self.buckets.insert(owned, bucket);
    }

    fn account(&mut self, step: &mut Step<'_>) {
        let account = self.accounts.entry(step.home.account.clone()).or_default();
        account.set_by(step);
        let account = account.clone();
        let own = std::mem::take(&mut self.buckets);
        for (owned, bucket) in &own {
            if owned.0 == step.home.account {
                self.show(step, bucket, &account);
            }
        }
        self.buckets = own;
    }

    /// True if a record writes over or deletes an object that is known to have a public ACL.
    pub(crate) fn knows_object(&self, record: &CloudTrailRecord, object: &Arn) -> bool {
        let Ok(bucket) = calls::bucket(record, &Place::of(record)) else { return false };
        let owned = (record.account().unwrap_or_default(), bucket.arn);
        self.buckets.get(&owned).is_some_and(|bucket| bucket.objects.contains_key(object))
    }

    /// An object is gone, and its ACL with it.
    fn object_replaced(&mut self, step: &mut Step<'_>, object: &Arn) {
        let facet = ((step.home.account.clone(), object.clone()), Surface::ObjectAcl, "acl".to_owned());
        let late = self.standing.get(&facet).is_some_and(|it| step.origin.is_before(&it.origin));
        if late || !self.knows_object(step.record, object) {
            return;
        }
        if let Ok(bucket) = calls::bucket(step.record, &Place::of(step.record)) {
            let owned = (step.home.account.clone(), bucket.arn);
            self.buckets.entry(owned).and_modify(|bucket| drop(bucket.objects.remove(object)));
        }
        self.set(step, facet, None, "the object was deleted or written over without a public ACL");
    }

    /// With a bucket goes all that was on it; its objects are gone before.
    fn bucket_deleted(&mut self, step: &mut Step<'_>, owned: &Owned) {
        let objects = self.buckets.remove(owned).map(|bucket| bucket.objects).unwrap_or_default();
        let modelled: Vec<Facet> =
            by_facet(step).into_iter().map(|(facet, _)| facet).filter(|facet| is_modelled(facet.1)).collect();
        step.applied.ends_of_nothing +=
            modelled.iter().filter(|facet| !self.standing.contains_key(facet)).count();
        let objects = objects.values().map(|change| facet_of(step, change)).collect::<Vec<_>>();
        for facet in modelled.into_iter().chain(objects) {
            self.set(step, facet, None, "the bucket was deleted");
        }
    }

    /// Lets what stands of a bucket be what is written and not hidden.
    fn show(&mut self, step: &mut Step<'_>, bucket: &Bucket, account: &Guard) {
        let ended = super::only_ended(step);
        step.applied.ends_of_nothing +=
            ended.iter().filter(|facet| is_modelled(facet.1) && !self.standing.contains_key(facet)).count();
        for facet in ended.into_iter().filter(|facet| is_modelled(facet.1)) {
            let why = step.derived.changes.iter().find(|change| facet_of(step, change) == facet);
            let why = why.map(|change| change.reason.clone()).unwrap_or_default();
            self.follow(step, facet, None, &why);
        }
        let policy = bucket.policy.value.as_ref().map(|(change, public)| {
            let hidden = public.then(|| bucket.guard.restrict(account)).flatten();
            (change, *public, hidden, "RestrictPublicBuckets")
        });
        let hides_acls = bucket.hides_acls(account);
        let acls = bucket.acl.value.iter().chain(bucket.objects.values());
        let acls = acls.map(|change| (change, true, hides_acls, "IgnorePublicAcls"));
        for (change, depends, hidden, setting) in policy.into_iter().chain(acls) {
            let facet = facet_of(step, change);
            match hidden {
                Some(true) => {
                    self.follow(step, facet, None, &format!("{setting} hides it, or ACLs are disabled"));
                }
                Some(false) if depends => {
                    let now = sure(change, setting);
                    self.follow(step, facet, Some(now), &format!("{setting} does not hide it any more"));
                }
                _ => self.follow(step, facet, Some(change.clone()), &change.reason),
            }
        }
    }
}

/// The same exposure, now that the setting which could hide it is known to be off everywhere.
fn sure(change: &ExposureChange, setting: &str) -> ExposureChange {
    let mut change = change.clone();
    let what = change.reason.split(';').next().unwrap_or_default().to_owned();
    change.reason = format!("{what}; {setting} is off in account and bucket");
    change.confidence = Confidence::High;
    change
}

impl Bucket {
    /// True if an object of it was given a public ACL.
    pub(super) fn has_objects(&self) -> bool {
        self.has_objects
    }

    /// What an object's ACL lets in, whether something hides it or not.
    pub(super) fn object(&self, object: &Arn) -> Option<&ExposureChange> {
        self.objects.get(object)
    }

    /// Puts in what was kept of an object.
    pub(super) fn put_object(&mut self, change: ExposureChange) {
        self.objects.insert(change.resource.arn.clone(), change);
    }

    /// Takes over the objects that another picture of the same bucket has.
    pub(super) fn with_objects_of(mut self, other: Option<Self>) -> Self {
        self.objects.extend(other.into_iter().flat_map(|other| other.objects));
        self
    }

    fn take_in(&mut self, step: &Step<'_>, account: &mut Guard, known: bool) {
        let at = step.origin.at.as_deref();
        match step.record.action().unwrap_or_default() {
            "CreateBucket" if !known => self.created(step),
            "PutBucketPublicAccessBlock" | "DeleteBucketPublicAccessBlock" => self.guard.set_by(step),
            "PutBucketOwnershipControls" => {
                if let Some(enforced) = ownership(step.record) {
                    self.enforced.write(Some(enforced), at);
                }
            }
            "DeleteBucketOwnershipControls" => self.enforced.write(Some(false), at),
            _ => {}
        }
        for (facet, changes) in by_facet(step) {
            let opening = changes.into_iter().find(|change| !change.effect.ends()).cloned();
            match facet.1 {
                Surface::BucketPolicy => self.policy_written(step, opening, account),
                Surface::BucketAcl => {
                    self.acl_accepted(opening.as_ref(), account, at);
                    self.acl.write(opening, at);
                }
                Surface::ObjectAcl => {
                    self.acl_accepted(opening.as_ref(), account, at);
                    let object = facet.0.1;
                    match opening {
                        Some(opening) => {
                            self.has_objects = true;
                            self.objects.insert(object, opening);
                        }
                        None => drop(self.objects.remove(&object)),
                    }
                }
                _ => {}
            }
        }
    }

    fn created(&mut self, step: &Step<'_>) {
        let at = step.origin.at.as_deref();
        if at.is_none_or(|at| at < CLOSED_BY_DEFAULT) {
            return;
        }
        let named = step.record.request().and_then(|request| {
            ["x-amz-object-ownership", "x_amz_object_ownership", "objectOwnership"]
                .iter()
                .find_map(|key| request.get_ignore_case(key)?.list().first()?.as_str())
        });
        self.guard = Guard::all_on(at);
        self.enforced.write(Some(named.is_none_or(|word| word == "BucketOwnerEnforced")), at);
    }

    fn policy_written(&mut self, step: &Step<'_>, opening: Option<ExposureChange>, account: &mut Guard) {
        let at = step.origin.at.as_deref();
        let public = opening.is_some()
            && calls::policy_written(step.record, &Place::of(step.record))
                .is_ok_and(|evaluation| evaluation.aws_public);
        if public {
            self.guard.policy_was_accepted(at);
            account.policy_was_accepted(at);
        }
        self.policy.write(opening.map(|change| (change, public)), at);
    }

    fn acl_accepted(&mut self, opening: Option<&ExposureChange>, account: &mut Guard, at: Option<&str>) {
        if opening.is_some() {
            self.guard.acl_was_accepted(at);
            account.acl_was_accepted(at);
            self.enforced.write(Some(false), at);
        }
    }

    /// Whether ACLs of the bucket and its objects are without effect; `None` where that is not known.
    pub(super) fn hides_acls(&self, account: &Guard) -> Option<bool> {
        match (self.enforced.value, self.guard.ignore(account)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        }
    }
}

/// Whether a call leaves every object to the bucket's owner.
fn ownership(record: &CloudTrailRecord) -> Option<bool> {
    let controls = record.request()?.get_ignore_case("OwnershipControls")?;
    let rules = controls.get_ignore_case("Rule").or_else(|| controls.get_ignore_case("Rules"))?;
    let rule = rules.list().into_iter().next()?;
    let word = rule.get_ignore_case("ObjectOwnership").and_then(Node::as_str)?;
    Some(word == "BucketOwnerEnforced")
}
