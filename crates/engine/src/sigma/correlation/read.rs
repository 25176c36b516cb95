//! From the YAML of `correlation:` to a [`Correlation`]; every error on the way is kept.

use std::sync::Arc;

use super::{Bound, Correlation, CorrelationKind, Grouping};
use crate::limits::{MAX_CORRELATED_RULES, MAX_TIMESPAN_SECONDS};
use crate::sigma::RuleSource;
use crate::sigma::document::Document;
use crate::sigma::error::{Code, Position, Problems, shown};
use crate::sigma::field::{self, FieldPath};
use crate::sigma::metadata::metadata;
use crate::sigma::nearest::nearest;
use crate::sigma::reference::{self, Reference};
use crate::sigma::value::Comparison;
use crate::sigma::yaml::{Entry, Value, Yaml, show};

const KEYS: [&str; 7] = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];
const BOUNDS: [&str; 6] = ["gt", "gte", "lt", "lte", "eq", "neq"];

/// Reads a correlation; `None` after an error.
pub(crate) fn read(source: &RuleSource, document: &Document, problems: &mut Problems) -> Option<Correlation> {
    let (info, id_at) = metadata(source, document, problems);
    let entry = document.yaml.get("correlation")?;
    let yaml = &entry.value;
    let Some(entries) = yaml.entries() else {
        let message = format!("found {} as `correlation`, expected a mapping", yaml.kind());
        problems.add_with_hint(Code::Correlation, entry.at, message, "say `type`, `rules`, `timespan` ...");
        return None;
    };
    for unknown in entries.iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
        unknown_key(&unknown.key, unknown.at, &KEYS, problems);
    }
    let kind = kind(entry, problems);
    let rules = rules(entry, problems);
    let timespan = timespan(entry, problems);
    let aliases = aliases(yaml, &rules, problems);
    let group_by = groupings(yaml.get("group-by"), &aliases, rules.len(), problems);
    let kind = kind?;
    let (bounds, field) = condition(entry, kind, problems);
    check_temporal(entry, kind, &bounds, rules.len(), problems);
    let field = groupings(field, &aliases, rules.len(), problems);
    let generate = generate(entry, document, problems);
    let timespan = timespan?;
    let info = Arc::new(info);
    Some(Correlation { info, kind, rules, group_by, timespan, bounds, field, generate, id_at })
}

fn unknown_key(key: &str, at: Position, known: &[&str], problems: &mut Problems) {
    let message = format!("found the key {} in a correlation, expected {}", shown(key), known.join(", "));
    match nearest(key, known.iter().copied()) {
        Some(near) => {
            problems.add_with_hint(Code::Correlation, at, message, format!("did you mean `{near}`"));
        }
        None => problems.add(Code::Correlation, at, message),
    }
}

fn missing(entry: &Entry, key: &str, hint: &str, problems: &mut Problems) {
    problems.add_with_hint(Code::Correlation, entry.at, format!("found a correlation without `{key}`"), hint);
}

fn kind(entry: &Entry, problems: &mut Problems) -> Option<CorrelationKind> {
    let words = CorrelationKind::ALL.map(CorrelationKind::as_str);
    let Some(found) = entry.value.get("type") else {
        missing(entry, "type", &format!("one of {}", words.join(", ")), problems);
        return None;
    };
    let word = found.value.scalar().unwrap_or_default();
    let kind = CorrelationKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    if kind.is_none() {
        let message = format!("found the type {}, expected {}", show(&found.value), words.join(", "));
        let hint = nearest(word, words).map_or_else(
            || "other types have no meaning here yet".to_owned(),
            |near| format!("did you mean `{near}`"),
        );
        problems.add_with_hint(Code::Correlation, found.value.at, message, hint);
    }
    kind
}

fn rules(entry: &Entry, problems: &mut Problems) -> Vec<Reference> {
    let Some(rules) = entry.value.get("rules") else {
        missing(entry, "rules", "list the ids or names of the rules whose events count", problems);
        return Vec::new();
    };
    let rules_of = reference::read(rules, Code::Correlation, problems);
    if rules_of.len() > MAX_CORRELATED_RULES {
        let message = format!("found {} rules, expected at most {MAX_CORRELATED_RULES}", rules_of.len());
        problems.add(Code::Correlation, rules.at, message);
    }
    rules_of
}

/// `90m`: a number and one of s, m, h and d.
fn timespan(entry: &Entry, problems: &mut Problems) -> Option<i64> {
    let Some(found) = entry.value.get("timespan") else {
        missing(entry, "timespan", "say how far apart the events may be, such as `timespan: 10m`", problems);
        return None;
    };
    let seconds = found.value.scalar().and_then(seconds);
    if seconds.is_none() {
        let message = format!("found the timespan {}, expected a number and a unit", show(&found.value));
        let hint = format!(
            "write seconds, minutes, hours or days as in 30s, 10m, 2h, 7d; at most {}d",
            MAX_TIMESPAN_SECONDS / 86_400
        );
        problems.add_with_hint(Code::Correlation, found.value.at, message, hint);
    }
    seconds
}

/// The seconds of a time span such as `90m`.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    let count: i64 = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    count.checked_mul(unit).filter(|seconds| (1..=MAX_TIMESPAN_SECONDS).contains(seconds))
}

/// An alias and where an event of each rule has it.
type Alias = (String, Vec<Option<FieldPath>>);

fn aliases(yaml: &Yaml, rules: &[Reference], problems: &mut Problems) -> Vec<Alias> {
    let Some(entry) = yaml.get("aliases") else { return Vec::new() };
    let Some(entries) = entry.value.entries() else {
        let message = format!("found {} as `aliases`, expected a mapping", entry.value.kind());
        problems.add(Code::Correlation, entry.value.at, message);
        return Vec::new();
    };
    entries.iter().filter_map(|alias| one_alias(alias, rules, problems)).collect()
}

fn one_alias(alias: &Entry, rules: &[Reference], problems: &mut Problems) -> Option<Alias> {
    let Some(of_rules) = alias.value.entries() else {
        let message = format!("found {} as an alias, expected a field for each rule", alias.value.kind());
        problems.add(Code::Correlation, alias.value.at, message);
        return None;
    };
    let mut paths = vec![None; rules.len()];
    for entry in of_rules {
        let place = rules.iter().position(|rule| rule.named == entry.key);
        let Some(slot) = place.and_then(|place| paths.get_mut(place)) else {
            let message = format!("the alias names {}, which is not in `rules`", shown(&entry.key));
            let hint = "name the rule as `rules` does";
            problems.add_with_hint(Code::Correlation, entry.at, message, hint);
            continue;
        };
        *slot = path(&entry.value, problems);
    }
    if of_rules.len() < rules.len() {
        let (count, rules) = (of_rules.len(), rules.len());
        let message = format!("the alias {} has fields for {count} of {rules} rules", shown(&alias.key));
        problems.add_with_hint(Code::Correlation, alias.at, message, "say which field it is in each of them");
    }
    Some((alias.key.clone(), paths))
}

fn path(yaml: &Yaml, problems: &mut Problems) -> Option<FieldPath> {
    let Value::Text(text) = &yaml.value else {
        problems.add(Code::Correlation, yaml.at, format!("found {}, expected a field", show(yaml)));
        return None;
    };
    let (path, quantifier) = field::parse(text, yaml.at, false, problems)?;
    if quantifier.is_some() {
        problems.add(Code::Correlation, yaml.at, format!("found {}, expected a field", show(yaml)));
        return None;
    }
    Some(path)
}

/// Fields or aliases, one or a list of them.
fn groupings(
    entry: Option<&Entry>,
    aliases: &[Alias],
    rules: usize,
    problems: &mut Problems,
) -> Vec<Grouping> {
    let Some(entry) = entry else { return Vec::new() };
    let items = match &entry.value.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(&entry.value),
    };
    let mut one = |item: &Yaml| {
        let name = item.scalar().unwrap_or_default().to_owned();
        if let Some((_, paths)) = aliases.iter().find(|(alias, _)| *alias == name) {
            let paths = paths.iter().cloned().collect::<Option<_>>()?;
            return Some(Grouping { name, paths });
        }
        let path = path(item, problems)?;
        Some(Grouping { name, paths: vec![path; rules] })
    };
    items.iter().filter_map(&mut one).collect()
}

/// The bounds of the count, and the field whose values are counted.
fn condition<'y>(
    entry: &'y Entry,
    kind: CorrelationKind,
    problems: &mut Problems,
) -> (Vec<Bound>, Option<&'y Entry>) {
    let Some(found) = entry.value.get("condition") else {
        if !kind.is_temporal() {
            missing(entry, "condition", "say how many, such as `condition: { gte: 10 }`", problems);
        }
        return (Vec::new(), None);
    };
    let Some(entries) = found.value.entries() else {
        let message =
            format!("found {} as the condition of a correlation, expected a mapping", found.value.kind());
        let hint = "say how many, such as `condition: { gte: 10 }`";
        problems.add_with_hint(Code::Correlation, found.value.at, message, hint);
        return (Vec::new(), None);
    };
    let field = entries.iter().find(|entry| entry.key == "field");
    let bounds: Vec<Bound> = entries
        .iter()
        .filter(|entry| entry.key != "field")
        .filter_map(|entry| bound(entry, problems))
        .collect();
    check_condition(found, kind, field, entries.len(), problems);
    (bounds, field)
}

fn check_condition(
    found: &Entry,
    kind: CorrelationKind,
    field: Option<&Entry>,
    entries: usize,
    problems: &mut Problems,
) {
    let counts_values = kind == CorrelationKind::ValueCount;
    match field {
        None if counts_values => {
            let hint =
                "say whose values are counted, such as `condition: { field: sourceIPAddress, gte: 3 }`";
            problems.add_with_hint(
                Code::Correlation,
                found.at,
                "found a `value_count` without `field`",
                hint,
            );
        }
        Some(field) if !counts_values => {
            let message = format!("found `field` in the condition of a `{}`", kind.as_str());
            problems.add_with_hint(
                Code::Correlation,
                field.at,
                message,
                "values are counted by `value_count`",
            );
        }
        _ => {}
    }
    if entries == usize::from(field.is_some()) {
        let hint = "say how many, such as `gte: 10`";
        problems.add_with_hint(Code::Correlation, found.at, "found a condition without a number", hint);
    }
}

/// A number of rules that can't be met never fires; rules in their order are always all of them.
fn check_temporal(
    entry: &Entry,
    kind: CorrelationKind,
    bounds: &[Bound],
    rules: usize,
    problems: &mut Problems,
) {
    let Some(found) = entry.value.get("condition").filter(|_| kind.is_temporal() && !bounds.is_empty())
    else {
        return;
    };
    let admits = |count: usize| bounds.iter().all(|bound| bound.holds(count as u64));
    let wants_all = admits(rules) && !(1..rules).any(admits);
    if kind == CorrelationKind::TemporalOrdered && !wants_all {
        let message = "found a condition in a `temporal_ordered`, which wants all its rules in their order";
        problems.add_with_hint(Code::Correlation, found.at, message, "remove `condition`");
    } else if !(1..=rules).any(admits) {
        let message = format!("found a condition that no number of rules up to {rules} can meet");
        problems.add_with_hint(
            Code::Correlation,
            found.at,
            message,
            "it is about how many of `rules` were seen",
        );
    }
}

fn bound(entry: &Entry, problems: &mut Problems) -> Option<Bound> {
    if !BOUNDS.contains(&entry.key.as_str()) {
        unknown_key(&entry.key, entry.at, &BOUNDS, problems);
        return None;
    }
    let Some(count) = entry.value.scalar().and_then(|text| text.parse::<u64>().ok()) else {
        let message = format!("found {} as `{}`, expected a whole number", show(&entry.value), entry.key);
        problems.add(Code::Correlation, entry.value.at, message);
        return None;
    };
    Some(match entry.key.as_str() {
        "gt" => Bound::Is(Comparison::Greater, count),
        "gte" => Bound::Is(Comparison::GreaterOrEqual, count),
        "lt" => Bound::Is(Comparison::Less, count),
        "lte" => Bound::Is(Comparison::LessOrEqual, count),
        "neq" => Bound::Different(count),
        _ => Bound::Equal(count),
    })
}

/// `generate` is a key of the correlation; documents that have it beside `correlation` are in the wild.
fn generate(entry: &Entry, document: &Document, problems: &mut Problems) -> Option<bool> {
    let found = entry.value.get("generate").or_else(|| document.yaml.get("generate"))?;
    if let Value::Bool(value) = found.value.value {
        return Some(value);
    }
    let message = format!("found {} as `generate`, expected `true` or `false`", show(&found.value));
    problems.add(Code::Correlation, found.value.at, message);
    None
}
