//! Exposure findings put in the order of time: which exposures opened, which ended, which stand.
//!
//! In: exposure findings in any order. Out: the same in the order of event time, without the ends of what was never
//! seen open; and how many still stand. The order of what goes in changes nothing, except among the findings of one
//! second, which keep it (CloudTrail's clock has no finer hand).

use std::collections::HashMap;

use crate::finding::{Finding, Status};
use crate::ids::FindingId;

/// Exposure findings, as they come.
#[derive(Debug, Default)]
pub struct Timeline {
    findings: Vec<Finding>,
}

/// What a timeline came to.
#[derive(Debug, Default)]
pub struct Settled {
    /// Openings, and the closings of what was open, in the order of event time.
    pub findings: Vec<Finding>,
    /// How many exposures stand open at the end.
    pub still_open: usize,
    /// How many closings ended nothing that was seen open; they are left out.
    pub ends_of_nothing: usize,
}

impl Timeline {
    /// Takes one exposure finding.
    pub fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Puts everything in order.
    pub fn settle(mut self) -> Settled {
        self.findings.sort_by(|a, b| a.event.time.cmp(&b.event.time));
        let mut open: HashMap<FindingId, bool> = HashMap::new();
        let mut settled = Settled::default();
        for finding in self.findings {
            let stands = open.get(&finding.id).copied().unwrap_or(false);
            match finding.status {
                Status::Closed if !stands => settled.ends_of_nothing += 1,
                status => {
                    open.insert(finding.id.clone(), status == Status::Open);
                    settled.findings.push(finding);
                }
            }
        }
        settled.still_open = open.into_values().filter(|stands| *stands).count();
        settled
    }
}
