//! Patterns that somebody has: our own file, a pattern, several, or what `aws events describe-rule` says of one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::ask::Ask;
use super::branch::{Branch, SOURCE};

/// The state in which a rule of EventBridge gets calls that only read.
pub(super) const ALL: &str = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

/// What comes through.
#[derive(Debug, Default)]
pub(super) struct Bus {
    /// One of these must be so.
    pub(super) branches: Vec<(Branch, State)>,
}

/// Whether a rule gets calls, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// All of them.
    All,
    /// Those that change something.
    Changes,
}

impl Bus {
    /// Reads any of the forms; an error says what was found instead.
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        let mut bus = Self::default();
        bus.add(value, State::All)?;
        if bus.branches.is_empty() { Err("there is no pattern in it".to_owned()) } else { Ok(bus) }
    }

    fn add(&mut self, value: &Value, state: State) -> Result<(), String> {
        match value {
            Value::Array(members) => members.iter().try_for_each(|member| self.add(member, state)),
            Value::Object(members) => self.add_object(members, value, state),
            other => Err(format!("found {other}, expected a pattern, or several in a list")),
        }
    }

    fn add_object(
        &mut self,
        members: &Map<String, Value>,
        value: &Value,
        outer: State,
    ) -> Result<(), String> {
        let state = match members.get("state").or_else(|| members.get("State")).and_then(Value::as_str) {
            Some(ALL) => State::All,
            Some("ENABLED") => State::Changes,
            Some("DISABLED") => return Ok(()),
            Some(other) => return Err(format!("found the state {other}, expected ENABLED or {ALL}")),
            None => outer,
        };
        if let Some(patterns) = members.get("patterns") {
            return self.add(patterns, state);
        }
        if let Some(text) = members.get("EventPattern").and_then(Value::as_str) {
            let pattern =
                serde_json::from_str(text).map_err(|error| format!("EventPattern is no JSON: {error}"))?;
            return self.add(&pattern, state);
        }
        self.branches.extend(branches(value)?.into_iter().map(|branch| (branch, state)));
        Ok(())
    }

    /// True if one of the rules lets the event through. One that reads only comes where the state has it.
    pub(super) fn lets_through(&self, single: &Branch) -> bool {
        self.branches.iter().any(|(branch, _)| branch.covers(single))
    }

    /// True if it comes through and need not be a call that changes something.
    pub(super) fn lets_reads_through(&self, single: &Branch) -> bool {
        self.branches.iter().any(|(branch, state)| *state == State::All && branch.covers(single))
    }
}

/// The alternatives of one pattern.
pub(super) fn branches(pattern: &Value) -> Result<Vec<Branch>, String> {
    let members = pattern.as_object().ok_or("found no object, expected a pattern")?;
    let mut outer = Branch::default();
    for (key, value) in members {
        match key.as_str() {
            "detail" => {}
            "source" => {
                if let Some(asks) = sources(value)? {
                    outer.0.insert(SOURCE.to_owned(), asks);
                }
            }
            "detail-type" => types(value)?,
            // Whatever else is asked for, no rule waits for that alone: nothing is sure to come through.
            other => _ = outer.0.insert(format!("({other})"), BTreeSet::new()),
        }
    }
    match members.get("detail") {
        None => Ok(vec![outer]),
        Some(detail) => within(detail, "", vec![outer]),
    }
}

/// Adds what an object of the pattern asks for to each of the alternatives so far.
fn within(value: &Value, path: &str, known: Vec<Branch>) -> Result<Vec<Branch>, String> {
    let members = value
        .as_object()
        .ok_or_else(|| format!("found {value} at `{path}`, expected an object or a list"))?;
    members.iter().try_fold(known, |known, (key, value)| match value {
        Value::Array(ways) if key == "$or" => {
            let each = ways.iter().map(|way| within(way, path, known.clone()));
            each.collect::<Result<Vec<_>, _>>().map(|ways| ways.concat())
        }
        Value::Array(values) => {
            let field = format!("{path}{key}");
            // An operator of another kind lets through less than is known here: it counts for nothing.
            let asks: BTreeSet<Ask> = values.iter().filter_map(Ask::of_json).collect();
            Ok(known.into_iter().map(|branch| narrowed(branch, &field, &asks)).collect())
        }
        _ => within(value, &format!("{path}{key}."), known),
    })
}

/// The branch with one more field; both must hold where it has the field already.
fn narrowed(mut branch: Branch, field: &str, asks: &BTreeSet<Ask>) -> Branch {
    let both = match branch.0.get(field) {
        Some(known) => {
            let narrower = |one: &BTreeSet<Ask>, other: &BTreeSet<Ask>| -> Vec<Ask> {
                one.iter().filter(|ask| other.iter().any(|wider| wider.covers(ask))).cloned().collect()
            };
            narrower(asks, known).into_iter().chain(narrower(known, asks)).collect()
        }
        None => asks.clone(),
    };
    branch.0.insert(field.to_owned(), both);
    branch
}

/// The event sources behind `source`; `None` if it lets through all of AWS. CloudTrail's events have `aws.` and the first
/// part of `eventSource` there.
fn sources(value: &Value) -> Result<Option<BTreeSet<Ask>>, String> {
    let values = value.as_array().ok_or_else(|| format!("found {value} at `source`, expected a list"))?;
    let mut sources = BTreeSet::new();
    for ask in values.iter().filter_map(Ask::of_json) {
        match ask {
            Ask::Exists => return Ok(None),
            Ask::Prefix(word) if "aws.".starts_with(&word.text) => return Ok(None),
            Ask::Is(mut word) => {
                if let Some(service) = word.text.strip_prefix("aws.") {
                    word.text = format!("{service}.amazonaws.com");
                    sources.insert(Ask::Is(word));
                }
            }
            Ask::Prefix(_) | Ask::Suffix(_) => {}
        }
    }
    Ok(Some(sources))
}

/// The types of CloudTrail's events; a pattern that lacks one of them lets through less than is known here.
fn types(value: &Value) -> Result<(), String> {
    const TYPES: [&str; 3] = [
        "AWS API Call via CloudTrail",
        "AWS Console Sign In via CloudTrail",
        "AWS Service Event via CloudTrail",
    ];
    let values =
        value.as_array().ok_or_else(|| format!("found {value} at `detail-type`, expected a list"))?;
    let asks: Vec<Ask> = values.iter().filter_map(Ask::of_json).collect();
    let is_in = |name: &&str| asks.iter().any(|ask| ask.covers(&Ask::Is(super::ask::Word::exact(*name))));
    match TYPES.iter().find(|name| !is_in(name)) {
        Some(missing) => {
            Err(format!("the detail-type `{missing}` is not let through: add it, or leave detail-type out"))
        }
        None => Ok(()),
    }
}
