//! How an intake goes on where no caller waits: step by step, each step with a time of its own.
//!
//! A function has one deadline for all that it does. A run at a terminal may go through a year of records, and only what
//! takes too long by itself must end it. INVARIANT: what is written to the ledger is sent within [`GATHER`], and tried for
//! one step; the claim on it holds for both, so that nobody else sends it meanwhile, and whoever comes after a run that was
//! killed need not wait longer than that.

use std::time::{Duration, Instant};

use super::{Intake, SHIPMENT};
use crate::deadline::Deadline;

/// How long parcels wait for others before they are sent.
const GATHER: Duration = Duration::from_secs(5);

/// What a claim outlasts the last try by.
const MARGIN: Duration = Duration::from_secs(2);

/// How many steps in a row may come to nothing before the rest is not tried.
const MOST_FAILING: u32 = 3;

/// The pace of an intake.
#[derive(Debug)]
pub(super) struct Pace {
    step: Duration,
    /// Since when something in the ledger waits to be sent.
    since: Option<Instant>,
    /// Shipments in a row of which a sink took nothing.
    refusals: u32,
    /// Groups in a row that the ledger did not take.
    unwritten: u32,
}

impl Pace {
    pub(super) fn new(step: Duration) -> Self {
        Self { step, since: None, refusals: 0, unwritten: 0 }
    }
}

impl Intake<'_> {
    /// Begins a step: it has its whole time before it.
    pub(super) fn begin_step(&mut self) {
        if let Some(pace) = &self.pace {
            self.deadline = Deadline::after(pace.step);
        }
    }

    /// What is claimed outlasts the deadline by so much.
    pub(super) fn claim_beyond_deadline(&self) -> Duration {
        self.pace.as_ref().map_or(Duration::ZERO, |_| GATHER + MARGIN)
    }

    /// True where it is of no use to try the rest now.
    pub(super) fn is_hopeless(&self) -> bool {
        let at_end = |pace: &Pace| pace.refusals >= MOST_FAILING || pace.unwritten >= MOST_FAILING;
        self.pace.as_ref().is_some_and(at_end)
    }

    /// Notes whether the ledger took a group.
    pub(super) fn note_group(&mut self, written: bool) {
        if let Some(pace) = &mut self.pace {
            pace.unwritten = if written { 0 } else { pace.unwritten + 1 };
            pace.since = pace.since.or_else(|| written.then(Instant::now));
        }
    }

    /// Notes whether there was a sink that took nothing of a shipment.
    pub(super) fn note_shipment(&mut self, a_sink_took_nothing: bool) {
        if let Some(pace) = &mut self.pace {
            pace.refusals = if a_sink_took_nothing { pace.refusals + 1 } else { 0 };
            pace.since = None;
        }
    }

    /// Sends what has waited long enough, or is enough. Without a pace, metrics and what others are at work on wait for the
    /// end; with one, nothing does, so that memory stays bounded.
    pub(super) async fn ship_what_is_due(&mut self) {
        let Some(pace) = &self.pace else {
            if self.due.len() >= SHIPMENT {
                self.ship().await;
            }
            return;
        };
        let waits = pace.since.is_some_and(|since| since.elapsed() >= GATHER);
        if waits || self.due.len() >= SHIPMENT || self.copies.len() >= SHIPMENT {
            self.settle_up().await;
        }
    }

    /// Sends all that is in the ledger, then sees to what others were at work on.
    pub(super) async fn settle_up(&mut self) {
        self.begin_step();
        self.ship_all().await;
        let copies = std::mem::take(&mut self.copies);
        let Some(step) = self.pace.as_ref().map(|pace| pace.step) else {
            // What others are at work on is waited for last: two that wait for one another would never end.
            self.see_to(copies).await;
            return self.ship_all().await;
        };
        for copy in copies {
            if self.due.len() >= SHIPMENT || (!self.due.is_empty() && copy.is_busy()) {
                self.begin_step();
                self.ship_all().await;
            }
            if self.is_hopeless() {
                self.lose_copy(&copy, NOT_TRIED);
                continue;
            }
            // As long as the claim of a run that was killed may hold.
            self.deadline = Deadline::after(step + GATHER + MARGIN + MARGIN);
            self.see_to(vec![copy]).await;
        }
        self.begin_step();
        self.ship_all().await;
    }
}

/// Why what was left is not delivered.
pub(super) const NOT_TRIED: &str = "not tried: nothing before it could be delivered";
