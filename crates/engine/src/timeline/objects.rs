//! Objects whose ACL a record opened, so that the many writes and deletions of all others need not wait for their turn.
//!
//! Data events outnumber everything else. If each were held back, the time over which entries find their order would
//! shrink to nothing. So a write waits only if an opening of the same object was read before it, or state knows it.

use std::collections::BTreeSet;

use crate::engine::Read;
use crate::exposure::Surface;
use crate::exposure::state::{State, replaced_object};
use crate::ids::Arn;

/// The objects.
#[derive(Debug, Default)]
pub(super) struct Objects(BTreeSet<Arn>);

impl Objects {
    /// Lets a write or deletion of an object without a public ACL be done; everything else stays as it is.
    pub(super) fn without_plain_writes(&mut self, read: Read, state: &State) -> Read {
        let Read::Waits(waiting) = read else { return read };
        for change in &waiting.derived.changes {
            if change.surface == Surface::ObjectAcl && !change.effect.ends() {
                self.0.insert(change.resource.arn.clone());
            }
        }
        match replaced_object(&waiting.record, &waiting.derived) {
            Some(object) if !self.0.contains(&object) && !state.knows_object(&waiting.record, &object) => {
                Read::Done(waiting.findings)
            }
            _ => Read::Waits(waiting),
        }
    }
}
