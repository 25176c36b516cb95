//! One finding on its way to the sinks, in the forms in which they want it.
//!
//! A parcel is made once, when the finding is, and kept in the [ledger](crate::ledger) until every sink has it: a retry
//! sends the same bytes, whatever has happened since.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tattletrail_engine::finding::{Level, Status};
use tattletrail_engine::ids::{AccountId, EventId, FindingId, Region, RuleId};
use tattletrail_engine::render::alert::Alert;
use tattletrail_engine::threat_model::Attribution;

/// One finding on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parcel {
    /// The finding.
    pub finding: FindingId,
    /// What metrics are made of.
    pub facts: Facts,
    /// One element of `Findings` for Security Hub, with its times.
    pub asff: Option<Value>,
    /// The message for people.
    pub alert: Option<Alert>,
    /// The event for buses and data lakes.
    pub ocsf: Option<Value>,
    /// The sinks that are to have it, and which of them do.
    pub sinks: BTreeMap<SinkName, Sent>,
}

impl Parcel {
    /// The same for Security Hub alone.
    #[must_use]
    pub fn for_security_hub(&self) -> Self {
        let sinks = BTreeMap::from([(SinkName::SecurityHub, Sent::Pending)]);
        Self { alert: None, ocsf: None, sinks, ..self.clone() }
    }
}

/// What is counted of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Open, or closed.
    pub status: Status,
    /// The rule's level.
    pub level: Level,
    /// The rule.
    pub rule: RuleId,
    /// The account the record belongs to.
    pub account: AccountId,
    /// The Region of the call.
    pub region: Region,
    /// The application that the finding is counted under where no threat model has it.
    pub application: String,
    /// The applications that it belongs to, by the threat models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<Attribution>,
    /// `eventTime` of the record, RFC 3339.
    pub event_time: Option<String>,
    /// How long what is closed stood open, in seconds.
    pub exposure_seconds: Option<i64>,
    /// What a trace says of it.
    #[serde(default)]
    pub origin: Origin,
}

impl Facts {
    /// The applications that the finding is counted under: one at least.
    pub fn applications(&self) -> Vec<&str> {
        names(&self.applications, &self.application)
    }
}

/// The applications by name; `otherwise` where no threat model has any.
pub(crate) fn names<'a>(applications: &'a [Attribution], otherwise: &'a str) -> Vec<&'a str> {
    if applications.is_empty() {
        return vec![otherwise];
    }
    applications.iter().map(|own| &*own.application).collect()
}

/// Where a finding comes from, as its span and its log lines tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The rule's ATT&CK techniques, with spaces between.
    pub techniques: String,
    /// The hash of the rule's text.
    pub rule_hash: String,
    /// `eventID` of the record.
    pub event: Option<EventId>,
    /// What ties together all that came of one action.
    pub correlation: Option<EventId>,
    /// The trace that the finding was made in, as W3C writes it.
    pub trace: Option<String>,
}

/// A sink, by its name in counts, in the ledger and in logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum SinkName {
    SecurityHub,
    CloudWatch,
    Sns,
    EventBus,
}

impl SinkName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::SecurityHub, Self::CloudWatch, Self::Sns, Self::EventBus];

    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecurityHub => "security_hub",
            Self::CloudWatch => "cloud_watch",
            Self::Sns => "sns",
            Self::EventBus => "event_bus",
        }
    }
}

/// Whether a sink has a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// Not yet.
    Pending,
    /// It has.
    Done,
    /// It never will: the sink refused it for good, for this reason.
    Refused(String),
}
