//! Writes and deletions of objects, left out unless the object is known to have a public ACL.
//!
//! Data events outnumber everything else. Were each planned like a change of a bucket, an hour of them would be thousands
//! of questions to the ledger. So it is asked once for each bucket and invocation whether there were public objects at all,
//! and only in such buckets for each object.

use std::collections::{BTreeMap, BTreeSet};

use tattletrail_engine::engine::Waiting;
use tattletrail_engine::exposure::state::{Part, Row};
use tattletrail_engine::ids::Arn;

use super::{Arrival, Dispatcher, Intake};
use crate::ledger::LedgerError;
use crate::ledger::row;

/// Objects with public ACLs, as far as this invocation knows.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// Buckets, and whether they had such objects when the ledger was asked.
    buckets: BTreeMap<Part, bool>,
    /// Objects of such buckets, and whether they were public.
    known: BTreeMap<Part, bool>,
    /// Those opened by this invocation.
    opened: BTreeSet<Arn>,
}

impl Intake<'_> {
    /// Records without those that write or delete objects which stand open nowhere: they are counted as unmatched.
    pub(super) async fn without_plain_writes(&mut self, arrivals: Vec<Arrival>) -> Vec<Arrival> {
        self.begin_step();
        let (deadline, late) = (self.deadline, || Err(LedgerError::late()));
        let learnt = deadline.limit(self.objects.learn(self.dispatcher, &arrivals)).await;
        if let Err(error) = learnt.unwrap_or_else(late) {
            // Whatever keeps the ledger from answering is told of each record in its turn.
            tracing::warn!(%error, "public objects are not known: every write of an object is looked at");
            return arrivals;
        }
        let before = arrivals.len();
        let objects = &self.objects;
        let left: Vec<Arrival> = arrivals.into_iter().filter(|arrival| !objects.is_plain(arrival)).collect();
        self.counts.unmatched += (before - left.len()) as u64;
        left
    }
}

impl Objects {
    /// Asks the ledger for the objects of buckets that it was not asked about before.
    async fn learn(&mut self, dispatcher: &Dispatcher, arrivals: &[Arrival]) -> Result<(), LedgerError> {
        let waiting = || arrivals.iter().filter_map(Arrival::waiting);
        self.opened.extend(waiting().flat_map(Waiting::opened_objects).cloned());
        let replaced: Vec<_> = waiting().filter_map(Waiting::replaced_object).collect();
        let buckets = replaced.iter().map(|(bucket, _)| bucket.clone());
        ask(dispatcher, buckets, &mut self.buckets, Row::has_public_objects).await?;
        let open = replaced.into_iter().filter(|(bucket, _)| self.buckets.get(bucket) == Some(&true));
        ask(dispatcher, open.map(|(_, object)| object), &mut self.known, Row::is_public_object).await
    }

    fn is_plain(&self, arrival: &Arrival) -> bool {
        let Some((bucket, object)) = arrival.waiting().and_then(Waiting::replaced_object) else {
            return false;
        };
        let known = self.buckets.get(&bucket) != Some(&false) && self.known.get(&object) != Some(&false);
        !known && object.into_resource().is_some_and(|object| !self.opened.contains(&object))
    }
}

/// Asks the ledger about the parts of which nothing is known yet.
async fn ask(
    dispatcher: &Dispatcher,
    parts: impl Iterator<Item = Part>,
    known: &mut BTreeMap<Part, bool>,
    question: fn(&Row) -> bool,
) -> Result<(), LedgerError> {
    let unknown: BTreeSet<Part> = parts.filter(|part| !known.contains_key(part)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let kept = dispatcher.ledger.get(&unknown.iter().map(row::state).collect()).await?;
    for part in unknown {
        let key = row::state(&part);
        let row = kept.get(&key).map(|kept| row::read::<Row>(&key, kept)).transpose()?;
        known.insert(part, row.as_ref().is_some_and(question));
    }
    Ok(())
}
