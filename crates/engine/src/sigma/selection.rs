//! From the YAML of `detection:` to the compiled tree.
//!
//! In: a mapping of selections and a condition. Out: [`Logic`]; every error on the way is kept, so that an author sees
//! all of them at once.

use super::condition::{self, Names};
use super::detection::{Block, Body, Detection, Expression, Item, Logic, Selection};
use super::error::{Code, Position, Problems, shown};
use super::field::{self, FieldPath};
use super::modifier;
use super::yaml::{Entry, Value as YamlValue, Yaml};
use crate::limits::MAX_RULE_NESTING;

// From a written value to its tests.
mod values;

/// Where a piece of YAML is in a rule.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Within an array block.
    inside: bool,
    depth: usize,
}

impl Place {
    fn deeper(self, at: Position, problems: &mut Problems) -> Option<Self> {
        if self.depth < MAX_RULE_NESTING {
            return Some(Self { depth: self.depth + 1, ..self });
        }
        problems.add(
            Code::Detection,
            at,
            format!("nested too deeply, expected at most {MAX_RULE_NESTING} levels"),
        );
        None
    }
}

/// Compiles a rule's `detection:`; `None` after an error.
pub(crate) fn detection(yaml: &Yaml, key: Position, problems: &mut Problems) -> Option<Logic> {
    let Some(entries) = yaml.entries() else {
        let message = format!("found {} as `detection`, expected a mapping", yaml.kind());
        problems.add_with_hint(
            Code::Detection,
            key,
            message,
            "name at least one selection and a `condition`",
        );
        return None;
    };
    if let Some(timeframe) = entries.iter().find(|entry| entry.key == "timeframe") {
        let hint = "time windows belong to correlation rules, which are not supported yet";
        problems.add_with_hint(Code::Detection, timeframe.at, "found `timeframe` in a detection", hint);
    }
    logic(entries, key, Place { inside: false, depth: 0 }, problems)
}

fn logic(entries: &[Entry], key: Position, place: Place, problems: &mut Problems) -> Option<Logic> {
    let is_selection = |entry: &&Entry| entry.key != "condition" && entry.key != "timeframe";
    let mut selections = Some(Vec::new());
    let mut names = Vec::new();
    for entry in entries.iter().filter(is_selection) {
        names.push((entry.key.as_str(), entry.at));
        let detection = selection(&entry.value, entry.at, place, problems);
        selections = selections.zip(detection).map(|(mut selections, detection)| {
            selections.push(Selection { name: entry.key.clone(), at: entry.at, detection });
            selections
        });
    }
    let Some(condition) = entries.iter().find(|entry| entry.key == "condition") else {
        problems.add_with_hint(
            Code::Condition,
            key,
            "found no `condition`, expected one that names the selections",
            "add one, such as `condition: selection`",
        );
        return None;
    };
    let mut names = Names::new(names);
    let expression = expression(condition, &mut names, problems)?;
    names.report_unused(problems);
    Some(Logic { selections: selections?, condition: expression })
}

/// A condition, or a list of them, one of which must hold.
fn expression(entry: &Entry, names: &mut Names<'_>, problems: &mut Problems) -> Option<Expression> {
    match &entry.value.value {
        YamlValue::Text(text) => condition::parse(text, &entry.value, names, problems),
        YamlValue::List(list) if !list.is_empty() => {
            let mut parts = Some(Vec::new());
            for item in list {
                let part = match &item.value {
                    YamlValue::Text(text) => condition::parse(text, item, names, problems),
                    _ => wrong_condition(item, problems),
                };
                parts = parts.zip(part).map(|(mut parts, part)| {
                    parts.push(part);
                    parts
                });
            }
            parts.map(Expression::Any)
        }
        _ => wrong_condition(&entry.value, problems),
    }
}

fn wrong_condition(yaml: &Yaml, problems: &mut Problems) -> Option<Expression> {
    problems.add(Code::Condition, yaml.at, format!("found {} as a condition, expected a text", yaml.kind()));
    None
}

/// A selection: a mapping, a list of mappings, or keywords.
fn selection(yaml: &Yaml, key: Position, place: Place, problems: &mut Problems) -> Option<Detection> {
    match &yaml.value {
        YamlValue::Map(entries) if entries.is_empty() => empty("mapping", key, problems),
        YamlValue::Map(entries) => mapping(entries, place, problems),
        YamlValue::List(list) if list.is_empty() => empty("list", key, problems),
        YamlValue::List(list) => alternatives(list, place, problems),
        YamlValue::Null => empty("selection", key, problems),
        YamlValue::Bool(_) | YamlValue::Number(..) | YamlValue::Text(_) => keywords(&[yaml], place, problems),
    }
}

fn empty(what: &str, at: Position, problems: &mut Problems) -> Option<Detection> {
    problems.add(
        Code::Detection,
        at,
        format!("found an empty {what}, expected fields or keywords to look for"),
    );
    None
}

/// A list: mappings, one of which must hold, and keywords, one of which must be there.
fn alternatives(list: &[Yaml], place: Place, problems: &mut Problems) -> Option<Detection> {
    let mut parts = Some(Vec::new());
    let words: Vec<&Yaml> = list.iter().filter(|item| item.scalar().is_some()).collect();
    let mut found = Vec::new();
    if !words.is_empty() {
        found.push(keywords(&words, place, problems));
    }
    for item in list.iter().filter(|item| item.scalar().is_none()) {
        let place = place.deeper(item.at, problems)?;
        found.push(match &item.value {
            YamlValue::Map(entries) if !entries.is_empty() => mapping(entries, place, problems),
            _ => {
                let message =
                    format!("found {} in a selection's list, expected a mapping or a text", item.kind());
                problems.add(Code::Detection, item.at, message);
                None
            }
        });
    }
    for part in found {
        parts = parts.zip(part).map(|(mut parts, part)| {
            parts.push(part);
            parts
        });
    }
    parts.map(|parts| single(parts, Detection::Any))
}

fn mapping(entries: &[Entry], place: Place, problems: &mut Problems) -> Option<Detection> {
    let mut parts = Some(Vec::new());
    for entry in entries {
        let part = member(entry, place, problems);
        parts = parts.zip(part).map(|(mut parts, part)| {
            parts.push(part);
            parts
        });
    }
    parts.map(|parts| single(parts, Detection::All))
}

fn single(mut parts: Vec<Detection>, join: fn(Vec<Detection>) -> Detection) -> Detection {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            join(parts)
        }
    }
}

fn keywords(words: &[&Yaml], place: Place, problems: &mut Problems) -> Option<Detection> {
    let plan = modifier::parse(&[], problems)?;
    values::item(None, &plan, words, place.inside, problems).map(Detection::Item)
}

/// One key of a mapping: a field with modifiers and values, or a block.
fn member(entry: &Entry, place: Place, problems: &mut Problems) -> Option<Detection> {
    let mut words = entry.key.split('|');
    let name = words.next().unwrap_or_default();
    let mut column = name.chars().count() + 1;
    let mut modifiers = Vec::new();
    for word in words {
        modifiers.push((word, entry.text_at.right(column)));
        column += word.chars().count() + 1;
    }
    let plan = modifier::parse(&modifiers, problems);
    if name.is_empty() {
        let list = list_of(&entry.value);
        return values::item(None, &plan?, &list, place.inside, problems).map(Detection::Item);
    }
    let (path, quantifier) = field::parse(name, entry.at, place.inside, problems)?;
    let Some(quantifier) = quantifier else {
        return plain(path, &plan?, entry, place, problems).map(Detection::Item);
    };
    let body = block_body(entry, &plan?, place, problems)?;
    Some(Detection::Block(Block { field: path, quantifier, body: Box::new(body) }))
}

fn plain(
    path: FieldPath,
    plan: &modifier::Plan,
    entry: &Entry,
    place: Place,
    problems: &mut Problems,
) -> Option<Item> {
    if is_structure(&entry.value) {
        let path = path.as_str();
        let name =
            entry.value.entries().and_then(<[Entry]>::first).map_or("name", |entry| entry.key.as_str());
        let hint = format!(
            "write the whole path, {}, or `{path}[any]:` for the elements of a list",
            shown(&format!("{path}.{name}: value"))
        );
        problems.add_with_hint(
            Code::Detection,
            entry.at,
            format!("found a mapping as the value of {}, expected texts or numbers", shown(path)),
            hint,
        );
        return None;
    }
    values::item(Some(path), plan, &list_of(&entry.value), place.inside, problems)
}

/// A mapping, or a list with a mapping in it.
fn is_structure(yaml: &Yaml) -> bool {
    match &yaml.value {
        YamlValue::Map(_) => true,
        YamlValue::List(list) => list.iter().any(|item| matches!(item.value, YamlValue::Map(_))),
        _ => false,
    }
}

fn list_of(yaml: &Yaml) -> Vec<&Yaml> {
    match &yaml.value {
        YamlValue::List(list) => list.iter().collect(),
        _ => vec![yaml],
    }
}

/// What each element must be: a mapping, a list of them, a mapping with its own selections and `condition`, or just
/// values for the element itself.
fn block_body(entry: &Entry, plan: &modifier::Plan, place: Place, problems: &mut Problems) -> Option<Body> {
    let place = Place { inside: true, ..place.deeper(entry.at, problems)? };
    let yaml = &entry.value;
    if !is_structure(yaml) {
        let path = FieldPath::element(entry.at);
        let item = values::item(Some(path), plan, &list_of(yaml), true, problems)?;
        return Some(Body::Basic(Detection::Item(item)));
    }
    if let Some(word) = plan.written.first() {
        let message = format!("found the modifier {} on a block with a mapping", shown(word));
        problems.add_with_hint(
            Code::Modifier,
            entry.at,
            message,
            "put the modifiers on the fields of the block",
        );
        return None;
    }
    match yaml.entries() {
        Some(entries) if yaml.get("condition").is_some() => {
            logic(entries, entry.at, place, problems).map(Body::Extended)
        }
        _ => selection(yaml, entry.at, place, problems).map(Body::Basic),
    }
}
