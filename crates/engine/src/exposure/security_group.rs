//! Security groups: ingress rules authorized, revoked and modified.
//!
//! In: a successful call. Out: one change per rule and peer that is the internet or a large part of it. The answer is
//! read before the request: it names what really happened, with the ids of the rules.
//!
//! Deleting a group ends its exposures too; which those are only state can tell, so it is not told here.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::ingress::{self, IngressRule, Rules, StoredRule, text_of};
use super::{Confidence, Derived, Effect, ExposureChange, Reach, Surface, Undecidable, cidr};
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope, capped};

/// How a group is named.
pub(super) const GROUP: ArnForm =
    ArnForm::new("AWS::EC2::SecurityGroup", "ec2", Scope::Regional, "security-group/");

/// What a call did to the rules of a group.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) group: Resource,
    pub(super) rules: Rules,
    pub(super) deed: Deed,
}

/// What happened to the rules of a [`Call`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// They are in the group now.
    Added,
    /// They are not in it any more, nor are those with these ids.
    Removed(Vec<String>),
    /// They have taken the place of whatever had these ids before.
    Replaced(Vec<String>),
}

/// `AuthorizeSecurityGroupIngress`.
pub(super) fn authorized(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    changes(&added(record, place)?, Effect::Opened)
}

/// `RevokeSecurityGroupIngress`. It succeeds even where nothing was revoked: the answer lists what was not.
pub(super) fn revoked(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let call = removed(record, place)?;
    if call.rules.is_empty() {
        return match &call.deed {
            Deed::Removed(ids) if !ids.is_empty() => Err(Undecidable::NeedsState),
            _ if response_part(record, "revokedSecurityGroupRuleSet").is_some() => Ok(Derived::default()),
            _ => Err(Undecidable::UnknownShape),
        };
    }
    changes(&call, Effect::Closed)
}

/// `ModifySecurityGroupRules`, which replaces whole rules by their ids. What a rule was before, and whether it is an
/// ingress rule at all, is not in the record.
pub(super) fn modified(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let mut derived = changes(&replaced(record, place)?, Effect::Opened)?;
    for change in &mut derived.changes {
        change.confidence = Confidence::Medium;
        change.reason.push_str("; what the modified rule was before is not in the record");
    }
    Ok(derived)
}

/// What `AuthorizeSecurityGroupIngress` added.
pub(super) fn added(record: &CloudTrailRecord, place: &Place) -> Result<Call, Undecidable> {
    let answered = response_part(record, "securityGroupRuleSet").map(ingress::of_rule_set);
    let rules = match answered.filter(|rules| !rules.is_empty()) {
        Some(rules) => rules,
        None => ingress::of_permissions(record.request().ok_or(Undecidable::UnknownShape)?),
    };
    Ok(Call { group: group(record, place), rules, deed: Deed::Added })
}

/// What `RevokeSecurityGroupIngress` took away.
pub(super) fn removed(record: &CloudTrailRecord, place: &Place) -> Result<Call, Undecidable> {
    let group = group(record, place);
    if let Some(set) = response_part(record, "revokedSecurityGroupRuleSet") {
        return Ok(Call { group, rules: ingress::of_rule_set(set), deed: Deed::Removed(Vec::new()) });
    }
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let mut rules = ingress::of_permissions(request);
    let ids = if rules.is_empty() { rule_ids(request) } else { Vec::new() };
    if let Some(unknown) = response_part(record, "unknownIpPermissionSet").filter(|_| ids.is_empty()) {
        let mut kept = Rules::default();
        unknown.list().into_iter().for_each(|permission| kept.add(permission, None));
        rules.networks.retain(|stored| !kept.networks.iter().any(|other| other.rule == stored.rule));
        rules.lists.retain(|stored| !kept.lists.iter().any(|other| other.rule == stored.rule));
        rules.other_peers = true;
    }
    Ok(Call { group, rules, deed: Deed::Removed(ids) })
}

/// What `ModifySecurityGroupRules` put in the place of what.
pub(super) fn replaced(record: &CloudTrailRecord, place: &Place) -> Result<Call, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let request = request.get_ignore_case("ModifySecurityGroupRulesRequest").unwrap_or(request);
    let (mut rules, mut ids) = (Rules::default(), Vec::new());
    for key in ["SecurityGroupRule", "SecurityGroupRules", "SecurityGroupRuleSet"] {
        for update in request.get_ignore_case(key).map(Node::list).unwrap_or_default() {
            let rule = update.get_ignore_case("SecurityGroupRule").unwrap_or(update);
            if text_of(rule, "IsEgress").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
                rules.other_peers = true;
                continue;
            }
            let id = text_of(update, "SecurityGroupRuleId");
            rules.add(rule, id.as_deref());
            ids.extend(id.map(|id| capped(&id)));
        }
    }
    Ok(Call { group: group(record, place), rules, deed: Deed::Replaced(ids) })
}

fn response_part<'a>(record: &'a CloudTrailRecord, key: &str) -> Option<Node<'a>> {
    record.response()?.get_ignore_case(key)
}

/// The ids by which a request names rules: texts, or objects with one.
fn rule_ids(request: Node<'_>) -> Vec<String> {
    ["securityGroupRuleIds", "securityGroupRuleIdSet", "securityGroupRuleId"]
        .iter()
        .filter_map(|key| request.get_ignore_case(key))
        .flat_map(Node::list)
        .filter_map(|item| item.scalar_text().or_else(|| text_of(item, "securityGroupRuleId")))
        .map(|id| capped(&id))
        .collect()
}

fn changes(call: &Call, effect: Effect) -> Result<Derived, Undecidable> {
    if call.rules.is_empty() {
        return Err(Undecidable::UnknownShape);
    }
    let undecidable = call.rules.unreadable.then_some(Undecidable::UnknownShape);
    let exposed = exposed(&call.rules.networks);
    let changes = exposed.into_iter().map(|entry| change(&call.group, entry, effect, "this call"));
    Ok(Derived { changes: changes.collect(), undecidable })
}

/// The change that one exposed rule makes; `whose` rules make the world together.
pub(super) fn change(group: &Resource, entry: Exposed<'_>, effect: Effect, whose: &str) -> ExposureChange {
    let (stored, reach, together) = entry;
    let facet = stored.rule.facet();
    let mut change = ExposureChange::new(group.clone(), Surface::SecurityGroupIngress, effect, reach, facet)
        .because(reason(&stored.rule, reach, together.then_some(whose)));
    change.network = Some(stored.rule.network());
    change.native_id.clone_from(&stored.id);
    change
}

/// A rule, its reach, and whether it makes the world only together with others.
pub(super) type Exposed<'a> = (&'a StoredRule, Reach, bool);

/// The rules that let in the internet or a large part of it, each once.
pub(super) fn exposed(rules: &[StoredRule]) -> Vec<Exposed<'_>> {
    let mut peers: BTreeMap<_, Vec<IpNet>> = BTreeMap::new();
    for StoredRule { rule, .. } in rules {
        peers.entry((rule.protocol, rule.ports)).or_default().push(rule.peer);
    }
    let mut together: BTreeSet<IngressRule> = BTreeSet::new();
    for ((protocol, ports), nets) in peers {
        let makers = cidr::world_together(&nets);
        together.extend(makers.into_iter().map(|peer| IngressRule { protocol, ports, peer }));
    }
    let mut seen = BTreeSet::new();
    let mut exposed = Vec::new();
    for stored in rules.iter().filter(|stored| seen.insert(stored.rule)) {
        if together.contains(&stored.rule) {
            exposed.push((stored, Reach::World, true));
        } else if let Some(reach) = cidr::reach(stored.rule.peer) {
            exposed.push((stored, reach, false));
        }
    }
    exposed
}

fn reason(rule: &IngressRule, reach: Reach, together: Option<&str>) -> String {
    let family = if rule.peer.network().is_ipv4() { "IPv4" } else { "IPv6" };
    match (reach, together) {
        (_, Some(whose)) => format!("the rules of {whose} together take in every {family} address"),
        (Reach::World, _) => format!("the rule takes in every {family} address"),
        _ => format!("the rule takes in a /{} of the {family} addresses", rule.peer.prefix_len()),
    }
}

/// The group: by its id, which the answer knows even where the request has only the name. An anonymised record may have
/// neither: its exposure counts none the less.
fn group(record: &CloudTrailRecord, place: &Place) -> Resource {
    let request = record.request();
    let inner = request.and_then(|node| node.get_ignore_case("ModifySecurityGroupRulesRequest"));
    let answers = ["securityGroupRuleSet", "revokedSecurityGroupRuleSet"]
        .into_iter()
        .filter_map(|key| response_part(record, key))
        .flat_map(Node::list);
    let id = request
        .into_iter()
        .chain(inner)
        .chain(record.response())
        .chain(answers)
        .find_map(|node| text_of(node, "groupId"))
        .or_else(|| request.and_then(|node| text_of(node, "groupName")))
        .unwrap_or_default();
    place.resource(GROUP, &id)
}
