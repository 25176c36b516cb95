//! An event of a rule that a correlation counts, with what it is counted by.

use crate::event::Event;
use crate::finding::{Actor, EventInfo};
use crate::json::Node;
use crate::limits::{EVIDENCE_VALUE_CHARS, MAX_GROUPS_OF_EVENT};
use crate::resource::{Resource, resource_of};
use crate::ruleset::{CompiledRule, Role, RuleSet};
use crate::sigma::correlation::{Correlation, Grouping};

/// What stands between the values of a group: no value keeps it.
pub(super) const BETWEEN: char = '\u{1f}';

/// A match, as correlations count it.
#[derive(Debug)]
pub struct Sighting {
    /// In each correlation that counts it, and in those that count them.
    pub(super) parts: Vec<Part>,
    pub(super) facts: Facts,
    /// `eventID`, or what stands in for it.
    pub(super) event: Box<str>,
    /// `eventTime`.
    pub(super) time: Option<String>,
}

/// What a match is to one correlation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Part {
    pub(super) role: Role,
    /// True if the correlation names the rule itself, not another one that does.
    pub(super) direct: bool,
    /// The groups that it belongs to: more than one where a field has several values.
    pub(super) groups: Vec<Box<str>>,
    /// The values that are counted.
    pub(super) values: Vec<Box<str>>,
}

/// What many events have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Facts {
    /// Without its id and time.
    pub(super) event: EventInfo,
    pub(super) actor: Actor,
    pub(super) resource: Resource,
}

impl Sighting {
    /// The sighting of a match, if a correlation counts the rule.
    pub(crate) fn all(set: &RuleSet, rule: &CompiledRule, event: &Event<'_>) -> Option<Self> {
        let roles = set.links().roles(&rule.info().id);
        if roles.is_empty() {
            return None;
        }
        let mut parts = Vec::new();
        for role in roles {
            add(*role, true, set, event, &mut parts);
        }
        let record = event.record();
        let mut info = EventInfo::of(record);
        let named = info.id.take();
        let time = info.time.take();
        let event = named.map_or_else(|| content_name(record), |id| id.as_str().into());
        let facts = Facts { event: info, actor: Actor::of(record), resource: resource_of(record) };
        Some(Self { parts, facts, event, time })
    }
}

fn content_name(record: &crate::record::CloudTrailRecord) -> Box<str> {
    format!("{:016x}", record.fingerprint()).into()
}

/// A correlation that counts a correlation groups by fields of the event as well (Sigma specification, correlation rules,
/// ordered temporal proximity, note).
fn add(role: Role, direct: bool, set: &RuleSet, event: &Event<'_>, parts: &mut Vec<Part>) {
    let Some(correlation) = set.correlations().get(role.correlation) else { return };
    if parts.iter().any(|part| part.role == role && part.direct == direct) {
        return;
    }
    parts.push(part(role, direct, correlation, event));
    for outer in set.links().roles(&correlation.info.id) {
        add(*outer, false, set, event, parts);
    }
}

fn part(role: Role, direct: bool, correlation: &Correlation, event: &Event<'_>) -> Part {
    let counts_values = !correlation.field.is_empty();
    let values =
        if counts_values { combinations(&correlation.field, role.place, event, false) } else { Vec::new() };
    // An event without the field has no value to be counted.
    let counts = !counts_values || !values.is_empty();
    let groups =
        if counts { combinations(&correlation.group_by, role.place, event, true) } else { Vec::new() };
    Part { role, direct, groups, values }
}

/// Every combination of the values of some fields. A field that is not there has the value that nothing else has, where
/// `absent` counts; otherwise there is no combination.
fn combinations(fields: &[Grouping], place: usize, event: &Event<'_>, absent: bool) -> Vec<Box<str>> {
    let mut all = vec![String::new()];
    for (index, field) in fields.iter().enumerate() {
        let mut values = field.paths.get(place).map(|path| values(path, event)).unwrap_or_default();
        if values.is_empty() && absent {
            values.push(String::new());
        }
        let between = if index > 0 { String::from(BETWEEN) } else { String::new() };
        let longer = |before: &String| {
            values.iter().map(|value| format!("{before}{between}{value}")).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).take(MAX_GROUPS_OF_EVENT).collect();
    }
    all.into_iter().map(String::into_boxed_str).collect()
}

fn values(path: &crate::sigma::FieldPath, event: &Event<'_>) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    path.any_value(event, &mut |node| {
        leaves(node, &mut values);
        false
    });
    values
}

fn leaves(node: Node<'_>, values: &mut Vec<String>) {
    if node.kind() == crate::json::Kind::Array {
        node.items().for_each(|item| leaves(item, values));
        return;
    }
    if node.is_null() || values.len() >= MAX_GROUPS_OF_EVENT {
        return;
    }
    let text = node.scalar_text().map_or_else(|| node.to_compact_json(), std::borrow::Cow::into_owned);
    let text: String = text.chars().filter(|c| *c != BETWEEN).take(EVIDENCE_VALUE_CHARS).collect();
    if !values.contains(&text) {
        values.push(text);
    }
}
