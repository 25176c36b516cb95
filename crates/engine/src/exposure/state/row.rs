//! The state in parts, for whoever keeps it between records: all that is known of one resource is one [`Row`].
//!
//! A function has no memory of its own. It asks which parts a record [needs](State::needs), puts the rows that are kept
//! into an empty state, lets the record happen, and keeps the rows that are now others.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ends::Ends;
use super::{Bucket, Facet, Group, Owned, State, bucket, facet_of_home, group};
use crate::engine::Waiting;
use crate::exposure::Surface;
use crate::exposure::state::{Home, Standing};
use crate::ids::{AccountId, Arn};
use crate::resource::place::Place;
use crate::resource::resource_of;

/// What goes by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What S3 is told for an account as a whole.
    Account(AccountId),
    /// A resource of an account; objects go with their bucket.
    Resource(AccountId, Arn),
}

/// The parts that a record can change, or that decide what it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Named ones.
    pub parts: BTreeSet<Part>,
    /// Every bucket of this account; their ARNs begin so.
    pub buckets_of: Option<(AccountId, Arn)>,
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
    bucket: Option<Bucket>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guard: Option<bucket::Guard>,
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
        let written = self.group.is_some() || self.bucket.is_some() || self.guard.is_some();
        self.is_quiet() && !written && self.ends.is_empty()
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
        if let Some(arn) = group::named(record) {
            resource(arn);
        }
        if let Some(arn) = bucket::named(record) {
            resource(arn);
        }
        for change in &waiting.derived.changes {
            let (owned, ..) = kept_with(&facet_of_home(&home, change));
            resource(owned.1);
        }
        if record.event_source().is_some_and(|source| source.starts_with("s3")) {
            needs.parts.insert(Part::Account(home.account.clone()));
            let whole = record.action().is_some_and(bucket::is_for_the_account);
            let begin = format!("arn:{}:s3:::", Place::of(record).partition);
            needs.buckets_of = whole.then_some((home.account, Arn::from(begin)));
        }
        needs
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
        if let Some(group) = row.group {
            self.groups.insert(owned.clone(), group);
        }
        if let Some(bucket) = row.bucket {
            self.buckets.insert(owned.clone(), bucket);
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
            standing: self.standing_with(&owned),
            group: self.groups.get(&owned).cloned(),
            bucket: self.buckets.get(&owned).cloned(),
            guard: None,
            ends: self.ends.get(&owned).cloned().unwrap_or_default(),
        }
    }

    /// What stands of a resource, and of its objects if it is a bucket.
    fn standing_with(&self, owned: &Owned) -> Vec<Standing> {
        // The ARNs of objects follow that of their bucket.
        let first = (owned.clone(), Surface::SecurityGroupIngress, String::new());
        self.standing
            .range(first..)
            .take_while(|(facet, _)| facet.0.0 == owned.0 && facet.0.1.as_str().starts_with(owned.1.as_str()))
            .filter(|(facet, _)| kept_with(facet).0 == *owned)
            .map(|(_, standing)| standing.clone())
            .collect()
    }
}

/// The resource in whose row a facet is kept.
fn kept_with(facet: &Facet) -> (Owned, Surface) {
    let ((account, arn), surface, _) = facet;
    let arn = match (surface, arn.as_str().split_once('/')) {
        (Surface::ObjectAcl, Some((bucket, _))) => Arn::from(bucket),
        _ => arn.clone(),
    };
    ((account.clone(), arn), *surface)
}
