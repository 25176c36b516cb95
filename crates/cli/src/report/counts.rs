//! What the scan counted, for the page: what was read, what became of it, and what could not be read.

use std::collections::BTreeMap;

use serde::Serialize;
use tattletrail_engine::render::text::neutralise;

use crate::scan::Tally;
use crate::scan::summary;

/// The counts, by the names that they have in a scan's summary.
#[derive(Debug, Serialize)]
pub(super) struct Counts {
    files: u64,
    files_ruled_out: u64,
    files_not_logs: u64,
    files_damaged: u64,
    size: String,
    first_day: Option<String>,
    last_day: Option<String>,
    records: u64,
    matched: u64,
    suppressed: u64,
    undecidable: u64,
    unmatched: u64,
    duplicates: u64,
    filtered: u64,
    rejected: u64,
    rejected_by_reason: BTreeMap<&'static str, u64>,
    skipped: BTreeMap<&'static str, u64>,
    findings: u64,
    closed: u64,
    below_level: u64,
    experimental: u64,
    still_open: usize,
    ends_of_nothing: usize,
    incomplete: bool,
    problems: Vec<String>,
    notes: Vec<String>,
}

impl Counts {
    /// The counts of a scan that is over.
    pub(super) fn of(tally: &Tally) -> Self {
        let days = tally.days.ends();
        Self {
            files: tally.files,
            files_ruled_out: tally.files_ruled_out,
            files_not_logs: tally.files_not_logs,
            files_damaged: tally.files_damaged,
            size: summary::size(tally.bytes),
            first_day: days.map(|(first, _)| first.to_owned()),
            last_day: days.map(|(_, last)| last.to_owned()),
            records: tally.records,
            matched: tally.matched,
            suppressed: tally.suppressed,
            undecidable: tally.undecidable,
            unmatched: tally.unmatched,
            duplicates: tally.duplicates,
            filtered: tally.filtered,
            rejected: tally.rejected_total(),
            rejected_by_reason: tally.rejected.clone(),
            skipped: tally.skipped.iter().map(|(reason, count)| (reason.kind(), *count)).collect(),
            findings: tally.findings,
            closed: tally.closed,
            below_level: tally.below_level,
            experimental: tally.experimental,
            still_open: tally.timeline.still_open,
            ends_of_nothing: tally.timeline.ends_of_nothing,
            incomplete: tally.incomplete,
            problems: tally.told.iter().map(|line| neutralise(line).into_owned()).collect(),
            notes: summary::notes(tally),
        }
    }
}
