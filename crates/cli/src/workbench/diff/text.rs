//! A difference for people.

use tattletrail_engine::finding::{RuleInfo, Status};
use tattletrail_engine::ruleset::RuleChange;

use super::Difference;
use super::history::{Counted, Counts, History, Seen};
use crate::output::Style;
use crate::output::layout::{fit, paint};
use crate::output::table::color_of;
use crate::scan::summary::grouped;
use crate::workbench::wrap::{labelled, wrap};

/// The columns of the labels.
const LABEL: usize = 11;

/// The columns before the title of a rule in the table of counts.
const COUNTS: usize = 2 * 9 + 2 * 10 + 2;

/// The columns of a finding's time and of its level, each with a space behind it.
const TIME: usize = 20 + 1;
const LEVEL: usize = 13 + 1;

/// The whole of it.
pub(super) fn text(difference: &Difference, style: Style) -> String {
    let mut text = rules(difference, style);
    if let Some(history) = &difference.history {
        text.push('\n');
        text.push_str(&counts(history, style));
        let new: Vec<_> = history.new.iter().map(|seen| (seen, None)).collect();
        let gone: Vec<_> = history.gone.iter().map(|seen| (seen, None)).collect();
        let changed: Vec<_> = history.changed.iter().map(|(was, is)| (is, Some(was))).collect();
        for (label, found) in [("new", new), ("gone", gone), ("changed", changed)] {
            text.push_str(&findings(label, &found, difference.limit, style));
        }
    }
    text
}

/// How many rules are different, then each that is.
fn rules(difference: &Difference, style: Style) -> String {
    let count = |wanted| difference.rules.iter().filter(|change| word(change) == wanted).count();
    let (added, removed, changed) = (count("added"), count("removed"), count("changed"));
    let counts =
        format!("{added} added, {removed} removed, {changed} changed, {} the same", difference.same());
    let mut text = labelled("rules", &counts, LABEL, style.columns());
    for wanted in ["added", "removed", "changed"] {
        for change in difference.rules.iter().filter(|change| word(change) == wanted) {
            text.push_str(&rule(change, style));
        }
    }
    text
}

/// The change in a word.
pub(super) fn word(change: &RuleChange) -> &'static str {
    match change {
        RuleChange::Added(_) => "added",
        RuleChange::Removed(_) => "removed",
        RuleChange::Changed { .. } => "changed",
    }
}

/// A rule and what is different about it; below it its id and file.
fn rule(change: &RuleChange, style: Style) -> String {
    let (info, word) = (change.info(), word(change));
    let room = style.columns().saturating_sub(LABEL);
    let color = match change {
        RuleChange::Added(_) => "32",
        RuleChange::Removed(_) => "31",
        RuleChange::Changed { .. } => "33",
    };
    let label = paint(&format!("{word:<LABEL$}"), color, style);
    let title = labelled("", &info.title, LABEL, style.columns());
    let mut text = format!("{label}{}", title.trim_start());
    let mut pieces = match change {
        RuleChange::Changed { old, new, keys } => vec![in_what(old, new, keys)],
        _ => vec![info.level.as_str().to_owned()],
    };
    pieces.extend([info.id.as_str().to_owned(), info.path.clone()]);
    for line in wrap(&pieces.join(" "), room) {
        text.push_str(&format!("{:LABEL$}{}\n", "", paint(&line, "2", style)));
    }
    text
}

/// The keys that are different; a level with its values.
fn in_what(old: &RuleInfo, new: &RuleInfo, keys: &[&str]) -> String {
    let key = |key: &&str| match *key {
        "level" => format!("level ({}, was {})", new.level.as_str(), old.level.as_str()),
        other => other.to_owned(),
    };
    keys.iter().map(key).collect::<Vec<_>>().join(", ")
}

/// How many findings there are, and of which rules there are more or fewer.
fn counts(history: &History, style: Style) -> String {
    let days = history.days.count();
    let span = match (history.days.ends(), days) {
        (Some((first, _)), 1) => format!("on one day, {first}"),
        (Some((first, last)), _) => format!("in {days} days, {first} to {last}"),
        (None, _) => "in no days: no record has a time".to_owned(),
    };
    let Counts { old, new } = history.counts;
    let columns = style.columns();
    let words = format!("{} before, {} now {span}", grouped(old), grouped(new));
    let mut text = labelled("findings", &words, LABEL, columns);
    let of_kinds =
        [("new", history.new.len()), ("gone", history.gone.len()), ("changed", history.changed.len())];
    let of_kinds = of_kinds.map(|(what, count)| format!("{} {what}", grouped(count as u64))).join(", ");
    text.push_str(&labelled("", &of_kinds, LABEL, columns));
    let differing = history.differing();
    let (shown, same): (Vec<_>, Vec<_>) =
        history.rules.values().partition(|rule| differing.contains(&rule.rule.id));
    if !shown.is_empty() {
        let head = format!("{:>9}{:>9}{:>10}{:>10}  RULE", "BEFORE", "NOW", "BEFORE/D", "NOW/D");
        text.push_str(&format!("\n{}\n", paint(&head, "1", style)));
    }
    for counted in shown {
        text.push_str(&row(counted, days, columns));
    }
    if !same.is_empty() {
        text.push_str(&format!("\n{} rule(s) find the same as before\n", same.len()));
    }
    text
}

fn row(counted: &Counted, days: u32, columns: usize) -> String {
    let Counts { old, new } = counted.counts;
    let title = fit(&counted.rule.title, columns.saturating_sub(COUNTS));
    let daily = |count| per_day(count, days).map_or_else(|| "-".to_owned(), |rate| format!("{rate:.2}"));
    format!("{:>9}{:>9}{:>10}{:>10}  {title}\n", grouped(old), grouped(new), daily(old), daily(new))
}

/// Findings a day; `None` without days.
#[expect(clippy::cast_precision_loss, reason = "counts of findings, shown with two places")]
pub(super) fn per_day(count: u64, days: u32) -> Option<f64> {
    (days > 0).then(|| count as f64 / f64::from(days))
}

/// The findings of a kind, as many as are asked for; with what each was before, if it is another now.
fn findings(label: &str, found: &[(&Seen, Option<&Seen>)], limit: usize, style: Style) -> String {
    if found.is_empty() {
        return String::new();
    }
    let head = format!("{} {label}", grouped(found.len() as u64));
    let mut text = format!("\n{}\n", paint(&head, "1", style));
    for (seen, was) in found.iter().take(limit) {
        text.push_str(&finding(seen, *was, style));
    }
    if found.len() > limit {
        text.push_str(&format!("and {} more\n", grouped((found.len() - limit) as u64)));
    }
    text
}

/// When, how severe and what; below it the resource, and what was said of it before.
fn finding(seen: &Seen, was: Option<&Seen>, style: Style) -> String {
    let columns = style.columns();
    let time = fit(seen.time.as_deref().unwrap_or("-"), TIME - 1);
    let (level, color) = standing(seen);
    let level = paint(&format!("{level:<13}"), color, style);
    let title = labelled("", &seen.title, TIME + LEVEL, columns);
    let mut text = format!("{time:<20} {level} {}", title.trim_start());
    let mut words = seen.resource.clone();
    if let Some(was) = was {
        words.push_str(&format!(" was {}", otherwise(was, seen).join(", ")));
    }
    for line in wrap(&words, columns.saturating_sub(TIME)) {
        text.push_str(&format!("{:TIME$}{}\n", "", paint(&line, "2", style)));
    }
    text
}

/// What was said otherwise.
fn otherwise<'s>(was: &'s Seen, seen: &Seen) -> Vec<&'s str> {
    let before = [was.status.as_str(), was.level.as_str(), was.title.as_str()];
    let now = [seen.status.as_str(), seen.level.as_str(), seen.title.as_str()];
    before.into_iter().zip(now).filter(|(before, now)| before != now).map(|(before, _)| before).collect()
}

/// The level of a finding, or that it closes one.
fn standing(seen: &Seen) -> (&'static str, &'static str) {
    match seen.status {
        Status::Open => (seen.level.as_str(), color_of(seen.level)),
        Status::Closed => ("closed", "32"),
    }
}
