//! The mutants as XML in the form of `JUnit`: a suite a rule, a case a mutant.

use super::outcome::{Judged, Mutated, Report, Verdict};
use crate::workbench::test::junit::{escape, open, problem};
use crate::workbench::test::outcome::Outcome;

/// What a suite comes to.
#[derive(Debug, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// All rules.
pub(super) fn text(report: &Report) -> String {
    let mut body = String::new();
    let mut all = Counts::default();
    for mutated in &report.rules {
        let mut cases = String::new();
        let counts = suite(mutated, &mut cases);
        body.push_str(&format!(
            "  <testsuite name=\"{}\" {}>\n",
            escape(&mutated.tested.rule),
            counts.attributes()
        ));
        body.push_str(&cases);
        body.push_str("  </testsuite>\n");
        all.add(&counts);
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tattletrail rules\" {}>\n{body}</testsuites>\n",
        all.attributes()
    )
}

impl Counts {
    fn attributes(&self) -> String {
        let Self { tests, failures, errors, skipped } = self;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
    }

    fn add(&mut self, other: &Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
    }
}

/// A rule that has no mutants stands as one case: what is not there, nobody misses.
fn suite(mutated: &Mutated, xml: &mut String) -> Counts {
    let rule = &mutated.tested.rule;
    match (&mutated.tested.outcome, mutated.word()) {
        (Outcome::Untested, _) => {
            xml.push_str(&open("has cases", 1, rule, rule));
            xml.push_str(&skipped("there are no cases beside the rule"));
            Counts { tests: 1, skipped: 1, ..Counts::default() }
        }
        (Outcome::Broken(errors), _) => {
            xml.push_str(&open("loads", 1, rule, rule));
            xml.push_str(&problem("error", "the rule or its cases do not load", &errors.join("\n")));
            Counts { tests: 1, errors: 1, ..Counts::default() }
        }
        (Outcome::Ran(_), "failed") => {
            let told = format!("{} cases do not hold; see `rules test`", mutated.tested.failures());
            xml.push_str(&open("cases hold", 1, rule, rule));
            xml.push_str(&problem("error", "not mutated: the cases have to hold first", &told));
            Counts { tests: 1, errors: 1, ..Counts::default() }
        }
        (Outcome::Ran(_), _) => mutants(mutated, xml),
    }
}

fn mutants(mutated: &Mutated, xml: &mut String) -> Counts {
    let rule = &mutated.tested.rule;
    mutated.mutants.iter().for_each(|judged| mutant(judged, rule, xml));
    for fault in &mutated.faults {
        let file = mutated.tested.cases.as_deref().unwrap_or(rule);
        xml.push_str(&open("reasons are for survivors", 1, file, rule));
        xml.push_str(&problem("failure", fault, fault));
    }
    Counts {
        tests: mutated.mutants.len() + mutated.faults.len(),
        failures: mutated.survivors().count() + mutated.faults.len(),
        errors: 0,
        skipped: mutated.explained(),
    }
}

fn mutant(judged: &Judged, rule: &str, xml: &mut String) {
    let name = format!("{} {}", judged.clause, judged.mutation.done());
    let begin = open(&name, judged.at.line, rule, rule);
    match &judged.verdict {
        Verdict::Killed(_) => xml.push_str(&begin.replace(">\n", "/>\n")),
        Verdict::Survived => {
            let body =
                format!("{rule}:{}:{}: {name}\nhelp: {}", judged.at.line, judged.at.column, judged.wanted);
            xml.push_str(&begin);
            xml.push_str(&problem("failure", "no case notices", &body));
        }
        Verdict::Explained(reason) => {
            xml.push_str(&begin);
            xml.push_str(&skipped(&format!("survives: {reason}")));
        }
    }
}

fn skipped(message: &str) -> String {
    format!("      <skipped message=\"{}\"/>\n    </testcase>\n", escape(message))
}
