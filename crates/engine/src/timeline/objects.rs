//! Writes and deletions of objects, which need not wait for their turn unless the object's ACL was opened.
//!
//! Data events outnumber everything else: if each were held back, the time over which entries find their order would
//! shrink to nothing. So they are kept apart, and join the others only if an opening of the same object is read before
//! them or, within the last [`KEPT`] of them, after; or if state knows the object.

use std::collections::{BTreeSet, VecDeque};

use crate::engine::{Read, Waiting};
use crate::exposure::state::State;
use crate::ids::Arn;

/// How many are kept at most: as many as the timeline holds of everything else.
const KEPT: usize = super::HELD;

/// Objects with an opened ACL, and the writes of others.
#[derive(Debug, Default)]
pub(super) struct Objects {
    opened: BTreeSet<Arn>,
    writes: VecDeque<(Arn, Box<Waiting>)>,
}

impl Objects {
    /// Takes a record; gives what has to go on now.
    pub(super) fn admit(&mut self, waiting: Box<Waiting>, state: &State) -> Vec<Read> {
        let replaced = waiting.replaced_object().and_then(|(_, object)| object.into_resource());
        let plain = replaced
            .filter(|object| !self.opened.contains(object) && !state.knows_object(&waiting.record, object));
        if let Some(object) = plain {
            self.writes.push_back((object, waiting));
            let oldest = if self.writes.len() > KEPT { self.writes.pop_front() } else { None };
            return oldest.map(|(_, write)| Read::Done(write.found)).into_iter().collect();
        }
        let mut all = Vec::with_capacity(1);
        for opened in waiting.opened_objects() {
            self.open(opened, &mut all);
        }
        all.push(Read::Waits(waiting));
        all
    }

    /// The writes that were kept to the end.
    pub(super) fn finish(self) -> impl Iterator<Item = Read> {
        self.writes.into_iter().map(|(_, write)| Read::Done(write.found))
    }

    /// From now on writes of this object wait; those that were read before it do so too.
    fn open(&mut self, opened: &Arn, all: &mut Vec<Read>) {
        if !self.opened.insert(opened.clone()) {
            return;
        }
        for (object, write) in std::mem::take(&mut self.writes) {
            if object == *opened {
                all.push(Read::Waits(write));
            } else {
                self.writes.push_back((object, write));
            }
        }
    }
}
