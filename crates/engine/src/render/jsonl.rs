//! JSON Lines: one finding, one line. The schema is `docs/finding.schema.json`; its promise is in `docs/findings.md`.

use serde::Serialize;

use super::{attack, text};
use crate::exposure::ExposureChange;
use crate::finding::{Evidence, Finding, Several, Status};
use crate::ids::{AccountId, EventId, Region, TechniqueId};
use crate::threat_model::Attribution;

/// The name and version of the schema. Adding a key keeps the version; any other change raises it.
pub const SCHEMA: &str = "tattletrail.finding/1";

/// A finding as one line of JSON, without the line's end. Nothing in it is hidden from a reader or obeyed by a
/// terminal: control characters and the like are written as `\uXXXX`.
#[must_use]
pub fn line(finding: &Finding) -> String {
    // Only strings, numbers and objects of our own: writing them to memory cannot fail.
    text::escape_json(serde_json::to_string(&Line::of(finding)).unwrap_or_default())
}

/// The keys, in the order in which they are written.
#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    finding_id: &'a str,
    status: Status,
    rule: Rule<'a>,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    level: &'static str,
    attack: &'a [TechniqueId],
    attack_former: Vec<&'static str>,
    tactics: &'a [String],
    event_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<&'a str>,
    event_time: Option<&'a str>,
    event_source: Option<&'a str>,
    event_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    account: Option<&'a str>,
    region: Option<&'a str>,
    resource: Option<&'a str>,
    resource_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<&'a str>,
    actor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_event_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_seconds: Option<i64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reopened: bool,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    applications: &'a [Attribution],
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exposure: Option<&'a ExposureChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<&'a Several>,
    evidence: &'a [Evidence],
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    path: &'a str,
    hash: &'a str,
    tags: &'a [String],
}

impl<'a> Line<'a> {
    fn of(finding: &'a Finding) -> Self {
        let Finding { event, actor, resource, rule, .. } = finding;
        let life = finding.life.as_ref();
        Self {
            schema: SCHEMA,
            finding_id: finding.id.as_str(),
            status: finding.status,
            rule: Rule {
                id: rule.id.as_str(),
                title: &rule.title,
                status: some(&rule.status),
                path: &rule.path,
                hash: rule.hash.as_str(),
                tags: &rule.tags,
            },
            title: &finding.title,
            description: some(&finding.description),
            level: rule.level.as_str(),
            attack: &rule.techniques,
            attack_former: attack::former_ids(&rule.techniques),
            tactics: &rule.tactics,
            event_id: event.id.as_ref().map(EventId::as_str),
            correlation_id: event.correlation_id().map(EventId::as_str),
            event_time: event.time.as_deref(),
            event_source: event.source.as_deref(),
            event_name: event.name.as_deref(),
            error_code: event.error_code.as_deref(),
            account: event.account.as_ref().map(AccountId::as_str),
            region: event.region.as_ref().map(Region::as_str),
            resource: some(resource.arn.as_str()),
            resource_type: resource.kind,
            resource_name: some(&resource.name),
            actor: &actor.name,
            actor_type: actor.kind.as_deref(),
            actor_account: actor.account.as_ref().map(AccountId::as_str),
            access_key_id: actor.access_key_id.as_deref(),
            source_ip: actor.source_ip.as_deref(),
            user_agent: actor.user_agent.as_deref(),
            opened_at: life.and_then(|life| life.opened_at.as_deref()),
            opened_by: life.and_then(|life| some(&life.opened_by)),
            opened_event_id: life.and_then(|life| life.opened_event.as_ref()).map(EventId::as_str),
            open_seconds: life.and_then(|life| life.seconds),
            reopened: life.is_some_and(|life| life.reopened),
            applications: &finding.applications,
            trace_id: finding.trace.as_ref().map(|trace| trace.id.as_w3c()),
            trace_url: finding.trace_url(),
            exposure: finding.exposure.as_ref(),
            events: finding.several.as_ref(),
            evidence: &finding.evidence,
        }
    }
}

/// An empty text says nothing.
fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
