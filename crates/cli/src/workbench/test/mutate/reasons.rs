//! Reasons for survivors, held against what survives: each must be for mutants that there are, and that survive.

use std::path::Path;

use tattletrail_engine::case::Survivor;
use tattletrail_engine::sigma::{Mutation, nearest};

use super::outcome::{Judged, Verdict};

/// Turns the survivors that have a reason into explained ones; returns what is wrong with the others. `others` are the
/// mutants that there are, but that were not asked for.
pub(super) fn apply(
    reasons: &[Survivor],
    judged: &mut [Judged],
    others: &[(String, Mutation)],
    path: &Path,
) -> Vec<String> {
    let mut faults = Vec::new();
    for reason in reasons {
        let is_meant = |clause: &str, mutation| {
            reason.clause == clause && reason.mutation.is_none_or(|wanted| wanted == mutation)
        };
        let mut meant: Vec<&mut Judged> =
            judged.iter_mut().filter(|judged| is_meant(&judged.clause, judged.mutation)).collect();
        if meant.is_empty() {
            if !others.iter().any(|(clause, mutation)| is_meant(clause, *mutation)) {
                faults.push(unknown(reason, judged, others, path));
            }
            continue;
        }
        if let Some(fault) = meant.iter().find_map(|judged| killed(reason, judged, path)) {
            faults.push(fault);
            continue;
        }
        for judged in &mut meant {
            judged.verdict = Verdict::Explained(reason.reason.clone());
        }
    }
    faults
}

fn unknown(reason: &Survivor, judged: &[Judged], others: &[(String, Mutation)], path: &Path) -> String {
    let place = format!("{}:{}", path.display(), reason.line);
    let clause = &reason.clause;
    let clauses = judged.iter().map(|judged| &judged.clause).chain(others.iter().map(|(clause, _)| clause));
    if let Some(mutation) = reason.mutation.filter(|_| clauses.clone().any(|known| known == clause)) {
        return format!("{place}: the clause `{clause}` has no mutant `{}`", mutation.as_str());
    }
    let near = nearest(clause, clauses.map(String::as_str));
    let help = near.map(|near| format!("\n  help: did you mean `{near}`")).unwrap_or_default();
    format!("{place}: found a reason for `{clause}`, which is no clause of the rule{help}")
}

fn killed(reason: &Survivor, judged: &Judged, path: &Path) -> Option<String> {
    let Verdict::Killed(case) = &judged.verdict else { return None };
    let (clause, done) = (&judged.clause, judged.mutation.done());
    let help =
        if reason.mutation.is_some() { "remove the reason" } else { "name the `mutation` that survives" };
    Some(format!(
        "{}:{}: found a reason for `{clause}` {done}, which the case `{case}` notices\n  help: {help}",
        path.display(),
        reason.line,
    ))
}
