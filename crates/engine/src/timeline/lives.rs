//! The lives of findings about exposures: opened, closed, opened again.

use std::collections::HashMap;

use crate::exposure::state::Origin;
use crate::finding::{Finding, Life, Status};
use crate::ids::FindingId;

/// Every finding about an exposure that was told: how it stands.
#[derive(Debug, Default)]
pub(super) struct Lives(HashMap<FindingId, Stand>);

/// How a finding stands.
#[derive(Debug)]
enum Stand {
    /// Since a call, for the first time or again.
    Open {
        since: Box<Origin>,
        reopened: bool,
    },
    Closed,
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
        let known = self.0.get_mut(&finding.id);
        if finding.status == Status::Closed {
            let Some(stand @ Stand::Open { .. }) = known else { return false };
            if let Stand::Open { since, reopened } = std::mem::replace(stand, Stand::Closed) {
                let seconds = since.seconds_until(origin.at.as_deref());
                finding.life = Some(Life { seconds, ..life(&since, reopened) });
            }
            return true;
        }
        if let Some(Stand::Open { since, reopened }) = known {
            finding.life = Some(life(since, *reopened));
            return true;
        }
        let reopened = known.is_some();
        finding.life = Some(life(origin, reopened));
        self.0.insert(finding.id.clone(), Stand::Open { since: Box::new(origin.clone()), reopened });
        true
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
