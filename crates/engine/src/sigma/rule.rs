//! A whole rule: what it says about itself and its compiled detection.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::RuleSource;
use super::correlation::{self, Correlation};
use super::detection::{Detection, Logic};
use super::document::{self, Document, Kind};
use super::error::{Code, Position, Problems, RuleError};
use super::explain::RuleWords;
use super::exposure_words;
use super::field::{FieldPath, Root};
use super::filter::{self, CompiledFilter};
use super::known;
use super::metadata::{self, metadata};
use super::required::required;
use super::selection;
use super::value::Value;
use super::yaml::{Yaml, show};
use crate::event::Event;
use crate::finding::RuleInfo;

/// A rule, ready to match.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CompiledRule {
    info: Arc<RuleInfo>,
    logic: Logic,
    exposure: bool,
    evidence: Box<[FieldPath]>,
    id_at: Position,
}

impl CompiledRule {
    /// What a finding says about the rule.
    pub fn info(&self) -> &Arc<RuleInfo> {
        &self.info
    }

    /// True if the event is as the rule asks.
    pub fn matches(&self, event: &Event<'_>) -> bool {
        self.logic.matches(Root::Event(event))
    }

    /// True if the rule names a derived field anywhere: it is evaluated once per exposure change, not once per record.
    pub fn is_exposure(&self) -> bool {
        self.exposure
    }

    /// The fields that the rule looks at, each once, in the order written. Within an array block the fields are those
    /// of an element, so the block's own path stands for them.
    pub fn evidence_fields(&self) -> impl Iterator<Item = &FieldPath> {
        self.evidence.iter()
    }

    /// The `eventName`s, in lower case, of which a record must have one for the rule to match; `None` if it can match
    /// records of any name.
    pub fn required_event_names(&self) -> Option<BTreeSet<String>> {
        required(&self.logic, "eventName")
    }

    /// The same for `eventSource`.
    pub fn required_event_sources(&self) -> Option<BTreeSet<String>> {
        required(&self.logic, "eventSource")
    }

    /// The rule's selections in the order written: name, place, and whether it holds for the event by itself.
    pub fn selections(&self, event: &Event<'_>) -> impl Iterator<Item = (&str, Position, bool)> {
        self.logic.selections.iter().map(|selection| {
            (selection.name.as_str(), selection.at, selection.detection.matches(Root::Event(event)))
        })
    }

    /// The compiled detection.
    pub(crate) fn logic(&self) -> &Logic {
        &self.logic
    }

    /// The same rule with another detection. What it looks at stays: an exposure rule that names no derived field any
    /// more is still tried once per change.
    pub(crate) fn with_logic(&self, logic: Logic) -> Self {
        Self { logic, ..self.clone() }
    }

    /// Where the id is written.
    pub(crate) fn id_at(&self) -> Position {
        self.id_at
    }
}

/// A document of a rule file, read.
#[derive(Debug)]
pub(crate) enum Parsed {
    Rule(Box<CompiledRule>),
    Correlation(Box<Correlation>),
    Filter(Box<CompiledFilter>),
}

/// Reads every document of a file; every error that is in it otherwise.
pub(crate) fn parse(source: &RuleSource) -> Result<Vec<Parsed>, Vec<RuleError>> {
    let mut problems = Problems::new(&source.path);
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
        Kind::Filter => filter::read(source, document, problems).map(Box::new).map(Parsed::Filter),
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
    let mut fields = Vec::new();
    fields_of_logic(&logic, &mut fields);
    let exposure = fields.iter().any(|field| field.is_exposure());
    if exposure {
        exposure_words::check(&logic, &RuleWords::of_detection(&entry.value), problems);
    }
    Some(CompiledRule { info: Arc::new(info), exposure, evidence: unique(&fields), logic, id_at })
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
