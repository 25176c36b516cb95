//! What the ledger knows that matters for a group: events taken in before, and what stands of the resources.

use std::collections::{BTreeMap, BTreeSet};

use tattletrail_engine::exposure::state::{Part, Row, State};
use tattletrail_engine::ids::Arn;

use super::{Arrival, Content, Dispatcher};
use crate::ledger::row::{self, EventName, Marker};
use crate::ledger::{Kept, Key, LedgerError, Over, Write};

/// What the ledger knows of a group.
#[derive(Debug)]
pub(super) struct Known {
    markers: BTreeMap<EventName, (Marker, u64)>,
    /// The parts in the state, with the rows they came from.
    parts: BTreeMap<Part, Option<Kept>>,
}

impl Known {
    /// Reads what the records of a group need, and puts it into the state.
    pub(super) async fn of(
        dispatcher: &Dispatcher,
        group: &[Arrival],
        state: &mut State,
    ) -> Result<Self, LedgerError> {
        let mut parts = BTreeSet::new();
        let mut listed = BTreeMap::new();
        for arrival in group {
            let Content::Waits(waiting) = &arrival.content else { continue };
            let needs = state.needs(waiting);
            parts.extend(needs.parts);
            if let Some((account, begin)) = needs.buckets_of {
                let rows = dispatcher.ledger.list(&row::state_partition(&account), begin.as_str()).await?;
                let names =
                    rows.keys().map(|key| Part::Resource(account.clone(), Arn::from(key.sort.as_str())));
                parts.extend(names);
                listed.extend(rows);
            }
        }
        let markers = group.iter().map(|arrival| arrival.event.marker());
        let keys: BTreeSet<Key> = markers.chain(parts.iter().map(row::state)).collect();
        let mut kept = dispatcher.ledger.get(&keys).await?;
        for (key, row) in listed {
            kept.entry(key).or_insert(row);
        }
        let mut known = Self { markers: BTreeMap::new(), parts: BTreeMap::new() };
        for arrival in group {
            let key = arrival.event.marker();
            if let Some(row) = kept.get(&key) {
                known.markers.insert(arrival.event.clone(), (row::read(&key, row)?, row.version));
            }
        }
        known.put(parts, &mut kept, state)?;
        loop {
            let met: BTreeSet<Part> = known.parts.keys().cloned().collect();
            let waiting = group.iter().filter_map(|arrival| match &arrival.content {
                Content::Waits(waiting) => Some(waiting),
                Content::Behaviour(_) => None,
            });
            let further: BTreeSet<Part> = waiting.flat_map(|waiting| state.further(waiting, &met)).collect();
            if further.is_empty() {
                break;
            }
            let keys = further.iter().map(row::state).collect();
            let mut kept = dispatcher.ledger.get(&keys).await?;
            known.put(further, &mut kept, state)?;
        }
        Ok(known)
    }

    /// Puts rows into the state.
    fn put(
        &mut self,
        parts: BTreeSet<Part>,
        kept: &mut BTreeMap<Key, Kept>,
        state: &mut State,
    ) -> Result<(), LedgerError> {
        for part in parts {
            let key = row::state(&part);
            let row = kept.remove(&key);
            if let Some(row) = &row {
                state.put(&part, row::read::<Row>(&key, row)?);
            }
            self.parts.insert(part, row);
        }
        Ok(())
    }

    /// True for an event that was taken in before.
    pub(super) fn has(&self, event: &EventName) -> bool {
        self.markers.contains_key(event)
    }

    /// Its marker, and the version of that.
    pub(super) fn marker(&self, event: &EventName) -> Option<(Marker, u64)> {
        self.markers.get(event).copied()
    }

    /// The rows of the state that are now others than they were.
    pub(super) fn changed_rows(
        &self,
        dispatcher: &Dispatcher,
        state: &State,
    ) -> Result<Vec<Write>, LedgerError> {
        let mut writes = Vec::new();
        for (part, kept) in &self.parts {
            let row = state.row(part);
            let body = row::body(&row)?;
            let same = match kept {
                Some(kept) => kept.body == body,
                None => row.is_empty(),
            };
            if !same {
                // What stands open is never forgotten; neither are settings that decide what does.
                let expires = row.is_quiet().then(|| dispatcher.expiry());
                writes.push(Write { key: row::state(part), body, over: Over::read(kept.as_ref()), expires });
            }
        }
        Ok(writes)
    }
}
