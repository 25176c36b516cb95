//! A security-group rule whose peer is a prefix list: what it lets in are the entries of the list, which other calls
//! change.

use serde::{Deserialize, Serialize};

use ipnet::IpNet;

use super::{IngressRule, Protocol};
use crate::exposure::PortRange;

/// One way in for the entries of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct ListRule {
    pub(crate) protocol: Protocol,
    pub(crate) ports: PortRange,
    /// The list's id.
    pub(crate) list: String,
}

impl ListRule {
    /// The name of this rule as a facet of its group.
    pub(crate) fn facet(&self) -> String {
        format!("ingress|{}|{}-{}|{}", self.protocol, self.ports.from, self.ports.to, self.list)
    }

    /// What the rule is for one entry of the list.
    pub(crate) fn of_entry(&self, peer: IpNet) -> IngressRule {
        IngressRule { protocol: self.protocol, ports: self.ports, peer }
    }
}

/// Such a rule with the service's own id of it, where the record has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredList {
    pub(crate) rule: ListRule,
    pub(crate) id: Option<String>,
}
