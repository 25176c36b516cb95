//! `rules test --mutate`: every mutant of every rule against the cases of the rule.
//!
//! In: what the cases came to on the rules themselves. Out: the mutants that no case tells from their rule. A rule with a
//! case that fails is not mutated: every mutant of it would be killed by that case. Nor are correlations and filters; the
//! rules of their file are, and the cases of the file are run on all of it.

// What became of the mutants.
mod outcome;

// Reasons for survivors, held against what survives.
mod reasons;

// For people.
mod table;

// For the CI servers.
mod junit;

use clap::ValueEnum;
use serde_json::json;
use tattletrail_engine::sigma::Mutation;

use super::outcome::Outcome;
use super::{TestArguments, TestFormat, case_object};
use crate::output::Style;
use crate::workbench::json::pretty;
use crate::{Console, Exit};
use outcome::{Judged, Mutated, Report, Verdict};

/// Which mutants are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Which {
    /// Each clause taken away, and turned round
    Clauses,
    /// Each value taken out of its list
    Values,
}

impl Which {
    fn includes(self, mutation: Mutation) -> bool {
        (self == Self::Values) == (mutation == Mutation::DropValue)
    }
}

/// Runs the mutants of the rules whose cases hold.
pub(super) fn run(
    tested: super::outcome::Report,
    which: Which,
    arguments: &TestArguments,
    console: &mut Console,
) -> Exit {
    let report = outcome::run(tested, which);
    let text = match arguments.format {
        TestFormat::Table => table::text(&report, arguments.failed, Style::of_results(console)),
        TestFormat::Junit => junit::text(&report),
        TestFormat::Json => pretty(&object(&report)),
    };
    console.print(&text);
    console.say(&summary(&report));
    if report.count("not loaded") > 0 {
        Exit::BadRule
    } else if report.rules.iter().any(Mutated::is_wrong) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

/// What was counted.
fn summary(report: &Report) -> String {
    let faults = match report.faults() {
        0 => String::new(),
        count => format!("; {count} reasons for what does not survive"),
    };
    format!(
        "{} rules: {} ok, {} with survivors, {} failed, {} not loaded, {} without cases; {} mutants: {} killed, {} \
         survived, {} explained{faults}\n",
        report.rules.len(),
        report.count("ok"),
        report.count("survivors"),
        report.count("failed"),
        report.count("not loaded"),
        report.count("no cases"),
        report.mutants(),
        report.killed(),
        report.survived(),
        report.explained(),
    )
}

fn object(report: &Report) -> serde_json::Value {
    let rules: Vec<_> = report.rules.iter().map(mutated_object).collect();
    json!({
        "rules": rules,
        "summary": {
            "rules": report.rules.len(),
            "ok": report.count("ok"),
            "with_survivors": report.count("survivors"),
            "failed": report.count("failed"),
            "not_loaded": report.count("not loaded"),
            "without_cases": report.count("no cases"),
            "mutants": report.mutants(),
            "killed": report.killed(),
            "survived": report.survived(),
            "explained": report.explained(),
            "wrong_reasons": report.faults(),
        },
    })
}

/// The rule as without mutants, and these.
fn mutated_object(mutated: &Mutated) -> serde_json::Value {
    let tested = &mutated.tested;
    let errors: &[String] = if let Outcome::Broken(errors) = &tested.outcome { errors } else { &[] };
    json!({
        "rule": tested.rule,
        "cases_file": tested.cases,
        "status": mutated.word(),
        "errors": errors,
        "cases": tested.ran().iter().map(case_object).collect::<Vec<_>>(),
        "mutants": mutated.mutants.iter().map(mutant_object).collect::<Vec<_>>(),
        "wrong_reasons": mutated.faults,
    })
}

fn mutant_object(judged: &Judged) -> serde_json::Value {
    let (verdict, case, reason) = match &judged.verdict {
        Verdict::Killed(case) => ("killed", Some(case), None),
        Verdict::Survived => ("survived", None, None),
        Verdict::Explained(reason) => ("explained", None, Some(reason)),
    };
    json!({
        "clause": judged.clause,
        "mutation": judged.mutation.as_str(),
        "line": judged.at.line,
        "column": judged.at.column,
        "verdict": verdict,
        "killed_by": case,
        "reason": reason,
        "help": (judged.verdict == Verdict::Survived).then_some(judged.wanted),
    })
}
