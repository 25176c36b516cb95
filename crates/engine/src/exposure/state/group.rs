//! Security groups as their rules: a rule goes by its tuple or by its id, and rules of several calls add up. A rule that
//! names a prefix list is kept whatever the list holds: a later call can fill it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Owned, State, Step, facet_of};
use crate::exposure::ingress::{IngressRule, ListRule, StoredRule};
use crate::exposure::prefix_list::LIST;
use crate::exposure::security_group::{self, Call, Deed};
use crate::exposure::{Effect, Surface, Undecidable, cidr};
use crate::ids::Arn;
use crate::record::CloudTrailRecord;
use crate::resource::place::Place;

/// A rule's id, and when it came.
type Known = (Option<String>, Option<String>);

/// The ingress rules of a group that can expose it, by themselves or together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Group {
    #[serde(with = "super::pairs")]
    rules: BTreeMap<IngressRule, Known>,
    /// Those that name a prefix list.
    #[serde(with = "super::pairs", default)]
    lists: BTreeMap<ListRule, Known>,
}

/// The group that a call changes the ingress rules of, and the prefix lists that they name.
pub(super) fn named(record: &CloudTrailRecord) -> Vec<Arn> {
    let place = Place::of(record);
    let action = record.action().filter(|_| record.event_source() == Some("ec2.amazonaws.com"));
    let Some(Ok(call)) = action.and_then(reader).map(|read| read(record, &place)) else { return Vec::new() };
    let lists = call.rules.lists.iter().map(|stored| place.resource(LIST, &stored.rule.list).arn);
    lists.chain([call.group.arn.clone()]).collect()
}

/// True for the calls that change ingress rules.
pub(super) fn concerns(source: &str, action: &str) -> bool {
    source == "ec2.amazonaws.com" && reader(action).is_some()
}

type Reader = fn(&CloudTrailRecord, &Place) -> Result<Call, Undecidable>;

fn reader(action: &str) -> Option<Reader> {
    match action {
        "AuthorizeSecurityGroupIngress" => Some(security_group::added),
        "RevokeSecurityGroupIngress" => Some(security_group::removed),
        "ModifySecurityGroupRules" => Some(security_group::replaced),
        _ => None,
    }
}

impl Group {
    /// Does what a call says. True if every rule that it names by id was known.
    fn take_in(&mut self, call: &Call, at: Option<&str>) -> bool {
        let mut certain = true;
        if let Deed::Removed(ids) | Deed::Replaced(ids) = &call.deed {
            for id in ids {
                let known = take_by_id(&mut self.rules, id, at) || take_by_id(&mut self.lists, id, at);
                certain &= known;
            }
        }
        if matches!(call.deed, Deed::Removed(_)) {
            call.rules.networks.iter().for_each(|stored| take(&mut self.rules, &stored.rule, at));
            call.rules.lists.iter().for_each(|stored| take(&mut self.lists, &stored.rule, at));
            return certain;
        }
        let known = |id: &Option<String>| (id.clone(), at.map(str::to_owned));
        for stored in call.rules.networks.iter().filter(|stored| cidr::can_add_up(stored.rule.peer)) {
            self.rules.entry(stored.rule).or_insert_with(|| known(&stored.id));
        }
        for stored in &call.rules.lists {
            self.lists.entry(stored.rule.clone()).or_insert_with(|| known(&stored.id));
        }
        certain
    }

    fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.lists.is_empty()
    }

    fn stored(&self) -> Vec<StoredRule> {
        self.rules.iter().map(|(rule, known)| StoredRule { rule: *rule, id: known.0.clone() }).collect()
    }

    /// The rules that name prefix lists, with their ids.
    pub(super) fn listed(&self) -> impl Iterator<Item = (&ListRule, Option<&str>)> {
        self.lists.iter().map(|(rule, known)| (rule, known.0.as_deref()))
    }

    /// The prefix lists that rules name.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.lists.keys().map(|rule| rule.list.clone()).collect()
    }
}

/// Takes a rule away, unless it is newer than the call.
fn take<R: Ord>(rules: &mut BTreeMap<R, Known>, rule: &R, at: Option<&str>) {
    if rules.get(rule).is_some_and(|(_, since)| since.as_deref() <= at) {
        rules.remove(rule);
    }
}

/// The same for a rule that is known by its id; false if none is.
fn take_by_id<R: Ord + Clone>(rules: &mut BTreeMap<R, Known>, id: &str, at: Option<&str>) -> bool {
    let named = rules.iter().find(|(_, known)| known.0.as_deref() == Some(id)).map(|(rule, _)| rule.clone());
    named.inspect(|rule| take(rules, rule, at)).is_some()
}

impl State {
    /// Remembers what a call takes away, and leaves out of it what was taken away after it was made.
    fn note_ends(&mut self, step: &mut Step<'_>, owned: &Owned, call: &mut Call) {
        if let Deed::Removed(ids) | Deed::Replaced(ids) = &call.deed {
            for id in ids {
                self.remember_end(step, owned, Some(id));
            }
        }
        if matches!(call.deed, Deed::Removed(_)) {
            for stored in &call.rules.networks {
                self.remember_end(step, owned, Some(&stored.rule.facet()));
            }
            for stored in &call.rules.lists {
                self.remember_end(step, owned, Some(&stored.rule.facet()));
            }
            return;
        }
        let before = call.rules.networks.len() + call.rules.lists.len();
        let stands = |facet: &str, id: Option<&str>| {
            !self.has_ended(step, owned, facet) && !id.is_some_and(|id| self.has_ended(step, owned, id))
        };
        call.rules.networks.retain(|stored| stands(&stored.rule.facet(), stored.id.as_deref()));
        call.rules.lists.retain(|stored| stands(&stored.rule.facet(), stored.id.as_deref()));
        let after = call.rules.networks.len() + call.rules.lists.len();
        step.applied.already_ended += before - after;
    }

    /// A call that changes the ingress rules of a group.
    pub(super) fn group(&mut self, step: &mut Step<'_>) {
        let read =
            step.record.action().and_then(reader).map(|read| read(step.record, &Place::of(step.record)));
        let Some(Ok(mut call)) = read else { return };
        let owned = (step.home.account.clone(), call.group.arn.clone());
        let mut group = self.groups.remove(&owned).unwrap_or_default();
        self.note_ends(step, &owned, &mut call);
        let named = group.names();
        let certain = group.take_in(&call, step.origin.at.as_deref());
        if certain && matches!(&call.deed, Deed::Removed(ids) if !ids.is_empty()) {
            step.applied.undecidable = None;
        }
        self.name_lists(step, &owned, &named, &group.names());
        self.count_ends_of_nothing(step);
        let certain = certain && matches!(call.deed, Deed::Replaced(_));
        self.settle_group(step, &owned, &group, (&call, certain));
        if !group.is_empty() {
            self.groups.insert(owned, group);
        }
    }

    /// A group is gone, and with it its rules.
    pub(super) fn forget_group(&mut self, step: &Step<'_>, owned: &Owned) {
        if let Some(group) = self.groups.remove(owned) {
            self.name_lists(step, owned, &group.names(), &BTreeSet::new());
        }
    }

    fn count_ends_of_nothing(&self, step: &mut Step<'_>) {
        let ended = super::only_ended(step);
        step.applied.ends_of_nothing +=
            ended.iter().filter(|facet| !self.standing.contains_key(facet)).count();
    }

    /// Lets what stands of a group be what its rules expose.
    fn settle_group(
        &mut self,
        step: &mut Step<'_>,
        owned: &Owned,
        group: &Group,
        (call, certain): (&Call, bool),
    ) {
        let stored = group.stored();
        let mut exposed = self.open_lists(step, owned, group);
        for entry in security_group::exposed(&stored) {
            let reach = entry.1;
            let own = security_group::change(&call.group, entry, Effect::Opened, "the group");
            let facet = facet_of(step, &own);
            // What the call says of it by itself, unless more is known: what a replaced rule was before.
            let said =
                step.derived.changes.iter().find(|change| {
                    !change.effect.ends() && change.facet == own.facet && change.reach == reach
                });
            exposed.insert(facet, said.filter(|_| !certain).cloned().unwrap_or(own));
        }
        for facet in self.facets_of(owned) {
            if facet.1 == Surface::SecurityGroupIngress && !exposed.contains_key(&facet) {
                self.set(step, facet, None, "the rule is gone");
            }
        }
        for (facet, change) in exposed {
            let why = change.reason.clone();
            self.follow(step, facet, Some(change), &why);
        }
    }
}
