//! What a group of records comes to, given what the ledger knows: the rows to write, and what is to be sent.

use std::collections::{BTreeMap, BTreeSet};

use tattletrail_engine::engine::{Engine, Filtered, Step};
use tattletrail_engine::exposure::state::{Origin, State};
use tattletrail_engine::finding::{Finding, Status, Trace};
use tattletrail_telemetry::trace::{self, Stages};

use super::known::Known;
use super::made::Made;
use super::outbox::{Copy, Open, Outgoing};
use super::standing::Findings;
use super::terms::Terms;
use super::{Arrival, Content, Dispatcher};
use crate::counts::Counts;
use crate::ledger::row::PARCEL;
use crate::ledger::row::{self, EventName, Marker};
use crate::ledger::{Key, LedgerError, MOST_BYTES, MOST_WRITES, Over, Write};
use crate::parcel::{Sent, SinkName};

/// What a row takes beside its body: its key, its version.
const ROW_BYTES: usize = 256;

/// Who plans.
#[derive(Debug)]
pub(super) struct By<'t> {
    /// Which invocation.
    pub(super) id: u64,
    /// Until when it is at work on what it plans.
    pub(super) claimed_until: i64,
    /// On which terms.
    pub(super) terms: &'t Terms,
}

/// What a group comes to.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The rows to write, all or none.
    pub(super) writes: Vec<Write>,
    /// The parcels to send once they are written.
    pub(super) outgoing: Vec<Outgoing>,
    /// What is said of their findings once they are written.
    pub(super) made: Vec<Made>,
    /// Matches that filters suppressed.
    pub(super) suppressed: Vec<Filtered>,
    /// Findings that filters would have suppressed, had they not ended.
    pub(super) lapsed: Vec<Filtered>,
    /// The events they are of.
    pub(super) open: BTreeMap<EventName, Open>,
    /// Events that were taken in before.
    pub(super) copies: Vec<Copy>,
    /// What is counted once they are written.
    pub(super) tally: Tally,
}

/// What a group adds to the counts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    matched: u64,
    suppressed: u64,
    unmatched: u64,
    undecidable: u64,
    opened: u64,
    closed: u64,
    experimental: u64,
    pub(super) below_level: u64,
    pub(super) ends_of_nothing: u64,
    already_ended: u64,
    refused: BTreeMap<SinkName, u64>,
}

impl Tally {
    pub(super) fn add_to(&self, counts: &mut Counts) {
        counts.matched += self.matched;
        counts.suppressed += self.suppressed;
        counts.unmatched += self.unmatched;
        counts.undecidable += self.undecidable;
        counts.opened += self.opened;
        counts.closed += self.closed;
        counts.experimental += self.experimental;
        counts.below_level += self.below_level;
        counts.ends_of_nothing += self.ends_of_nothing;
        counts.already_ended += self.already_ended;
        for (sink, count) in &self.refused {
            *counts.refused.entry(*sink).or_default() += count;
        }
    }
}

/// A new event of the group: what it came to so far.
struct Told<'a> {
    arrival: &'a Arrival,
    findings: Vec<Finding>,
    origin: Origin,
    /// It changed what stands.
    moved: bool,
}

impl Dispatcher {
    /// Plans a group.
    pub(super) async fn plan(
        &self,
        engine: &Engine,
        group: &[Arrival],
        by: &By<'_>,
        stages: &mut Stages,
    ) -> Result<Plan, LedgerError> {
        let mut state = State::of_rows();
        let known = Known::of(self, group, &mut state).await?;
        let mut plan = Plan::default();
        let mut met = BTreeSet::new();
        let mut told = Vec::new();
        for arrival in group {
            if known.has(&arrival.event) || !met.insert(&arrival.event) {
                let marker = known.marker(&arrival.event);
                plan.copies.push(Copy { message: arrival.message, event: arrival.event.clone(), marker });
            } else {
                told.push(Self::settle(engine, arrival, &mut state, &mut plan, stages));
            }
        }
        let mut findings = Findings::of(self, told.iter().flat_map(|event| &event.findings)).await?;
        for event in told {
            self.pack(event, by, &mut findings, &mut plan)?;
        }
        plan.writes.extend(findings.into_writes(self)?);
        plan.writes.extend(known.changed_rows(self, &state)?);
        Ok(plan)
    }

    /// Lets one record happen.
    fn settle<'a>(
        engine: &Engine,
        arrival: &'a Arrival,
        state: &mut State,
        plan: &mut Plan,
        stages: &mut Stages,
    ) -> Told<'a> {
        let tally = &mut plan.tally;
        let (findings, origin, moved) = match &arrival.content {
            Content::Behaviour(found) => {
                tally.matched += 1;
                plan.suppressed.extend(found.suppressed.iter().cloned());
                plan.lapsed.extend(found.lapsed.iter().cloned());
                (found.findings.clone(), Origin::default(), false)
            }
            Content::Waits(waiting) => {
                let watch = &mut |step: Option<Step>| stages.enter(step.map(super::stage_of));
                let settled = engine.settle_watched(waiting, state, watch);
                let (before, now) = (waiting.behaviour(), settled.found);
                let findings: Vec<_> = before.findings.iter().cloned().chain(now.findings).collect();
                let suppressed = before.suppressed.iter().cloned().chain(now.suppressed);
                let is_suppressed = plan.suppressed.len();
                plan.suppressed.extend(suppressed);
                let is_suppressed = plan.suppressed.len() > is_suppressed;
                plan.lapsed.extend(before.lapsed.iter().cloned().chain(now.lapsed));
                match settled.applied.undecidable {
                    _ if !findings.is_empty() => tally.matched += 1,
                    _ if is_suppressed => tally.suppressed += 1,
                    Some(_) => tally.undecidable += 1,
                    None => tally.unmatched += 1,
                }
                tally.ends_of_nothing += settled.applied.ends_of_nothing as u64;
                tally.already_ended += settled.applied.already_ended as u64;
                (findings, Origin::of(waiting.record()), !settled.applied.moves.is_empty())
            }
        };
        Told { arrival, findings, origin, moved }
    }

    /// Makes the rows of one event.
    fn pack(
        &self,
        event: Told<'_>,
        by: &By<'_>,
        findings: &mut Findings,
        plan: &mut Plan,
    ) -> Result<(), LedgerError> {
        let name = &event.arrival.event;
        let mut number = 0;
        for mut finding in event.findings {
            if finding.rule.level < self.policy.min_level {
                plan.tally.below_level += 1;
                continue;
            }
            finding.trace = self.trace();
            let Some(parcel) = findings.parcel(self, &mut finding, &event.origin, by.terms) else {
                plan.tally.ends_of_nothing += 1;
                continue;
            };
            match finding.status {
                Status::Open => plan.tally.opened += 1,
                Status::Closed => plan.tally.closed += 1,
            }
            if finding.rule.is_experimental() {
                plan.tally.experimental += 1;
            }
            for (sink, sent) in &parcel.sinks {
                if let Sent::Refused(why) = sent {
                    tracing::error!(sink = sink.as_str(), why, "a finding was refused for good");
                    *plan.tally.refused.entry(*sink).or_default() += 1;
                }
            }
            plan.writes.push(self.new_row(name.parcel(number), row::body(&parcel)?));
            plan.made.push(Made::of(&finding, &self.policy.application));
            plan.outgoing.push(Outgoing::new(name.clone(), number, parcel));
            number += 1;
        }
        if number == 0 && !event.moved {
            return Ok(());
        }
        let marker = Marker { delivered: number == 0, claimed_until: by.claimed_until, by: by.id };
        plan.writes.push(self.new_row(name.marker(), row::body(&marker)?));
        if number > 0 {
            plan.open.insert(name.clone(), Open::new(event.arrival.message, 1));
        }
        Ok(())
    }

    /// The trace that is now at work.
    fn trace(&self) -> Option<Trace> {
        let id = trace::current()?.to_string().parse().ok()?;
        Some(Trace { id, region: self.policy.traces_in.clone() })
    }

    /// A row that is not there yet, and may be forgotten when its time is over.
    fn new_row(&self, key: Key, body: String) -> Write {
        Write { key, body, over: Over::Nothing, expires: Some(self.expiry()) }
    }

    /// When what is settled now may be forgotten: seconds since 1970.
    pub(super) fn expiry(&self) -> i64 {
        let keep = i64::try_from(self.policy.keep.as_secs()).unwrap_or(i64::MAX);
        jiff::Timestamp::now().as_second().saturating_add(keep)
    }

    /// Writes a plan: at once where one write can hold it. One event with more findings than that is written so that its
    /// parcels and its marker come first: from then on they will be sent, whatever happens to the rest. Parcels without a
    /// marker are what an invocation left that ended before it came to that: they are written over.
    pub(super) async fn write_plan(&self, mut writes: Vec<Write>) -> Result<(), LedgerError> {
        if fits(&writes) {
            return self.ledger.write(&writes).await;
        }
        for parcel in writes.iter_mut().filter(|write| write.key.sort.starts_with(PARCEL)) {
            parcel.over = Over::Anything;
        }
        let mut left = writes.as_slice();
        while !left.is_empty() {
            let longest = (1..=left.len()).rev().find(|count| left.get(..*count).is_some_and(fits));
            let (part, rest) = left.split_at(longest.unwrap_or(1));
            self.ledger.write(part).await?;
            left = rest;
        }
        Ok(())
    }
}

/// True if one write can hold these.
pub(super) fn fits(writes: &[Write]) -> bool {
    let bytes: usize = writes.iter().map(|write| write.body.len() + ROW_BYTES).sum();
    writes.len() <= MOST_WRITES && bytes <= MOST_BYTES
}
