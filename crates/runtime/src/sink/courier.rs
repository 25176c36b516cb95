//! Batches on their way: cut within a service's limits, sent in order, and read entry by entry.
//!
//! INVARIANT: each entry gets exactly one outcome. No batch holds two entries of one finding, a batch is settled before
//! the next one is sent, and what comes after an entry that failed waits with it if it is of the same finding: a sink
//! never sees the states of a finding in another order than that of the parcels.

use std::collections::{BTreeSet, VecDeque};

use tattletrail_engine::ids::FindingId;

use super::Outcome;
use super::patience::{Fault, Kind, Patience};
use crate::deadline::Deadline;

/// What a service takes in one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Entries.
    pub(super) entries: usize,
    /// Bytes of all entries together.
    pub(super) bytes: usize,
}

/// One thing to send.
#[derive(Debug, Clone)]
pub(super) struct Entry<B> {
    /// The finding it is about.
    pub(super) finding: FindingId,
    /// What it counts for.
    pub(super) bytes: usize,
    /// What is sent.
    pub(super) body: B,
}

/// What a service says of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Taken.
    Done,
    /// Never.
    Refused(String),
    /// Maybe if it is sent again.
    Again(String),
    /// Not before somebody repairs something.
    Failed(String),
}

impl Verdict {
    /// What an entry's own error means.
    pub(super) fn of(code: &str, reason: String) -> Self {
        match super::patience::kind(code, 400) {
            Kind::Entry => Self::Refused(reason),
            Kind::Blocked => Self::Failed(reason),
            Kind::Passing | Kind::Strange => Self::Again(reason),
        }
    }
}

/// A service that takes batches.
pub(super) trait Courier: Sync {
    /// What it sends.
    type Body: Sync;

    /// What it takes in one call.
    const LIMITS: Limits;

    /// Sends a batch: a verdict for each entry, in their order, or a fault of the whole.
    fn call(
        &self,
        batch: &[&Entry<Self::Body>],
        until: Deadline,
    ) -> impl Future<Output = Result<Vec<Verdict>, Fault>> + Send;
}

/// Sends entries until the deadline; one outcome for each, in their order.
pub(super) async fn send<C: Courier>(
    courier: &C,
    entries: &[Entry<C::Body>],
    until: Deadline,
) -> Vec<Outcome> {
    let mut round = Round {
        courier,
        entries,
        until,
        outcomes: vec![None; entries.len()],
        behind: BTreeSet::new(),
        queue: batches(entries, C::LIMITS).into(),
    };
    while let Some(batch) = round.queue.pop_front() {
        if let Err(fault) = round.settle(batch).await {
            round.give_up(&fault.reason);
        }
    }
    let unsaid = || Outcome::Failed("not sent".to_owned());
    round.outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(unsaid)).collect()
}

/// Cuts entries into batches, by their places.
pub(super) fn batches<B>(entries: &[Entry<B>], limits: Limits) -> Vec<Vec<usize>> {
    let mut batches = Vec::new();
    let mut batch = Vec::new();
    let mut bytes = 0;
    let mut findings = BTreeSet::new();
    for (at, entry) in entries.iter().enumerate() {
        let is_full = batch.len() >= limits.entries || bytes + entry.bytes > limits.bytes;
        if !batch.is_empty() && (is_full || findings.contains(&entry.finding)) {
            batches.push(std::mem::take(&mut batch));
            findings.clear();
            bytes = 0;
        }
        batch.push(at);
        bytes += entry.bytes;
        findings.insert(&entry.finding);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

/// One delivery under way.
struct Round<'a, C: Courier> {
    courier: &'a C,
    entries: &'a [Entry<C::Body>],
    until: Deadline,
    outcomes: Vec<Option<Outcome>>,
    /// Findings of which an entry failed.
    behind: BTreeSet<&'a FindingId>,
    queue: VecDeque<Vec<usize>>,
}

impl<C: Courier> Round<'_, C> {
    /// Sends one batch until nothing of it waits; an error says that nothing else need be tried.
    async fn settle(&mut self, batch: Vec<usize>) -> Result<(), Fault> {
        let mut patience = Patience::new(self.until);
        let mut waiting = self.in_turn(batch);
        let mut reason = "the time is over".to_owned();
        while !waiting.is_empty() {
            if self.until.is_over() {
                self.fail(&waiting, &reason);
                return Ok(());
            }
            let sent: Vec<_> = waiting.iter().filter_map(|at| self.entries.get(*at)).collect();
            match self.courier.call(&sent, self.until).await {
                Ok(verdicts) => {
                    if let Some(why) = self.read(&mut waiting, verdicts) {
                        reason = why;
                    }
                }
                Err(fault) if fault.kind == Kind::Passing => reason = fault.reason,
                Err(fault) if fault.kind == Kind::Blocked => {
                    self.fail(&waiting, &fault.reason);
                    return Err(fault);
                }
                Err(fault) => {
                    self.set_apart(&waiting, &fault);
                    return Ok(());
                }
            }
            if !waiting.is_empty() && !patience.pause().await {
                self.fail(&waiting, &reason);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Those whose finding is not behind; the others fail with it.
    fn in_turn(&mut self, batch: Vec<usize>) -> Vec<usize> {
        let is_behind =
            |at: &usize| self.entries.get(*at).is_some_and(|entry| self.behind.contains(&entry.finding));
        let (late, ready): (Vec<_>, Vec<_>) = batch.into_iter().partition(is_behind);
        self.fail(&late, "what came before it was not delivered");
        ready
    }

    /// Takes down what was said, leaves in `waiting` what is to be sent again, and says why.
    fn read(&mut self, waiting: &mut Vec<usize>, verdicts: Vec<Verdict>) -> Option<String> {
        let mut verdicts = verdicts.into_iter();
        let mut again = Vec::new();
        let mut reason = None;
        for at in waiting.drain(..) {
            match verdicts
                .next()
                .unwrap_or_else(|| Verdict::Again("the answer does not mention it".to_owned()))
            {
                Verdict::Done => self.say(at, Outcome::Done),
                Verdict::Refused(why) => self.say(at, Outcome::Refused(why)),
                Verdict::Failed(why) => self.fail(&[at], &why),
                Verdict::Again(why) => {
                    reason = Some(why);
                    again.push(at);
                }
            }
        }
        *waiting = again;
        reason
    }

    /// A batch that was refused as a whole: each alone, so that one bad entry never sinks the others.
    fn set_apart(&mut self, waiting: &[usize], fault: &Fault) {
        match waiting {
            [only] if fault.kind == Kind::Entry => self.say(*only, Outcome::Refused(fault.reason.clone())),
            [only] => self.fail(&[*only], &fault.reason),
            several => {
                for at in several.iter().rev() {
                    self.queue.push_front(vec![*at]);
                }
            }
        }
    }

    fn say(&mut self, at: usize, outcome: Outcome) {
        if let Some(place) = self.outcomes.get_mut(at) {
            *place = Some(outcome);
        }
    }

    fn fail(&mut self, waiting: &[usize], reason: &str) {
        for at in waiting {
            if let Some(entry) = self.entries.get(*at) {
                self.behind.insert(&entry.finding);
            }
            self.say(*at, Outcome::Failed(reason.to_owned()));
        }
    }

    fn give_up(&mut self, reason: &str) {
        for batch in std::mem::take(&mut self.queue) {
            self.fail(&batch, reason);
        }
    }
}

#[cfg(test)]
mod tests;
