//! What stands exposed, as far as the records so far tell: the memory that one record lacks.
//!
//! In: records in the order of time, each with what [`super::derive`] made of it. Out: the exact [`Move`]s: an opening,
//! the end of precisely what stood, or one in the place of the other. Security groups are kept as their rules and buckets
//! as their policies, ACLs and settings, and what is exposed follows from those. Everything else goes by (resource,
//! surface, facet): an opening replaces what stood there, an end ends it.
//!
//! INVARIANT: only resources with something exposed, or with something written that a later call can expose, are
//! remembered. Maps are sorted: no result depends on a hash. A record older than what it would change changes nothing.

// Security groups as their rules.
mod group;

// Prefix lists as their entries.
mod prefix_list;

// Machines with an open group.
mod attached;

// Buckets as what is written on them.
mod bucket;

// What ended, and when.
mod ended;

// The state in parts.
mod row;

// Maps that JSON can hold.
mod pairs;

// Ends that a call brings without saying of what.
mod ends;

// Policies of an organisation.
mod organization;

// What stands.
mod standing;

use std::collections::{BTreeMap, BTreeSet};

use super::{Derived, ExposureChange, Surface, Undecidable, network_acl};
use crate::ids::{AccountId, Arn};
use crate::record::CloudTrailRecord;
use bucket::Bucket;
use ended::Ends;
use group::Group;
use prefix_list::PrefixList;

pub(crate) use ends::replaced_object;
pub use ends::{ENDS, End};
pub use row::{Needs, Part, Row};
pub use standing::{Home, Move, Origin, Standing};

/// A resource in the account whose records tell of it.
type Owned = (AccountId, Arn);

/// A facet of one surface of a resource.
type Facet = (Owned, Surface, String);

/// What is known of resources.
#[derive(Debug, Default)]
pub struct State {
    standing: BTreeMap<Facet, Standing>,
    groups: BTreeMap<Owned, Group>,
    lists: BTreeMap<Owned, PrefixList>,
    /// Under a group that stands open, the machines that have it.
    attached: BTreeMap<Owned, BTreeSet<Arn>>,
    /// The only interface of an instance that stands open, and the instance.
    interfaces: BTreeMap<Owned, Arn>,
    buckets: BTreeMap<Owned, Bucket>,
    /// Block public access of whole accounts.
    accounts: BTreeMap<AccountId, bucket::Guard>,
    /// What ended, where that is remembered.
    ends: BTreeMap<Owned, Ends>,
    /// Records may come in any order.
    remembers_ends: bool,
    /// Policies of organisations about S3.
    policies: BTreeMap<Owned, organization::Policy>,
}

/// What one record came to.
#[derive(Debug, Default)]
pub struct Applied {
    /// The exact changes: first the ends, in the order of their facets.
    pub moves: Vec<Move>,
    /// How many ends there were of what did not stand.
    pub ends_of_nothing: usize,
    /// How many beginnings came after their end.
    pub already_ended: usize,
    /// Why a change might be hidden in the record.
    pub undecidable: Option<Undecidable>,
}

/// True for a record that [`State::apply`] must see, given what was derived from it.
pub fn concerns(record: &CloudTrailRecord, derived: &Derived) -> bool {
    let Some((source, action)) = record.event_source().zip(record.action()) else { return false };
    let known = !derived.changes.is_empty()
        || derived.undecidable.is_some()
        || group::concerns(source, action)
        || bucket::concerns(source, action)
        || organization::concerns(source, action)
        || prefix_list::concerns(source, action)
        || (source == "ec2.amazonaws.com" && attached::concerns(record))
        || ends::concerns(source, action);
    known && !record.failed()
}

/// Source and action of the calls that [`concerns`] knows by their names alone, beside those of machines, prefix lists and
/// ends. Those of security groups are also ones that changes are derived from.
pub(super) fn calls() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_buckets = bucket::CALLS.iter().map(|action| ("s3.amazonaws.com", *action));
    of_buckets.chain(organization::CALLS.iter().map(|action| (organization::SOURCE, *action)))
}

/// One record on its way through the state.
struct Step<'a> {
    record: &'a CloudTrailRecord,
    derived: &'a Derived,
    home: Home,
    origin: Origin,
    applied: Applied,
}

impl State {
    /// Everything that stands, by resource and facet.
    pub fn standing(&self) -> impl Iterator<Item = &Standing> {
        self.standing.values()
    }

    /// Takes in one record and what was derived from it.
    pub fn apply(&mut self, record: &CloudTrailRecord, derived: &Derived) -> Applied {
        let mut step = Step {
            record,
            derived,
            home: Home::of(record),
            origin: Origin::of(record),
            applied: Applied { undecidable: derived.undecidable, ..Applied::default() },
        };
        if record.failed() {
            return Applied::default();
        }
        if record
            .event_source()
            .zip(record.action())
            .is_some_and(|(source, action)| group::concerns(source, action))
        {
            self.group(&mut step);
        } else {
            self.bucket(&mut step);
            self.others(&mut step);
            self.label_removed(&mut step);
            self.organization(&mut step);
        }
        self.prefix_list(&mut step);
        self.gone(&mut step);
        self.attached(&mut step);
        step.applied.moves.sort_by_key(|moved| moved.now.is_some());
        step.applied
    }

    /// Facets that go by themselves: what is derived is what happened.
    fn others(&mut self, step: &mut Step<'_>) {
        for (facet, changes) in by_facet(step) {
            if bucket::is_modelled(facet.1) {
                continue;
            }
            let opening = changes.iter().find(|change| !change.effect.ends());
            let why = changes.first().map(|change| change.reason.as_str()).unwrap_or_default();
            self.statements_replaced(step, &facet, why);
            match (opening, changes.first()) {
                (Some(opening), _) => {
                    let mut opening = (*opening).clone();
                    if self.standing.contains_key(&facet) {
                        // What was before is known now.
                        opening.reason = opening.reason.replace(network_acl::REPLACED_UNSEEN, "");
                    }
                    let why = opening.reason.clone();
                    self.set(step, facet, Some(opening), &why);
                }
                (None, Some(end)) => {
                    let ended = self.shares_reset(step, &facet, end) || self.standing.contains_key(&facet);
                    step.applied.ends_of_nothing += usize::from(!ended);
                    self.set(step, facet, None, &end.reason);
                }
                (None, None) => {}
            }
        }
    }

    fn facets_of(&self, owned: &Owned) -> Vec<Facet> {
        // The least surface, the least text: the first key that a resource can have.
        let first = (owned.clone(), Surface::SecurityGroupIngress, String::new());
        self.standing
            .range(first..)
            .map(|(facet, _)| facet)
            .take_while(|facet| facet.0 == *owned)
            .cloned()
            .collect()
    }

    /// Puts `now` in the place of what stands at a facet.
    fn set(&mut self, step: &mut Step<'_>, facet: Facet, now: Option<ExposureChange>, why: &str) {
        let before = self.standing.get(&facet);
        if before.is_some_and(|before| step.origin.is_before(&before.origin)) {
            return;
        }
        let before = before.cloned();
        let Some(now) = now else {
            self.remember_end(step, &facet.0, Some(&facet.2));
            if let Some(before) = before {
                self.standing.remove(&facet);
                step.applied.moves.push(Move { now: None, before: Some(before), why: why.to_owned() });
            }
            return;
        };
        if self.has_ended(step, &facet.0, &facet.2) {
            step.applied.already_ended += 1;
            return;
        }
        // One that goes on keeps its beginning, and the place where its finding is known.
        let goes_on = before.as_ref().filter(|before| before.is_as(&now));
        let origin = goes_on.map_or_else(|| step.origin.clone(), |before| before.origin.clone());
        let home = before.as_ref().map_or_else(|| step.home.clone(), |before| before.home.clone());
        let standing = Standing { change: now, home, origin };
        self.standing.insert(facet, standing.clone());
        step.applied.moves.push(Move { now: Some(standing), before, why: why.to_owned() });
    }

    /// Remembers that a facet ended, or all of a resource.
    fn remember_end(&mut self, step: &Step<'_>, owned: &Owned, facet: Option<&str>) {
        let Some(at) = step.origin.at.as_deref().filter(|_| self.remembers_ends) else { return };
        let ends = self.ends.entry(owned.clone()).or_default();
        match facet {
            Some(facet) => ends.end(facet, at),
            None => ends.all(at),
        }
    }

    /// True if a facet of a resource is known to have ended after this record was made.
    fn has_ended(&self, step: &Step<'_>, owned: &Owned, facet: &str) -> bool {
        let at = step.origin.at.as_deref();
        let group = if facet.starts_with(ends::STATEMENTS) { ends::STATEMENTS } else { facet };
        self.ends.get(owned).is_some_and(|ends| ends.after(facet, at) || ends.after(group, at))
    }

    /// Lets what stands at a facet follow from what is known. A consequence that changes nothing is no news, unless the
    /// call itself says so.
    fn follow(&mut self, step: &mut Step<'_>, facet: Facet, now: Option<ExposureChange>, why: &str) {
        let said = step
            .derived
            .changes
            .iter()
            .any(|change| !change.effect.ends() && facet_of(step, change) == facet);
        let same = match (self.standing.get(&facet), &now) {
            (Some(before), Some(now)) => before.is_as(now),
            (None, None) => true,
            _ => false,
        };
        if !same || (said && now.is_some()) {
            self.set(step, facet, now, why);
        }
    }
}

fn facet_of(step: &Step<'_>, change: &ExposureChange) -> Facet {
    facet_of_home(&step.home, change)
}

fn facet_of_home(home: &Home, change: &ExposureChange) -> Facet {
    ((home.account.clone(), change.resource.arn.clone()), change.surface, change.facet.clone())
}

/// The changes of a record by what they are about: a set policy is told as its opening and the end of the old one.
fn by_facet<'a>(step: &Step<'a>) -> Vec<(Facet, Vec<&'a ExposureChange>)> {
    let mut found: BTreeMap<Facet, Vec<&ExposureChange>> = BTreeMap::new();
    for change in &step.derived.changes {
        found.entry(facet_of(step, change)).or_default().push(change);
    }
    found.into_iter().collect()
}

/// Facets of a record that its changes only end.
fn only_ended(step: &Step<'_>) -> BTreeSet<Facet> {
    let ended = |changes: &[&ExposureChange]| changes.iter().all(|change| change.effect.ends());
    by_facet(step).into_iter().filter(|(_, changes)| ended(changes)).map(|(facet, _)| facet).collect()
}

#[cfg(test)]
mod tests;
