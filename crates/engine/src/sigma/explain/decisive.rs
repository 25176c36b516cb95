//! Which clauses decide: the smallest set of fields and blocks that would all have to come out otherwise for the verdict
//! to be another one.

use super::{Asks, Clause, Elements};

/// The clauses, in the order of the rule.
pub(super) fn of(clause: &Clause) -> Vec<&Clause> {
    // What the parts came to together.
    let joined = clause.holds != is_turned(&clause.asks);
    let responsible = clause.parts.iter().filter(|part| part.holds == joined);
    // If all hold that had to, or none of those of which one had to, then one that changes is enough; else each must.
    let one_is_enough = needs_all(&clause.asks) == joined;
    let decisive = if one_is_enough {
        responsible.map(of).min_by_key(Vec::len).unwrap_or_default()
    } else {
        responsible.flat_map(of).collect()
    };
    if decisive.is_empty() { vec![clause] } else { decisive }
}

/// True if the clause holds where its parts do not.
fn is_turned(asks: &Asks) -> bool {
    matches!(asks, Asks::Not | Asks::Block { elements: Elements::None, .. })
}

/// True if all of its parts have to hold, not one.
fn needs_all(asks: &Asks) -> bool {
    match asks {
        Asks::List { elements, .. } => matches!(elements, Elements::All | Elements::AllOrEmpty),
        Asks::Any | Asks::Block { .. } => false,
        Asks::All | Asks::Not | Asks::Selection { .. } | Asks::Element { .. } | Asks::Field(_) => true,
    }
}
