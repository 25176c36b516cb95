//! Which clauses decide: the smallest set of fields and blocks that would all have to come out otherwise for the verdict
//! to be another one.

use super::{Asks, Clause, Elements};

/// How the outcome of a clause follows from its parts.
enum Gate {
    All,
    Any,
    /// None of the parts.
    None,
}

/// The clauses, in the order of the rule.
pub(super) fn of(clause: &Clause) -> Vec<&Clause> {
    if clause.parts.is_empty() {
        return vec![clause];
    }
    let gate = gate(&clause.asks);
    let all_needed = match gate {
        Gate::All => !clause.holds,
        Gate::Any => clause.holds,
        Gate::None => !clause.holds,
    };
    // Parts that are as they had to be for this outcome: each of them, or one of them, has to change.
    let responsible = clause.parts.iter().filter(|part| match gate {
        Gate::All => part.holds == clause.holds,
        Gate::Any => part.holds == clause.holds,
        Gate::None => part.holds != clause.holds,
    });
    if all_needed {
        return responsible.flat_map(of).collect();
    }
    responsible.map(of).min_by_key(Vec::len).unwrap_or_else(|| vec![clause])
}

fn gate(asks: &Asks) -> Gate {
    match asks {
        Asks::Any => Gate::Any,
        Asks::Not => Gate::None,
        Asks::Block { elements: Elements::None, .. } => Gate::None,
        Asks::Block { .. } => Gate::Any,
        Asks::List { elements: Elements::All | Elements::AllOrEmpty, .. } => Gate::All,
        Asks::List { .. } => Gate::Any,
        Asks::All | Asks::Selection { .. } | Asks::Element { .. } | Asks::Field(_) => Gate::All,
    }
}
