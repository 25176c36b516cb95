//! One way for an event to be of use to a rule, as a pattern asks for it: fields, each with the values it may have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::ask::{Ask, Word};
use crate::workbench::check::names::operations::Operations;
use tattletrail_engine::sigma::{Demand, Shape};

/// The fields that all must be so; without fields, every event is.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Branch(pub(super) BTreeMap<String, BTreeSet<Ask>>);

/// The fields of a call.
pub(super) const SOURCE: &str = "eventSource";
/// The name of a call.
pub(super) const NAME: &str = "eventName";

/// Services that put a version behind the names of their calls: `UpdateFunctionCode20150331v2`.
const VERSIONED: [&str; 2] = ["lambda.amazonaws.com", "cloudfront.amazonaws.com"];

impl Branch {
    /// What a rule demands, spelled as CloudTrail does.
    pub(super) fn of_demand(demand: &Demand) -> Self {
        let sources: Vec<&str> = demand
            .of(SOURCE)
            .into_iter()
            .flatten()
            .filter_map(Shape::text)
            .map(|text| text.text.as_str())
            .collect();
        let field = |(field, shapes): (&&'static str, &Vec<Shape>)| {
            ((*field).to_owned(), shapes.iter().map(|shape| spelled(field, shape, &sources)).collect())
        };
        Self(demand.0.iter().map(field).collect())
    }

    /// A call that exposure is about.
    pub(super) fn of_call(source: &str, action: &str) -> Self {
        let word = Word::exact(action);
        let name = if VERSIONED.contains(&source) { Ask::Prefix(word) } else { Ask::Is(word) };
        let source = Ask::Is(Word::exact(source));
        Self([(SOURCE.to_owned(), [source].into()), (NAME.to_owned(), [name].into())].into())
    }

    /// True if whatever the other lets through, this one does.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.0.iter().all(|(field, asks)| {
            other
                .0
                .get(field)
                .is_some_and(|others| others.iter().all(|other| asks.iter().any(|ask| ask.covers(other))))
        })
    }

    /// Each combination of one value of each field: what several branches may have to let through together.
    pub(super) fn single(&self) -> Vec<Self> {
        self.0.iter().fold(vec![Self::default()], |known, (field, asks)| {
            let with = |one: &Self, ask: &Ask| {
                let mut next = one.0.clone();
                next.insert(field.clone(), [ask.clone()].into());
                Self(next)
            };
            known.iter().flat_map(|one| asks.iter().map(|ask| with(one, ask))).collect()
        })
    }

    /// True if a call that only reads may be let through; EventBridge takes those for it whose name begins so (EventBridge
    /// user guide, "Events for AWS services delivered via AWS CloudTrail").
    pub(super) fn may_read(&self) -> bool {
        let begins = |text: &str| {
            let text = text.to_lowercase();
            ["get", "list", "describe"]
                .iter()
                .any(|verb| text.starts_with(verb) || verb.starts_with(text.as_str()))
        };
        self.0.get(NAME).is_none_or(|asks| {
            asks.iter().any(|ask| match ask {
                Ask::Is(word) => {
                    let text = word.text.to_lowercase();
                    ["get", "list", "describe"].iter().any(|verb| text.starts_with(verb))
                }
                Ask::Prefix(word) => begins(&word.text),
                Ask::Exists | Ask::Suffix(_) => true,
            })
        })
    }

    /// As the `detail` of a pattern has it.
    pub(super) fn json(&self) -> Map<String, Value> {
        let mut detail = Map::new();
        for (field, asks) in &self.0 {
            let values = Value::Array(asks.iter().map(Ask::json).collect());
            match field.split_once('.') {
                None => _ = detail.insert(field.clone(), values),
                Some((outer, inner)) => {
                    let member = detail.entry(outer).or_insert_with(|| Value::Object(Map::new()));
                    if let Some(member) = member.as_object_mut() {
                        member.insert(inner.to_owned(), values);
                    }
                }
            }
        }
        detail
    }

    /// In words: `iam.amazonaws.com CreateUser`.
    pub(super) fn words(&self) -> String {
        let asks = |field: &str| {
            let asks = self.0.get(field)?;
            Some(asks.iter().map(Ask::words).collect::<Vec<_>>().join(" or "))
        };
        let mut words = vec![asks(SOURCE).unwrap_or_else(|| "any service".to_owned())];
        words.push(asks(NAME).unwrap_or_else(|| "any call".to_owned()));
        let others = self.0.keys().filter(|field| ![SOURCE, NAME].contains(&field.as_str()));
        words.extend(others.map(|field| format!("with {field} {}", asks(field).unwrap_or_default())));
        words.join(" ")
    }
}

/// A rule's text has no capitals any more. CloudTrail's spelling is known for names of events; sources have none; for all
/// else EventBridge is told that capitals do not count.
fn spelled(field: &str, shape: &Shape, sources: &[&str]) -> Ask {
    let Some(text) = shape.text() else { return Ask::Exists };
    let word = match field {
        _ if text.cased => Word::exact(&text.text),
        SOURCE => Word::exact(&text.text),
        NAME => name(&text.text, matches!(shape, Shape::Is(_)), sources)
            .map_or_else(|| Word::any_case(&text.text), Word::exact),
        _ => Word::any_case(&text.text),
    };
    match shape {
        Shape::Is(_) => Ask::Is(word),
        Shape::Begins(_) => Ask::Prefix(word),
        // How the whole is spelled is not known.
        Shape::Ends(_) if field == NAME && !text.cased => Ask::Suffix(Word::any_case(&text.text)),
        Shape::Ends(_) => Ask::Suffix(word),
        Shape::Anything => Ask::Exists,
    }
}

/// How CloudTrail spells a name, or the beginning of one, that its services agree on.
fn name(text: &str, is_whole: bool, sources: &[&str]) -> Option<String> {
    let table = Operations::shared();
    let wanted: Vec<_> = sources.iter().filter_map(|source| table.source(source)).collect();
    let all = if wanted.is_empty() { table.sources().iter().collect() } else { wanted };
    let head = |known: &'static str| known.get(..text.len()).filter(|head| head.eq_ignore_ascii_case(text));
    let spellings: BTreeSet<&str> = all
        .iter()
        .flat_map(|source| source.names())
        .filter(|known| !is_whole || known.len() == text.len())
        .filter_map(head)
        .collect();
    let mut spellings = spellings.into_iter();
    spellings.next().filter(|_| spellings.next().is_none()).map(str::to_owned)
}
