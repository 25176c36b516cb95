//! `tattletrail rules test`: every case of every rule.

// What the cases came to.
pub(super) mod outcome;

// For people.
mod table;

// For the CI servers.
mod junit;

// `--mutate`: do the cases notice a lost clause?
mod mutate;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::files;
use super::json::pretty;
use crate::output::Style;
use crate::{Console, Exit};
use outcome::{Outcome, Ran, Report, Tested};

const EXAMPLES: &str = "\
A rule's cases stand beside it: `trail_stopped.test.yml` beside `trail_stopped.yml`. Each case is a record and what
the rule must make of it; `rules/README.md` has the format.

Examples:
  tattletrail rules test
      all rules in the folder `rules`
  tattletrail rules test my-rules/trail_stopped.yml
  tattletrail rules test rules/ --failed
  tattletrail rules test rules/ --format junit > rules.xml
      for GitLab, Jenkins, GitHub actions ...
  tattletrail rules test my-rules/trail_stopped.yml --mutate
      would the cases notice if a clause of the rule were lost, or turned round?
  tattletrail rules test my-rules/ --mutate=values
      and if a value were lost from a list?

With --mutate the cases run on every mutant of their rule: the rule with one clause taken away or
turned round. A mutant that fails a case is killed. One that does not is a survivor, and is told
with its place and with the case that is missing. Where no record can tell a mutant from the rule,
the file of cases says why:

  survivors:
    - clause: selection.errorCode
      mutation: drop               # or negate; left out: both
      reason: this call is only logged when it succeeds

Exit codes:
  0  every case holds (a rule without cases is told, and is no failure), and no mutant survives
     without a reason
  1  a case does not; a mutant survives, or a reason is for none that does
  2  wrong usage, or a path could not be read
  3  a rule, or a file of cases, does not load; the others were run";

/// Run the cases beside rules, and name what differs.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct TestArguments {
    /// Rules, files of cases, or folders of both [default: rules]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How the outcome is written
    #[arg(long, short, value_enum, default_value_t = TestFormat::Table)]
    format: TestFormat,

    /// Leave out the rules whose cases all hold (of the table)
    #[arg(long)]
    failed: bool,

    /// Run the cases on every mutant of each rule, and name those that no case notices
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "clauses")]
    mutate: Option<mutate::Which>,
}

/// How the outcome is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TestFormat {
    /// For people: a line a rule, and what differs
    Table,
    /// XML that CI servers read: a suite a rule
    Junit,
    /// One JSON object
    Json,
}

/// Runs the cases.
pub(super) fn run(arguments: &TestArguments, console: &mut Console) -> Exit {
    let files = match files::collect(&arguments.paths, console) {
        Ok(files) => files,
        Err(exit) => return exit,
    };
    let report = outcome::run(&files);
    if let Some(which) = arguments.mutate {
        return mutate::run(report, which, arguments, console);
    }
    let text = match arguments.format {
        TestFormat::Table => table::text(&report, arguments.failed, Style::of_results(console)),
        TestFormat::Junit => junit::text(&report),
        TestFormat::Json => pretty(&object(&report)),
    };
    console.print(&text);
    console.say(&summary(&report));
    if report.broken() > 0 {
        Exit::BadRule
    } else if report.failed_cases() > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

/// What was counted.
fn summary(report: &Report) -> String {
    format!(
        "{} rules: {} ok, {} failed, {} not loaded, {} without cases; {} cases, {} failed\n",
        report.rules.len(),
        report.ok(),
        report.failed(),
        report.broken(),
        report.untested(),
        report.cases(),
        report.failed_cases(),
    )
}

fn object(report: &Report) -> serde_json::Value {
    let rules: Vec<_> = report.rules.iter().map(rule_object).collect();
    json!({
        "rules": rules,
        "summary": {
            "rules": report.rules.len(),
            "ok": report.ok(),
            "failed": report.failed(),
            "not_loaded": report.broken(),
            "without_cases": report.untested(),
            "cases": report.cases(),
            "failed_cases": report.failed_cases(),
        },
    })
}

fn rule_object(tested: &Tested) -> serde_json::Value {
    let (errors, cases) = match &tested.outcome {
        Outcome::Untested => (Vec::new(), Vec::new()),
        Outcome::Broken(errors) => (errors.clone(), Vec::new()),
        Outcome::Ran(cases) => (Vec::new(), cases.iter().map(case_object).collect()),
    };
    json!({
        "rule": tested.rule,
        "cases_file": tested.cases,
        "status": tested.word(),
        "errors": errors,
        "cases": cases,
    })
}

fn case_object(case: &Ran) -> serde_json::Value {
    json!({
        "name": case.name,
        "line": case.line,
        "ok": case.difference.is_none(),
        "expected": case.difference.as_ref().map(|difference| &difference.expected),
        "found": case.difference.as_ref().map(|difference| &difference.found),
    })
}
