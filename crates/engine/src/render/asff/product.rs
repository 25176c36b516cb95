//! `ProductFields`: what ASFF has no member for, under keys of our own.
//!
//! INVARIANT: there are never more than fifty, and the order in which they are put says which are missing then: first
//! comes what ties the finding to its rule, its event and its trace, last the evidence. It alone is ever cut: the keys
//! before it are 44 at most, which leaves room for the two of a finding that is sent to another place.

use serde_json::Value;

use super::super::object::{Object, word};
use super::super::{ATTACK_VERSION, attack};
use super::{Scope, limits};
use crate::exposure::ExposureChange;
use crate::finding::Finding;
use crate::ids::{AccountId, EventId, TechniqueId};
use crate::threat_model::Attribution;

/// The beginning of each key. `aws/` is for AWS alone.
const PREFIX: &str = "tattletrail/";

/// The fields of a finding.
pub(super) fn fields(finding: &Finding, time_known: bool, scope: &Scope<'_>) -> Value {
    let fields = of_ties(Fields(Object::new()), finding);
    let fields =
        of_rule(fields, finding).put("Applications", Some(&Attribution::told(&finding.applications)));
    let fields = of_life(of_event(fields, finding), finding);
    let fields = of_actor(fields, finding);
    let fields = of_gaps(fields, finding, time_known, scope);
    let fields = match &finding.exposure {
        Some(change) => of_exposure(fields, change),
        None => fields,
    };
    of_evidence(fields, finding).0.build()
}

/// Product fields under construction.
struct Fields(Object);

impl Fields {
    fn put(self, key: &str, value: Option<&str>) -> Self {
        if self.0.len() >= limits::PRODUCT_FIELDS {
            return self;
        }
        let key = limits::bounded(&format!("{PREFIX}{key}"), limits::PRODUCT_KEY);
        match (key, value.and_then(|value| limits::bounded(value, limits::OWN_PRODUCT_VALUE))) {
            (Some(key), Some(value)) => Self(self.0.with(&key, value)),
            _ => self,
        }
    }
}

/// What leads from the finding to its rule, its event and its trace.
fn of_ties(fields: Fields, finding: &Finding) -> Fields {
    let Finding { event, rule, .. } = finding;
    let trace = finding.trace.as_ref().map(|trace| trace.id.to_xray());
    fields
        .put("RuleId", Some(rule.id.as_str()))
        .put("RuleHash", Some(rule.hash.as_str()))
        .put("EventId", event.id.as_ref().map(EventId::as_str))
        .put("EventUrl", finding.event_url().as_deref())
        .put("CorrelationId", event.correlation_id().map(EventId::as_str))
        .put("TraceId", trace.as_deref())
        .put("TraceUrl", finding.trace_url().as_deref())
}

fn of_rule(fields: Fields, finding: &Finding) -> Fields {
    let rule = &finding.rule;
    let techniques: Vec<_> = rule.techniques.iter().map(TechniqueId::as_str).collect();
    fields
        .put("RuleTitle", Some(&rule.title))
        .put("RulePath", Some(&rule.path))
        .put("RuleStatus", Some(&rule.status))
        .put("Level", Some(rule.level.as_str()))
        .put("Status", Some(finding.status.as_str()))
        .put("Attack", Some(&techniques.join(",")))
        .put("AttackFormer", Some(&attack::former_ids(&rule.techniques).join(",")))
        .put("AttackTactics", Some(&rule.tactics.join(",")))
        .put("AttackVersion", Some(ATTACK_VERSION))
}

fn of_event(fields: Fields, finding: &Finding) -> Fields {
    let event = &finding.event;
    fields
        .put("EventSource", event.source.as_deref())
        .put("EventName", event.name.as_deref())
        .put("EventTime", event.time.as_deref())
        .put("ErrorCode", event.error_code.as_deref())
}

fn of_life(fields: Fields, finding: &Finding) -> Fields {
    let Some(life) = &finding.life else { return fields };
    fields
        .put("OpenedAt", life.opened_at.as_deref())
        .put("OpenedBy", Some(&life.opened_by))
        .put("OpenedEventId", life.opened_event.as_ref().map(EventId::as_str))
        .put("OpenSeconds", life.seconds.map(|seconds| seconds.to_string()).as_deref())
}

fn of_actor(fields: Fields, finding: &Finding) -> Fields {
    let actor = &finding.actor;
    fields
        .put("Actor", Some(&actor.name))
        .put("ActorType", actor.kind.as_deref())
        .put("ActorAccount", actor.account.as_ref().map(AccountId::as_str))
        .put("AccessKeyId", actor.access_key_id.as_deref())
        .put("SourceIp", actor.source_ip.as_deref())
        .put("UserAgent", actor.user_agent.as_deref())
}

/// What had to be made up, because the record lacks it or has it in a form that ASFF refuses.
fn of_gaps(fields: Fields, finding: &Finding, time_known: bool, scope: &Scope<'_>) -> Fields {
    let account = finding.event.account.as_ref().map_or("", |account| account.as_str());
    let region = finding.event.region.as_ref().map_or("", |region| region.as_str());
    let or_none = |given: &str| if given.trim().is_empty() { "none".to_owned() } else { given.to_owned() };
    let account = (account != scope.account).then(|| or_none(account));
    let region = (region != scope.region).then(|| or_none(region));
    fields
        .put("RecordAccount", account.as_deref())
        .put("RecordRegion", region.as_deref())
        .put("TimeUnknown", (!time_known).then_some("true"))
}

fn of_exposure(fields: Fields, change: &ExposureChange) -> Fields {
    let access: Vec<_> = change.access.iter().map(word).collect();
    fields
        .put("Facet", Some(&change.facet))
        .put("Surface", Some(&word(&change.surface)))
        .put("Effect", Some(&word(&change.effect)))
        .put("Reach", Some(&word(&change.reach)))
        .put("Verdict", Some(&word(&change.verdict)))
        .put("Reason", Some(&change.reason))
        .put("Access", Some(&access.join(",")))
        .put("Parties", Some(&change.parties.join(",")))
        .put("SettingsOff", Some(&change.settings_off.join(",")))
        .put("NativeId", change.native_id.as_deref())
        .put("Services", change.network.as_ref().map(|network| network.services.join(",")).as_deref())
}

/// Evidence last: it has the room that is left.
fn of_evidence(fields: Fields, finding: &Finding) -> Fields {
    finding.evidence.iter().fold(fields, |fields, evidence| {
        fields.put(&format!("Evidence/{}", evidence.field), Some(&evidence.value))
    })
}
