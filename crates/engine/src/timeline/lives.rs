//! The lives of findings about exposures: opened, closed, opened again.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::exposure::state::Origin;
use crate::finding::{Finding, Life, Status};
use crate::ids::FindingId;

/// Every finding about an exposure that was told: how it stands.
#[derive(Debug, Default)]
pub(super) struct Lives(HashMap<FindingId, Stand>);

/// How a finding stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Stand {
    /// Since a call, for the first time or again.
    Open {
        /// That call.
        since: Box<Origin>,
        /// Again.
        reopened: bool,
    },
    /// Not any more.
    Closed,
}

/// Writes its life into a finding that stood so far as `known` says. How it stands now; `None` for the end of one that
/// does not stand, which is not told.
pub fn live_on(known: Option<&Stand>, finding: &mut Finding, origin: &Origin) -> Option<Stand> {
    match (finding.status, known) {
        (Status::Closed, Some(Stand::Open { since, reopened })) => {
            let seconds = since.seconds_until(origin.at.as_deref());
            finding.life = Some(Life { seconds, ..life(since, *reopened) });
            Some(Stand::Closed)
        }
        (Status::Closed, _) => None,
        (Status::Open, Some(stand @ Stand::Open { since, reopened })) => {
            finding.life = Some(life(since, *reopened));
            Some(stand.clone())
        }
        (Status::Open, _) => {
            let reopened = known.is_some();
            finding.life = Some(life(origin, reopened));
            Some(Stand::Open { since: Box::new(origin.clone()), reopened })
        }
    }
}

impl Lives {
    /// How many stand open.
    pub(super) fn standing(&self) -> usize {
        // Counting depends on no order.
        self.0.values().filter(|stand| matches!(stand, Stand::Open { .. })).count()
    }

    /// Writes the life of a finding into it; false for the end of one that does not stand, which is not told.
    pub(super) fn live_on(&mut self, finding: &mut Finding, origin: &Origin) -> bool {
        if finding.exposure.is_none() {
            return true;
        }
        let stand = live_on(self.0.get(&finding.id), finding, origin);
        let told = stand.is_some();
        if let Some(stand) = stand {
            self.0.insert(finding.id.clone(), stand);
        }
        told
    }
}

fn life(since: &Origin, reopened: bool) -> Life {
    Life {
        opened_at: since.at.clone(),
        opened_by: since.by.clone(),
        opened_event: since.event.clone(),
        seconds: None,
        reopened,
    }
}
