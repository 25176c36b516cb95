//! How findings stand, and what of them is kept: what Security Hub needs to see an update as one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tattletrail_engine::exposure::state::Origin;
use tattletrail_engine::finding::{Finding, Status};
use tattletrail_engine::ids::TechniqueId;
use tattletrail_engine::render::{alert, asff, ocsf};
use tattletrail_engine::threat_model::Attribution;
use tattletrail_engine::timeline::{Stand, live_on};

use super::Dispatcher;
use super::terms::Terms;
use crate::ledger::row::{self, FindingRow};
use crate::ledger::{Key, LedgerError, Over, Write};
use crate::parcel::{self, Facts, Parcel, Sent, SinkName};

/// The longest event for a bus that is kept: a row holds 400 KB with all else of the finding (DynamoDB developer guide,
/// "Quotas"). A record that CloudTrail delivers has at most 256 KB.
const MOST_EVENT: usize = 300_000;

/// The findings about exposures of a group, as they stand.
#[derive(Debug)]
pub(super) struct Findings {
    rows: BTreeMap<Key, (Option<FindingRow>, Over)>,
    changed: BTreeSet<Key>,
}

impl Findings {
    /// Reads how these findings stand.
    pub(super) async fn of(
        dispatcher: &Dispatcher,
        findings: impl Iterator<Item = &Finding>,
    ) -> Result<Self, LedgerError> {
        let keys: BTreeSet<Key> =
            findings.filter(|finding| finding.exposure.is_some()).map(row::finding).collect();
        let kept = if keys.is_empty() { BTreeMap::new() } else { dispatcher.ledger.get(&keys).await? };
        let mut rows = BTreeMap::new();
        for key in keys {
            let own = kept.get(&key);
            let row = own.map(|kept| row::read(&key, kept)).transpose()?;
            rows.insert(key, (row, Over::read(own)));
        }
        Ok(Self { rows, changed: BTreeSet::new() })
    }

    /// The parcel of a finding, and its row as it stands now; `None` for the end of what was never raised.
    pub(super) fn parcel(
        &mut self,
        dispatcher: &Dispatcher,
        finding: &mut Finding,
        origin: &Origin,
        terms: &Terms,
    ) -> Option<Parcel> {
        let key = row::finding(finding);
        let known = self.rows.get(&key).and_then(|(row, _)| row.as_ref());
        let stand = match finding.exposure {
            Some(_) => Some(live_on(known.map(|row| &row.stand), finding, origin)?),
            None => None,
        };
        if let Some(known) = known.filter(|row| row.stand != Stand::Closed) {
            finding.applications = Attribution::union(&known.applications, &finding.applications);
        }
        let times = Times::of(finding, known);
        let parcel = dispatcher.pack_up(finding, &times, terms);
        if let (Some(stand), Some((row, _))) = (stand, self.rows.get_mut(&key)) {
            let is_counted = dispatcher.policy.wants(SinkName::CloudWatch, &finding.rule);
            *row = Some(FindingRow { is_counted, ..times.row(stand, &parcel) });
            self.changed.insert(key);
        }
        Some(parcel)
    }

    /// The rows that are now others.
    pub(super) fn into_writes(self, dispatcher: &Dispatcher) -> Result<Vec<Write>, LedgerError> {
        let mut writes = Vec::new();
        for (key, (row, over)) in self.rows {
            let Some(row) = row.filter(|_| self.changed.contains(&key)) else { continue };
            let expires = (row.stand == Stand::Closed).then(|| dispatcher.expiry());
            writes.push(Write { body: row::body(&row)?, key, over, expires });
        }
        Ok(writes)
    }
}

/// The times of a finding in Security Hub.
struct Times {
    created: String,
    updated: String,
    first_observed: Option<String>,
}

impl Times {
    /// `CreatedAt` and `FirstObservedAt` stay; `UpdatedAt` grows, else Security Hub ignores the update (API reference,
    /// `BatchImportFindings`).
    fn of(finding: &Finding, known: Option<&FindingRow>) -> Self {
        let own = finding.event.time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
        let own = own.unwrap_or(Timestamp::UNIX_EPOCH);
        let text = |time: Timestamp| format!("{time:.3}");
        let Some(known) = known else {
            let first = (finding.status == Status::Open).then(|| text(own));
            return Self { created: text(own), updated: text(own), first_observed: first };
        };
        let last = known.updated_at.parse::<Timestamp>().unwrap_or(Timestamp::UNIX_EPOCH);
        let next = last.checked_add(SignedDuration::from_millis(1)).unwrap_or(last);
        Self {
            created: known.created_at.clone(),
            updated: text(own.max(next)),
            first_observed: known.first_observed_at.clone(),
        }
    }

    fn write_into(&self, asff: &mut Value) {
        let Some(members) = asff.as_object_mut() else { return };
        members.insert("CreatedAt".to_owned(), self.created.clone().into());
        members.insert("UpdatedAt".to_owned(), self.updated.clone().into());
        if let Some(first) = &self.first_observed {
            members.insert("FirstObservedAt".to_owned(), first.clone().into());
        }
    }

    fn row(self, stand: Stand, parcel: &Parcel) -> FindingRow {
        let open = stand != Stand::Closed && parcel.asff.is_some();
        FindingRow {
            last: open.then(|| parcel.for_security_hub()),
            told_at: None,
            stand,
            created_at: self.created,
            updated_at: self.updated,
            first_observed_at: self.first_observed,
            rule: Some(parcel.facts.rule.clone()),
            applications: parcel.facts.applications.clone(),
            is_counted: true,
        }
    }
}

impl Dispatcher {
    /// A finding in the forms that the sinks want.
    fn pack_up(&self, finding: &Finding, times: &Times, terms: &Terms) -> Parcel {
        let mut sinks = BTreeMap::new();
        for name in self.sinks.iter().map(crate::sink::Sink::name) {
            if self.policy.wants(name, &finding.rule) && terms.tell(name, finding) {
                sinks.insert(name, Sent::Pending);
            }
        }
        let mut event = sinks.contains_key(&SinkName::EventBus).then(|| ocsf::to_event(finding));
        let bytes = event.as_ref().map_or(0, |event| event.to_string().len());
        if bytes > MOST_EVENT {
            event = None;
            let why = format!("{bytes} bytes; an event may have {MOST_EVENT}");
            sinks.insert(SinkName::EventBus, Sent::Refused(why));
        }
        let wants = |name: SinkName| sinks.contains_key(&name);
        let application = &self.policy.application;
        Parcel {
            finding: finding.id.clone(),
            facts: facts(finding, application),
            asff: wants(SinkName::SecurityHub).then(|| {
                let mut asff = asff::finding(finding);
                times.write_into(&mut asff);
                asff
            }),
            alert: wants(SinkName::Sns).then(|| alert::alert(finding, application)),
            ocsf: event,
            sinks,
        }
    }
}

fn facts(finding: &Finding, application: &str) -> Facts {
    Facts {
        status: finding.status,
        level: finding.rule.level,
        rule: finding.rule.id.clone(),
        account: finding.event.account.clone().unwrap_or_default(),
        region: finding.event.region.clone().unwrap_or_default(),
        application: application.to_owned(),
        applications: finding.applications.clone(),
        event_time: finding.event.time.clone(),
        exposure_seconds: finding.life.as_ref().and_then(|life| life.seconds),
        origin: parcel::Origin {
            techniques: finding.rule.techniques.iter().map(TechniqueId::as_str).collect::<Vec<_>>().join(" "),
            rule_hash: finding.rule.hash.as_str().to_owned(),
            event: finding.event.id.clone(),
            correlation: finding.event.correlation_id().cloned(),
            trace: finding.trace.as_ref().map(|trace| trace.id.as_w3c().to_owned()),
        },
    }
}
