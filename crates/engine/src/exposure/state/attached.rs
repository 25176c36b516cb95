//! Instances and network interfaces with a security group that stands open.
//!
//! In: calls that give groups to machines or end machines, and the moves of the groups themselves. Out: a facet
//! `group|sg-...` of each machine, as wide as the widest of what the group lets in. It ends with the group's last
//! opening, with another set of groups, or with the machine. Where an instance has but one interface, groups given to
//! that are groups given to the instance: the console does it so.
//!
//! INVARIANT: only machines with an open group are remembered, under the group: one whose groups let nobody in at the
//! time is forgotten, and what such a group lets in later is told of the group alone.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Facet, Move, Owned, State, Step};
use crate::exposure::attachment::{self, Deed, Given, INTERFACE};
use crate::exposure::security_group::GROUP;
use crate::exposure::{Confidence, Effect, ExposureChange, Network, Reach, Surface};
use crate::ids::Arn;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::Place;

/// What a facet is called before the group's id.
const PREFIX: &str = "group|";

/// True for the calls that give groups to machines or end machines.
pub(super) fn concerns(record: &CloudTrailRecord) -> bool {
    attachment::deed(record).is_some()
}

/// The machines and groups that a call names.
pub(super) fn named(record: &CloudTrailRecord) -> Vec<Arn> {
    match attachment::deed(record) {
        Some(Deed::Given(given)) => given
            .into_iter()
            .flat_map(|given| given.groups.into_iter().chain([given.machine]).chain(given.interface))
            .map(|resource| resource.arn)
            .collect(),
        Some(Deed::Gone(gone)) => gone.into_iter().map(|machine| machine.arn).collect(),
        None => Vec::new(),
    }
}

impl State {
    /// What a call does to machines, by itself or through their groups.
    pub(super) fn attached(&mut self, step: &mut Step<'_>) {
        match attachment::deed(step.record) {
            Some(Deed::Given(given)) => {
                for given in given {
                    self.given(step, given);
                }
            }
            Some(Deed::Gone(gone)) => {
                for machine in gone {
                    self.leave(step, &machine, &BTreeSet::new(), "the resource was deleted");
                }
            }
            None => self.groups_moved(step),
        }
    }

    /// A machine has these groups now, and no others.
    fn given(&mut self, step: &mut Step<'_>, given: Given) {
        let account = step.home.account.clone();
        let Given { machine, groups, interface } = given;
        let machine = self.behind((account.clone(), machine.arn.clone())).unwrap_or(machine);
        let owned = (account, machine.arn.clone());
        let interface = interface.map(|interface| interface.name).or_else(|| self.interface_of(&owned));
        let kept = groups.iter().map(|group| facet_text(&group.name)).collect();
        self.leave(step, &machine, &kept, "the group was taken from it");
        for group in groups {
            let key = (owned.0.clone(), group.arn);
            let Some(widest) = self.widest(&key) else { continue };
            let change = change(machine.clone(), &group.name, interface.as_deref(), &widest);
            let why = change.reason.clone();
            self.set(step, facet(&owned, &group.name), Some(change), &why);
            self.attached.entry(key).or_default().insert(machine.arn.clone());
        }
        if let Some(interface) = self.interface_of(&owned) {
            self.interfaces.insert((owned.0, interface_arn(step, &interface)), machine.arn);
        }
    }

    /// The instance whose only interface this is, if it stands open.
    fn behind(&self, interface: Owned) -> Option<Resource> {
        let instance = self.interfaces.get(&interface)?.clone();
        let facet = self.facets_of(&(interface.0, instance)).into_iter().next()?;
        self.standing.get(&facet).map(|standing| standing.change.resource.clone())
    }

    /// The only interface of an instance that stands open, where it is known.
    fn interface_of(&self, machine: &Owned) -> Option<String> {
        let facet = self.facets_of(machine).into_iter().find(|facet| facet.1 == Surface::InstanceIngress)?;
        self.standing.get(&facet)?.change.native_id.clone()
    }

    /// Ends what a machine had through groups whose facets are not kept.
    fn leave(&mut self, step: &mut Step<'_>, machine: &Resource, kept: &BTreeSet<String>, why: &str) {
        let owned = (step.home.account.clone(), machine.arn.clone());
        let place = Place::of(step.record);
        for facet in self.facets_of(&owned) {
            let Some(group) = group_of(&facet).filter(|_| !kept.contains(&facet.2)) else { continue };
            let group = (owned.0.clone(), place.resource(GROUP, group).arn);
            self.end(step, &facet, &group, why);
        }
    }

    /// Lets the machines of every group that moved follow it.
    fn groups_moved(&mut self, step: &mut Step<'_>) {
        let changed = |moved: &Move| moved.now.as_ref().or(moved.before.as_ref()).map(|it| it.change.clone());
        let groups: BTreeSet<Resource> = step
            .applied
            .moves
            .iter()
            .filter_map(changed)
            .filter(|change| change.surface == Surface::SecurityGroupIngress)
            .map(|change| change.resource)
            .collect();
        for group in groups {
            let owned = (step.home.account.clone(), group.arn);
            let widest = self.widest(&owned);
            for machine in self.attached.get(&owned).cloned().unwrap_or_default() {
                let facet = facet(&(owned.0.clone(), machine), &group.name);
                let before = self.standing.get(&facet).map(|standing| standing.change.clone());
                match widest.as_ref().zip(before) {
                    Some((widest, before)) => {
                        let change =
                            change(before.resource, &group.name, before.native_id.as_deref(), widest);
                        let why = change.reason.clone();
                        self.follow(step, facet, Some(change), &why);
                    }
                    None => self.end(step, &facet, &owned, "the group lets in nobody any more"),
                }
            }
        }
    }

    /// Ends a facet, and forgets the machine under its group with it.
    fn end(&mut self, step: &mut Step<'_>, facet: &Facet, group: &Owned, why: &str) {
        let interface = self.interface_of(&facet.0);
        self.set(step, facet.clone(), None, why);
        if self.standing.contains_key(facet) {
            return;
        }
        if let Some(interface) = interface.filter(|_| self.interface_of(&facet.0).is_none()) {
            self.interfaces.remove(&(facet.0.0.clone(), interface_arn(step, &interface)));
        }
        let Some(machines) = self.attached.get_mut(group) else { return };
        machines.remove(&facet.0.1);
        if machines.is_empty() {
            self.attached.remove(group);
        }
    }

    /// The widest of what stands open of a group.
    fn widest(&self, group: &Owned) -> Option<ExposureChange> {
        let open = self.facets_of(group).into_iter().filter(|facet| facet.1 == Surface::SecurityGroupIngress);
        let open: Vec<&ExposureChange> =
            open.filter_map(|facet| self.standing.get(&facet)).map(|standing| &standing.change).collect();
        open.into_iter().max_by_key(|change| width(change)).cloned()
    }
}

/// How wide an opening is: what is more than web pages and ICMP before those, whoever they are for, for a machine can
/// have a web port open for everybody and another for half of them; then the reach, then the ports.
fn width(change: &ExposureChange) -> (bool, Reach, bool, i64, Reverse<String>) {
    let Some(Network { protocol, ports, .. }) = &change.network else {
        return (false, change.reach, false, 0, Reverse(change.facet.clone()));
    };
    let web = ports.from == ports.to && [80, 443].contains(&ports.from);
    let plain = web || protocol.starts_with("icmp");
    (!plain, change.reach, protocol == "all", ports.to - ports.from, Reverse(change.facet.clone()))
}

fn change(
    machine: Resource,
    group: &str,
    interface: Option<&str>,
    widest: &ExposureChange,
) -> ExposureChange {
    let reason = format!("security group {group}: {}; addresses and routes decide as well", widest.reason);
    let facet = facet_text(group);
    let mut change =
        ExposureChange::new(machine, Surface::InstanceIngress, Effect::Opened, widest.reach, facet)
            .because(reason);
    change.confidence = Confidence::Medium;
    change.network.clone_from(&widest.network);
    change.native_id = interface.map(str::to_owned);
    change
}

fn interface_arn(step: &Step<'_>, id: &str) -> Arn {
    Place::of(step.record).resource(INTERFACE, id).arn
}

fn facet(machine: &Owned, group: &str) -> Facet {
    (machine.clone(), Surface::InstanceIngress, facet_text(group))
}

fn facet_text(group: &str) -> String {
    format!("{PREFIX}{group}")
}

/// The id of the group that a machine's facet is about.
pub(super) fn group_of(facet: &Facet) -> Option<&str> {
    facet.2.strip_prefix(PREFIX).filter(|_| facet.1 == Surface::InstanceIngress)
}
