//! Open Cybersecurity Schema Framework: a Detection Finding (class 2004), for event buses, files and data lakes.
//!
//! Version 1.6.0 of the schema with the `cloud` profile: the version that Security Hub itself writes (user guide,
//! "Security Hub and the OCSF"). Deprecated attributes are not used. Members without a value are absent.
//!
//! Source: <https://schema.ocsf.io/1.6.0/classes/detection_finding?profiles=cloud>

// `evidences`: the call.
mod evidence;

use serde_json::Value;

use super::instant::Instant;
use super::object::{Object, to_value};
use super::{ATTACK_VERSION, attack, place, remediation, text};
use crate::exposure::{Confidence, Verdict};
use crate::finding::{Finding, Level, Status};
use crate::ids::{AccountId, EventId, Region, TechniqueId};
use crate::threat_model::Attribution;

/// The version of the schema.
pub const SCHEMA_VERSION: &str = "1.6.0";

const CLASS_UID: i64 = 2004;

/// A finding as one line of JSON, without the line's end; hidden characters are written as `\uXXXX`.
#[must_use]
pub fn line(finding: &Finding) -> String {
    text::escape_json(to_event(finding).to_string())
}

/// A finding as an OCSF event.
#[must_use]
pub fn to_event(finding: &Finding) -> Value {
    let when = Instant::parse(finding.event.time.as_deref());
    let (activity, activity_name) = activity(finding.status);
    let (status_id, status) = status(finding.status);
    let (severity_id, severity) = severity(finding.rule.level);
    Object::new()
        .with("class_uid", CLASS_UID)
        .with("class_name", "Detection Finding")
        .with("category_uid", 2)
        .with("category_name", "Findings")
        .with("activity_id", activity)
        .with("activity_name", activity_name)
        .with("type_uid", CLASS_UID * 100 + activity)
        .with("type_name", format!("Detection Finding: {activity_name}"))
        .with("time", when.millis())
        .with("metadata", metadata(finding))
        .with("severity_id", severity_id)
        .with("severity", severity)
        .with("status_id", status_id)
        .with("status", status)
        .with("is_alert", finding.status == Status::Open)
        .with("confidence_id", confidence(finding))
        .with("message", title(finding))
        .with("finding_info", finding_info(finding, when))
        .with("cloud", cloud(finding))
        .maybe("resources", resource(finding).map(|resource| vec![resource]))
        .maybe("evidences", Some(evidence::of(finding)))
        .with("remediation", remediation_of(finding))
        .maybe("enrichments", Some(enrichments(finding)))
        .maybe("unmapped", Some(unmapped(finding, when)))
        .build()
}

fn activity(status: Status) -> (i64, &'static str) {
    match status {
        Status::Open => (1, "Create"),
        Status::Closed => (3, "Close"),
    }
}

fn status(status: Status) -> (i64, &'static str) {
    match status {
        Status::Open => (1, "New"),
        Status::Closed => (4, "Resolved"),
    }
}

fn severity(level: Level) -> (i64, &'static str) {
    match level {
        Level::Informational => (1, "Informational"),
        Level::Low => (2, "Low"),
        Level::Medium => (3, "Medium"),
        Level::High => (4, "High"),
        Level::Critical => (5, "Critical"),
    }
}

/// Low 1, medium 2, high 3. A rule without an exposure claims that a call was made, which the record proves.
fn confidence(finding: &Finding) -> i64 {
    match &finding.exposure {
        Some(change) if change.verdict == Verdict::Unknown => 1,
        Some(change) if change.confidence == Confidence::Medium => 2,
        Some(_) | None => 3,
    }
}

fn metadata(finding: &Finding) -> Value {
    let event = &finding.event;
    let product = Object::new()
        .with("name", "Tattletrail")
        .with("vendor_name", "Tattletrail")
        .with("version", env!("CARGO_PKG_VERSION"));
    Object::new()
        .with("version", SCHEMA_VERSION)
        .with("product", product.build())
        .with("profiles", vec!["cloud"])
        .with("uid", event_uid(finding))
        .maybe("correlation_uid", event.correlation_id().map(EventId::as_str))
        .maybe("event_code", event.name.as_deref())
        .with("log_name", "AWS CloudTrail")
        .maybe("original_time", event.time.as_deref())
        .maybe("tenant_uid", event.account.as_ref().map(AccountId::as_str))
        .build()
}

fn title(finding: &Finding) -> &str {
    [finding.title.as_str(), &finding.rule.title]
        .into_iter()
        .find(|title| !title.trim().is_empty())
        .unwrap_or("Finding without a title")
}

/// The same for the same finding from the same record: a redelivery is seen to be one.
fn event_uid(finding: &Finding) -> String {
    let record = finding.event.id.as_ref().map_or("", |id| id.as_str());
    format!("{}#{record}#{}", finding.id, finding.status.as_str())
}

fn finding_info(finding: &Finding, when: Instant) -> Value {
    let time = when.is_known().then(|| when.millis());
    // The call that closes an exposure does not know when it began.
    let (began, ended) = match finding.status {
        Status::Open => (time, None),
        Status::Closed => (None, time),
    };
    let types = finding.exposure.as_ref().map(|change| vec![to_value(&change.surface)]);
    Object::new()
        .with("uid", finding.id.as_str())
        .with("title", title(finding))
        .maybe("desc", Some(finding.description.as_str()))
        .maybe("types", types)
        .maybe("created_time", began)
        .maybe("first_seen_time", began)
        .maybe("modified_time", ended)
        .maybe("last_seen_time", time)
        .with("analytic", analytic(finding))
        .maybe("attacks", Some(attacks(finding)))
        .with("data_sources", vec!["AWS CloudTrail"])
        .maybe("related_events", related_event(finding, time).map(|event| vec![event]))
        .maybe("src_url", finding.event_url())
        .build()
}

fn analytic(finding: &Finding) -> Value {
    let rule = &finding.rule;
    Object::new()
        .with("uid", rule.id.as_str())
        .maybe("name", Some(rule.title.as_str()))
        .maybe("desc", Some(rule.description.as_str()))
        .with("type_id", 1)
        .with("type", "Rule")
        .maybe("version", Some(rule.hash.as_str()))
        .build()
}

/// One entry for each technique. An entry has room for one tactic: that of a rule with just one goes with each
/// technique, several have entries of their own.
fn attacks(finding: &Finding) -> Vec<Value> {
    let tactics: Vec<Value> = finding.rule.tactics.iter().filter_map(|name| tactic(name)).collect();
    let only = if tactics.len() == 1 { tactics.first() } else { None };
    let techniques = finding.rule.techniques.iter().filter(|id| !id.as_str().trim().is_empty());
    let mut attacks: Vec<Value> = techniques.map(|id| technique(id, only)).collect();
    if attacks.is_empty() || only.is_none() {
        attacks.extend(
            tactics
                .into_iter()
                .map(|tactic| Object::new().with("tactic", tactic).with("version", ATTACK_VERSION).build()),
        );
    }
    attacks
}

fn technique(id: &TechniqueId, tactic: Option<&Value>) -> Value {
    let entry = match attack::parent(id) {
        Some(parent) => {
            Object::new().with("technique", named(parent)).with("sub_technique", named(id.as_str()))
        }
        None => Object::new().with("technique", named(id.as_str())),
    };
    entry.maybe("tactic", tactic.cloned()).with("version", ATTACK_VERSION).build()
}

/// A technique with its name; the id stands in for a name that the table does not have.
fn named(id: &str) -> Value {
    Object::new().with("uid", id).with("name", attack::technique_name(id).unwrap_or(id)).build()
}

fn tactic(short_name: &str) -> Option<Value> {
    let (uid, name) = attack::tactic(short_name)?;
    Some(Object::new().with("uid", uid).with("name", name).build())
}

fn related_event(finding: &Finding, time: Option<i64>) -> Option<Value> {
    let id = finding.event.id.as_ref().map(EventId::as_str).filter(|id| !id.trim().is_empty())?;
    let event = Object::new()
        .with("uid", id)
        .with("type", "AWS CloudTrail record")
        .maybe("title", finding.event.name.as_deref())
        .maybe("first_seen_time", time);
    Some(event.build())
}

fn cloud(finding: &Finding) -> Value {
    let account = finding.event.account.as_ref().map(|account| account_of(account.as_str()));
    let region = finding.event.region.as_ref().map(Region::as_str);
    Object::new()
        .with("provider", "AWS")
        .maybe("account", account.flatten())
        .maybe("region", region)
        .maybe("cloud_partition", region.map(place::partition))
        .build()
}

/// An account by its number, which stands in for the name that the record does not have; `type_id` 10 is an AWS account.
fn account_of(number: &str) -> Option<Value> {
    let given = !number.trim().is_empty();
    given.then(|| {
        Object::new()
            .with("uid", number)
            .with("name", number)
            .with("type_id", 10)
            .with("type", "AWS Account")
            .build()
    })
}

/// The target; none where the record names nothing.
fn resource(finding: &Finding) -> Option<Value> {
    let resource = &finding.resource;
    if resource.arn.as_str().trim().is_empty() && resource.name.trim().is_empty() {
        return None;
    }
    let region = finding.event.region.as_ref().map(Region::as_str);
    let built = Object::new()
        .maybe("uid", Some(resource.arn.as_str()))
        .maybe("name", Some(resource.name.as_str()))
        .maybe("type", Some(resource.kind))
        .with("role_id", 1)
        .with("role", "Target")
        .maybe("region", region)
        .maybe("cloud_partition", region.map(place::partition));
    Some(built.build())
}

fn remediation_of(finding: &Finding) -> Value {
    let advice = remediation::of(finding);
    Object::new().with("desc", advice.text).maybe("references", advice.url.map(|url| vec![url])).build()
}

/// What is known of the event besides: its trace, and the applications that it is about.
fn enrichments(finding: &Finding) -> Vec<Value> {
    trace(finding)
        .into_iter()
        .chain(finding.applications.iter().map(|own| application(finding, own)))
        .collect()
}

/// An application that the finding belongs to, with its attack vectors.
fn application(finding: &Finding, own: &Attribution) -> Value {
    let data = Object::new().with("application", &*own.application).with("vectors", to_value(&own.vectors));
    Object::new()
        .with("name", "finding_info.uid")
        .with("value", finding.id.as_str())
        .with("type", "application")
        .with("provider", "Tattletrail")
        .with("data", data.build())
        .build()
}

/// The trace of the work that made this event. The class has no place for the schema's object `trace`, so that it is
/// what the event's own id is enriched with.
fn trace(finding: &Finding) -> Option<Value> {
    let trace = finding.trace.as_ref()?;
    let enrichment = Object::new()
        .with("name", "metadata.uid")
        .with("value", event_uid(finding))
        .with("type", "trace")
        .with("provider", "AWS X-Ray")
        .with("data", Object::new().with("uid", trace.id.as_w3c()).build())
        .maybe("src_url", trace.link());
    Some(enrichment.build())
}

/// What the schema has no attribute for.
fn unmapped(finding: &Finding, when: Instant) -> Value {
    let (rule, life) = (&finding.rule, finding.life.as_ref());
    Object::new()
        .maybe("exposure", finding.exposure.as_ref().map(to_value))
        .maybe("attack_former", Some(attack::former_ids(&rule.techniques)))
        .maybe("rule_path", Some(rule.path.as_str()))
        .maybe("rule_status", Some(rule.status.as_str()))
        .maybe("rule_tags", Some(rule.tags.clone()))
        .maybe("opened_at", life.and_then(|life| life.opened_at.as_deref()))
        .maybe("opened_by", life.map(|life| life.opened_by.as_str()))
        .maybe("open_seconds", life.and_then(|life| life.seconds))
        .maybe("time_unknown", (!when.is_known()).then_some(true))
        .build()
}
