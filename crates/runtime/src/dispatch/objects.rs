//! Writes and deletions of objects, left out unless the object is known to have a public ACL.
//!
//! Data events outnumber everything else. Were each planned like a change of a bucket, an hour of them would be thousands
//! of questions to the ledger. So what the ledger knows of a bucket's objects is asked once for each invocation.

use std::collections::{BTreeMap, BTreeSet};

use tattletrail_engine::engine::Waiting;
use tattletrail_engine::exposure::state::{Part, Row};
use tattletrail_engine::ids::Arn;

use super::{Arrival, Content, Dispatcher, Intake};
use crate::ledger::LedgerError;
use crate::ledger::row;

/// Objects with public ACLs, as far as this invocation knows.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// Those that the ledger knew when it was asked, by bucket.
    known: BTreeMap<Part, BTreeSet<Arn>>,
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
        let waiting = || arrivals.iter().filter_map(waiting);
        self.opened.extend(waiting().flat_map(Waiting::opened_objects).cloned());
        let named = waiting().filter_map(Waiting::replaced_object).map(|(bucket, _)| bucket);
        let unknown: BTreeSet<Part> = named.filter(|bucket| !self.known.contains_key(bucket)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let kept = dispatcher.ledger.get(&unknown.iter().map(row::state).collect()).await?;
        for bucket in unknown {
            let key = row::state(&bucket);
            let row = kept.get(&key).map(|kept| row::read::<Row>(&key, kept)).transpose()?;
            let objects = row.iter().flat_map(Row::public_objects).cloned().collect();
            self.known.insert(bucket, objects);
        }
        Ok(())
    }

    fn is_plain(&self, arrival: &Arrival) -> bool {
        let Some((bucket, object)) = waiting(arrival).and_then(Waiting::replaced_object) else {
            return false;
        };
        let known = self.known.get(&bucket).is_none_or(|objects| objects.contains(&object));
        !known && !self.opened.contains(&object)
    }
}

fn waiting(arrival: &Arrival) -> Option<&Waiting> {
    match &arrival.content {
        Content::Waits(waiting) => Some(waiting),
        Content::Behaviour(_) => None,
    }
}
