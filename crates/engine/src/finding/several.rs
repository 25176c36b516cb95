//! A finding about several events: what a correlation found.

use std::sync::Arc;

use serde::Serialize;

use super::compose::{identity, shown, text};
use super::{Actor, EventInfo, Evidence, Finding, RuleInfo, Status};
use crate::ids::{AccountId, EventId, Region};
use crate::resource::Resource;

/// What a finding about several events is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Several {
    /// What the correlation asks for, in words.
    #[serde(rename = "asked")]
    pub words: String,
    /// How many events there were, from the first to the last.
    #[serde(rename = "count")]
    pub events: usize,
    /// The time of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The time of the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// The fields that the events have in common, with their values; empty text for a field that is not there.
    pub group: Vec<Evidence>,
    /// The rules, and how many events each had.
    pub rules: Vec<CountedRule>,
    /// The first values, where values are counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The first events.
    #[serde(rename = "event_ids")]
    pub sample: Vec<EventId>,
}

/// A rule that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountedRule {
    /// Its title.
    pub title: String,
    /// How many events it had.
    pub count: usize,
}

impl Finding {
    /// A finding about several events; one per account, Region, correlation, group, and event that made it fire.
    pub(crate) fn of_several(
        rule: &Arc<RuleInfo>,
        group: &str,
        event: EventInfo,
        actor: Actor,
        resource: Resource,
        several: Several,
    ) -> Self {
        let account = text(event.account.as_ref().map(AccountId::as_str));
        let region = text(event.region.as_ref().map(Region::as_str));
        let named = text(event.id.as_ref().map(EventId::as_str));
        let id = identity(&["several", account, region, rule.id.as_str(), group, named]);
        let who: Vec<String> = several.group.iter().map(|field| shown(or_none(&field.value))).collect();
        let about = if who.is_empty() { shown(&resource.name) } else { who.join(", ") };
        Self {
            id,
            status: Status::Open,
            title: format!("{}: {about}", rule.title),
            description: describe(rule, &event, &several),
            evidence: evidence(&several),
            rule: rule.clone(),
            event,
            resource,
            actor,
            exposure: None,
            several: Some(several),
            life: None,
            applications: Vec::new(),
            trace: None,
        }
    }
}

fn or_none(value: &str) -> &str {
    if value.is_empty() { "(none)" } else { value }
}

fn describe(rule: &RuleInfo, event: &EventInfo, several: &Several) -> String {
    let rules: Vec<String> =
        several.rules.iter().map(|rule| format!("{} ({})", shown(&rule.title), rule.count)).collect();
    let mut sentence = format!(
        "{} events from {} to {}: {}.",
        several.events,
        text(several.first.as_deref()),
        text(several.last.as_deref()),
        rules.join(", "),
    );
    let group: Vec<String> = several
        .group
        .iter()
        .map(|Evidence { field, value }| format!("{} {}", shown(field), shown(or_none(value))))
        .collect();
    if !group.is_empty() {
        sentence.push_str(&format!(" All have {}.", group.join(", ")));
    }
    sentence.push_str(&format!(
        " The rule asks for {}; event {} made it so.",
        several.words,
        shown(text(event.id.as_ref().map(EventId::as_str)))
    ));
    if !several.values.is_empty() {
        let values: Vec<String> = several.values.iter().map(|value| shown(value)).collect();
        sentence.push_str(&format!(" Among the values: {}.", values.join(", ")));
    }
    if !rule.description.is_empty() {
        sentence.push(' ');
        sentence.push_str(rule.description.trim());
    }
    sentence
}

fn evidence(several: &Several) -> Vec<Evidence> {
    let count = Evidence { field: "events".to_owned(), value: several.events.to_string() };
    several.group.iter().cloned().chain([count]).collect()
}
