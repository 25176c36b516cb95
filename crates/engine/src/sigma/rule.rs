//! A whole rule: what it says about itself and its compiled detection.

// A rule that is read from its bytes once it is needed.
mod packed;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::RuleSource;
use super::correlation::{self, Correlation};
use super::demand::{self, Demand};
use super::detection::{Detection, Logic};
use super::document::{self, Document, Kind};
use super::error::{Code, Position, Problems, RuleError};
use super::explain::RuleWords;
use super::exposure_words;
use super::field::{FieldPath, Root};
use super::filter::{self, CompiledFilter};
use super::known;
use super::metadata::{self, metadata};
use super::placeholders::{self, Placeholders};
use super::required::required;
use super::selection;
use super::value::Value;
use super::yaml::{Yaml, show};
use crate::event::Event;
use crate::finding::RuleInfo;
use crate::threat_model::{self, ThreatModel};
pub(crate) use packed::Bytes;
use packed::Packed;

/// A rule, ready to match.
#[derive(Debug, Clone)]
pub struct CompiledRule(Packed);

/// What there is to a rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Content {
    info: Arc<RuleInfo>,
    logic: Logic,
    id_at: Position,
    // What follows from the logic is not written.
    #[serde(skip)]
    exposure: bool,
    #[serde(skip)]
    evidence: Box<[FieldPath]>,
}

impl CompiledRule {
    /// What a finding says about the rule.
    pub fn info(&self) -> &Arc<RuleInfo> {
        &self.content().info
    }

    /// True if the event is as the rule asks.
    pub fn matches(&self, event: &Event<'_>) -> bool {
        self.content().logic.matches(Root::Event(event))
    }

    /// True if the rule names a derived field anywhere: it is evaluated once per exposure change, not once per record.
    pub fn is_exposure(&self) -> bool {
        self.content().exposure
    }

    /// The fields that the rule looks at, each once, in the order written. Within an array block the fields are those
    /// of an element, so the block's own path stands for them.
    pub fn evidence_fields(&self) -> impl Iterator<Item = &FieldPath> {
        self.content().evidence.iter()
    }

    /// The `eventName`s, in lower case, of which a record must have one for the rule to match; `None` if it can match
    /// records of any name.
    pub fn required_event_names(&self) -> Option<BTreeSet<String>> {
        required(&self.content().logic, "eventName")
    }

    /// The same for `eventSource`.
    pub fn required_event_sources(&self) -> Option<BTreeSet<String>> {
        required(&self.content().logic, "eventSource")
    }

    /// The same for `exposure.surface`.
    pub fn required_surfaces(&self) -> Option<BTreeSet<String>> {
        required(&self.content().logic, "exposure.surface")
    }

    /// What an event must be like for the rule to match: one of these must hold. Derived fields are not looked at: what an
    /// exposure rule waits for are the [`crate::exposure::calls`].
    pub fn demands(&self) -> Vec<Demand> {
        demand::demands(&self.content().logic)
    }

    /// The rule's selections in the order written: name, place, and whether it holds for the event by itself.
    pub fn selections(&self, event: &Event<'_>) -> impl Iterator<Item = (&str, Position, bool)> {
        self.content().logic.selections.iter().map(|selection| {
            (selection.name.as_str(), selection.at, selection.detection.matches(Root::Event(event)))
        })
    }

    /// The compiled detection.
    pub(crate) fn logic(&self) -> &Logic {
        &self.content().logic
    }

    /// What the detection asks for, without where it is written: equal for rules that match the same way.
    pub(crate) fn detection(&self) -> serde_json::Value {
        let mut value = serde_json::to_value(self.logic()).unwrap_or_default();
        without_places(&mut value);
        value
    }

    /// The same rule with another detection. What it looks at stays: an exposure rule that names no derived field any
    /// more is still tried once per change.
    pub(crate) fn with_logic(&self, logic: Logic) -> Self {
        Self(Packed::of(Content { logic, ..self.content().clone() }))
    }

    /// Where the id is written.
    pub(crate) fn id_at(&self) -> Position {
        self.content().id_at
    }

    /// The rule in these bytes, which are read once it is needed.
    pub(crate) fn within(bytes: Bytes, range: Range<usize>) -> Self {
        Self(Packed::within(bytes, range))
    }

    /// The rule as bytes.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(self.content())
    }

    /// Reads the bytes of the rule; an error if they are none.
    pub(crate) fn check(&self) -> Result<Self, postcard::Error> {
        self.0.unpack().map(|content| Self(Packed::of(content)))
    }

    fn content(&self) -> &Content {
        self.0.content()
    }
}

impl Content {
    /// A rule with this detection.
    fn of(info: RuleInfo, logic: Logic, id_at: Position) -> Self {
        Self { info: Arc::new(info), logic, id_at, exposure: false, evidence: Box::default() }.completed()
    }

    /// With what follows from the detection.
    fn completed(self) -> Self {
        let mut fields = Vec::new();
        fields_of_logic(&self.logic, &mut fields);
        let exposure = fields.iter().any(|field| field.is_exposure());
        let evidence = unique(&fields);
        Self { exposure, evidence, ..self }
    }
}

/// A document of a rule file, read.
#[derive(Debug)]
pub(crate) enum Parsed {
    Rule(Box<CompiledRule>),
    Correlation(Box<Correlation>),
    Filter(Box<CompiledFilter>),
    Placeholders(BTreeMap<String, Vec<String>>),
    ThreatModel(Box<ThreatModel>),
}

/// Reads every document of a file; every error that is in it otherwise.
pub(crate) fn parse(source: &RuleSource) -> Result<Vec<Parsed>, Vec<RuleError>> {
    read(source, Problems::new(&source.path))
}

/// The same, with what placeholders stand for.
pub(crate) fn parse_with(
    source: &RuleSource,
    placeholders: &Arc<Placeholders>,
) -> Result<Vec<Parsed>, Vec<RuleError>> {
    read(source, Problems::with(&source.path, Arc::clone(placeholders)))
}

fn read(source: &RuleSource, mut problems: Problems) -> Result<Vec<Parsed>, Vec<RuleError>> {
    let documents = document::documents(source, &mut problems).unwrap_or_default();
    let read = |document: &Document| one(source, document, &mut problems);
    let parsed: Vec<Parsed> = documents.iter().filter_map(read).collect();
    if problems.is_empty() { Ok(parsed) } else { Err(problems.into_errors()) }
}

fn one(source: &RuleSource, document: &Document, problems: &mut Problems) -> Option<Parsed> {
    check_version(&document.yaml, problems);
    match document.kind {
        Kind::Rule => rule(source, document, problems).map(Box::new).map(Parsed::Rule),
        Kind::Correlation => {
            correlation::read(source, document, problems).map(Box::new).map(Parsed::Correlation)
        }
        Kind::Placeholders => {
            let entry = document.yaml.get("placeholders")?;
            Some(Parsed::Placeholders(placeholders::read(entry, problems)))
        }
        Kind::Filter => filter::read(source, document, problems).map(Box::new).map(Parsed::Filter),
        Kind::ThreatModel => {
            threat_model::read(source, document, problems).map(Box::new).map(Parsed::ThreatModel)
        }
    }
}

fn rule(source: &RuleSource, document: &Document, problems: &mut Problems) -> Option<CompiledRule> {
    let yaml = &document.yaml;
    let (info, id_at) = metadata(source, document, problems);
    metadata::logsource(yaml, problems);
    known::check(yaml, problems);
    let Some(entry) = yaml.get("detection") else {
        problems.add_with_hint(
            Code::Detection,
            yaml.at,
            "found no `detection`, expected selections and a condition",
            "say what to look for",
        );
        return None;
    };
    let logic = selection::detection(&entry.value, entry.at, problems)?;
    let rule = Content::of(info, logic, id_at);
    if rule.exposure {
        exposure_words::check(&rule.logic, &RuleWords::of_detection(&entry.value), problems);
    }
    Some(CompiledRule(Packed::of(rule)))
}

/// Array blocks come with major version 3 of Sigma; they are read without that key as well, since brackets are in no
/// name of CloudTrail. A later version may mean something else by the same words.
fn check_version(document: &Yaml, problems: &mut Problems) {
    let Some(entry) = document.get("sigma-version") else { return };
    let major = entry.value.scalar().and_then(|text| text.split('.').next()?.parse::<u32>().ok());
    if major.is_none_or(|major| major > 3) {
        let message = format!("found the Sigma version {}, expected one up to 3", show(&entry.value));
        let hint = "a later version may mean something else by the same words";
        problems.add_with_hint(Code::Document, entry.value.at, message, hint);
    }
}

/// Takes the places in the text out of a detection. Members are the names of our own fields, never words of a rule.
fn without_places(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            members.remove("at");
            members.values_mut().for_each(without_places);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_places),
        _ => {}
    }
}

fn unique(fields: &[&FieldPath]) -> Box<[FieldPath]> {
    let mut seen = BTreeSet::new();
    fields.iter().filter(|field| seen.insert(field.as_str())).map(|field| (*field).clone()).collect()
}

fn fields_of_logic<'a>(logic: &'a Logic, fields: &mut Vec<&'a FieldPath>) {
    for selection in &logic.selections {
        fields_of(&selection.detection, fields);
    }
}

/// The fields of the event that a detection names.
fn fields_of<'a>(detection: &'a Detection, fields: &mut Vec<&'a FieldPath>) {
    match detection {
        Detection::All(parts) | Detection::Any(parts) => {
            for part in parts {
                fields_of(part, fields);
            }
        }
        Detection::Item(item) => {
            fields.extend(&item.field);
            fields.extend(item.values.iter().flat_map(Value::fields));
        }
        // The fields within are relative to an element, so none of them is one of the event.
        Detection::Block(block) => fields.push(&block.field),
        Detection::Not(inner) => fields_of(inner, fields),
    }
}
