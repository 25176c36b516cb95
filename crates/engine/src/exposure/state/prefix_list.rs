//! Prefix lists as their entries, and the groups whose rules name them.
//!
//! In: calls that change lists, and the rules of groups. Out: the facet `ingress|<protocol>|<ports>|pl-...` of each group
//! with a rule that names a list, as wide as the list is. Like the rules of a group, the entries of a list add up.
//!
//! INVARIANT: of a list only entries that can open a group, by themselves or together, are kept; a list that has none and
//! that no known rule names is forgotten. A list that another account shares is another's: its entries are not known.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::group::Group;
use super::{Facet, Owned, State, Step};
use crate::exposure::ingress::ListRule;
use crate::exposure::prefix_list::{self, Deed, LIST};
use crate::exposure::security_group::GROUP;
use crate::exposure::{Effect, ExposureChange, Reach, Surface, Undecidable, cidr};
use crate::ids::Arn;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{Place, short_name};

/// What is known of one list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PrefixList {
    /// Entries, since when.
    entries: BTreeMap<IpNet, Option<String>>,
    /// Groups with a rule that names it.
    groups: BTreeSet<Arn>,
}

/// True for the calls that change lists.
pub(super) fn concerns(source: &str, action: &str) -> bool {
    prefix_list::is_call(source, action)
}

/// The list that a call changes.
pub(super) fn named(record: &CloudTrailRecord) -> Option<Arn> {
    prefix_list::call(record, &Place::of(record)).map(|call| call.list.arn)
}

impl PrefixList {
    fn add(&mut self, net: IpNet, at: Option<&str>) {
        if cidr::can_add_up(net) {
            self.entries.entry(net).or_insert_with(|| at.map(str::to_owned));
        }
    }

    /// Takes an entry away, unless it is newer than the call.
    fn remove(&mut self, net: IpNet, at: Option<&str>) {
        if self.entries.get(&net).is_some_and(|since| since.as_deref() <= at) {
            self.entries.remove(&net);
        }
    }

    /// Does what a call says.
    fn take_in(&mut self, deed: &Deed, at: Option<&str>) -> Result<(), Undecidable> {
        match deed {
            Deed::Changed { added, removed } => {
                for net in removed {
                    self.remove(*net, at);
                }
                for net in added {
                    self.add(*net, at);
                }
                Ok(())
            }
            Deed::Deleted => {
                self.entries.retain(|_, since| since.as_deref() > at);
                Ok(())
            }
            // What an earlier version held is not kept; a list of which nothing is known is no worse for it.
            Deed::Restored if self.is_empty() => Ok(()),
            Deed::Restored => Err(Undecidable::NeedsState),
        }
    }

    /// True if nothing of it has to be remembered.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.groups.is_empty()
    }

    /// The groups that name it.
    pub(super) fn groups(&self) -> impl Iterator<Item = &Arn> {
        self.groups.iter()
    }

    /// How much of the internet the entries are, and the widest of them or the first that make it up.
    fn reach(&self) -> Option<(Reach, IpNet)> {
        let nets: Vec<IpNet> = self.entries.keys().copied().collect();
        let alone = nets.iter().filter_map(|net| cidr::reach(*net).map(|reach| (reach, *net)));
        let widest = alone.max_by_key(|(reach, net)| (*reach, Reverse((net.prefix_len(), *net))));
        let together = cidr::world_together(&nets).first().map(|net| (Reach::World, *net));
        widest.filter(|(reach, _)| *reach == Reach::World).or(together).or(widest)
    }
}

impl State {
    /// A call that changes a list.
    pub(super) fn prefix_list(&mut self, step: &mut Step<'_>) {
        let Some(call) = prefix_list::call(step.record, &Place::of(step.record)) else { return };
        let owned = (step.home.account.clone(), call.list.arn);
        let mut list = self.lists.remove(&owned).unwrap_or_default();
        if let Err(why) = list.take_in(&call.deed, step.origin.at.as_deref()) {
            step.applied.undecidable = Some(why);
        }
        let groups = list.groups.clone();
        if !list.is_empty() {
            self.lists.insert(owned, list);
        }
        for group in groups {
            self.show_lists(step, &group, &call.list.name);
        }
    }

    /// Lets what stands of a group through one list be what the list is now.
    fn show_lists(&mut self, step: &mut Step<'_>, group: &Arn, list: &str) {
        let owned = (step.home.account.clone(), group.clone());
        let Some(known) = self.groups.get(&owned) else { return };
        let rules: Vec<ListRule> =
            known.listed().map(|(rule, _)| rule).filter(|rule| rule.list == list).cloned().collect();
        let mut open = self.open_lists(step, &owned, known);
        for rule in rules {
            let facet: Facet = (owned.clone(), Surface::SecurityGroupIngress, rule.facet());
            let now = open.remove(&facet);
            let why =
                now.as_ref().map_or("the list lets in nobody any more".to_owned(), |now| now.reason.clone());
            self.follow(step, facet, now, &why);
        }
    }

    /// What a group lets in through lists.
    pub(super) fn open_lists(
        &self,
        step: &Step<'_>,
        owned: &Owned,
        group: &Group,
    ) -> BTreeMap<Facet, ExposureChange> {
        let place = Place::of(step.record);
        let resource =
            Resource { arn: owned.1.clone(), kind: GROUP.kind, name: short_name(owned.1.as_str()) };
        let mut open = BTreeMap::new();
        for (rule, id) in group.listed() {
            let list = (owned.0.clone(), place.resource(LIST, &rule.list).arn);
            let Some((reach, widest)) = self.lists.get(&list).and_then(PrefixList::reach) else { continue };
            let facet = rule.facet();
            let reason = format!(
                "the prefix list {} that the rule names takes in {}",
                rule.list,
                amount(reach, widest)
            );
            let mut change = ExposureChange::new(
                resource.clone(),
                Surface::SecurityGroupIngress,
                Effect::Opened,
                reach,
                facet.clone(),
            )
            .because(reason);
            change.network = Some(rule.of_entry(widest).network());
            change.native_id = id.map(str::to_owned);
            open.insert((owned.clone(), Surface::SecurityGroupIngress, facet), change);
        }
        open
    }

    /// Keeps under each list the groups that name it: `before` and `now` are the lists that a group named.
    pub(super) fn name_lists(
        &mut self,
        step: &Step<'_>,
        group: &Owned,
        before: &BTreeSet<String>,
        now: &BTreeSet<String>,
    ) {
        let place = Place::of(step.record);
        let key = |list: &String| (group.0.clone(), place.resource(LIST, list).arn);
        for list in now.difference(before) {
            self.lists.entry(key(list)).or_default().groups.insert(group.1.clone());
        }
        for owned in before.difference(now).map(key) {
            let Some(list) = self.lists.get_mut(&owned) else { continue };
            list.groups.remove(&group.1);
            if list.is_empty() {
                self.lists.remove(&owned);
            }
        }
    }
}

fn amount(reach: Reach, widest: IpNet) -> String {
    let family = if widest.network().is_ipv4() { "IPv4" } else { "IPv6" };
    match reach {
        Reach::World => format!("every {family} address"),
        _ => format!("a /{} of the {family} addresses", widest.prefix_len()),
    }
}
