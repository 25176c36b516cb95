//! From records to findings that every sink has, each once, or a caller who knows what is missing.
//!
//! ```text
//! Item -> Intake::add -> order of event time -> groups -> plan -> ledger, all or nothing -> sinks, all at once -> Handled
//! ```
//!
//! What a group of records comes to (what stands, how findings stand, the parcels for the sinks) is written to the
//! [ledger](crate::ledger) in one step before anything is sent. So an invocation that dies leaves either nothing or
//! everything that is to be sent; whoever sees the same event next sends what is missing, and nothing that is not.

// What a group of records comes to.
mod plan;

// What the ledger knows that matters for a group.
mod known;

// Writes of objects, left out where they change nothing.
mod objects;

// Findings as they are kept.
mod standing;

// What is said of a finding.
mod made;

// From the ledger to the sinks.
mod outbox;

// How an intake goes on where no caller waits.
mod pace;

// What an intake takes in, and whom it tells.
pub mod terms;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tattletrail_engine::engine::{Found, Read, Step, Waiting};
use tattletrail_engine::finding::{Level, RuleInfo, Status};
use tattletrail_engine::ids::{AccountId, EventId, FindingId, Region};
use tattletrail_engine::ingest::Item;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::timeline::Order;
use tattletrail_telemetry::errors::hook;
use tattletrail_telemetry::trace::{Stage, Stages, spans};
use tracing::Instrument as _;
use xxhash_rust::xxh3::xxh3_64;

use crate::counts::Counts;
use crate::deadline::Deadline;
use crate::ledger::row::EventName;
use crate::ledger::{Ledger, LedgerError};
use crate::parcel::SinkName;
use crate::rules::{InUse, Rules};
use crate::sink::Sink;
use made::Made;
use objects::Objects;
use outbox::{Copy, Outgoing};
use pace::{NOT_TRIED, Pace};
use plan::{By, Plan};
use terms::{Later, Terms};

/// How many events are planned together at most: their rows must fit into one atomic write.
const GROUP: usize = 12;

/// How often a group is planned anew because somebody else wrote first.
const ATTEMPTS: u32 = 12;

/// Parcels wait for this many others before they are sent.
const SHIPMENT: usize = 100;

/// How many findings an invocation can name at the end.
const MOST_FOUND: usize = 2000;

/// Everything that delivers findings.
#[derive(Debug)]
pub struct Dispatcher {
    /// The rules.
    pub rules: InUse,
    /// What is remembered.
    pub ledger: Ledger,
    /// Where findings go.
    pub sinks: Vec<Sink>,
    /// What else is set.
    pub policy: Policy,
}

/// What is set about deliveries.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Findings below it go nowhere.
    pub min_level: Level,
    /// Findings below it make no alert.
    pub topic_min_level: Level,
    /// Where findings of rules that are being tried out go as well.
    pub experimental_to: BTreeSet<SinkName>,
    /// The application that findings are counted under.
    pub application: String,
    /// The Region in whose console the traces of findings are; `None` where they are in none.
    pub traces_in: Option<Region>,
    /// For how long what is settled is remembered.
    pub keep: Duration,
}

impl Policy {
    /// True if findings of the rule go to that sink.
    fn wants(&self, name: SinkName, rule: &RuleInfo) -> bool {
        if rule.is_experimental() && !self.experimental_to.contains(&name) {
            return false;
        }
        name != SinkName::Sns || rule.level >= self.topic_min_level
    }
}

/// A record that may come to something, on its way.
#[derive(Debug)]
struct Arrival {
    /// The message that it came in.
    message: usize,
    event: EventName,
    content: Content,
}

impl Arrival {
    /// The record, if what it does depends on others.
    fn waiting(&self) -> Option<&Waiting> {
        match &self.content {
            Content::Waits(waiting) => Some(waiting),
            Content::Behaviour(_) => None,
        }
    }
}

#[derive(Debug)]
enum Content {
    Behaviour(Found),
    Waits(Box<Waiting>),
}

/// Records of one invocation on their way.
#[derive(Debug)]
pub struct Intake<'d> {
    dispatcher: &'d Dispatcher,
    /// Those that were in use at its beginning.
    rules: Arc<Rules>,
    deadline: Deadline,
    /// Set where there is no deadline for the whole.
    pace: Option<Pace>,
    order: Order<Arrival>,
    counts: Counts,
    /// Messages of which something is not delivered, and why.
    lost: BTreeMap<usize, String>,
    /// What is in the ledger and not yet sent.
    due: Vec<Outgoing>,
    /// What only metrics wait for.
    metered: Vec<Outgoing>,
    /// Events that were taken in before.
    copies: Vec<Copy>,
    objects: Objects,
    terms: Terms,
    /// What others will take in, in its turn.
    later: Later,
    /// The findings that were made.
    found: Vec<(FindingId, Status)>,
    /// Tells this invocation from others.
    id: u64,
    /// Where the time goes.
    stages: Stages,
    /// Events taken in by this invocation whose parcels are not all sent, with their messages.
    open: BTreeMap<EventName, outbox::Open>,
}

/// What became of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// What was counted.
    pub counts: Counts,
    /// Messages of which something is not delivered, and why: they must come again.
    pub lost: BTreeMap<usize, String>,
    /// The findings that were made, the first 2,000 of them.
    pub found: Vec<(FindingId, Status)>,
    /// What was left for its turn.
    pub later: Later,
}

impl Dispatcher {
    /// Begins to take in records; what is not delivered at the deadline is said to be lost.
    pub fn intake(&self, deadline: Deadline) -> Intake<'_> {
        Intake {
            dispatcher: self,
            rules: self.rules.get(),
            deadline,
            pace: None,
            order: Order::default(),
            counts: Counts::default(),
            lost: BTreeMap::new(),
            due: Vec::new(),
            metered: Vec::new(),
            open: BTreeMap::new(),
            copies: Vec::new(),
            objects: Objects::default(),
            terms: Terms::default(),
            later: Later::default(),
            found: Vec::new(),
            stages: Stages::default(),
            id: RandomState::new().hash_one(jiff::Timestamp::now().as_nanosecond()),
        }
    }

    /// Begins to take in records where no caller waits for the end: each write to the ledger and each shipment may take
    /// `step`, there may be any number of them, and memory stays bounded. When nothing can be delivered any more, the rest
    /// is not tried: [`Intake::has_given_up`].
    pub fn steady_intake(&self, step: Duration) -> Intake<'_> {
        Intake { pace: Some(Pace::new(step)), ..self.intake(Deadline::after(step)) }
    }
}

impl Intake<'_> {
    /// Takes what was found in a message.
    pub async fn add(&mut self, message: usize, item: Item) {
        match item {
            Item::Record(record) => self.record(message, record).await,
            Item::Skipped(reason) => self.counts.skip(reason.kind()),
            Item::Rejected(rejected) => self.counts.reject(rejected.reason.kind()),
        }
    }

    /// The same on other terms.
    #[must_use]
    pub fn on(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// Says that a message could not be read to its end.
    pub fn lose(&mut self, message: usize, why: String) {
        self.lost.entry(message).or_insert(why);
    }

    /// The clock of the stages.
    pub fn stages(&mut self) -> &mut Stages {
        &mut self.stages
    }

    /// Counts what should have been a record and is none.
    pub fn reject(&mut self, reason: &'static str) {
        self.counts.reject(reason);
    }

    /// Counts what is no record and need not be.
    pub fn skip(&mut self, kind: &'static str) {
        self.counts.skip(kind);
    }

    async fn record(&mut self, message: usize, record: CloudTrailRecord) {
        // Should it be the one over which something breaks, the error report names it.
        record.event_id().iter().for_each(|id| hook::takes_in(id.as_str()));
        let stages = &mut self.stages;
        let read = self.rules.engine.read_watched(record, &mut |step| stages.enter(step.map(stage_of)));
        self.add_read(message, read).await;
    }

    /// Reads a record with the rules of this intake, without taking it in.
    pub fn read(&self, record: CloudTrailRecord) -> Read {
        self.rules.engine.read(record)
    }

    /// Takes what the engine of the rules in use has read of a record in a message.
    pub async fn add_read(&mut self, message: usize, read: Read) {
        if self.terms.leaves(&read) {
            self.later.note(&read);
            return self.counts.skip(terms::LATER);
        }
        self.counts.received += 1;
        let (account, id, time) = match &read {
            Read::Waits(waiting) => {
                let record = waiting.record();
                (record.account(), record.event_id(), record.event_time().map(str::to_owned))
            }
            Read::Done(found) => {
                let Some(finding) = found.findings.first() else {
                    self.without_findings(found);
                    return;
                };
                (finding.event.account.clone(), finding.event.id.clone(), finding.event.time.clone())
            }
        };
        let id = id.as_ref().map(EventId::as_str);
        let content = if id.is_none() { content_of(&read) } else { 0 };
        let event = EventName::new(account.as_ref().map(AccountId::as_str), id, content);
        let content = match read {
            Read::Done(found) => Content::Behaviour(found),
            Read::Waits(waiting) => Content::Waits(waiting),
        };
        let ready = self.order.push(time.as_deref(), id, Arrival { message, event, content });
        self.take_in(ready).await;
    }

    fn without_findings(&mut self, found: &Found) {
        if found.suppressed.is_empty() {
            self.counts.unmatched += 1;
        } else {
            self.counts.suppressed += 1;
        }
        found.suppressed.iter().for_each(made::tell_suppressed);
    }

    /// What was counted so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// True where the rest will not be tried, since nothing before it could be delivered: what is still added is counted as
    /// not delivered.
    pub fn has_given_up(&self) -> bool {
        self.is_hopeless()
    }

    /// Delivers all that is left, and says what became of everything.
    pub async fn finish(mut self) -> Handled {
        let rest = self.order.rest();
        self.take_in(rest).await;
        self.settle_up().await;
        self.stages.tell();
        Handled { counts: self.counts, lost: self.lost, found: self.found, later: self.later }
    }

    /// Records in the order of time, group by group.
    async fn take_in(&mut self, ready: Vec<Arrival>) {
        let ready = self.without_plain_writes(ready).await;
        let mut left = ready.as_slice();
        let mut size = GROUP;
        while !left.is_empty() {
            let (group, rest) = left.split_at(size.min(left.len()));
            self.begin_step();
            if self.is_hopeless() {
                return self.lose_all(left, NOT_TRIED);
            }
            if self.deadline.is_over() {
                self.lose_all(left, "the time was over");
                return;
            }
            let late = || Err(Trouble::Ledger(LedgerError::late()));
            let deadline = self.deadline;
            match deadline.limit(self.commit(group)).await.unwrap_or_else(late) {
                Ok(plan) => {
                    self.note_group(true);
                    self.account(plan).await;
                    (left, size) = (rest, GROUP);
                }
                Err(Trouble::TooMuch) => size = (group.len() / 2).max(1),
                Err(Trouble::Ledger(error)) => {
                    self.note_group(false);
                    self.lose_all(group, &error.to_string());
                    left = rest;
                }
            }
        }
    }

    /// Plans a group and writes the plan to the ledger; again, if somebody else wrote first.
    async fn commit(&mut self, group: &[Arrival]) -> Result<Plan, Trouble> {
        let span = spans::ledger(group.len());
        let committed = self.try_commit(group).instrument(span.clone()).await;
        if committed.is_err() {
            span.record("otel.status_code", "ERROR");
        }
        committed
    }

    async fn try_commit(&mut self, group: &[Arrival]) -> Result<Plan, Trouble> {
        let (claimed_until, terms) = (self.claim(), self.terms);
        let by = By { id: self.id, claimed_until, terms: &terms };
        for attempt in 0..ATTEMPTS {
            let plan = self.dispatcher.plan(&self.rules.engine, group, &by, &mut self.stages).await;
            let mut plan = plan.map_err(Trouble::Ledger)?;
            if group.len() > 1 && !plan::fits(&plan.writes) {
                return Err(Trouble::TooMuch);
            }
            let writes = std::mem::take(&mut plan.writes);
            match self.dispatcher.write_plan(writes).await {
                Ok(()) => {
                    tell(group, &plan, attempt);
                    return Ok(plan);
                }
                Err(LedgerError::Conflict) => {
                    tracing::debug!(attempt, "another invocation wrote to the ledger first");
                    tokio::time::sleep(pause(attempt)).await;
                }
                Err(error) => return Err(Trouble::Ledger(error)),
            }
        }
        Err(Trouble::Ledger(LedgerError::Conflict))
    }

    /// Until when what this invocation takes in is its own: it answers no more after its deadline.
    fn claim(&self) -> i64 {
        let left = self.deadline.left() + self.claim_beyond_deadline();
        let left = i64::try_from(left.as_millis()).unwrap_or(i64::MAX);
        jiff::Timestamp::now().as_millisecond().saturating_add(left)
    }

    /// Counts what a plan came to, and puts its parcels among those to be sent.
    async fn account(&mut self, plan: Plan) {
        plan.made.iter().for_each(Made::tell);
        let room = MOST_FOUND.saturating_sub(self.found.len());
        self.found.extend(plan.made.iter().take(room).map(Made::named));
        plan.suppressed.iter().for_each(made::tell_suppressed);
        plan.lapsed.iter().for_each(made::tell_lapsed);
        plan.tally.add_to(&mut self.counts);
        for (event, open) in plan.open {
            self.open.insert(event, open);
        }
        self.due.extend(plan.outgoing.into_iter().map(Outgoing::on_its_way));
        self.copies.extend(plan.copies);
        self.ship_what_is_due().await;
    }

    fn lose_all(&mut self, arrivals: &[Arrival], why: &str) {
        for arrival in arrivals {
            self.counts.undelivered += 1;
            self.lost.entry(arrival.message).or_insert_with(|| why.to_owned());
        }
    }
}

fn stage_of(step: Step) -> Stage {
    match step {
        Step::Derive => Stage::Derive,
        Step::Match => Stage::Match,
    }
}

/// What tells a record without an `eventID` from others: what it says, or what was found in that.
fn content_of(read: &Read) -> u64 {
    match read {
        Read::Waits(waiting) => xxh3_64(waiting.record().root().to_compact_json().as_bytes()),
        Read::Done(found) => {
            found.findings.first().map_or(0, |finding| xxh3_64(finding.id.as_str().as_bytes()))
        }
    }
}

fn tell(group: &[Arrival], plan: &Plan, attempt: u32) {
    let (findings, copies) = (plan.outgoing.len(), plan.copies.len());
    tracing::debug!(records = group.len(), findings, copies, attempt, "a group is in the ledger");
}

enum Trouble {
    /// More rows than one write can hold.
    TooMuch,
    Ledger(LedgerError),
}

/// Longer each time, up to a fifth of a second, and not the same for all who wait.
fn pause(attempt: u32) -> Duration {
    let most = 10_u64 << attempt.min(5);
    let noise = u64::from(jiff::Timestamp::now().subsec_nanosecond().unsigned_abs());
    Duration::from_millis(most.min(200) / 2 + noise % (most.min(200) / 2 + 1))
}

#[cfg(test)]
mod tests;
