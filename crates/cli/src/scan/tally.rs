//! Everything a scan counts: what goes in comes out again in one of these numbers.

use std::collections::BTreeMap;

use tattletrail_engine::finding::{Finding, Level, Status};
use tattletrail_engine::ids::TechniqueId;
use tattletrail_engine::ingest::SkipReason;
use tattletrail_engine::timeline::Counts;

use super::problem::Problem;

/// How many problems and refusals are told one by one; the rest is in the counts.
pub(super) const TOLD: usize = 20;

/// The counts of one scan.
///
/// INVARIANT: `records = filtered + duplicates + matched + undecidable + unmatched`.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) files: u64,
    pub(super) files_ruled_out: u64,
    /// Files that were no log.
    pub(super) files_not_logs: u64,
    /// Files of which a part, or all, could not be read.
    pub(super) files_damaged: u64,
    pub(super) bytes: u64,
    pub(super) records: u64,
    pub(super) filtered: u64,
    pub(super) duplicates: u64,
    pub(super) matched: u64,
    pub(super) undecidable: u64,
    pub(super) unmatched: u64,
    pub(super) skipped: BTreeMap<SkipReason, u64>,
    pub(super) rejected: BTreeMap<&'static str, u64>,
    /// Fingerprints dropped to keep memory bounded.
    pub(super) forgotten: u64,
    pub(super) findings: u64,
    /// Findings below `--min-level`, not shown.
    pub(super) below_level: u64,
    pub(super) closed: u64,
    pub(super) levels: BTreeMap<Level, u64>,
    pub(super) techniques: BTreeMap<TechniqueId, u64>,
    pub(super) timeline: Counts,
    /// The first problems, as lines.
    pub(super) told: Vec<String>,
    /// True if records may have been missed.
    pub(super) incomplete: bool,
}

impl Tally {
    /// Counts a problem with an input; says whether it is one of those told.
    pub(super) fn problem(&mut self, problem: &Problem, named: bool) {
        if problem.loses_records(named) {
            self.files_damaged += 1;
            self.incomplete = true;
        } else {
            self.files_not_logs += 1;
        }
        self.tell(problem.line());
    }

    /// Keeps a line for the person at the terminal, up to [`TOLD`] of them.
    pub(super) fn tell(&mut self, line: String) {
        if self.told.len() < TOLD {
            self.told.push(line);
        }
    }

    /// Counts a finding that is shown.
    pub(super) fn finding(&mut self, finding: &Finding) {
        self.findings += 1;
        if finding.status == Status::Closed {
            self.closed += 1;
            return;
        }
        *self.levels.entry(finding.rule.level).or_default() += 1;
        for technique in &finding.rule.techniques {
            *self.techniques.entry(technique.clone()).or_default() += 1;
        }
    }

    /// Nothing read at all is never "clean": the paths were the wrong ones.
    pub(super) fn check_that_anything_was_read(&mut self) {
        let anything = self.records + self.skipped.values().sum::<u64>() + self.files_ruled_out;
        if anything == 0
            && !self.incomplete
            && self.files_not_logs + self.rejected_total() >= self.files.max(1)
        {
            self.incomplete = true;
            self.told.push("no CloudTrail records in any of the paths".to_owned());
        }
    }

    /// All refusals.
    pub(super) fn rejected_total(&self) -> u64 {
        self.rejected.values().sum()
    }
}
