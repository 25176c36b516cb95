//! Findings that stay open: told to Security Hub again before it forgets them, and counted for metrics.
//!
//! Security Hub deletes what was not updated for 90 days (user guide, "Guidelines for using the `BatchImportFindings`
//! API"). A schedule asks once a day; what was last told more than 30 days ago is told again, as it was, with a new
//! `UpdatedAt`.
//!
//! The row takes the new `UpdatedAt` *before* the finding is sent: a close that comes meanwhile is later than it, or
//! was first, and then nothing is sent. That Security Hub has it is written down after, so that what fails is tried
//! again by the next schedule.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use tattletrail_engine::timeline::Stand;

use crate::census::Census;
use crate::counts::Counts;
use crate::deadline::Deadline;
use crate::dispatch::Dispatcher;
use crate::ledger::row::{self, FINDING, FindingRow};
use crate::ledger::{Key, LedgerError, Over, Write};
use crate::parcel::{Parcel, SinkName};
use crate::sink::{Outcome, Sink};

/// Told again after this time: twice more before Security Hub would forget it.
const AGE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many are told at once.
const BATCH: usize = 100;

/// No batch is begun with less time than this.
const LEAST: Duration = Duration::from_secs(2);

/// Why some were not told again.
pub const TIME_OVER: &str = "the time was over before all open findings were told again";

/// True for what a schedule of EventBridge sends (EventBridge user guide, "Creating a rule that runs on a schedule").
pub fn is_schedule(body: &str) -> bool {
    #[derive(Deserialize)]
    struct Event {
        source: String,
        #[serde(rename = "detail-type")]
        kind: String,
    }
    let event = serde_json::from_str::<Event>(body);
    event.is_ok_and(|event| event.source == "aws.events" && event.kind == "Scheduled Event")
}

/// A finding that is told again.
struct Due {
    key: Key,
    version: u64,
    row: FindingRow,
    parcel: Parcel,
}

impl Dispatcher {
    /// Tells Security Hub again of what stands open since long, and CloudWatch how much stands open. Where the ledger is
    /// that of one copy of a function alone nothing is counted: it does not know the rest.
    ///
    /// # Errors
    /// What could not be read, or was not told: it is due as before.
    pub async fn refresh(&self, until: Deadline, counts: &mut Counts) -> Result<(), String> {
        let sink = |name| self.sinks.iter().find(|sink| sink.name() == name);
        let hub = sink(SinkName::SecurityHub);
        let metrics = sink(SinkName::CloudWatch).filter(|_| self.ledger.is_shared());
        if hub.is_none() && metrics.is_none() {
            return Ok(());
        }
        let (census, failed) = self.survey(hub, until, counts).await?;
        let told = match metrics {
            Some(sink) => sink.tell_standing(&census, until).await,
            None => None,
        };
        match told {
            Some(Outcome::Failed(why) | Outcome::Refused(why)) => {
                *counts.failed.entry(SinkName::CloudWatch).or_default() += 1;
                Err(why)
            }
            Some(Outcome::Done) | None => failed.map_or(Ok(()), Err),
        }
    }

    /// Reads how all findings stand, and tells again what is due. What stands open, and the reason if some was not taken.
    async fn survey(
        &self,
        hub: Option<&Sink>,
        until: Deadline,
        counts: &mut Counts,
    ) -> Result<(Census, Option<String>), String> {
        let (mut after, mut failed, mut census) = (None, None, Census::default());
        loop {
            let page = self.ledger.page(FINDING, after.as_ref()).await.map_err(|error| error.to_string())?;
            let mut due = Vec::new();
            for (key, kept) in page.rows {
                let row: FindingRow = row::read(&key, &kept).map_err(|error| error.to_string())?;
                census.add(&row, &self.policy.application);
                due.extend(due_of(key, kept.version, row, Timestamp::now()));
            }
            if let Some(hub) = hub {
                failed = self.tell_all_again(hub, due, until, counts).await?.or(failed);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok((census, failed)),
            }
        }
    }

    /// Tells what is due, batch by batch; the reason if some of it was not taken.
    async fn tell_all_again(
        &self,
        hub: &Sink,
        mut due: Vec<Due>,
        until: Deadline,
        counts: &mut Counts,
    ) -> Result<Option<String>, String> {
        let mut failed = None;
        while !due.is_empty() {
            if until.left() < LEAST {
                return Err(TIME_OVER.to_owned());
            }
            let rest = due.split_off(due.len().min(BATCH));
            let again = std::mem::replace(&mut due, rest);
            failed = self.tell_again(hub, again, until, counts).await.or(failed);
        }
        Ok(failed)
    }

    /// Tells a batch; the reason if some of it was not taken.
    async fn tell_again(
        &self,
        hub: &Sink,
        due: Vec<Due>,
        until: Deadline,
        counts: &mut Counts,
    ) -> Option<String> {
        let mut taken = Vec::new();
        let mut failed = None;
        for mut due in due {
            match self.renew(&mut due).await {
                Ok(()) => taken.push(due),
                // It closed, or another schedule was first.
                Err(LedgerError::Conflict) => {}
                Err(error) => failed = Some(error.to_string()),
            }
        }
        if taken.is_empty() {
            return failed;
        }
        tracing::debug!(findings = taken.len(), "open findings are told again");
        let parcels: Vec<&Parcel> = taken.iter().map(|due| &due.parcel).collect();
        let mut outcomes = hub.deliver(&parcels, until).await;
        outcomes.resize(taken.len(), Outcome::Failed("the sink did not say what became of it".to_owned()));
        for (due, outcome) in taken.iter().zip(outcomes) {
            match outcome {
                Outcome::Done => counts.refreshed += 1,
                Outcome::Refused(why) => {
                    tracing::error!(
                        sink = hub.name().as_str(),
                        why,
                        "an open finding was refused when told again"
                    );
                    *counts.refused.entry(hub.name()).or_default() += 1;
                }
                Outcome::Failed(why) => {
                    *counts.failed.entry(hub.name()).or_default() += 1;
                    failed = Some(why);
                    continue;
                }
            }
            self.told(due).await;
        }
        failed
    }

    /// Writes the new `UpdatedAt` down, and puts it into the parcel.
    async fn renew(&self, due: &mut Due) -> Result<(), LedgerError> {
        let last = due.row.updated_at.parse::<Timestamp>().unwrap_or(Timestamp::UNIX_EPOCH);
        let next = last.checked_add(SignedDuration::from_millis(1)).unwrap_or(last);
        due.row.told_at.get_or_insert(due.row.updated_at.clone());
        due.row.updated_at = format!("{:.3}", Timestamp::now().max(next));
        if let Some(asff) = due.parcel.asff.as_mut().and_then(Value::as_object_mut) {
            asff.insert("UpdatedAt".to_owned(), due.row.updated_at.clone().into());
        }
        self.write_row(due, &due.row).await?;
        due.version += 1;
        Ok(())
    }

    /// Writes down that Security Hub has it. Where that fails it is told once more than needed.
    async fn told(&self, due: &Due) {
        let row = FindingRow { told_at: Some(due.row.updated_at.clone()), ..due.row.clone() };
        match self.write_row(due, &row).await {
            Ok(()) | Err(LedgerError::Conflict) => {}
            Err(error) => tracing::warn!(%error, "told again, and the ledger does not know"),
        }
    }

    async fn write_row(&self, due: &Due, row: &FindingRow) -> Result<(), LedgerError> {
        let (key, over) = (due.key.clone(), Over::Version(due.version));
        self.ledger.write(&[Write { key, body: row::body(row)?, over, expires: None }]).await
    }
}

/// A row whose finding is due.
fn due_of(key: Key, version: u64, row: FindingRow, now: Timestamp) -> Option<Due> {
    let told = row.told_at.as_ref().unwrap_or(&row.updated_at).parse::<Timestamp>();
    let is_old = told.is_ok_and(|told| now.duration_since(told) >= AGE);
    let parcel = row.last.clone().filter(|_| row.stand != Stand::Closed && is_old)?;
    Some(Due { key, version, row, parcel })
}

#[cfg(test)]
mod tests;
