//! Everything a scan counts: what goes in comes out again in one of these numbers.

use std::collections::BTreeMap;
use std::time::Duration;

use tattletrail_engine::finding::{Finding, Level, Status};
use tattletrail_engine::ids::TechniqueId;
use tattletrail_engine::ingest::SkipReason;
use tattletrail_engine::timeline::Counts;

use super::days::Days;
use super::exceptions::FilterHits;
use super::problem::Problem;

/// How many problems and refusals are told one by one; the rest is in the counts.
pub(super) const TOLD: usize = 20;

/// The counts of one scan.
///
/// INVARIANT: `records = filtered + duplicates + matched + suppressed + undecidable + unmatched`.
#[derive(Debug, Default)]
pub struct Tally {
    /// Files read.
    pub files: u64,
    /// Files passed over by their key.
    pub files_ruled_out: u64,
    /// Files that were no log.
    pub files_not_logs: u64,
    /// Files of which a part, or all, could not be read.
    pub files_damaged: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// Records read.
    pub records: u64,
    /// Records that nobody asked about.
    pub filtered: u64,
    /// The days that the others span.
    pub days: Days,
    /// Copies of records met before.
    pub duplicates: u64,
    /// Records with findings.
    pub matched: u64,
    /// Records whose findings filters suppressed, all of them.
    pub suppressed: u64,
    /// What filters did.
    pub filters: FilterHits,
    /// Records that do not show what they did.
    pub undecidable: u64,
    /// Records without findings.
    pub unmatched: u64,
    /// What is no record and need not be.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// What should have been a record and is none, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// Fingerprints dropped to keep memory bounded.
    pub forgotten: u64,
    /// Findings shown.
    pub findings: u64,
    /// Findings of rules that are being tried out, not shown.
    pub experimental: u64,
    /// Findings below `--min-level`, not shown.
    pub below_level: u64,
    /// Of them, those that closed.
    pub closed: u64,
    /// Of them, those that opened, by level.
    pub levels: BTreeMap<Level, u64>,
    /// The same by technique.
    pub techniques: BTreeMap<TechniqueId, u64>,
    /// What the order of time came to.
    pub timeline: Counts,
    /// The first problems, as lines.
    pub told: Vec<String>,
    /// From the first file to the last finding.
    pub(super) elapsed: Duration,
    /// True if whoever takes the records wanted no more of them.
    pub stopped: bool,
    /// True if records may have been missed.
    pub incomplete: bool,
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
    pub fn rejected_total(&self) -> u64 {
        self.rejected.values().sum()
    }
}
