//! What leaves the engine: a [`Finding`].
//!
//! A finding about an exposure has an id made of account, Region, rule, resource and facet: the same exposure
//! re-opened is the same finding, and the call that closes it closes that finding. A finding about behaviour has an id
//! made of account, Region, rule and eventID. Either way a redelivery makes the same id.
//!
//! A finding is not a wire format: [`crate::render`] owns those.

// A finding made from what matched.
mod compose;

// The trace of the work that a finding came out of.
mod trace;

// A finding about several events.
mod several;

pub use compose::phrase;
pub use several::{CountedRule, Several};
pub use trace::Trace;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::exposure::ExposureChange;
use crate::ids::{AccountId, EventId, FindingId, Region, RuleHash, RuleId, TechniqueId};
use crate::resource::Resource;
use crate::threat_model::Attribution;

/// Something a rule found, told so that a person can act on it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The identity, stable across redelivery.
    pub id: FindingId,
    /// Open, or closed by the call that ended the exposure.
    pub status: Status,
    /// The rule that matched.
    pub rule: Arc<RuleInfo>,
    /// One line: what happened to which resource.
    pub title: String,
    /// Who did what to which resource, from where and when.
    pub description: String,
    /// The record it comes from.
    pub event: EventInfo,
    /// What it is about.
    pub resource: Resource,
    /// Who did it.
    pub actor: Actor,
    /// The exposure change, for a rule that names one.
    pub exposure: Option<ExposureChange>,
    /// What it is about, for a rule about several events; then `event` is the one that made it fire.
    pub several: Option<Several>,
    /// The fields that made the rule match, with their values (cut to a cap).
    pub evidence: Vec<Evidence>,
    /// Since when it stands or stood; known where records are read in their order.
    pub life: Option<Life>,
    /// The applications that it belongs to, by the threat models; in the order of their names.
    pub applications: Vec<Attribution>,
    /// The trace of the work that it came out of. The engine has none: whoever processes the finding sets it.
    pub trace: Option<Trace>,
}

/// The life of a finding about an exposure, as far as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The time of the call that opened it (the last time, where it was opened again).
    pub opened_at: Option<String>,
    /// Who made that call.
    pub opened_by: String,
    /// That call's record.
    pub opened_event: Option<EventId>,
    /// How long it stood, in seconds; `None` while it stands, or where a time is unreadable.
    pub seconds: Option<i64>,
    /// True if it had been closed before and was opened again.
    pub reopened: bool,
}

/// Whether a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Status {
    Open,
    Closed,
}

impl Status {
    /// The word for the status.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// Sigma's levels, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "Sigma specification, rules, level")]
pub enum Level {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 5] = [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Sigma's word for the level.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The level of a Sigma word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == word)
    }
}

/// What a finding says about its rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RuleInfo {
    /// The rule's UUID.
    pub id: RuleId,
    /// The name by which correlations and filters may refer to the rule.
    pub name: Option<String>,
    /// The rule's title.
    pub title: String,
    /// The rule's description; empty where it has none.
    pub description: String,
    /// The rule's level; `medium` where it has none (Sigma leaves it open).
    pub level: Level,
    /// The rule's status word; empty where it has none.
    pub status: String,
    /// Techniques in the pinned ATT&CK version, sorted: see [`crate::attack`].
    pub techniques: Vec<TechniqueId>,
    /// Tactics in the pinned version by short name (`defense-impairment`), sorted.
    pub tactics: Vec<String>,
    /// The rule's tags as written.
    pub tags: Vec<String>,
    /// The rules that it has to do with.
    pub related: Vec<Related>,
    /// The rule's references.
    pub references: Vec<String>,
    /// The rule's own words on false positives.
    pub false_positives: Vec<String>,
    /// The path the rule was loaded from.
    pub path: String,
    /// Which text of the rule it is.
    pub hash: RuleHash,
}

impl RuleInfo {
    /// True for a rule that is being tried out: what it finds is counted, and goes only where that is asked for.
    pub fn is_experimental(&self) -> bool {
        self.status == "experimental"
    }
}

/// A rule that another one has to do with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// Its id.
    pub id: RuleId,
    /// Sigma's word for what it is to the other: `derived`, `similar` ...
    pub relation: String,
}

/// What a finding says about the record it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "CloudTrail's own words")]
pub struct EventInfo {
    pub id: Option<EventId>,
    /// `sharedEventID`: the same for every record of one action, where several accounts have one.
    pub shared_id: Option<EventId>,
    pub time: Option<String>,
    pub source: Option<String>,
    pub name: Option<String>,
    pub account: Option<AccountId>,
    pub region: Option<Region>,
    pub error_code: Option<String>,
}

impl EventInfo {
    /// What ties the records of one action together: `sharedEventID`, else `eventID`.
    pub fn correlation_id(&self) -> Option<&EventId> {
        self.shared_id.as_ref().or(self.id.as_ref())
    }
}

/// Who made the call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// The best name there is: ARN, user name, principal, service; `unknown` where the record has none.
    pub name: String,
    /// `userIdentity.type`.
    pub kind: Option<String>,
    /// `userIdentity.accountId`.
    pub account: Option<AccountId>,
    /// `userIdentity.accessKeyId`.
    pub access_key_id: Option<String>,
    /// `sourceIPAddress`.
    pub source_ip: Option<String>,
    /// `userAgent`.
    pub user_agent: Option<String>,
}

/// One field that a rule looked at, with what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The field's path, as the rule writes it.
    pub field: String,
    /// Its value as text, cut at [`crate::limits::EVIDENCE_VALUE_CHARS`].
    pub value: String,
}
