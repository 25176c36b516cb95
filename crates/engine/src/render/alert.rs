//! An alert: what people read in a mail or a chat, and what the programs beside them read.
//!
//! A [`Finding`] goes in; a subject, a plain text, a compact JSON object and attributes to filter by come out. The
//! subject and the text hold nothing hidden and no link that the record chose: what an attacker writes into a name can
//! neither forge a line of the mail nor be clicked on.
//!
//! Sources: SNS API reference, `Publish` (`Subject`, `MessageAttributes`) and developer guide, "Amazon SNS message
//! attributes".

// The text of the mail.
mod mail;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::object::{Object, to_value};
use super::text;
use crate::exposure::ExposureChange;
use crate::finding::{Finding, Level, RuleInfo};
use crate::ids::{AccountId, EventId, Region, TechniqueId};

/// The name and version of the JSON form. Adding a key keeps the version; any other change raises it.
pub const SCHEMA: &str = "tattletrail.alert/1";

/// The attribute with the rule's techniques: a JSON list.
pub const TECHNIQUE: &str = "technique";

/// The attribute with the applications that the finding belongs to: a JSON list.
pub const APPLICATION: &str = "application";

/// The attributes whose values are JSON lists (SNS: `String.Array`), so that a filter matches any of their elements.
pub const LISTS: [&str; 2] = [APPLICATION, TECHNIQUE];

/// SNS wants less than 100 characters: API reference, `Publish`, `Subject`.
const SUBJECT_CHARS: usize = 99;

/// Characters of an attribute. SNS counts attributes as a part of the message, and no honest value is longer.
const ATTRIBUTE_UNITS: usize = 256;

/// A finding as a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// One line of printable ASCII, less than 100 characters, which begins with `[`.
    pub subject: String,
    /// What a person reads: plain text in lines of at most 76 columns, links alone excepted.
    pub text: String,
    /// What a program reads: [`SCHEMA`].
    pub json: Value,
    /// What subscriptions filter by. All are words, but [`LISTS`] are JSON lists.
    pub attributes: BTreeMap<String, String>,
}

/// A finding as an alert; `application` is whom it is attributed to where no threat model says so.
#[must_use]
pub fn alert(finding: &Finding, application: &str) -> Alert {
    Alert {
        subject: subject(finding),
        text: mail::text(finding, application),
        json: json(finding, application),
        attributes: attributes(finding, application),
    }
}

/// `[CRITICAL] open: Port open to the world: sg-0abc`
fn subject(finding: &Finding) -> String {
    let resource = [&finding.resource.name, finding.resource.arn.as_str()];
    let what = resource.into_iter().find(|name| !name.trim().is_empty());
    let mut line =
        format!("[{}] {}: {}", capitals(finding.rule.level), finding.status.as_str(), finding.rule.title);
    if let Some(what) = what {
        line.push_str(": ");
        line.push_str(what);
    }
    let ascii: String =
        line.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect();
    let Some(cut) = ascii.get(..SUBJECT_CHARS - 3).filter(|_| ascii.len() > SUBJECT_CHARS) else {
        return ascii.trim_end().to_owned();
    };
    format!("{}...", cut.trim_end())
}

fn capitals(level: Level) -> String {
    level.as_str().to_ascii_uppercase()
}

fn json(finding: &Finding, application: &str) -> Value {
    let Finding { event, actor, resource, rule, .. } = finding;
    let life = finding.life.as_ref();
    let techniques: Vec<_> = rule.techniques.iter().map(TechniqueId::as_str).collect();
    let what = Object::new().maybe("arn", Some(resource.arn.as_str())).with("type", resource.kind);
    let who = Object::new()
        .with("name", actor.name.as_str())
        .maybe("type", actor.kind.as_deref())
        .maybe("account", actor.account.as_ref().map(AccountId::as_str))
        .maybe("source_ip", actor.source_ip.as_deref());
    let call = Object::new()
        .maybe("id", event.id.as_ref().map(EventId::as_str))
        .maybe("time", event.time.as_deref())
        .maybe("source", event.source.as_deref())
        .maybe("name", event.name.as_deref());
    Object::new()
        .with("schema", SCHEMA)
        .with("finding_id", finding.id.as_str())
        .with("status", finding.status.as_str())
        .with("level", rule.level.as_str())
        .with("title", finding.title.as_str())
        .with("rule", of_rule(rule))
        .with("techniques", techniques)
        .maybe("account", event.account.as_ref().map(AccountId::as_str))
        .maybe("region", event.region.as_ref().map(Region::as_str))
        .with("application", names(finding, application).first().copied().unwrap_or_default())
        .maybe("applications", Some(to_value(&finding.applications)))
        .with("resource", what.maybe("name", Some(resource.name.as_str())).build())
        .with("actor", who.build())
        .with("event", call.build())
        .maybe("exposure", finding.exposure.as_ref().map(exposure))
        .maybe("opened_at", life.and_then(|life| life.opened_at.as_deref()))
        .maybe("open_seconds", life.and_then(|life| life.seconds))
        .maybe("link", finding.event_url())
        .maybe("correlation_id", event.correlation_id().map(EventId::as_str))
        .maybe("trace_id", finding.trace.as_ref().map(|trace| trace.id.as_w3c()))
        .maybe("trace_url", finding.trace_url())
        .build()
}

fn of_rule(rule: &RuleInfo) -> Value {
    Object::new()
        .with("id", rule.id.as_str())
        .with("title", rule.title.as_str())
        .with("hash", rule.hash.as_str())
        .build()
}

/// The applications that a finding belongs to, or the given one where no threat model has it.
fn names<'a>(finding: &'a Finding, application: &'a str) -> Vec<&'a str> {
    if finding.applications.is_empty() {
        return vec![application];
    }
    finding.applications.iter().map(|own| &*own.application).collect()
}

/// What decides who is woken up; the whole is in the other forms.
fn exposure(change: &ExposureChange) -> Value {
    Object::new()
        .with("surface", to_value(&change.surface))
        .with("effect", to_value(&change.effect))
        .with("reach", to_value(&change.reach))
        .with("verdict", to_value(&change.verdict))
        .with("confidence", to_value(&change.confidence))
        .with("facet", change.facet.as_str())
        .build()
}

/// What somebody may filter by: seven at most. A message that goes to a queue as it is has ten (SNS developer guide,
/// "Amazon SNS raw message delivery"), and nobody asks for a trace or a record before having seen it.
///
/// SNS refuses an attribute without a value.
fn attributes(finding: &Finding, application: &str) -> BTreeMap<String, String> {
    let Finding { event, rule, .. } = finding;
    let words = [
        ("level", rule.level.as_str()),
        ("status", finding.status.as_str()),
        ("rule", rule.id.as_str()),
        ("account", event.account.as_ref().map_or("", AccountId::as_str)),
        ("region", event.region.as_ref().map_or("", Region::as_str)),
    ];
    let words = words.into_iter().filter(|(_, value)| !value.trim().is_empty());
    let mut attributes: BTreeMap<_, _> =
        words.map(|(name, value)| (name.to_owned(), attribute(value))).collect();
    let techniques: Vec<_> = rule.techniques.iter().map(TechniqueId::as_str).collect();
    for (name, values) in [(TECHNIQUE, techniques), (APPLICATION, names(finding, application))] {
        attributes.extend(list(&values).map(|list| (name.to_owned(), list)));
    }
    attributes
}

/// The values as a JSON list; `None` where there is nothing to say.
fn list(values: &[&str]) -> Option<String> {
    let values = values.iter().filter(|value| !value.trim().is_empty());
    let values: Vec<_> = values.map(|value| attribute(value)).collect();
    (!values.is_empty()).then(|| Value::from(values).to_string())
}

fn attribute(value: &str) -> String {
    text::truncate_utf16(&visible(value), ATTRIBUTE_UNITS).into_owned()
}

/// U+FFFE and U+FFFF are seen by nobody and refused by what carries XML.
fn visible(value: &str) -> String {
    text::neutralise(value).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests;
