//! The documents of a rule file: rules, correlations, filters and threat models, with the parts of a rule collection put together.
//!
//! A collection (Sigma specification 1.x, "Rule Collection") has documents with an `action`: what stands in a `global` one
//! is laid under every document behind it, `reset` ends that, and `repeat` is the rule before it with other parts.

use super::RuleSource;
use super::error::{Code, Position, Problems, shown};
use super::nearest::nearest;
use super::yaml::{self, Entry, Value, Yaml};
use crate::ids::RuleHash;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rule,
    Correlation,
    Filter,
    Placeholders,
    ThreatModel,
}

/// One document of a file, as it is to be read.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) kind: Kind,
    pub(crate) yaml: Yaml,
    /// Of the file's text; in a file of several documents, of what this one says.
    pub(crate) hash: RuleHash,
}

/// The actions of a collection.
const ACTIONS: [&str; 3] = ["global", "reset", "repeat"];

/// All documents of a file; `None` after an error that leaves nothing to read.
pub(crate) fn documents(source: &RuleSource, problems: &mut Problems) -> Option<Vec<Document>> {
    let parts: Vec<Yaml> = yaml::documents(&source.text, problems)?
        .into_iter()
        .filter(|document| !matches!(document.value, Value::Null))
        .collect();
    if parts.is_empty() {
        problems.add(Code::Document, Position::START, "found an empty file, expected a rule");
        return None;
    }
    let is_alone = parts.len() == 1;
    let whole = put_together(parts, problems);
    if whole.is_empty() && problems.is_empty() {
        let hint = "put a rule behind the `global` part";
        problems.add_with_hint(Code::Document, Position::START, "found no rule in the collection", hint);
    }
    let hash = |yaml: &Yaml| {
        if is_alone { RuleHash::of_text(&source.text) } else { RuleHash::of_text(&canonical(yaml)) }
    };
    let document = |yaml: Yaml| Document { kind: kind(&yaml), hash: hash(&yaml), yaml };
    Some(whole.into_iter().map(document).collect())
}

fn kind(yaml: &Yaml) -> Kind {
    if yaml.get("threat_model").is_some() && yaml.get("detection").is_none() {
        return Kind::ThreatModel;
    }
    match (yaml.get("correlation"), yaml.get("filter")) {
        (Some(_), _) => Kind::Correlation,
        (None, Some(_)) if yaml.get("detection").is_none() => Kind::Filter,
        (None, None) if yaml.get("detection").is_none() && yaml.get("placeholders").is_some() => {
            Kind::Placeholders
        }
        _ => Kind::Rule,
    }
}

/// The documents that are something by themselves, with what collections lay under them.
fn put_together(parts: Vec<Yaml>, problems: &mut Problems) -> Vec<Yaml> {
    let (mut whole, mut global): (Vec<Yaml>, Option<Yaml>) = (Vec::new(), None);
    for mut part in parts {
        let Value::Map(entries) = &mut part.value else {
            problems.add(Code::Document, part.at, format!("found {}, expected a rule", part.kind()));
            continue;
        };
        let action = entries.iter().position(|entry| entry.key == "action").map(|at| entries.remove(at));
        let Some(action) = action else {
            whole.push(laid_over(global.as_ref(), part));
            continue;
        };
        match action.value.scalar() {
            Some("global") => global = Some(laid_over(global.as_ref(), part)),
            Some("reset") => global = None,
            Some("repeat") => match whole.last().cloned() {
                Some(before) => whole.push(laid_over(Some(&before), part)),
                None => {
                    problems.add(
                        Code::Document,
                        action.at,
                        "found `action: repeat` without a rule before it",
                    );
                }
            },
            other => unknown_action(&action, other.unwrap_or_default(), problems),
        }
    }
    whole
}

fn unknown_action(action: &Entry, word: &str, problems: &mut Problems) {
    let message = format!("found the action {}, expected {}", shown(word), ACTIONS.join(", "));
    let hint = if word == "correlation" {
        "a correlation is a document with the key `correlation`".to_owned()
    } else {
        nearest(word, ACTIONS).map_or_else(
            || "take `action` away, if the document is a rule".to_owned(),
            |near| format!("did you mean `{near}`"),
        )
    };
    problems.add_with_hint(Code::Document, action.value.at, message, hint);
}

/// Mappings are laid over each other member by member; everything else replaces.
fn laid_over(under: Option<&Yaml>, over: Yaml) -> Yaml {
    let Some(Value::Map(below)) = under.map(|under| &under.value) else { return over };
    let Yaml { at, text_at, value: Value::Map(above) } = over else { return over };
    let mut merged = below.clone();
    for entry in above {
        match merged.iter_mut().find(|other| other.key == entry.key) {
            Some(other) => {
                let value = laid_over(Some(&other.value), entry.value);
                *other = Entry { value, ..entry };
            }
            None => merged.push(entry),
        }
    }
    Yaml { at, text_at, value: Value::Map(merged) }
}

/// What a document says, whatever stands beside it in its file: for its hash.
fn canonical(yaml: &Yaml) -> String {
    match &yaml.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(text, _) => text.clone(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|entry| format!("{:?}:{}", entry.key, canonical(&entry.value))).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}
