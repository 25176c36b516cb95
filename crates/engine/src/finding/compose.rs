//! A finding made from what matched: its id, its words, its evidence.

use sha2::{Digest, Sha256};

use super::{Actor, EventInfo, Evidence, Finding, Status};
use crate::event::Event;
use crate::exposure::state::Home;
use crate::exposure::{ExposureChange, Surface};
use crate::hex;
use crate::ids::{AccountId, EventId, FindingId, Region};
use crate::json::Node;
use crate::limits::{EVIDENCE_FIELDS, EVIDENCE_VALUE_CHARS, SHOWN_TEXT_CHARS};
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::ruleset::CompiledRule;

impl Finding {
    /// A finding about what somebody did; one per account, Region, rule and record.
    pub fn of_behaviour(rule: &CompiledRule, event: &Event<'_>, resource: Resource) -> Self {
        let record = event.record();
        let info = EventInfo::of(record);
        let named = record.event_id().unwrap_or_else(|| content_id(record));
        let account = text(info.account.as_ref().map(AccountId::as_str));
        let region = text(info.region.as_ref().map(Region::as_str));
        let id = identity(&["behaviour", account, region, rule.info().id.as_str(), named.as_str()]);
        let title = format!("{}: {}", rule.info().title, shown(&resource.name));
        Self::compose(id, Status::Open, rule, event, resource, None, title)
    }

    /// A finding about an exposure; one per account, Region, rule, resource and facet, open or closed. Account and Region
    /// are those of its home: a call that shows or hides it may be made elsewhere.
    pub fn of_exposure(
        rule: &CompiledRule,
        event: &Event<'_>,
        change: ExposureChange,
        status: Status,
        home: &Home,
    ) -> Self {
        let region = match change.surface {
            // Set for the account as a whole; the call may go through any Region.
            Surface::AccountPublicAccessBlock => "",
            _ => home.region.as_str(),
        };
        let account = home.account.as_str();
        let resource = change.resource.clone();
        let rule_id = rule.info().id.as_str();
        let id = identity(&["exposure", account, region, rule_id, resource.arn.as_str(), &change.facet]);
        let closed = if status == Status::Closed { "Closed: " } else { "" };
        let title =
            format!("{closed}{}: {} ({})", rule.info().title, shown(&resource.name), shown(&phrase(&change)));
        Self::compose(id, status, rule, event, resource, Some(change), title)
    }

    fn compose(
        id: FindingId,
        status: Status,
        rule: &CompiledRule,
        event: &Event<'_>,
        resource: Resource,
        exposure: Option<ExposureChange>,
        title: String,
    ) -> Self {
        let record = event.record();
        let (info, actor) = (EventInfo::of(record), Actor::of(record));
        let description = describe(rule, &info, &actor, &resource, exposure.as_ref(), status);
        let evidence = evidence(rule, event);
        Self {
            id,
            status,
            rule: rule.info().clone(),
            title,
            description,
            event: info,
            resource,
            actor,
            exposure,
            several: None,
            evidence,
            life: None,
            applications: Vec::new(),
            trace: None,
        }
    }
}

impl EventInfo {
    /// What a record says.
    pub(crate) fn of(record: &CloudTrailRecord) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            id: record.event_id(),
            shared_id: record.shared_event_id(),
            time: owned(record.event_time()),
            source: owned(record.event_source()),
            name: owned(record.event_name()),
            account: record.account(),
            region: record.region(),
            error_code: owned(record.error_code()),
        }
    }
}

impl Actor {
    /// Who made the call of a record.
    pub(crate) fn of(record: &CloudTrailRecord) -> Self {
        let field = |key: &str| record.path_text(&["userIdentity", key]);
        let name = ["arn", "userName", "principalId", "invokedBy", "type"].into_iter().find_map(field);
        Self {
            name: name.unwrap_or("unknown").to_owned(),
            kind: field("type").map(str::to_owned),
            account: field("accountId").map(AccountId::from),
            access_key_id: field("accessKeyId").map(str::to_owned),
            source_ip: record.source_ip().map(str::to_owned),
            user_agent: record.user_agent().map(str::to_owned),
        }
    }
}

/// SHA-256 over the parts, each ended by a line end (which none of them can hold unescaped), first 32 hexadecimal
/// digits: fixed length, and nothing of the log's text in it.
pub(super) fn identity(parts: &[&str]) -> FindingId {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    FindingId::from(hex::lower(hasher.finalize().iter().take(16)))
}

/// Stands in for the eventID that a record lacks: a hash of what it says.
fn content_id(record: &CloudTrailRecord) -> EventId {
    let digest = Sha256::digest(record.root().to_compact_json().as_bytes());
    EventId::from(hex::lower(digest.iter().take(16)))
}

pub(super) fn text(option: Option<&str>) -> &str {
    option.unwrap_or_default()
}

/// Foreign text for a title: one line, cut.
pub(super) fn shown(text: &str) -> String {
    let mut line: String =
        text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(SHOWN_TEXT_CHARS).collect();
    if text.chars().nth(SHOWN_TEXT_CHARS).is_some() {
        line.push('…');
    }
    line
}

/// An exposure in a few words: `tcp/22 from 0.0.0.0/0`, `policy: read, list`.
pub fn phrase(change: &ExposureChange) -> String {
    if let Some(network) = &change.network {
        let ports = match network.ports {
            _ if network.all_ports => "all ports".to_owned(),
            range if range.from == range.to => range.from.to_string(),
            range => format!("{}-{}", range.from, range.to),
        };
        return format!("{}/{ports} from {}", network.protocol, network.cidr);
    }
    let details = if change.settings_off.is_empty() { &change.parties } else { &change.settings_off };
    match details.as_slice() {
        [] => change.facet.clone(),
        [one] => format!("{}: {one}", change.facet.split('|').next().unwrap_or_default()),
        [one, rest @ ..] => {
            format!("{}: {one} and {} more", change.facet.split('|').next().unwrap_or_default(), rest.len())
        }
    }
}

fn describe(
    rule: &CompiledRule,
    event: &EventInfo,
    actor: &Actor,
    resource: &Resource,
    exposure: Option<&ExposureChange>,
    status: Status,
) -> String {
    let service = text(event.source.as_deref()).trim_end_matches(".amazonaws.com");
    let from = actor.source_ip.as_deref().map(|ip| format!(" from {}", shown(ip))).unwrap_or_default();
    let mut sentence = format!(
        "{} called {}:{} on {}{from} at {} (account {}, {}).",
        shown(&actor.name),
        shown(service),
        shown(event.name.as_deref().unwrap_or("an unnamed action")),
        shown(resource.arn.as_str()),
        shown(event.time.as_deref().unwrap_or("an unknown time")),
        shown(event.account.as_ref().map_or("unknown", AccountId::as_str)),
        shown(event.region.as_ref().map_or("unknown Region", Region::as_str)),
    );
    if let Some(code) = &event.error_code {
        sentence.push_str(&format!(" The call failed with {}.", shown(code)));
    }
    if let Some(change) = exposure {
        let verb = if status == Status::Closed { "This ends" } else { "This makes" };
        sentence.push_str(&format!(" {verb}: {} ({}).", shown(&phrase(change)), change.reason));
    }
    if !rule.info().description.is_empty() {
        sentence.push(' ');
        sentence.push_str(rule.info().description.trim());
    }
    sentence
}

/// The fields the rule looks at, with the first value the event has for each.
fn evidence(rule: &CompiledRule, event: &Event<'_>) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for field in rule.evidence_fields() {
        let mut value = None;
        field.any_value(event, &mut |node| {
            value = (!node.is_null()).then(|| shown_value(node));
            value.is_some()
        });
        evidence.extend(value.map(|value| Evidence { field: field.as_str().to_owned(), value }));
        if evidence.len() >= EVIDENCE_FIELDS {
            break;
        }
    }
    evidence
}

fn shown_value(node: Node<'_>) -> String {
    let value = node.scalar_text().map_or_else(|| node.to_compact_json(), std::borrow::Cow::into_owned);
    value.chars().take(EVIDENCE_VALUE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_of_one_action_are_tied_by_the_id_they_share() {
        let correlation = |text: &str| {
            let info = EventInfo::of(&CloudTrailRecord::parse(text).unwrap());
            info.correlation_id().map(ToString::to_string)
        };
        assert_eq!(correlation(r#"{"eventID":"a","sharedEventID":"s"}"#).as_deref(), Some("s"));
        assert_eq!(correlation(r#"{"eventID":"b","sharedEventID":"s"}"#).as_deref(), Some("s"));
        for own in [r#"{"eventID":"a"}"#, r#"{"eventID":"a","sharedEventID":""}"#] {
            assert_eq!(correlation(own).as_deref(), Some("a"), "{own}");
        }
        assert_eq!(correlation("{}"), None);
    }
}
