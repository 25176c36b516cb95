//! What became of a file, and of all of them: what the state machine is told, writes down and tells.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tattletrail_engine::finding::Status;
use tattletrail_engine::ids::FindingId;

use crate::counts::Counts;
use crate::dispatch::terms::Later;
use crate::receive::objects::Object;

/// How many findings an answer about a file names: the cause of a failure holds 32,768 characters (Step Functions API
/// reference, `SendTaskFailure`), and an id has 32.
const MOST_NAMED: usize = 300;

/// How many reasons go with a file, and how long each may be.
const MOST_REASONS: usize = 10;
const LONGEST_REASON: usize = 200;

/// What became of a file that was read by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileAnswer {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// It was read to its end, and nothing in it was rejected.
    pub whole: bool,
    /// What is wrong with it, in one word; empty where nothing is.
    pub error: String,
    /// What is wrong with it, and where; the first ten things.
    pub reasons: Vec<String>,
    /// Its records that were taken in.
    #[serde(flatten)]
    pub records: Records,
    /// What should have been a record and is none, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// What is no record and need not be, by kind.
    pub skipped: BTreeMap<String, u64>,
    /// The findings that it came to.
    pub findings: Named,
    /// What was left for its turn.
    pub later: Later,
}

/// How many records came to what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "as in `Counts`")]
pub struct Records {
    pub received: u64,
    pub matched: u64,
    pub suppressed: u64,
    pub unmatched: u64,
    pub undecidable: u64,
    pub copies: u64,
    pub opened: u64,
    pub closed: u64,
}

/// Findings by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Named {
    /// Ids of those that opened, or were told again.
    pub opened: Vec<String>,
    /// Ids of those that closed.
    pub closed: Vec<String>,
    /// How many more there were.
    pub not_named: u64,
}

/// What the readings in turn came to so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settled {
    /// Records that had their turn.
    #[serde(flatten)]
    pub records: Records,
    /// Ends of what was never seen to begin.
    pub ends_of_nothing: u64,
    /// Records that had their turn before it was sure to have come, since too many were held.
    pub early: u64,
    /// How many readings there were.
    pub readings: u64,
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// Files, and what else was listed.
    pub files: u64,
    /// Those that could not be read to their end, or have something in them that can't be read.
    pub failed: u64,
    /// Those that are no trail files.
    pub not_trail_files: u64,
    /// Records of all files, each with all of its copies.
    pub records: u64,
    /// What should have been a record and is none.
    pub rejected: u64,
    /// Findings that opened, or were told again.
    pub opened: u64,
    /// Findings that closed.
    pub closed: u64,
    /// Where the lists are: of the map's items, by their end.
    pub lists: BTreeMap<String, Vec<String>>,
}

impl Records {
    /// What an invocation counted.
    pub fn of(counts: &Counts) -> Self {
        Self {
            received: counts.received,
            matched: counts.matched,
            suppressed: counts.suppressed,
            unmatched: counts.unmatched,
            undecidable: counts.undecidable,
            copies: counts.copies,
            opened: counts.opened,
            closed: counts.closed,
        }
    }

    /// Takes in what another reading came to.
    pub fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.matched += other.matched;
        self.suppressed += other.suppressed;
        self.unmatched += other.unmatched;
        self.undecidable += other.undecidable;
        self.copies += other.copies;
        self.opened += other.opened;
        self.closed += other.closed;
    }
}

impl Named {
    /// Those that were found, the first `most` of them by their ids; `all` is how many there were.
    pub fn of(found: &[(FindingId, Status)], all: u64, most: usize) -> Self {
        let mut named = Self::default();
        for (id, status) in found.iter().take(most) {
            let of_them = match status {
                Status::Open => &mut named.opened,
                Status::Closed => &mut named.closed,
            };
            of_them.push(id.as_str().to_owned());
        }
        named.not_named = all.saturating_sub((named.opened.len() + named.closed.len()) as u64);
        named
    }
}

impl FileAnswer {
    /// About a file of which nothing is known yet.
    pub fn about(object: &Object) -> Self {
        Self { bucket: object.bucket.clone(), key: object.key.clone(), whole: true, ..Self::default() }
    }

    /// The same, with something wrong with it.
    #[must_use]
    pub fn with_fault(mut self, error: &str, reasons: Vec<String>) -> Self {
        self.whole = false;
        error.clone_into(&mut self.error);
        let cut = |reason: String| reason.chars().take(LONGEST_REASON).collect();
        self.reasons = reasons.into_iter().take(MOST_REASONS).map(cut).collect();
        self
    }

    /// The same, with what was counted and found.
    #[must_use]
    pub fn with_counts(mut self, counts: &Counts, found: &[(FindingId, Status)], later: Later) -> Self {
        let by_name = |map: &BTreeMap<&'static str, u64>| {
            map.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
        };
        self.records = Records::of(counts);
        self.rejected = by_name(&counts.rejected);
        self.skipped = by_name(&counts.skipped);
        self.findings = Named::of(found, counts.opened + counts.closed, MOST_NAMED);
        self.later = later;
        self
    }
}

impl Totals {
    /// Takes in what became of one file.
    pub fn add(&mut self, file: &FileAnswer) {
        self.files += 1;
        self.failed += u64::from(!file.whole);
        self.not_trail_files += u64::from(file.whole && file.skipped.keys().any(|kind| is_of_files(kind)));
        let later = &file.later;
        self.records += file.records.received + later.turn.count + later.writes.count;
        self.rejected += file.rejected.values().sum::<u64>();
        self.opened += file.records.opened;
        self.closed += file.records.closed;
    }
}

/// True for kinds of whole files.
fn is_of_files(kind: &str) -> bool {
    ["folder", "digest file", "Insights event", "other log"].contains(&kind)
}
