//! The outcome for people: a line a rule, and below it what differs.

use tattletrail_engine::case::Difference;
use tattletrail_engine::render::text::neutralise;

use super::outcome::{Outcome, Ran, Report, Tested};
use crate::output::Style;
use crate::output::layout::{fit, paint};
use crate::workbench::wrap::labelled;

/// The columns of the first word, with a space behind it.
pub(super) const WORD: usize = 10 + 1;

/// The columns of `expected: `.
const LABEL: usize = 10;

/// All rules, or those that are not right.
pub(super) fn text(report: &Report, failed: bool, style: Style) -> String {
    let shown = report.rules.iter().filter(|tested| !failed || tested.word() != "ok");
    shown.map(|tested| entry(tested, style)).collect()
}

pub(super) fn entry(tested: &Tested, style: Style) -> String {
    let (word, color) = match tested.word() {
        "ok" => ("ok", "32"),
        "failed" => ("FAILED", "31"),
        "not loaded" => ("NOT LOADED", "31"),
        other => (other, "33"),
    };
    let all = tested.ran().len();
    let count = match (&tested.outcome, tested.failures()) {
        (Outcome::Ran(_), 0) => format!("({all})"),
        (Outcome::Ran(_), failures) => format!("({failures} of {all})"),
        _ => String::new(),
    };
    let room = style.columns().saturating_sub(WORD + count.len() + 1);
    let line = format!("{} {} {count}", paint(&format!("{word:<10}"), color, style), fit(&tested.rule, room));
    let mut text = format!("{}\n", line.trim_end());
    if let Outcome::Broken(errors) = &tested.outcome {
        for line in errors.iter().flat_map(|error| error.lines()) {
            text.push_str(&format!("  {}\n", neutralise(line)));
        }
    }
    for case in tested.ran() {
        if let Some(difference) = &case.difference {
            text.push_str(&failure(tested, case, difference, style));
        }
    }
    text
}

/// Where the case is, its name, what it expects and what came out.
fn failure(tested: &Tested, case: &Ran, difference: &Difference, style: Style) -> String {
    let file = tested.cases.as_deref().unwrap_or_default();
    let mut text = format!("  {}:{}: {}\n", neutralise(file), case.line, neutralise(&case.name));
    for (label, words) in [("    expected:", &difference.expected), ("    found:", &difference.found)] {
        text.push_str(&labelled(label, words, 4 + LABEL, style.columns()));
    }
    text
}
