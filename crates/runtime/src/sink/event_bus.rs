//! EventBridge: `PutEvents`. One event for each parcel, the OCSF form as its detail.
//!
//! Sources: EventBridge API reference, `PutEvents` and `PutEventsResultEntry` (which codes may be tried again); user
//! guide, "Calculating `PutEvents` event entry size".

use aws_sdk_eventbridge::config::retry::RetryConfig;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use aws_sdk_eventbridge::{Client, Config};
use serde_json::Value;
use tattletrail_engine::render::text;

use super::courier::{self, Courier, Entry, Limits, Verdict};
use super::patience::{self, Fault};
use super::{Outcome, spread, words};
use crate::deadline::Deadline;
use crate::late::Late;
use crate::parcel::Parcel;

/// `source` of our events, for rules to match.
const SOURCE: &str = "tattletrail";

/// `detail-type` of our events.
const DETAIL_TYPE: &str = "Tattletrail Finding";

/// An entry above this is never taken: 1 MB since 29 January 2026.
const MOST_BYTES: usize = 1_000_000;

/// What a time counts for: user guide, "Calculating `PutEvents` event entry size".
const TIME_BYTES: usize = 14;

/// A bus.
#[derive(Debug)]
pub struct EventBus {
    client: Late<Client>,
    bus: String,
}

impl EventBus {
    /// A bus by its name or ARN. The client's own retries are turned off: see the crate's `patience`.
    pub fn new(config: &Config, bus: String) -> Self {
        let config = config.to_builder().retry_config(RetryConfig::disabled()).build();
        Self { client: Late::new(|| Client::from_conf(config)), bus }
    }

    /// Puts the events of parcels; one outcome for each parcel, in their order. A parcel without one is done.
    pub async fn deliver(&self, parcels: &[&Parcel], until: Deadline) -> Vec<Outcome> {
        let (entries, outcomes) = spread::out(parcels, |parcel| self.entry(parcel));
        outcomes.filled(courier::send(self, &entries, until).await)
    }

    fn entry(&self, parcel: &Parcel) -> Option<Result<Entry<PutEventsRequestEntry>, String>> {
        let event = parcel.ocsf.as_ref()?;
        let detail = text::escape_json(event.to_string());
        let arn =
            event.pointer("/resources/0/uid").and_then(Value::as_str).filter(|uid| uid.starts_with("arn:"));
        let bytes = TIME_BYTES
            + SOURCE.len()
            + DETAIL_TYPE.len()
            + detail.len()
            + arn.map_or(0, str::len)
            + self.bus.len();
        if bytes > MOST_BYTES {
            return Some(Err("larger than an event may be".to_owned()));
        }
        let body = PutEventsRequestEntry::builder()
            .source(SOURCE)
            .detail_type(DETAIL_TYPE)
            .detail(detail)
            .event_bus_name(&self.bus)
            .set_time(parcel.facts.event_time.as_deref().and_then(time))
            .set_resources(arn.map(|arn| vec![arn.to_owned()]))
            .build();
        Some(Ok(Entry { finding: parcel.finding.clone(), bytes, body }))
    }
}

impl Courier for EventBus {
    type Body = PutEventsRequestEntry;

    /// Ten entries. A call was limited to 256 KB until 29 January 2026 and is to 1 MB since: we keep to the old figure,
    /// which every Region and every stand-in takes. An event that is larger by itself goes alone.
    const LIMITS: Limits = Limits { entries: 10, bytes: 262_144 };

    async fn call(
        &self,
        batch: &[&Entry<PutEventsRequestEntry>],
        until: Deadline,
    ) -> Result<Vec<Verdict>, Fault> {
        let entries = batch.iter().map(|entry| entry.body.clone()).collect();
        let call = self.client.put_events().set_entries(Some(entries)).send();
        let answer = patience::within(until, call).await?;
        Ok(answer.entries().iter().map(verdict).collect())
    }
}

/// The answers stand in the order of the entries.
fn verdict(answer: &PutEventsResultEntry) -> Verdict {
    match answer.error_code() {
        None => Verdict::Done,
        Some(code) => Verdict::of(code, words::reason(code, answer.error_message())),
    }
}

/// The time of the call that the finding is about; EventBridge takes its own where there is none.
fn time(text: &str) -> Option<DateTime> {
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(DateTime::from_millis(time.as_millisecond()))
}

#[cfg(test)]
mod tests;
