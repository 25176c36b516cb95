//! The state in parts, for whoever keeps it between records: all that is known of one resource is one [`Row`].
//!
//! A function has no memory of its own. It asks which parts a record [needs](State::needs), puts the rows that are kept
//! into an empty state, lets the record happen, and keeps the rows that are now others.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ended::Ends;
use super::{
    Bucket, Group, Owned, PrefixList, State, attached, bucket, ends, facet_of_home, group, organization,
    prefix_list,
};
use crate::engine::Waiting;
use crate::exposure::attachment::INTERFACE;
use crate::exposure::prefix_list::LIST;
use crate::exposure::security_group::GROUP;
use crate::exposure::state::{Home, Standing, replaced_object};
use crate::exposure::{ExposureChange, Surface};
use crate::ids::{AccountId, Arn};
use crate::resource::place::Place;
use crate::resource::resource_of;

/// What goes by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What S3 is told for an account as a whole.
    Account(AccountId),
    /// A resource of an account.
    Resource(AccountId, Arn),
}

impl Part {
    /// The resource, if it is one.
    pub fn into_resource(self) -> Option<Arn> {
        match self {
            Self::Account(_) => None,
            Self::Resource(_, arn) => Some(arn),
        }
    }
}

/// The parts that a record can change, or that decide what it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Named ones.
    pub parts: BTreeSet<Part>,
    /// All resources of an account whose ARNs begin so: its buckets, or the objects of one.
    pub under: BTreeSet<(AccountId, Arn)>,
}

/// All that is known of one part. Its JSON is the form in which it is kept; keys may be added.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    standing: Vec<Standing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<Group>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<PrefixList>,
    /// Of a group: the machines that stand open by it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    attached: BTreeSet<Arn>,
    /// Of an interface: the instance that stands open.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<Arn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<Bucket>,
    /// Of an object: what its ACL lets in.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ExposureChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guard: Option<bucket::Guard>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<organization::Policy>,
    #[serde(skip_serializing_if = "Ends::is_empty")]
    ends: Ends,
}

impl Row {
    /// True if nothing stands: what is left may be forgotten after a while.
    pub fn is_quiet(&self) -> bool {
        self.standing.is_empty()
    }

    /// True if nothing at all is known.
    pub fn is_empty(&self) -> bool {
        let linked = self.list.is_some() || self.instance.is_some() || !self.attached.is_empty();
        let settings = self.guard.is_some() || self.policy.is_some();
        let s3 = self.bucket.is_some() || self.object.is_some();
        let written = linked || settings || s3 || self.group.is_some();
        self.is_quiet() && !written && self.ends.is_empty()
    }

    /// Of a bucket: true if an object of it was given a public ACL.
    pub fn has_public_objects(&self) -> bool {
        self.bucket.as_ref().is_some_and(Bucket::has_objects)
    }

    /// Of an object: true if it has a public ACL.
    pub fn is_public_object(&self) -> bool {
        self.object.is_some()
    }

    /// The resource, where the row says more than its name: that may be cut.
    pub fn about(&self) -> Option<&Arn> {
        let stands = self.standing.first().map(|standing| &standing.change);
        self.object.as_ref().or(stands).map(|change| &change.resource.arn)
    }
}

impl Waiting {
    /// The bucket and the object that the record writes over or deletes. `None` for a record that does anything else, or
    /// came to a finding.
    pub fn replaced_object(&self) -> Option<(Part, Part)> {
        let object = replaced_object(&self.record, &self.derived).filter(|_| self.found.is_empty())?;
        let of_account = |arn| Part::Resource(Home::of(&self.record).account, arn);
        Some((of_account(bucket::named(&self.record)?), of_account(object)))
    }

    /// The objects that the record gives a public ACL.
    pub fn opened_objects(&self) -> impl Iterator<Item = &Arn> {
        let opened = |change: &&ExposureChange| change.surface == Surface::ObjectAcl && !change.effect.ends();
        self.derived.changes.iter().filter(opened).map(|change| &change.resource.arn)
    }
}

impl State {
    /// A state for a part of what there is: it also remembers what ended, since records come to a function in any order.
    pub fn of_rows() -> Self {
        Self { remembers_ends: true, ..Self::default() }
    }

    /// The parts that must be in the state before a record is let in.
    pub fn needs(&self, waiting: &Waiting) -> Needs {
        let record = &waiting.record;
        let home = Home::of(record);
        let mut needs = Needs::default();
        let mut resource = |arn: Arn| {
            needs.parts.insert(Part::Resource(home.account.clone(), arn));
        };
        resource(resource_of(record).arn);
        group::named(record).into_iter().for_each(&mut resource);
        if let Some(arn) = bucket::named(record) {
            resource(arn);
        }
        let linked = attached::named(record).into_iter().chain(prefix_list::named(record));
        let ended = ends::named(record, &waiting.derived).into_iter().chain(organization::named(record));
        linked.chain(ended).for_each(&mut resource);
        for change in &waiting.derived.changes {
            resource(change.resource.arn.clone());
        }
        if let Some(object) = replaced_object(record, &waiting.derived) {
            resource(object);
        }
        if record.event_source().is_some_and(|source| source.starts_with("s3")) {
            needs.parts.insert(Part::Account(home.account.clone()));
            if record.action().is_some_and(bucket::is_for_the_account) {
                let begin = format!("arn:{}:s3:::", Place::of(record).partition);
                needs.under.insert((home.account, Arn::from(begin)));
            }
        }
        needs
    }

    /// The parts that those in the state lead to: the lists that a group names, the groups that name a list, the machines
    /// that have a group, the groups of a machine, and the objects of a bucket.
    pub fn further(&self, waiting: &Waiting, parts: &BTreeSet<Part>) -> Needs {
        let place = Place::of(&waiting.record);
        let mut further = BTreeSet::new();
        for part in parts {
            let Part::Resource(account, arn) = part else { continue };
            let owned = (account.clone(), arn.clone());
            let mut lead = |arn: Arn| further.insert(Part::Resource(account.clone(), arn));
            for list in self.groups.get(&owned).map(Group::names).unwrap_or_default() {
                lead(place.resource(LIST, &list).arn);
            }
            let groups = self.lists.get(&owned).into_iter().flat_map(PrefixList::groups);
            let machines = self.attached.get(&owned).into_iter().flatten();
            for linked in groups.chain(machines).chain(self.interfaces.get(&owned)) {
                lead(linked.clone());
            }
            for facet in self.facets_of(&owned) {
                if let Some(group) = attached::group_of(&facet) {
                    lead(place.resource(GROUP, group).arn);
                }
                let interface = self.standing.get(&facet).and_then(|it| it.change.native_id.as_deref());
                if let Some(interface) = interface.filter(|id| id.starts_with("eni-")) {
                    lead(place.resource(INTERFACE, interface).arn);
                }
            }
        }
        Needs { parts: &further - parts, under: self.objects_concerned(waiting).into_iter().collect() }
    }

    /// The objects of a bucket, where a call can hide or show them all: any that is about the bucket, and one that gives an
    /// object a public ACL though such ACLs were believed to be without effect.
    fn objects_concerned(&self, waiting: &Waiting) -> Option<(AccountId, Arn)> {
        let owned = (Home::of(&waiting.record).account, bucket::named(&waiting.record)?);
        let known = self.buckets.get(&owned).filter(|bucket| bucket.has_objects())?;
        let about_one = waiting.derived.changes.iter().any(|change| change.surface == Surface::ObjectAcl)
            || replaced_object(&waiting.record, &waiting.derived).is_some();
        if about_one
            && !known.hides_acls(&self.accounts.get(&owned.0).cloned().unwrap_or_default()).unwrap_or(false)
        {
            return None;
        }
        Some((owned.0, Arn::from(format!("{}/", owned.1))))
    }

    /// Puts in what was kept of a part.
    pub fn put(&mut self, part: &Part, row: Row) {
        let owned = match part {
            Part::Account(account) => {
                if let Some(guard) = row.guard {
                    self.accounts.insert(account.clone(), guard);
                }
                return;
            }
            Part::Resource(account, arn) => (account.clone(), arn.clone()),
        };
        for standing in row.standing {
            let facet =
                facet_of_home(&Home { account: owned.0.clone(), ..Home::default() }, &standing.change);
            self.standing.insert(facet, standing);
        }
        if let Some(list) = row.list {
            self.lists.insert(owned.clone(), list);
        }
        if !row.attached.is_empty() {
            self.attached.insert(owned.clone(), row.attached);
        }
        if let Some(instance) = row.instance {
            self.interfaces.insert(owned.clone(), instance);
        }
        if let Some(group) = row.group {
            self.groups.insert(owned.clone(), group);
        }
        if let Some(policy) = row.policy {
            self.policies.insert(owned.clone(), policy);
        }
        if let Some(bucket) = row.bucket {
            let met = self.buckets.remove(&owned);
            self.buckets.insert(owned.clone(), bucket.with_objects_of(met));
        }
        if let Some(object) = row.object {
            self.buckets.entry(bucket_of(&owned)).or_default().put_object(object);
        }
        if !row.ends.is_empty() {
            self.ends.insert(owned, row.ends);
        }
    }

    /// What is known of a part.
    pub fn row(&self, part: &Part) -> Row {
        let owned = match part {
            Part::Account(account) => {
                return Row { guard: self.accounts.get(account).cloned(), ..Row::default() };
            }
            Part::Resource(account, arn) => (account.clone(), arn.clone()),
        };
        Row {
            standing: self.standing_of(&owned),
            group: self.groups.get(&owned).cloned(),
            list: self.lists.get(&owned).cloned(),
            attached: self.attached.get(&owned).cloned().unwrap_or_default(),
            instance: self.interfaces.get(&owned).cloned(),
            bucket: self.buckets.get(&owned).cloned(),
            object: self.buckets.get(&bucket_of(&owned)).and_then(|bucket| bucket.object(&owned.1)).cloned(),
            guard: None,
            policy: self.policies.get(&owned).cloned(),
            ends: self.ends.get(&owned).cloned().unwrap_or_default(),
        }
    }

    fn standing_of(&self, owned: &Owned) -> Vec<Standing> {
        self.facets_of(owned).iter().filter_map(|facet| self.standing.get(facet)).cloned().collect()
    }
}

/// The bucket of an object: `arn:aws:s3:::bucket/key`.
fn bucket_of((account, object): &Owned) -> Owned {
    let bucket = object.as_str().split_once('/').map_or(object.as_str(), |(bucket, _)| bucket);
    (account.clone(), Arn::from(bucket))
}
