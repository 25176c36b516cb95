//! What a rule can only match with: the texts of which one must be in a field.
//!
//! The index tries a rule only on events that have one of them, and rules for event buses can be made from them. The
//! answer is safe in one direction: where nothing certain can be said it is `None`, "any text or none".

use std::collections::BTreeSet;

use super::detection::{Detection, Expression, Item, Logic};
use super::value::{Test, Value};

/// The ASCII texts, in lower case, of which the field must hold one for the logic to match.
pub(crate) fn required(logic: &Logic, field: &str) -> Option<BTreeSet<String>> {
    expression(&logic.condition, logic, field)
}

fn expression(part: &Expression, logic: &Logic, field: &str) -> Option<BTreeSet<String>> {
    match part {
        Expression::Selection(index) => detection(&logic.selections.get(*index)?.detection, field),
        Expression::Not(_) => None,
        Expression::All(parts) => smallest(parts.iter().map(|part| expression(part, logic, field))),
        Expression::Any(parts) => union(parts.iter().map(|part| expression(part, logic, field))),
    }
}

fn detection(part: &Detection, field: &str) -> Option<BTreeSet<String>> {
    match part {
        Detection::All(parts) => smallest(parts.iter().map(|part| detection(part, field))),
        Detection::Any(parts) => union(parts.iter().map(|part| detection(part, field))),
        Detection::Item(found) => item(found, field),
        // The fields of a block are those of an element, not of the event.
        Detection::Block(_) | Detection::Not(_) => None,
    }
}

fn item(item: &Item, field: &str) -> Option<BTreeSet<String>> {
    if item.negated || !item.field.as_ref()?.is_path(field) {
        return None;
    }
    let values = item.values.iter().map(value);
    if item.all { smallest(values) } else { union(values) }
}

fn value(value: &Value) -> Option<BTreeSet<String>> {
    let texts = value.tests.iter().map(|test| match test {
        Test::Text(matcher) => matcher.ascii_literal(),
        _ => None,
    });
    texts.collect()
}

/// All must hold, so the smallest set of any of them will do.
fn smallest(sets: impl Iterator<Item = Option<BTreeSet<String>>>) -> Option<BTreeSet<String>> {
    sets.flatten().min_by_key(BTreeSet::len)
}

/// One must hold, so every one must have a set.
fn union(sets: impl Iterator<Item = Option<BTreeSet<String>>>) -> Option<BTreeSet<String>> {
    sets.collect::<Option<Vec<_>>>().map(|sets| sets.into_iter().flatten().collect())
}
