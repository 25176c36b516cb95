//! Work that is spread over many small pieces, as one span: records are read, looked at and matched one by one, and a file
//! has many of them.

use std::time::{Duration, Instant, SystemTime};

use opentelemetry::trace::{Span as _, SpanBuilder, Tracer as _};
use opentelemetry::{Context, KeyValue};

use crate::names::{field, span};

/// A stage that a record goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Bytes to records.
    Decode,
    /// Records to exposure changes.
    Derive,
    /// Records and changes to findings.
    Match,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Decode => span::DECODE,
            Self::Derive => span::DERIVE,
            Self::Match => span::MATCH,
        }
    }
}

/// How much was done in one stage.
#[derive(Debug, Clone, Copy)]
struct Spent {
    begin: SystemTime,
    end: SystemTime,
    busy: Duration,
    pieces: u64,
}

/// A clock for all stages: one of them runs at a time, or none.
#[derive(Debug, Default)]
pub struct Stages {
    spent: [Option<Spent>; 3],
    running: Option<(Stage, SystemTime, Instant)>,
}

impl Stages {
    /// From here on time is spent in `stage`; `None`: in none of them.
    pub fn enter(&mut self, stage: Option<Stage>) {
        let now = (SystemTime::now(), Instant::now());
        if let Some((stage, begin, since)) = self.running.take() {
            let busy = now.1.saturating_duration_since(since);
            if let Some(place) = self.spent.get_mut(stage as usize) {
                let spent = place.get_or_insert(Spent { begin, end: begin, busy: Duration::ZERO, pieces: 0 });
                spent.end = begin + busy;
                spent.busy += busy;
                spent.pieces += 1;
            }
        }
        self.running = stage.map(|stage| (stage, now.0, now.1));
    }

    /// Adds what another clock has counted, that of a thread beside this one.
    pub fn absorb(&mut self, mut other: Self) {
        other.enter(None);
        for (own, more) in self.spent.iter_mut().zip(other.spent) {
            let Some(more) = more else { continue };
            let spent = own.get_or_insert(Spent { busy: Duration::ZERO, pieces: 0, ..more });
            spent.begin = spent.begin.min(more.begin);
            spent.end = spent.end.max(more.end);
            spent.busy += more.busy;
            spent.pieces += more.pieces;
        }
    }

    /// Says what was spent, as a span for each stage under the current one, from its first piece to its last: how many
    /// pieces, and for how long it was really at work.
    pub fn tell(mut self) {
        self.enter(None);
        let tracer = opentelemetry::global::tracer(super::SCOPE);
        let context = Context::current();
        for stage in [Stage::Decode, Stage::Derive, Stage::Match] {
            let Some(spent) = self.spent.get(stage as usize).copied().flatten() else { continue };
            let busy = i64::try_from(spent.busy.as_micros()).unwrap_or(i64::MAX);
            let pieces = i64::try_from(spent.pieces).unwrap_or(i64::MAX);
            let builder = SpanBuilder::from_name(stage.name())
                .with_start_time(spent.begin)
                .with_attributes([KeyValue::new(field::PIECES, pieces), KeyValue::new(field::BUSY_US, busy)]);
            tracer.build_with_context(builder, &context).end_with_timestamp(spent.end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clocks_add_up() {
        let worked = |times: u64| {
            let mut stages = Stages::default();
            for _ in 0..times {
                stages.enter(Some(Stage::Match));
            }
            stages.enter(None);
            stages
        };
        let mut all = worked(3);
        let first = all.spent[Stage::Match as usize].unwrap();
        all.absorb(worked(2));
        all.absorb(Stages::default());
        let sum = all.spent[Stage::Match as usize].unwrap();
        assert_eq!(sum.pieces, 5);
        assert!(sum.busy >= first.busy && sum.begin == first.begin && sum.end >= first.end);
        assert!(all.spent[Stage::Decode as usize].is_none());
    }
}
