//! One statement: whom it lets in or keeps out, under which conditions, to do what.

use std::collections::BTreeSet;

use super::action::Patterns;
use super::condition::{Condition, conditions};
use super::principal::{Principal, principals};
use super::{Holder, provider};
use crate::ids::AccountId;
use crate::json::Node;

/// A statement in normal form.
#[derive(Debug, Clone)]
pub(super) struct Statement<'a> {
    /// `Allow`, or else `Deny`.
    pub(super) allows: bool,
    principals: Vec<Principal>,
    conditions: Vec<Condition<'a>>,
    pub(super) actions: Patterns<'a>,
    resources: Patterns<'a>,
}

impl<'a> Statement<'a> {
    /// Reads a statement; `None` where it is of a shape that no policy has.
    pub(super) fn read(node: Node<'a>, holder: Holder) -> Option<Self> {
        let effect = node.get_ignore_case("Effect")?.as_str()?;
        let allows = effect.eq_ignore_ascii_case("Allow");
        if !allows && !effect.eq_ignore_ascii_case("Deny") {
            return None;
        }
        let principals = match (node.get_ignore_case("Principal"), node.get_ignore_case("NotPrincipal")) {
            (Some(element), _) => principals(element, holder)?,
            // Everybody but some. In a deny too: strangers are not among those it leaves out, unless it leaves out all.
            (None, Some(but)) => {
                let spares_all = principals(but, holder)?.contains(&Principal::Anyone);
                if allows || !spares_all { vec![Principal::Anyone] } else { Vec::new() }
            }
            (None, None) => return None,
        };
        Some(Self {
            allows,
            principals,
            conditions: node
                .get_ignore_case("Condition")
                .map_or(Some(Vec::new()), |c| conditions(c, holder))?,
            actions: Patterns::read(node, "Action", "NotAction")?,
            resources: Patterns::read(node, "Resource", "NotResource")?,
        })
    }

    /// True if AWS calls the statement public: principals that are not fixed, and no condition that is. Conditions are
    /// all to be met, so one is enough.
    pub(super) fn is_public(&self) -> bool {
        let fixed = self.principals.iter().all(Principal::is_fixed);
        self.allows && !fixed && !self.conditions.iter().any(Condition::is_fixed)
    }

    /// True if a stranger can use the statement.
    pub(super) fn admits_strangers(&self) -> bool {
        self.allows
            && (self.names_anyone() || self.names_shared_provider())
            && !self.conditions.iter().any(Condition::keeps_strangers_out)
    }

    /// The services that the statement lets act for anyone: no condition says for whom, so a stranger who uses the
    /// service may make it act (IAM user guide, "The confused deputy problem").
    pub(super) fn services(&self) -> BTreeSet<String> {
        if !self.allows || self.conditions.iter().any(Condition::names_the_source) {
            return BTreeSet::new();
        }
        let named = self.principals.iter().filter_map(|principal| match principal {
            Principal::Service(name) => Some(name.clone()),
            _ => None,
        });
        if self.names_anyone() {
            return self.conditions.iter().flat_map(Condition::services).collect();
        }
        named.collect()
    }

    /// True if this deny keeps strangers from what `allow` allows: it is for everybody, covers all of it, and leaves
    /// out at most those that its conditions name.
    pub(super) fn keeps_strangers_from(&self, allow: &Self) -> bool {
        !self.allows
            && self.names_anyone()
            && self.conditions.iter().all(Condition::excepts_the_named)
            && self.actions.covers(&allow.actions)
            && self.resources.covers(&allow.resources)
    }

    /// The outsiders that a statement without strangers lets in: those its principals name; where it is for anyone,
    /// those its conditions name, unless one of them leaves none.
    pub(super) fn outsiders(&self, own: &AccountId) -> BTreeSet<String> {
        if !self.names_anyone() {
            return self.principals.iter().filter_map(|principal| principal.outsider(own)).collect();
        }
        let mut named = BTreeSet::new();
        for condition in self.conditions.iter().filter(|condition| condition.keeps_strangers_out()) {
            match condition.outsiders(own) {
                Some(outsiders) if outsiders.is_empty() => return BTreeSet::new(),
                Some(outsiders) => named.extend(outsiders),
                None => {}
            }
        }
        named
    }

    /// True if it trusts a provider that anyone can be a user of, and no condition tells which users.
    fn names_shared_provider(&self) -> bool {
        self.principals.iter().any(|principal| match principal {
            Principal::Provider(issuer) => {
                provider::is_shared(issuer)
                    && !self.conditions.iter().any(|condition| condition.identifies_user_of(issuer))
            }
            _ => false,
        })
    }

    fn names_anyone(&self) -> bool {
        self.principals.contains(&Principal::Anyone)
    }
}
