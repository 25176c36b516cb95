//! The settings of block public access, each on, off or unknown.

use serde::{Deserialize, Serialize};

use super::{Step, Written};
use crate::exposure::Surface;

/// The settings of one bucket or account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Settings {
    block_acls: Option<bool>,
    ignore_acls: Option<bool>,
    block_policy: Option<bool>,
    restrict: Option<bool>,
}

/// The settings as the last call wrote them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::exposure::state) struct Guard(Written<Settings>);

impl Guard {
    /// Every setting on.
    pub(super) fn all_on(at: Option<&str>) -> Self {
        let on = Some(true);
        let value = Settings { block_acls: on, ignore_acls: on, block_policy: on, restrict: on };
        Self(Written { value, at: at.map(str::to_owned) })
    }

    /// Takes over the settings that a call leaves.
    pub(super) fn set_by(&mut self, step: &Step<'_>) {
        let change = step.derived.changes.iter().find(|change| {
            matches!(change.surface, Surface::BucketPublicAccessBlock | Surface::AccountPublicAccessBlock)
        });
        let Some(change) = change else { return };
        let on = |word: &str| Some(!change.settings_off.iter().any(|off| off == word));
        let settings = Settings {
            block_acls: on("block_public_acls"),
            ignore_acls: on("ignore_public_acls"),
            block_policy: on("block_public_policy"),
            restrict: on("restrict_public_buckets"),
        };
        self.0.write(settings, step.origin.at.as_deref());
    }

    /// A public policy was put: `BlockPublicPolicy` was off. If it was believed on, the others are unknown too.
    pub(super) fn policy_was_accepted(&mut self, at: Option<&str>) {
        if self.0.at.as_deref() <= at {
            let value = &mut self.0.value;
            let believed = if value.block_policy == Some(true) { Settings::default() } else { *value };
            *value = Settings { block_policy: Some(false), ..believed };
        }
    }

    /// A public ACL was put: `BlockPublicAcls` was off. If it was believed on, the others are unknown too.
    pub(super) fn acl_was_accepted(&mut self, at: Option<&str>) {
        if self.0.at.as_deref() <= at {
            let value = &mut self.0.value;
            let believed = if value.block_acls == Some(true) { Settings::default() } else { *value };
            *value = Settings { block_acls: Some(false), ..believed };
        }
    }

    /// Whether public policies have no effect: the stricter of the bucket and its account.
    pub(super) fn restrict(&self, account: &Self) -> Option<bool> {
        either(self.0.value.restrict, account.0.value.restrict)
    }

    /// Whether public ACLs have no effect: the stricter of the bucket and its account.
    pub(super) fn ignore(&self, account: &Self) -> Option<bool> {
        either(self.0.value.ignore_acls, account.0.value.ignore_acls)
    }
}

/// On if either is, off if both are.
fn either(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}
