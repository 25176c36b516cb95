//! What an intake takes in, and whom it tells: other terms for history than for what happens now.
//!
//! Files of a history are read in no order, many at once. What one record says by itself needs none. Records that change
//! what stands exposed do: they are left for a second reading, in the order of time (docs/history.md). INVARIANT: what is
//! left is counted, and noted with its times, so that whoever comes second knows where to look.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tattletrail_engine::engine::{Read, Waiting};
use tattletrail_engine::finding::Finding;

use crate::parcel::SinkName;

/// The kind under which records are counted that are left for their turn.
pub const LATER: &str = "left for its turn";

/// Which records an intake takes in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Share {
    /// All, in the order in which they come.
    #[default]
    All,
    /// Those that say by themselves what they come to. The others are left for their turn.
    Alone,
}

/// The terms of an intake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// Which records.
    pub share: Share,
    /// Findings of events before this moment make no alert and no metric: those are about what happens now.
    pub quiet_before: Option<Timestamp>,
}

impl Terms {
    /// True if a record is left for its turn.
    pub(super) fn leaves(&self, read: &Read) -> bool {
        self.share == Share::Alone && matches!(read, Read::Waits(_))
    }

    /// True if a sink is told of a finding, as far as its age goes. What has no time is taken for old.
    pub(super) fn tell(&self, sink: SinkName, finding: &Finding) -> bool {
        let Some(before) = self.quiet_before else { return true };
        let at = finding.event.time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
        let is_old = at.is_none_or(|at| at < before);
        !(is_old && matches!(sink, SinkName::Sns | SinkName::CloudWatch))
    }
}

/// Records that are left for their turn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Later {
    /// Those that may change what stands exposed.
    pub turn: Span,
    /// Plain writes and deletions of objects, which matter only after an object's ACL was opened.
    pub writes: Span,
    /// Those that open an object's ACL; they are among the first, too.
    pub opens: Span,
}

/// How many records, and from when to when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Span {
    /// How many.
    pub count: u64,
    /// The least `eventTime`; empty where one has none.
    pub first: String,
    /// The greatest.
    pub last: String,
}

impl Later {
    pub(super) fn note(&mut self, read: &Read) {
        let Read::Waits(waiting) = read else { return };
        let time = time_of(waiting);
        if waiting.replaced_object().is_some() {
            return self.writes.take_in(time);
        }
        self.turn.take_in(time);
        if waiting.opened_objects().next().is_some() {
            self.opens.take_in(time);
        }
    }
}

impl Span {
    fn take_in(&mut self, time: &str) {
        if self.count == 0 || time < self.first.as_str() {
            time.clone_into(&mut self.first);
        }
        if time > self.last.as_str() {
            time.clone_into(&mut self.last);
        }
        self.count += 1;
    }
}

/// When a record was made, as it is written: such times are ordered as texts. Without one it comes first.
pub fn time_of(waiting: &Waiting) -> &str {
    waiting.record().event_time().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_holds_every_time() {
        let mut span = Span::default();
        for time in ["2026-11-20T10:05:00Z", "2026-11-20T10:01:00Z", "2026-11-20T10:03:00Z"] {
            span.take_in(time);
        }
        let expected = (3, "2026-11-20T10:01:00Z", "2026-11-20T10:05:00Z");
        assert_eq!((span.count, span.first.as_str(), span.last.as_str()), expected);
        span.take_in("");
        assert_eq!((span.count, span.first.as_str()), (4, ""));
    }
}
