//! What the ledger knows that matters for a group: events taken in before, and what stands of the resources.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use tattletrail_engine::engine::Waiting;
use tattletrail_engine::exposure::state::{Needs, Part, Row, State};
use tattletrail_engine::ids::{AccountId, Arn};

use super::{Arrival, Dispatcher};
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
        let waiting: Vec<&Waiting> = group.iter().filter_map(Arrival::waiting).collect();
        let mut needs = together(waiting.iter().map(|waiting| state.needs(waiting)));
        let markers: BTreeSet<Key> = group.iter().map(|arrival| arrival.event.marker()).collect();
        let keys = markers.iter().cloned().chain(needs.parts.iter().map(row::state)).collect();
        let mut kept = dispatcher.ledger.get(&keys).await?;
        let mut known = Self { markers: BTreeMap::new(), parts: BTreeMap::new() };
        for arrival in group {
            let key = arrival.event.marker();
            if let Some(row) = kept.get(&key) {
                known.markers.insert(arrival.event.clone(), (row::read(&key, row)?, row.version));
            }
        }
        let mut listed = BTreeSet::new();
        loop {
            known.put(needs.parts, &mut kept, state)?;
            for (account, begin) in &needs.under - &listed {
                let rows = dispatcher.ledger.list(&row::state_partition(&account), begin.as_str()).await?;
                known.put_listed(&account, rows, state)?;
                listed.insert((account, begin));
            }
            let met: BTreeSet<Part> = known.parts.keys().cloned().collect();
            needs = together(waiting.iter().map(|waiting| state.further(waiting, &met)));
            if needs.parts.is_empty() && needs.under.is_subset(&listed) {
                return Ok(known);
            }
            kept = dispatcher.ledger.get(&needs.parts.iter().map(row::state).collect()).await?;
        }
    }

    /// Puts rows into the state that were not asked for by name.
    fn put_listed(
        &mut self,
        account: &AccountId,
        rows: BTreeMap<Key, Kept>,
        state: &mut State,
    ) -> Result<(), LedgerError> {
        for (key, kept) in rows {
            let row: Row = row::read(&key, &kept)?;
            let arn = row.about().cloned().unwrap_or_else(|| Arn::from(key.sort.as_str()));
            let part = Part::Resource(account.clone(), arn);
            if let Entry::Vacant(free) = self.parts.entry(part) {
                state.put(free.key(), row);
                free.insert(Some(kept));
            }
        }
        Ok(())
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

/// What several records need.
fn together(all: impl Iterator<Item = Needs>) -> Needs {
    all.fold(Needs::default(), |mut needs, more| {
        needs.parts.extend(more.parts);
        needs.under.extend(more.under);
        needs
    })
}
