//! What an event must be like for a rule to match, for those who choose events before the rules see them: event buses.
//!
//! In: a rule's logic. Out: alternatives, of which one must hold. The answer is safe in one direction: an event for which
//! none holds can't match; one for which one holds may.
//!
//! INVARIANT: there are never more than [`MOST`] alternatives; what would make more is left out of them, which lets more
//! events through and never fewer.

use std::collections::BTreeMap;

use super::detection::{Detection, Expression, Item, Logic};
use super::value::{Test, Value};

/// The fields that are demanded: of those that every CloudTrail record may have, the ones that hold one text (CloudTrail
/// user guide, "CloudTrail record contents"). An event bus compares texts, numbers and truths as such, Sigma as texts.
pub const DEMANDED: [&str; 7] = [
    "eventSource",
    "eventName",
    "eventType",
    "errorCode",
    "sessionCredentialFromConsole",
    "userAgent",
    "userIdentity.type",
];

/// The most alternatives of one rule.
const MOST: usize = 64;

/// What must hold together: for each field, one of the shapes. Without fields, any event will do.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand(pub BTreeMap<&'static str, Vec<Shape>>);

/// What the text of a field must look like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Like this.
    Is(Text),
    /// Like this at its beginning.
    Begins(Text),
    /// Like this at its end.
    Ends(Text),
    /// However, but there must be one.
    Anything,
}

/// A text, in lower case unless capitals count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Whether capitals count.
    pub cased: bool,
}

/// The alternatives of which one must hold for the logic to match.
pub(super) fn demands(logic: &Logic) -> Vec<Demand> {
    let mut demands = expression(&logic.condition, logic);
    demands.sort();
    demands.dedup();
    demands
}

fn expression(part: &Expression, logic: &Logic) -> Vec<Demand> {
    match part {
        Expression::Selection(index) => match logic.selections.get(*index) {
            Some(selection) => detection(&selection.detection),
            None => anything(),
        },
        Expression::Not(_) => anything(),
        Expression::All(parts) => all(parts.iter().map(|part| expression(part, logic))),
        Expression::Any(parts) => any(parts.iter().map(|part| expression(part, logic))),
    }
}

fn detection(part: &Detection) -> Vec<Demand> {
    match part {
        Detection::All(parts) => all(parts.iter().map(detection)),
        Detection::Any(parts) => any(parts.iter().map(detection)),
        Detection::Item(found) => vec![item(found)],
        // The fields of a block are those of an element, not of the event.
        Detection::Block(_) | Detection::Not(_) => anything(),
    }
}

fn item(item: &Item) -> Demand {
    let field = item.field.as_ref();
    let named = DEMANDED.into_iter().find(|known| field.is_some_and(|field| field.is_path(known)));
    let Some(field) = named.filter(|_| !item.negated) else { return Demand::default() };
    let mut values = item.values.iter().map(value);
    let shapes = if item.all {
        // Each must hold, so any of them will do.
        values.flatten().min_by_key(Vec::len)
    } else {
        values.try_fold(Vec::new(), |all, value| value.map(|value| [all, value].concat()))
    };
    shapes.map(|shapes| Demand(BTreeMap::from([(field, tidy(shapes))]))).unwrap_or_default()
}

/// The shapes of one value; `None` if it also holds where there is no such field.
fn value(value: &Value) -> Option<Vec<Shape>> {
    let shapes = value.tests.iter().map(|test| match test {
        Test::Text(matcher) => Some(matcher.demanded()),
        Test::Null | Test::Exists(false) => None,
        _ => Some(Shape::Anything),
    });
    shapes.collect()
}

fn tidy(mut shapes: Vec<Shape>) -> Vec<Shape> {
    if shapes.contains(&Shape::Anything) {
        return vec![Shape::Anything];
    }
    shapes.sort();
    shapes.dedup();
    shapes
}

fn anything() -> Vec<Demand> {
    vec![Demand::default()]
}

/// One must hold.
fn any(parts: impl Iterator<Item = Vec<Demand>>) -> Vec<Demand> {
    let demands: Vec<Demand> = parts.flatten().collect();
    if demands.len() > MOST { anything() } else { demands }
}

/// All must hold: each alternative of one with each of the others.
fn all(parts: impl Iterator<Item = Vec<Demand>>) -> Vec<Demand> {
    parts.fold(anything(), |known, part| {
        if known.len() * part.len() > MOST {
            return if part.len() < known.len() { part } else { known };
        }
        known.iter().flat_map(|one| part.iter().map(|other| one.and(other))).collect()
    })
}

impl Demand {
    /// Both. Where they name the same field each of the two must hold, so either will do.
    fn and(&self, other: &Self) -> Self {
        let mut both = self.0.clone();
        for (field, shapes) in &other.0 {
            let known = both.entry(field).or_insert_with(|| shapes.clone());
            let is_better = |new: &[Shape], old: &[Shape]| {
                let loose = |shapes: &[Shape]| shapes.contains(&Shape::Anything);
                (loose(new), new.len()) < (loose(old), old.len())
            };
            if is_better(shapes, known) {
                known.clone_from(shapes);
            }
        }
        Self(both)
    }

    /// What a field must be; `None` if it may be anything or missing.
    pub fn of(&self, field: &str) -> Option<&[Shape]> {
        self.0.get(field).map(Vec::as_slice)
    }
}

impl Shape {
    /// True if a text looks so.
    pub fn fits(&self, text: &str) -> bool {
        match self {
            Self::Is(wanted) => wanted.same(text),
            Self::Begins(wanted) => text.get(..wanted.text.len()).is_some_and(|head| wanted.same(head)),
            Self::Ends(wanted) => {
                let start = text.len().checked_sub(wanted.text.len());
                start.and_then(|start| text.get(start..)).is_some_and(|tail| wanted.same(tail))
            }
            Self::Anything => true,
        }
    }

    /// What it asks for, unless anything will do.
    pub fn text(&self) -> Option<&Text> {
        match self {
            Self::Is(text) | Self::Begins(text) | Self::Ends(text) => Some(text),
            Self::Anything => None,
        }
    }
}

impl Text {
    fn same(&self, text: &str) -> bool {
        if self.cased { self.text == text } else { self.text.eq_ignore_ascii_case(text) }
    }
}

#[cfg(test)]
mod tests;
