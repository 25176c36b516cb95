//! What stands, since when and by whom; and how it moves.

use serde::{Deserialize, Serialize};

use crate::exposure::ExposureChange;
use crate::finding::Actor;
use crate::ids::{AccountId, EventId, Region};
use crate::record::CloudTrailRecord;

/// The account and Region whose records tell of an exposure: a part of the identity of its findings, whichever call
/// ends it from wherever.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Home {
    pub account: AccountId,
    pub region: Region,
}

impl Home {
    /// The home of what a record changes.
    pub fn of(record: &CloudTrailRecord) -> Self {
        Self { account: record.account().unwrap_or_default(), region: record.region().unwrap_or_default() }
    }
}

/// The call that began or ended something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Its time, as written.
    pub at: Option<String>,
    /// Who made it.
    pub by: String,
    /// Its eventID.
    pub event: Option<EventId>,
}

impl Origin {
    /// The origin that a record is.
    pub fn of(record: &CloudTrailRecord) -> Self {
        Self {
            at: record.event_time().map(str::to_owned),
            by: Actor::of(record).name,
            event: record.event_id(),
        }
    }

    /// True if it is known to be the earlier of the two.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        matches!((&self.at, &other.at), (Some(own), Some(other)) if own < other)
    }

    /// Seconds from here to a later time, both in RFC 3339; `None` where either is unreadable.
    pub fn seconds_until(&self, end: Option<&str>) -> Option<i64> {
        let begin: jiff::Timestamp = self.at.as_deref()?.parse().ok()?;
        let end: jiff::Timestamp = end?.parse().ok()?;
        Some(end.as_second() - begin.as_second()).filter(|seconds| *seconds >= 0)
    }
}

/// Something exposed, or a guard rail that is down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What, as its beginning was told.
    pub change: ExposureChange,
    /// Where.
    pub home: Home,
    /// Since when, and by whom.
    pub origin: Origin,
}

impl Standing {
    /// True if it is the same exposure, however sure we are of it and whatever it is said to come from.
    pub(super) fn is_as(&self, other: &ExposureChange) -> bool {
        let own = &self.change;
        (own.reach, own.verdict, &own.access, &own.network, &own.parties, &own.settings_off)
            == (
                other.reach,
                other.verdict,
                &other.access,
                &other.network,
                &other.parties,
                &other.settings_off,
            )
    }
}

/// A step of one facet of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// What stands after it.
    pub now: Option<Standing>,
    /// What stood before it.
    pub before: Option<Standing>,
    /// Why; one short phrase.
    pub why: String,
}

impl Move {
    /// True if what stood before goes on.
    pub fn goes_on(&self) -> bool {
        self.before.as_ref().zip(self.now.as_ref()).is_some_and(|(before, now)| before.is_as(&now.change))
    }
}
