//! Clauses that others of the same mapping decide: without them the rule is the same.
//!
//! There is one: a surface is either exposed or a guard rail, so what begins there is always `opened` or always
//! `weakened`. Rules say it for their readers.

use std::collections::BTreeSet;

use crate::exposure::{Effect, Surface};
use crate::sigma::detection::{Detection, Item};
use crate::sigma::value::Test;

/// True if the mapping asks for the same without the part at `place`.
pub(super) fn by_the_others(parts: &[Detection], place: usize) -> bool {
    let Some(effects) = parts.get(place).and_then(|part| texts(part, "exposure.effect")) else {
        return false;
    };
    let surfaces = parts.iter().find_map(|part| texts(part, "exposure.surface"));
    surfaces.is_some_and(|surfaces| {
        surfaces.iter().all(|surface| {
            Surface::from_word(surface).is_some_and(|surface| effects.contains(word(surface.beginning())))
        })
    })
}

/// The plain texts of which the field must be one, in lower case.
fn texts(part: &Detection, field: &str) -> Option<BTreeSet<String>> {
    let Detection::Item(Item { field: Some(path), values, negated: false, .. }) = part else { return None };
    if path.as_str() != field {
        return None;
    }
    let tests = values.iter().flat_map(|value| &value.tests);
    tests.map(|test| if let Test::Text(text) = test { text.ascii_literal() } else { None }).collect()
}

fn word(effect: Effect) -> &'static str {
    match effect {
        Effect::Opened => "opened",
        Effect::Closed => "closed",
        Effect::Weakened => "weakened",
        Effect::Restored => "restored",
    }
}
