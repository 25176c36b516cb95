//! Security groups as their rules: a rule goes by its tuple or by its id, and rules of several calls add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Owned, State, Step, facet_of};
use crate::exposure::ingress::{IngressRule, StoredRule};
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
}

/// The group that a call changes the ingress rules of.
pub(super) fn named(record: &CloudTrailRecord) -> Option<Arn> {
    let reader =
        record.action().filter(|_| record.event_source() == Some("ec2.amazonaws.com")).and_then(reader)?;
    reader(record, &Place::of(record)).ok().map(|call| call.group.arn)
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
    /// The tuple of a rule that is known by its id.
    fn rule_of(&self, id: &str) -> Option<IngressRule> {
        self.rules.iter().find(|(_, known)| known.0.as_deref() == Some(id)).map(|(rule, _)| *rule)
    }

    /// Takes a rule away, unless it is newer than the call.
    fn remove(&mut self, rule: IngressRule, at: Option<&str>) {
        if self.rules.get(&rule).is_some_and(|(_, since)| since.as_deref() <= at) {
            self.rules.remove(&rule);
        }
    }

    fn add(&mut self, stored: &StoredRule, at: Option<&str>) {
        if cidr::can_add_up(stored.rule.peer) {
            self.rules.entry(stored.rule).or_insert_with(|| (stored.id.clone(), at.map(str::to_owned)));
        }
    }

    fn stored(&self) -> Vec<StoredRule> {
        self.rules.iter().map(|(rule, known)| StoredRule { rule: *rule, id: known.0.clone() }).collect()
    }
}

impl State {
    /// A call that changes the ingress rules of a group.
    pub(super) fn group(&mut self, step: &mut Step<'_>) {
        let read =
            step.record.action().and_then(reader).map(|read| read(step.record, &Place::of(step.record)));
        let Some(Ok(call)) = read else { return };
        let owned = (step.home.account.clone(), call.group.arn.clone());
        let mut group = self.groups.remove(&owned).unwrap_or_default();
        let at = step.origin.at.clone();
        let mut certain = false;
        match &call.deed {
            Deed::Added => {}
            Deed::Removed(ids) => {
                let named: Vec<_> = ids.iter().filter_map(|id| group.rule_of(id)).collect();
                if !ids.is_empty() && named.len() == ids.len() {
                    step.applied.undecidable = None;
                }
                for id in ids {
                    self.remember_end(step, &owned, Some(id));
                }
                let rules = named.into_iter().chain(call.rules.networks.iter().map(|stored| stored.rule));
                for rule in rules {
                    group.remove(rule, at.as_deref());
                    self.remember_end(step, &owned, Some(&rule.facet()));
                }
            }
            Deed::Replaced(ids) => {
                let named: Vec<_> = ids.iter().filter_map(|id| group.rule_of(id)).collect();
                certain = named.len() == ids.len();
                for rule in named {
                    group.remove(rule, at.as_deref());
                }
            }
        }
        if !matches!(call.deed, Deed::Removed(_)) {
            for stored in &call.rules.networks {
                let id = stored.id.as_deref().unwrap_or_default();
                if self.has_ended(step, &owned, &stored.rule.facet()) || self.has_ended(step, &owned, id) {
                    step.applied.already_ended += 1;
                } else {
                    group.add(stored, at.as_deref());
                }
            }
        }
        self.count_ends_of_nothing(step);
        self.settle_group(step, &owned, &group, (&call, certain));
        if !group.rules.is_empty() {
            self.groups.insert(owned, group);
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
        let mut exposed = BTreeMap::new();
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
