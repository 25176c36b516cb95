//! Reading rules out of the shapes that calls and answers have.
//!
//! One reader takes them all, since what differs is only where protocol, ports and peer stand: nested in a request
//! (`ipRanges.items[].cidrIp`), flat in an old one (`cidrIp` beside `fromPort`), one per peer in an answer
//! (`cidrIpv4`), in capitals (`ModifySecurityGroupRules`), as plain lists where a tool has rewritten them.

use std::borrow::Cow;

use super::{IngressRule, ListRule, Protocol, StoredList};
use crate::exposure::{PortRange, cidr};
use crate::json::{Kind, Node};
use crate::resource::place::capped;

/// Keys of a peer that is a network.
const NETWORKS: [&str; 3] = ["cidrIp", "cidrIpv4", "cidrIpv6"];

/// Keys of lists of such peers.
const NETWORK_LISTS: [&str; 2] = ["ipRanges", "ipv6Ranges"];

/// Keys of peers that are no network: other groups and prefix lists, which are no exposure by themselves.
const OTHER_PEERS: [&str; 8] = [
    "groups",
    "userIdGroupPairs",
    "prefixListIds",
    "referencedGroupId",
    "referencedGroupInfo",
    "prefixListId",
    "sourceSecurityGroupName",
    "sourceSecurityGroupOwnerId",
];

/// A rule with the service's own id of it, where the record has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredRule {
    pub(crate) rule: IngressRule,
    pub(crate) id: Option<String>,
}

/// The rules of one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// Those whose peer is a network, in the order of the record.
    pub(crate) networks: Vec<StoredRule>,
    /// Those whose peer is a prefix list.
    pub(crate) lists: Vec<StoredList>,
    /// True if there were peers of another kind.
    pub(crate) other_peers: bool,
    /// True if something that should be a rule is not one.
    pub(crate) unreadable: bool,
}

impl Rules {
    /// True if the record showed no rule of any kind.
    pub(crate) fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.other_peers && !self.unreadable
    }

    /// Adds every rule that one permission holds, under an id.
    pub(crate) fn add(&mut self, permission: Node<'_>, id: Option<&str>) {
        let peers = peers(permission);
        self.other_peers |= OTHER_PEERS.iter().any(|key| {
            permission
                .get_ignore_case(key)
                .is_some_and(|node| node.as_str() != Some("") && !node.list().is_empty())
        });
        for peer in peers {
            match rule(permission, &peer) {
                Some(rule) => self.networks.push(StoredRule { rule, id: id.map(capped) }),
                None => self.unreadable = true,
            }
        }
        for list in lists(permission) {
            if let Some((protocol, ports)) = way(permission) {
                let rule = ListRule { protocol, ports, list };
                self.lists.push(StoredList { rule, id: id.map(capped) });
            }
        }
    }
}

/// The ingress rules of an answer's rule set; egress rules in it are left out.
pub(crate) fn of_rule_set(set: Node<'_>) -> Rules {
    let mut rules = Rules::default();
    for item in set.list() {
        let egress = item.get_ignore_case("isEgress").and_then(Node::scalar_text);
        if egress.as_deref() == Some("true") {
            rules.other_peers = true;
            continue;
        }
        rules.add(item, text_of(item, "securityGroupRuleId").as_deref());
    }
    rules
}

/// The rules of a request: in its list of permissions, or flat beside the group's id.
pub(crate) fn of_permissions(request: Node<'_>) -> Rules {
    let mut rules = Rules::default();
    for permission in request.get_ignore_case("ipPermissions").map(Node::list).unwrap_or_default() {
        rules.add(permission, None);
    }
    rules.add(request, None);
    rules
}

/// A member of an object as text, whatever its capitals; `None` where it is absent or empty.
pub(crate) fn text_of<'a>(node: Node<'a>, key: &str) -> Option<Cow<'a, str>> {
    node.get_ignore_case(key)?.scalar_text().filter(|text| !text.is_empty())
}

/// The parameters and what a wrapper named after the call (`...Request`, `...Response`) holds: newer EC2 calls have one.
pub(crate) fn unwrapped(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let inner = node.members().filter(|(key, _)| key.ends_with("Request") || key.ends_with("Response"));
    std::iter::once(node).chain(inner.map(|(_, value)| value))
}

fn peers(permission: Node<'_>) -> Vec<Cow<'_, str>> {
    let mut found: Vec<Cow<'_, str>> = NETWORKS.iter().filter_map(|key| text_of(permission, key)).collect();
    for list in NETWORK_LISTS.iter().filter_map(|key| permission.get_ignore_case(key)) {
        for item in list.list() {
            match item.kind() {
                Kind::Object => found.extend(NETWORKS.iter().filter_map(|key| text_of(item, key))),
                _ => found.extend(item.scalar_text().filter(|text| !text.is_empty())),
            }
        }
    }
    found
}

/// The ids of the prefix lists among the peers.
fn lists(permission: Node<'_>) -> Vec<String> {
    let all = ["prefixListIds", "prefixListId"].iter().filter_map(|key| permission.get_ignore_case(key));
    all.flat_map(Node::list)
        .filter_map(|item| item.scalar_text().or_else(|| text_of(item, "prefixListId")))
        .filter(|id| !id.is_empty())
        .map(|id| capped(&id))
        .collect()
}

/// The rule of a permission for one of its peers.
fn rule(permission: Node<'_>, peer: &str) -> Option<IngressRule> {
    let (protocol, ports) = way(permission)?;
    Some(IngressRule { protocol, ports, peer: cidr::parse(peer)? })
}

/// Protocol and ports of a permission. Samples cut short by hand may lack the protocol: with ports it can
/// only be one that has them, without any the rule lets everything in.
fn way(permission: Node<'_>) -> Option<(Protocol, PortRange)> {
    let from = number(permission, "fromPort")?;
    let to = number(permission, "toPort")?;
    let protocol = match text_of(permission, "ipProtocol") {
        Some(text) => Protocol::parse(&text)?,
        None if from.or(to).is_some() => Protocol::Tcp,
        None => Protocol::All,
    };
    Some((protocol, protocol.ports(from, to)?))
}

/// A port: `Some(None)` where there is none, `None` where it is no number.
#[expect(clippy::option_option, reason = "absent and unreadable are different answers")]
pub(crate) fn number(node: Node<'_>, key: &str) -> Option<Option<i64>> {
    match text_of(node, key) {
        Some(text) => text.trim().parse().ok().map(Some),
        None => Some(None),
    }
}
