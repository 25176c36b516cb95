//! What one invocation counted.

use std::collections::BTreeMap;

use crate::parcel::SinkName;

/// What one invocation counted. `received` is the sum of `matched`, `suppressed`, `unmatched`, `undecidable`, `copies`,
/// `rejected` and `undelivered`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records, and what should have been one.
    pub received: u64,
    /// Records with findings.
    pub matched: u64,
    /// Records whose findings filters suppressed, all of them.
    pub suppressed: u64,
    /// Records without findings.
    pub unmatched: u64,
    /// Records that do not show what they did.
    pub undecidable: u64,
    /// Records that were taken in before, here or by another path, and are delivered.
    pub copies: u64,
    /// What should have been a record and is none, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// What is no record and need not be, by kind.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Records whose findings are not with every sink: the caller is told, so that it sends them again.
    pub undelivered: u64,
    /// Findings that opened, or were told again.
    pub opened: u64,
    /// Findings that closed.
    pub closed: u64,
    /// Open findings that Security Hub was told again, lest it forget them.
    pub refreshed: u64,
    /// Findings of rules that are being tried out; they went only where that is asked for.
    pub experimental: u64,
    /// Findings below the least level.
    pub below_level: u64,
    /// Endings of what was never raised: nothing is sent for them.
    pub ends_of_nothing: u64,
    /// Beginnings that came after their end: nothing is sent for them.
    pub already_ended: u64,
    /// Parcels that a sink took.
    pub sent: BTreeMap<SinkName, u64>,
    /// Parcels that a sink refused for good.
    pub refused: BTreeMap<SinkName, u64>,
    /// Parcels that a sink did not take this time.
    pub failed: BTreeMap<SinkName, u64>,
}

impl Counts {
    /// What should have been a record and is none.
    pub fn reject(&mut self, reason: &'static str) {
        self.received += 1;
        *self.rejected.entry(reason).or_default() += 1;
    }

    /// What is no record and need not be.
    pub fn skip(&mut self, kind: &'static str) {
        *self.skipped.entry(kind).or_default() += 1;
    }

    /// All that was rejected.
    pub fn all_rejected(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// True if every record that was received is accounted for.
    pub fn adds_up(&self) -> bool {
        let known = self.matched
            + self.suppressed
            + self.unmatched
            + self.undecidable
            + self.copies
            + self.undelivered;
        self.received == known + self.all_rejected()
    }
}
