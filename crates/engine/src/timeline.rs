//! Findings put in the order of time, in bounded memory: which exposures opened, which ended, which stand.
//!
//! In: findings, roughly in order (files are read by delivery). Out: the same by event time, without the ends of what was
//! never seen open. Up to [`HELD`] findings are held back; when there are more, the older half is let go. So whatever
//! comes no more than some thousand findings too late still finds its place, and a scan with fewer is in perfect order
//! whatever order its records came in. What comes later than that is counted.
//!
//! Findings of the same second keep the order in which they came: CloudTrail's clock has no finer hand.

use std::collections::HashMap;

use crate::finding::{Finding, Status};
use crate::ids::FindingId;

/// How many findings are held back at most: some 10 MB of them.
pub const HELD: usize = 4096;

/// Findings on their way into order.
#[derive(Debug, Default)]
pub struct Timeline {
    held: Vec<Finding>,
    /// The event time of the last finding let go.
    reached: Option<String>,
    /// Exposure findings let go, and whether they stand.
    stands: HashMap<FindingId, bool>,
    counts: Counts,
}

/// What a timeline came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Exposures that stand open at the end.
    pub still_open: usize,
    /// Endings of what was not seen open; they are left out.
    pub ends_of_nothing: usize,
    /// Findings that came when later ones had been let go already.
    pub late: usize,
}

impl Timeline {
    /// Takes a finding; calls `emit` with those whose turn it is.
    pub fn add(&mut self, finding: Finding, emit: &mut dyn FnMut(Finding)) {
        if self.reached.is_some() && finding.event.time < self.reached {
            self.counts.late += 1;
        }
        self.held.push(finding);
        if self.held.len() >= HELD {
            self.let_go(HELD / 2, emit);
        }
    }

    /// Lets go of everything.
    pub fn finish(mut self, emit: &mut dyn FnMut(Finding)) -> Counts {
        self.let_go(self.held.len(), emit);
        self.counts.still_open = self.stands.values().filter(|stands| **stands).count();
        self.counts
    }

    fn let_go(&mut self, count: usize, emit: &mut dyn FnMut(Finding)) {
        self.held.sort_by(|a, b| a.event.time.cmp(&b.event.time));
        let rest = self.held.split_off(count.min(self.held.len()));
        for finding in std::mem::replace(&mut self.held, rest) {
            if self.reached < finding.event.time {
                self.reached.clone_from(&finding.event.time);
            }
            if self.counts_for_something(&finding) {
                emit(finding);
            }
        }
    }

    /// False for the end of an exposure that does not stand.
    fn counts_for_something(&mut self, finding: &Finding) -> bool {
        if finding.exposure.is_none() {
            return true;
        }
        let stood = self.stands.get(&finding.id).copied().unwrap_or(false);
        if finding.status == Status::Closed && !stood {
            self.counts.ends_of_nothing += 1;
            return false;
        }
        self.stands.insert(finding.id.clone(), finding.status == Status::Open);
        true
    }
}
