//! The mutants for people: a line a rule, and below it those that survive.

use tattletrail_engine::render::text::neutralise;

use super::outcome::{Judged, Mutated, Report};
use crate::output::Style;
use crate::output::layout::{fit, paint};
use crate::workbench::test::table::{WORD, entry};
use crate::workbench::wrap::labelled;

/// The columns before the words of a help, with its label.
const HELP: usize = 4 + 6;

/// All rules, or those that are not right.
pub(super) fn text(report: &Report, failed: bool, style: Style) -> String {
    let shown = report.rules.iter().filter(|mutated| !failed || mutated.word() != "ok");
    shown.map(|mutated| rule(mutated, style)).collect()
}

fn rule(mutated: &Mutated, style: Style) -> String {
    let (word, color) = match mutated.word() {
        "ok" => ("ok", "32"),
        "survivors" => ("SURVIVORS", "31"),
        word => {
            let mut text = entry(&mutated.tested, style);
            if word == "failed" {
                text.push_str("  not mutated: the cases have to hold first\n");
            }
            return text;
        }
    };
    let (all, survived) = (mutated.mutants.len(), mutated.survivors().count());
    let mut count =
        if survived == 0 { format!("{all} mutants") } else { format!("{survived} of {all} mutants") };
    if mutated.explained() > 0 {
        count.push_str(&format!(", {} explained", mutated.explained()));
    }
    let room = style.columns().saturating_sub(WORD + count.len() + 3);
    let path = fit(&mutated.tested.rule, room);
    let mut text = format!("{} {path} ({count})\n", paint(&format!("{word:<10}"), color, style));
    for judged in mutated.survivors() {
        text.push_str(&survivor(&mutated.tested.rule, judged, style));
    }
    for line in mutated.faults.iter().flat_map(|fault| fault.lines()) {
        text.push_str(&format!("  {}\n", neutralise(line)));
    }
    text
}

/// Where the clause is, what was done to it, and the case that is missing.
fn survivor(rule: &str, judged: &Judged, style: Style) -> String {
    let (rule, clause) = (neutralise(rule), neutralise(&judged.clause));
    let at = judged.at;
    let mut text = format!("  {rule}:{}:{}: `{clause}` {}\n", at.line, at.column, judged.mutation.done());
    text.push_str(&labelled("    help:", judged.wanted, HELP, style.columns()));
    text
}
