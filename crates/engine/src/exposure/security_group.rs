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
use crate::resource::place::{ArnForm, Place, Scope};

const GROUP: ArnForm = ArnForm::new("AWS::EC2::SecurityGroup", "ec2", Scope::Regional, "security-group/");

/// `AuthorizeSecurityGroupIngress`.
pub(super) fn authorized(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let answered = response_part(record, "securityGroupRuleSet").map(ingress::of_rule_set);
    let rules = match answered.filter(|rules| !rules.is_empty()) {
        Some(rules) => rules,
        None => ingress::of_permissions(record.request().ok_or(Undecidable::UnknownShape)?),
    };
    changes(record, place, &rules, Effect::Opened)
}

/// `RevokeSecurityGroupIngress`. It succeeds even where nothing was revoked: the answer lists what was not.
pub(super) fn revoked(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    if let Some(set) = response_part(record, "revokedSecurityGroupRuleSet") {
        let rules = ingress::of_rule_set(set);
        return if rules.is_empty() {
            Ok(Derived::default())
        } else {
            changes(record, place, &rules, Effect::Closed)
        };
    }
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let mut rules = ingress::of_permissions(request);
    if rules.is_empty() && names_rules_by_id(request) {
        return Err(Undecidable::NeedsState);
    }
    if let Some(unknown) = response_part(record, "unknownIpPermissionSet") {
        let mut kept = Rules::default();
        unknown.list().into_iter().for_each(|permission| kept.add(permission, None));
        rules.networks.retain(|stored| !kept.networks.iter().any(|other| other.rule == stored.rule));
        rules.other_peers = true;
    }
    changes(record, place, &rules, Effect::Closed)
}

/// `ModifySecurityGroupRules`, which replaces whole rules by their ids. What a rule was before, and whether it is an
/// ingress rule at all, is not in the record.
pub(super) fn modified(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let request = request.get_ignore_case("ModifySecurityGroupRulesRequest").unwrap_or(request);
    let mut rules = Rules::default();
    for key in ["SecurityGroupRule", "SecurityGroupRules", "SecurityGroupRuleSet"] {
        for update in request.get_ignore_case(key).map(Node::list).unwrap_or_default() {
            let rule = update.get_ignore_case("SecurityGroupRule").unwrap_or(update);
            if text_of(rule, "IsEgress").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
                rules.other_peers = true;
                continue;
            }
            rules.add(rule, text_of(update, "SecurityGroupRuleId").as_deref());
        }
    }
    let mut derived = changes(record, place, &rules, Effect::Opened)?;
    for change in &mut derived.changes {
        change.confidence = Confidence::Medium;
        change.reason.push_str("; what the modified rule was before is not in the record");
    }
    Ok(derived)
}

fn response_part<'a>(record: &'a CloudTrailRecord, key: &str) -> Option<Node<'a>> {
    record.response()?.get_ignore_case(key)
}

fn names_rules_by_id(request: Node<'_>) -> bool {
    ["securityGroupRuleIds", "securityGroupRuleIdSet", "securityGroupRuleId"]
        .iter()
        .any(|key| request.get_ignore_case(key).is_some_and(|ids| !ids.list().is_empty()))
}

fn changes(
    record: &CloudTrailRecord,
    place: &Place,
    rules: &Rules,
    effect: Effect,
) -> Result<Derived, Undecidable> {
    if rules.is_empty() {
        return Err(Undecidable::UnknownShape);
    }
    let mut derived = Derived::default();
    if rules.unreadable {
        derived.undecidable = Some(Undecidable::UnknownShape);
    }
    let exposed = exposed(&rules.networks);
    if exposed.is_empty() {
        return Ok(derived);
    }
    let group = group(record, place);
    for (stored, reach, together) in exposed {
        let mut change = ExposureChange::new(
            group.clone(),
            Surface::SecurityGroupIngress,
            effect,
            reach,
            stored.rule.facet(),
        )
        .because(reason(&stored.rule, reach, together));
        change.network = Some(stored.rule.network());
        change.native_id.clone_from(&stored.id);
        derived.changes.push(change);
    }
    Ok(derived)
}

/// The rules that let in the internet or a large part of it, each once, with their reach and whether they make the
/// world only together with others of the same call.
fn exposed(rules: &[StoredRule]) -> Vec<(&StoredRule, Reach, bool)> {
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

fn reason(rule: &IngressRule, reach: Reach, together: bool) -> String {
    let family = if rule.peer.network().is_ipv4() { "IPv4" } else { "IPv6" };
    match (reach, together) {
        (_, true) => format!("the rules of this call together take in every {family} address"),
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
