//! From the ledger to the sinks: what is written there is sent, what is sent is written there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use tattletrail_engine::ids::EventId;
use tattletrail_engine::threat_model::Attribution;
use tattletrail_telemetry::trace;
use tattletrail_telemetry::trace::spans::{self, FindingSaid};
use tracing::{Instrument as _, Span};

use super::{Intake, pause};
use crate::deadline::Deadline;
use crate::ledger::row::{self, EventName, Marker, PARCEL, SENT};
use crate::ledger::{Kept, Key, LedgerError, MOST_WRITES, Over, Write};
use crate::parcel::{Parcel, Sent, SinkName};
use crate::sink::{Outcome, Sink};

/// How much time must be left to wait for another invocation.
const LEAST_WAIT: Duration = Duration::from_millis(500);

/// A parcel on its way to the sinks.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) event: EventName,
    /// Its number among the parcels of the event.
    pub(super) number: usize,
    pub(super) parcel: Parcel,
    /// From here to the last sink.
    #[expect(dead_code, reason = "it ends when it is dropped, with what it is about")]
    span: Span,
}

impl Outgoing {
    pub(super) fn new(event: EventName, number: usize, parcel: Parcel) -> Self {
        Self { event, number, parcel, span: Span::none() }
    }

    /// It is in the ledger, so it will be sent: its span begins.
    pub(super) fn on_its_way(self) -> Self {
        let facts = &self.parcel.facts;
        let made_in = facts.origin.trace.as_deref();
        let here = trace::current().map(|trace| trace.to_string());
        let application = facts.applications().join(" ");
        let vectors = Attribution::told(&facts.applications);
        let span = spans::finding(&FindingSaid {
            finding_id: self.parcel.finding.as_str(),
            rule_id: facts.rule.as_str(),
            rule_hash: Some(facts.origin.rule_hash.as_str()),
            technique: Some(facts.origin.techniques.as_str()).filter(|techniques| !techniques.is_empty()),
            severity: facts.level.as_str(),
            status: facts.status.as_str(),
            event_id: facts.origin.event.as_ref().map(EventId::as_str),
            application: Some(application.as_str()),
            vectors: Some(vectors.as_str()).filter(|vectors| !vectors.is_empty()),
            correlation_id: facts.origin.correlation.as_ref().map(EventId::as_str),
            made_in: made_in.filter(|made_in| Some(*made_in) != here.as_deref()),
        });
        Self { span, ..self }
    }

    fn waits_for(&self, sink: SinkName) -> bool {
        self.parcel.sinks.get(&sink) == Some(&Sent::Pending)
    }

    /// The same without what only other sinks need.
    fn for_metrics(mut self) -> Self {
        self.parcel.asff = None;
        self.parcel.alert = None;
        self.parcel.ocsf = None;
        self
    }
}

/// An event whose parcels are not all sent.
#[derive(Debug)]
pub(super) struct Open {
    messages: BTreeSet<usize>,
    /// The version of its marker.
    version: u64,
    /// It was taken over from an invocation that did not end well.
    taken_over: bool,
    /// Why a sink does not have all of it.
    failed: Option<String>,
}

impl Open {
    pub(super) fn new(message: usize, version: u64) -> Self {
        Self { messages: BTreeSet::from([message]), version, taken_over: false, failed: None }
    }
}

/// An event that was taken in before.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) message: usize,
    pub(super) event: EventName,
    /// What its marker said, with its version; `None` if it was first met in the same group.
    pub(super) marker: Option<(Marker, u64)>,
}

impl Copy {
    /// True where another was at work on it when it was last looked at.
    pub(super) fn is_busy(&self) -> bool {
        let now = jiff::Timestamp::now().as_millisecond();
        self.marker.is_some_and(|(marker, _)| !marker.delivered && marker.claimed_until > now)
    }
}

/// What is known of a copy.
enum Standing {
    Delivered,
    /// Another invocation is at work on it.
    Busy,
    /// Its parcels are this invocation's to send.
    Taken,
}

impl Intake<'_> {
    /// Sends what is due to every sink but metrics: those are told once.
    pub(super) async fn ship(&mut self) {
        let due = std::mem::take(&mut self.due);
        let sinks = self.dispatcher.sinks.iter().filter(|sink| sink.name() != SinkName::CloudWatch);
        let all: Vec<&Outgoing> = due.iter().collect();
        let results = join_all(sinks.map(|sink| self.send(sink, &all))).await;
        self.note(results.into_iter().flatten());
        let metered = due.into_iter().filter(|outgoing| outgoing.waits_for(SinkName::CloudWatch));
        self.metered.extend(metered.map(Outgoing::for_metrics));
    }

    /// Sends all that is left to all sinks, and closes the books.
    pub(super) async fn ship_all(&mut self) {
        let (due, metered) = (std::mem::take(&mut self.due), std::mem::take(&mut self.metered));
        let everywhere: Vec<&Outgoing> = due.iter().collect();
        let counted: Vec<&Outgoing> = metered.iter().chain(&due).collect();
        let sends = self.dispatcher.sinks.iter().map(|sink| {
            self.send(sink, if sink.name() == SinkName::CloudWatch { &counted } else { &everywhere })
        });
        let results = join_all(sends).await;
        if !counted.is_empty() {
            let took_nothing = |sent: &Vec<(EventName, SinkName, Outcome)>| {
                !sent.is_empty() && sent.iter().all(|(_, _, outcome)| matches!(outcome, Outcome::Failed(_)))
            };
            self.note_shipment(results.iter().any(took_nothing));
        }
        self.note(results.into_iter().flatten());
        self.close().await;
    }

    /// Sends parcels to one sink, and writes down which of them it has.
    async fn send(&self, sink: &Sink, all: &[&Outgoing]) -> Vec<(EventName, SinkName, Outcome)> {
        let name = sink.name();
        let waiting: Vec<_> = all.iter().copied().filter(|outgoing| outgoing.waits_for(name)).collect();
        if waiting.is_empty() {
            return Vec::new();
        }
        let parcels: Vec<&Parcel> = waiting.iter().map(|outgoing| &outgoing.parcel).collect();
        let mut outcomes = told(sink, &parcels, self.deadline).await;
        outcomes.resize(waiting.len(), Outcome::Failed("the sink did not say what became of it".to_owned()));
        tell(name, &outcomes);
        let settled: Vec<Write> = waiting
            .iter()
            .zip(&outcomes)
            .filter_map(|(outgoing, outcome)| self.mark(name, outgoing, outcome))
            .collect();
        for part in settled.chunks(MOST_WRITES) {
            if let Err(error) = self.write_down(part).await {
                tracing::error!(sink = name.as_str(), %error, "sent, and the ledger does not know");
                outcomes.fill(Outcome::Failed(format!("sent, but {error}")));
            }
        }
        let events = waiting.iter().map(|outgoing| outgoing.event.clone());
        events.zip(outcomes).map(|(event, outcome)| (event, name, outcome)).collect()
    }

    fn mark(&self, sink: SinkName, outgoing: &Outgoing, outcome: &Outcome) -> Option<Write> {
        let sent = match outcome {
            Outcome::Done => Sent::Done,
            Outcome::Refused(why) => Sent::Refused(why.clone()),
            Outcome::Failed(_) => return None,
        };
        Some(Write {
            key: outgoing.event.sent(sink, outgoing.number),
            body: row::body(&sent).ok()?,
            over: Over::Anything,
            expires: Some(self.dispatcher.expiry()),
        })
    }

    fn note(&mut self, results: impl Iterator<Item = (EventName, SinkName, Outcome)>) {
        for (event, sink, outcome) in results {
            let count = match &outcome {
                Outcome::Done => &mut self.counts.sent,
                Outcome::Refused(why) => {
                    tracing::error!(sink = sink.as_str(), why, "a finding was refused for good");
                    &mut self.counts.refused
                }
                Outcome::Failed(_) => &mut self.counts.failed,
            };
            *count.entry(sink).or_default() += 1;
            if let (Outcome::Failed(why), Some(open)) = (outcome, self.open.get_mut(&event)) {
                open.failed.get_or_insert(format!("{}: {why}", sink.as_str()));
            }
        }
    }

    /// Writes down which events are delivered, and gives up the claim on the others.
    async fn close(&mut self) {
        let mut writes = Vec::new();
        for (event, open) in std::mem::take(&mut self.open) {
            let marker = Marker { delivered: open.failed.is_none(), claimed_until: 0, by: self.id };
            let Ok(body) = row::body(&marker) else { continue };
            let over = Over::Version(open.version);
            writes.push(Write { key: event.marker(), body, over, expires: Some(self.dispatcher.expiry()) });
            if let Some(why) = open.failed {
                self.counts.undelivered += 1;
                let counted =
                    if open.taken_over { &mut self.counts.copies } else { &mut self.counts.matched };
                *counted = counted.saturating_sub(1);
                for message in open.messages {
                    self.lost.entry(message).or_insert_with(|| why.clone());
                }
            }
        }
        for part in writes.chunks(MOST_WRITES) {
            self.close_some(part).await;
        }
    }

    /// A marker that can't be written does no harm: what was sent is written down beside it.
    async fn close_some(&self, writes: &[Write]) {
        match self.write_down(writes).await {
            Err(LedgerError::Conflict) if writes.len() > 1 => {
                for write in writes {
                    if let Err(error) = self.write_down(std::slice::from_ref(write)).await {
                        tracing::warn!(%error, "an event stays open in the ledger");
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "events stay open in the ledger"),
            Ok(()) => {}
        }
    }

    /// Writes down what was done: even when the deadline has passed, but not for ever.
    async fn write_down(&self, writes: &[Write]) -> Result<(), LedgerError> {
        let written = self.deadline.grace().limit(self.dispatcher.ledger.write(writes)).await;
        written.unwrap_or_else(|| Err(LedgerError::late()))
    }

    /// Sees to events that were taken in before: those that nobody is at work on are finished here.
    pub(super) async fn see_to(&mut self, copies: Vec<Copy>) {
        for copy in copies {
            let deadline = self.deadline;
            let standing = deadline.limit(self.standing_of(&copy)).await;
            match standing.unwrap_or_else(|| Err(LedgerError::late())) {
                Ok(Standing::Delivered | Standing::Taken) => self.counts.copies += 1,
                Ok(Standing::Busy) => self.lose_copy(&copy, "another invocation is delivering it"),
                Err(error) => self.lose_copy(&copy, &error.to_string()),
            }
        }
    }

    pub(super) fn lose_copy(&mut self, copy: &Copy, why: &str) {
        self.counts.undelivered += 1;
        self.lost.entry(copy.message).or_insert_with(|| why.to_owned());
    }

    /// How a copy stands; waits for another invocation while there is time.
    async fn standing_of(&mut self, copy: &Copy) -> Result<Standing, LedgerError> {
        let mut attempt = 0;
        let mut known = copy.marker;
        loop {
            if let Some(open) = self.open.get_mut(&copy.event) {
                open.messages.insert(copy.message);
                return Ok(Standing::Taken);
            }
            let (marker, version) = match known.take() {
                Some(known) => known,
                None => match self.read_marker(&copy.event).await? {
                    Some(known) => known,
                    // Nothing came of it, so nothing was written.
                    None => return Ok(Standing::Delivered),
                },
            };
            if marker.delivered {
                return Ok(Standing::Delivered);
            }
            let free =
                marker.by == self.id || marker.claimed_until <= jiff::Timestamp::now().as_millisecond();
            if free && self.take_over(copy, version).await? {
                return Ok(Standing::Taken);
            }
            if self.deadline.left() < LEAST_WAIT {
                return Ok(Standing::Busy);
            }
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
        }
    }

    async fn read_marker(&self, event: &EventName) -> Result<Option<(Marker, u64)>, LedgerError> {
        let key = event.marker();
        let kept = self.dispatcher.ledger.get(&BTreeSet::from([key.clone()])).await?;
        kept.get(&key).map(|kept| Ok((row::read(&key, kept)?, kept.version))).transpose()
    }

    /// Takes the parcels of an event over; false if somebody else was faster.
    async fn take_over(&mut self, copy: &Copy, version: u64) -> Result<bool, LedgerError> {
        let marker = Marker { delivered: false, claimed_until: self.claim(), by: self.id };
        let claim = Write {
            key: copy.event.marker(),
            body: row::body(&marker)?,
            over: Over::Version(version),
            expires: Some(self.dispatcher.expiry()),
        };
        match self.dispatcher.ledger.write(&[claim]).await {
            Err(LedgerError::Conflict) => return Ok(false),
            other => other?,
        }
        let rows = self.dispatcher.ledger.list(copy.event.partition(), "").await?;
        self.due.extend(parcels_of(&copy.event, &rows)?);
        let open = Open { taken_over: true, ..Open::new(copy.message, version + 1) };
        self.open.insert(copy.event.clone(), open);
        Ok(true)
    }
}

/// A delivery, with a span that says what came of it.
async fn told(sink: &Sink, parcels: &[&Parcel], until: Deadline) -> Vec<Outcome> {
    let span = spans::deliver(sink.name().as_str(), parcels.len());
    let outcomes = sink.deliver(parcels, until).instrument(span.clone()).await;
    let count =
        |is: fn(&Outcome) -> bool| spans::number(outcomes.iter().filter(|outcome| is(outcome)).count());
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    span.record("taken", count(|outcome| matches!(outcome, Outcome::Done)));
    span.record("refused", count(|outcome| matches!(outcome, Outcome::Refused(_))));
    span.record("failed", failed);
    if failed > 0 {
        span.record("otel.status_code", "ERROR");
    }
    outcomes
}

fn tell(sink: SinkName, outcomes: &[Outcome]) {
    let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
    tracing::debug!(
        sink = sink.as_str(),
        findings = outcomes.len(),
        taken = count(|outcome| matches!(outcome, Outcome::Done)),
        refused = count(|outcome| matches!(outcome, Outcome::Refused(_))),
        failed = count(|outcome| matches!(outcome, Outcome::Failed(_))),
        "a sink has answered"
    );
}

/// The parcels of an event, with what is known of the sinks.
fn parcels_of(event: &EventName, rows: &BTreeMap<Key, Kept>) -> Result<Vec<Outgoing>, LedgerError> {
    let mut parcels = Vec::new();
    for (key, kept) in rows.iter().filter(|(key, _)| key.sort.starts_with(PARCEL)) {
        let number = key.sort.trim_start_matches(PARCEL).parse().unwrap_or_default();
        let mut parcel: Parcel = row::read(key, kept)?;
        for (sink, sent) in &mut parcel.sinks {
            let key = event.sent(*sink, number);
            if let Some(kept) = rows.get(&key).filter(|_| key.sort.starts_with(SENT)) {
                *sent = row::read(&key, kept)?;
            }
        }
        parcels.push(Outgoing::new(event.clone(), number, parcel).on_its_way());
    }
    Ok(parcels)
}
