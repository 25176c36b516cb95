//! The terms of a condition: each place where it names a selection.

use super::Mutation;
use super::site::{Edit, Role, Site, replaced};
use crate::sigma::detection::{Expression, Logic};

/// What can be done to each term; `prefix` is what the names of the selections stand behind.
pub(super) fn terms(part: &Expression, logic: &Logic, prefix: &str, role: Role) -> Vec<Site<Expression>> {
    match part {
        Expression::Selection(index) => term(*index, logic, prefix, role).into_iter().collect(),
        Expression::Not(inner) => {
            // What a `not` is before is one thing with it: without both, what it left out is left in.
            let sites = terms(inner, logic, prefix, role.turned());
            sites.into_iter().map(|site| site.lift(|after| after.map(not))).collect()
        }
        Expression::All(parts) => joined(parts, logic, prefix, role.of_all(), Expression::All),
        Expression::Any(parts) => joined(parts, logic, prefix, role.of_any(), Expression::Any),
    }
}

fn joined(
    parts: &[Expression],
    logic: &Logic,
    prefix: &str,
    role: Role,
    join: fn(Vec<Expression>) -> Expression,
) -> Vec<Site<Expression>> {
    let mut sites = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        for site in terms(part, logic, prefix, role) {
            sites.push(site.lift(|after| replaced(parts, place, after).map(join)));
        }
    }
    sites
}

fn term(index: usize, logic: &Logic, prefix: &str, role: Role) -> Option<Site<Expression>> {
    let selection = logic.selections.get(index)?;
    let edits = vec![
        Edit { mutation: Mutation::Drop, wanted: role.wanted_if_gone(), after: None },
        Edit {
            mutation: Mutation::Negate,
            wanted: role.wanted_if_turned(),
            after: Some(not(Expression::Selection(index))),
        },
    ];
    Some(Site { name: format!("{prefix}{}", selection.name), at: selection.at, edits })
}

fn not(inner: Expression) -> Expression {
    match inner {
        Expression::Not(twice) => *twice,
        inner => Expression::Not(Box::new(inner)),
    }
}

/// The condition without any place that names the selection; `None` if nothing is left.
pub(super) fn without(part: &Expression, gone: usize) -> Option<Expression> {
    let kept = |parts: &[Expression]| {
        let kept: Vec<_> = parts.iter().filter_map(|part| without(part, gone)).collect();
        (!kept.is_empty()).then_some(kept)
    };
    match part {
        Expression::Selection(index) => (*index != gone).then(|| part.clone()),
        Expression::Not(inner) => without(inner, gone).map(not),
        Expression::All(parts) => kept(parts).map(Expression::All),
        Expression::Any(parts) => kept(parts).map(Expression::Any),
    }
}

/// The role of each place that names the selection.
pub(super) fn roles(part: &Expression, wanted: usize, role: Role) -> Vec<Role> {
    match part {
        Expression::Selection(index) => (*index == wanted).then_some(role).into_iter().collect(),
        Expression::Not(inner) => roles(inner, wanted, role.turned()),
        Expression::All(parts) => parts.iter().flat_map(|part| roles(part, wanted, role.of_all())).collect(),
        Expression::Any(parts) => parts.iter().flat_map(|part| roles(part, wanted, role.of_any())).collect(),
    }
}
