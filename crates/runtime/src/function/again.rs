//! What did not get through, once more: payloads of any of the functions, told apart by their content.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Function, Invocation};
use crate::counts::Counts;
use crate::deadline::Deadline;
use crate::receive::Received;
use crate::receive::objects::{Named, named};

/// For how long files are read: what takes too long by itself has an end of its own.
const LONGEST: Duration = Duration::from_hours(24);

/// What became of payloads that were handed in again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// What was counted of all of them.
    pub counts: Counts,
    /// What became of each, in their order.
    pub each: Vec<Became>,
}

/// What became of one payload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Became {
    /// How many records were in it, and what should have been one.
    pub received: u64,
    /// How much in it was no record and need not be.
    pub skipped: u64,
    /// Why something of it is not delivered.
    pub lost: Option<String>,
    /// What could not be read, and why; at most 100 for each message in it.
    pub unreadable: Vec<String>,
}

impl Function {
    /// Takes in payloads once more, all in the order of event time. Nobody waits for the answer: each step may take so long.
    /// What can't be read is told, and handed to nobody: the caller has it.
    pub async fn again(&self, payloads: &[&str], step: Duration) -> Again {
        let intake = self.dispatcher.steady_intake(step);
        let mut invocation = Invocation {
            function: self,
            request_id: String::new(),
            deadline: Deadline::after(LONGEST),
            intake,
            rejected: Vec::new(),
            // The next one comes tomorrow.
            schedule: None,
        };
        let mut each = Vec::new();
        for (number, payload) in payloads.iter().enumerate() {
            let before = totals(invocation.intake.counts());
            invocation.payload(number, payload).await;
            let (received, skipped) = totals(invocation.intake.counts());
            each.push(Became {
                received: received - before.0,
                skipped: skipped - before.1,
                ..Became::default()
            });
        }
        let Invocation { intake, rejected, .. } = invocation;
        let mut handled = intake.finish().await;
        let mut unreadable: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (number, message) in rejected {
            let place = message.object.map(|object| format!("{object}: ")).unwrap_or_default();
            let reasons = message.reasons.into_iter().map(|reason| format!("{place}{reason}"));
            unreadable.entry(number).or_default().extend(reasons);
        }
        for (number, became) in each.iter_mut().enumerate() {
            became.lost = handled.lost.remove(&number);
            became.unreadable = unreadable.remove(&number).unwrap_or_default();
        }
        Again { counts: handled.counts, each }
    }
}

fn totals(counts: &Counts) -> (u64, u64) {
    (counts.received, counts.skipped.values().sum())
}

impl Invocation<'_> {
    /// Takes in what any of the functions would take in.
    async fn payload(&mut self, number: usize, payload: &str) {
        for message in Received::of(payload).messages {
            match named(&message.body) {
                Named::Unknown => self.message(number, &message).await,
                Named::Objects(_) | Named::Nothing(_) => self.objects(number, &message).await,
            }
        }
    }
}
