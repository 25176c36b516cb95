//! Which files have to be read again, and in which order.
//!
//! Files overlap in time, and there are too many to hold: they are read by the time of their first record that waits, and a
//! record has its turn when no file that is still to be read has an earlier one. INVARIANT: whatever was let go before a
//! moment that [`Held::before`] was asked for is earlier than all that is still to come, unless more was held than memory
//! has room for; that is counted.

use std::collections::BTreeMap;

use tattletrail_engine::engine::Waiting;
use tattletrail_engine::ids::EventId;

use super::answer::FileAnswer;
use crate::dispatch::terms::{Span, time_of};
use crate::receive::objects::Object;

/// How many records are held back at most: some 60 MB.
const MOST_HELD: usize = 20_000;

/// A file with records that were left for their turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The file.
    pub object: Object,
    turn: Span,
    writes: Span,
    opens: Span,
}

/// A file that is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The file.
    pub object: Object,
    /// The time of the first of its records that are wanted.
    pub first: String,
    /// Plain writes of objects matter, too.
    pub with_writes: bool,
}

impl Left {
    /// What is left of a file; `None` where nothing is.
    pub fn of(file: FileAnswer) -> Option<Self> {
        let later = file.later;
        if later.turn.count + later.writes.count == 0 {
            return None;
        }
        let object = Object { bucket: file.bucket, key: file.key, version: None };
        Some(Self { object, turn: later.turn, writes: later.writes, opens: later.opens })
    }
}

/// The files to be read again from a moment on, in their order. Writes of objects matter where an object's ACL was opened in
/// the history, from then on: before that there was nothing that they could end.
pub fn again(left: Vec<Left>, from: &str) -> Vec<Again> {
    let opened = left.iter().filter(|file| file.opens.count > 0).map(|file| file.opens.first.clone()).min();
    let mut files: Vec<Again> =
        left.into_iter().filter_map(|file| file.in_turn(opened.as_deref(), from)).collect();
    files.sort_by(|a, b| (&a.first, &a.object.key).cmp(&(&b.first, &b.object.key)));
    files
}

impl Left {
    fn in_turn(self, opened: Option<&str>, from: &str) -> Option<Again> {
        let is_ahead = |span: &Span| span.count > 0 && span.last.as_str() >= from;
        let with_writes =
            is_ahead(&self.writes) && opened.is_some_and(|first| self.writes.last.as_str() >= first);
        let spans = [(is_ahead(&self.turn), self.turn), (with_writes, self.writes)];
        let first = spans.into_iter().filter(|(wanted, _)| *wanted).map(|(_, span)| span.first).min()?;
        Some(Again { object: self.object, first, with_writes })
    }
}

/// Records that wait for their turn.
#[derive(Debug, Default)]
pub struct Held {
    records: BTreeMap<(String, String, usize), Box<Waiting>>,
    count: usize,
    /// How many were let go before their turn was sure to have come.
    pub early: u64,
}

impl Held {
    /// Takes one more.
    pub fn push(&mut self, waiting: Box<Waiting>) {
        let id = waiting.record().event_id();
        let name = id.as_ref().map(EventId::as_str).unwrap_or_default().to_owned();
        self.count += 1;
        self.records.insert((time_of(&waiting).to_owned(), name, self.count), waiting);
    }

    /// The first of those before a moment.
    pub fn before(&mut self, moment: &str) -> Option<Box<Waiting>> {
        let entry = self.records.first_entry()?;
        (entry.key().0.as_str() < moment).then(|| entry.remove())
    }

    /// The first, where more are held than there is room for.
    pub fn too_many(&mut self) -> Option<Box<Waiting>> {
        if self.records.len() <= MOST_HELD {
            return None;
        }
        self.early += 1;
        self.first()
    }

    /// The first of those that are left.
    pub fn first(&mut self) -> Option<Box<Waiting>> {
        self.records.pop_first().map(|(_, waiting)| waiting)
    }
}
