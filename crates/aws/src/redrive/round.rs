//! One run through a queue: messages are taken in together, then removed or left one by one.

use std::collections::BTreeSet;

use super::RedriveArguments;
use super::letter::Letter;
use super::listing::{Listing, Totals};
use super::outcome::Outcome;
use super::queue::{DeadLetter, Queue};
use crate::connect::Connection;
use crate::layout::Page;

/// The most messages that are left before nothing more is taken out of the queue: their names are kept.
const MOST_LEFT: usize = 10_000;

/// How many messages are taken in together: enough that a beginning and its end, which stand in the queue in any order, are
/// mostly told in theirs, and that sinks get few calls; few enough that memory holds them.
const TOGETHER: usize = 100;

/// One run through a queue.
pub(super) struct Round<'r> {
    connection: &'r Connection,
    arguments: &'r RedriveArguments,
    listing: Listing,
    pub(super) page: Page,
    pub(super) totals: Totals,
    /// Messages that stay, by what gives them back.
    left: Vec<String>,
    /// The same by their ids: what comes again within the run is not looked at again.
    known: BTreeSet<String>,
}

impl<'r> Round<'r> {
    pub(super) fn new(
        connection: &'r Connection,
        arguments: &'r RedriveArguments,
        listing: Listing,
        page: Page,
    ) -> Self {
        let (totals, left, known) = (Totals::default(), Vec::new(), BTreeSet::new());
        Self { connection, arguments, listing, page, totals, left, known }
    }

    /// Goes through the queue, and gives back what stays.
    pub(super) async fn run(&mut self) -> Result<(), String> {
        let step = self.arguments.delivery.step();
        let queue = Queue::find(&self.connection.config, &self.arguments.queue, step).await?;
        let result = self.go_through(&queue).await;
        let given_back = queue.give_back(&std::mem::take(&mut self.left)).await;
        result.and(given_back)
    }

    async fn go_through(&mut self, queue: &Queue) -> Result<(), String> {
        while self.left.len() < MOST_LEFT {
            let messages = self.take_some(queue).await?;
            if messages.is_empty() {
                return Ok(());
            }
            let delivered = self.handle(queue, messages).await;
            if !delivered {
                return Err("nothing could be delivered: the rest of the queue was not tried".to_owned());
            }
        }
        Err(format!("{MOST_LEFT} messages were left: the rest of the queue was not looked at"))
    }

    /// The next messages that were not met before; none at the end.
    async fn take_some(&mut self, queue: &Queue) -> Result<Vec<DeadLetter>, String> {
        let room = self.arguments.max.map_or(u32::MAX, |max| max.saturating_sub(self.totals.seen));
        let most = usize::try_from(room).unwrap_or(usize::MAX).min(TOGETHER);
        let mut taken: Vec<DeadLetter> = Vec::new();
        while taken.len() < most {
            let some = match queue.take(most - taken.len()).await {
                Ok(some) => some,
                // What was taken so far is handled first; the next question tells again what is wrong.
                Err(_) if !taken.is_empty() => break,
                Err(problem) => return Err(problem),
            };
            let count = taken.len();
            for message in some {
                if self.known.insert(message.id.clone()) {
                    taken.push(message);
                } else {
                    self.left.push(message.receipt);
                }
            }
            if taken.len() == count {
                break;
            }
        }
        Ok(taken)
    }

    /// Takes in messages and removes those that are delivered as a whole; false if nothing can be delivered any more.
    async fn handle(&mut self, queue: &Queue, messages: Vec<DeadLetter>) -> bool {
        let letters: Vec<_> = messages.iter().map(Letter::open).collect();
        let payloads: Vec<&str> =
            letters.iter().filter_map(|letter| letter.payload.as_deref().ok()).collect();
        let again = self.connection.function.again(&payloads, self.arguments.delivery.step()).await;
        if let Some(stage) = &self.connection.stage {
            // The counts tell what would be sent.
            drop(stage.take());
        }
        self.totals.count(&again.counts);
        let all_lost = !again.each.is_empty() && again.each.iter().all(|became| became.lost.is_some());
        let mut each = again.each.into_iter();
        for (message, letter) in messages.into_iter().zip(letters) {
            let outcome = match &letter.payload {
                Ok(_) => Outcome::of(each.next().unwrap_or_default()),
                Err(why) => Outcome::unreadable(why.clone()),
            };
            self.conclude(queue, message, &letter, outcome).await;
        }
        !all_lost
    }

    /// Removes a message, or leaves it; tells what became of it.
    async fn conclude(&mut self, queue: &Queue, message: DeadLetter, letter: &Letter, mut outcome: Outcome) {
        let dry_run = self.arguments.delivery.dry_run;
        if outcome.is_delivered()
            && !dry_run
            && let Err(why) = queue.remove(&message.receipt).await
        {
            outcome.stays_because(format!("it is delivered, but can't be removed: {why}"));
        }
        self.page.write(&self.listing.entry(&message.id, letter, &outcome));
        self.totals.add(&outcome);
        if dry_run || !outcome.is_delivered() {
            self.left.push(message.receipt);
        } else {
            self.known.remove(&message.id);
        }
    }
}
