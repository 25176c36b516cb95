//! The counts of a scan as words for the person at the terminal.

use tattletrail_engine::attack;
use tattletrail_engine::finding::Level;

use tattletrail_engine::render::text::neutralise;

use super::tally::{TOLD, Tally};

/// How many techniques the summary lists; the rest is a number.
const TECHNIQUES: usize = 12;

/// The summary, with a line end after the last line; `results` says what a command made of the records.
pub(super) fn text(tally: &Tally, results: &str) -> String {
    let mut text = String::from("\n");
    text.push_str(&line("files", &files(tally)));
    text.push_str(&line("records", &records(tally)));
    if tally.rejected_total() > 0 {
        text.push_str(&line("rejected", &rejected(tally)));
    }
    if !tally.skipped.is_empty() {
        let skipped = tally.skipped.iter().map(|(reason, count)| (reason.kind().to_owned(), *count));
        text.push_str(&line("skipped", &list(skipped)));
    }
    text.push_str(results);
    for note in notes(tally) {
        text.push_str(&line("note", &note));
    }
    text.push_str(&line("time", &format!("{:.1} s", tally.elapsed.as_secs_f64())));
    text
}

/// What a scan made of the records.
pub(super) fn of_findings(tally: &Tally) -> String {
    let mut text = line("findings", &findings(tally));
    for row in techniques(tally) {
        text.push_str(&line("", &row));
    }
    for (index, row) in tally.filters.words().iter().enumerate() {
        text.push_str(&line(if index == 0 { "filters" } else { "" }, &neutralise(row)));
    }
    text.push_str(&line("exposures", &exposures(tally)));
    text
}

/// A line of the summary.
pub fn line(label: &str, value: &str) -> String {
    format!("{label:<12}{value}\n")
}

/// What was read, as the value of a line.
pub fn files(tally: &Tally) -> String {
    let mut text = format!("{} read ({})", grouped(tally.files), size(tally.bytes));
    for (count, what) in [
        (tally.files_ruled_out, "passed over by their key"),
        (tally.files_not_logs, "not logs"),
        (tally.files_damaged, "unreadable or damaged"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {} {what}", grouped(count)));
        }
    }
    let problems = tally.files_not_logs + tally.files_damaged + tally.rejected_total();
    if problems > TOLD as u64 {
        text.push_str(&format!("; the first {TOLD} problems are told above"));
    }
    text
}

fn records(tally: &Tally) -> String {
    let parts = [
        (tally.matched, "matched"),
        (tally.suppressed, "suppressed"),
        (tally.unmatched, "unmatched"),
        (tally.undecidable, "undecidable"),
        (tally.duplicates, "duplicate"),
        (tally.filtered, "filtered out"),
    ];
    let parts = parts.into_iter().filter(|(count, what)| *count > 0 || *what == "matched");
    let parts: Vec<String> = parts.map(|(count, what)| format!("{} {what}", grouped(count))).collect();
    format!("{} read: {}", grouped(tally.records), parts.join(", "))
}

/// What could not be read, by reason, as the value of a line.
pub fn rejected(tally: &Tally) -> String {
    let reasons = list(tally.rejected.iter().map(|(kind, count)| ((*kind).to_owned(), *count)));
    format!("{}: {reasons}", grouped(tally.rejected_total()))
}

fn list(entries: impl Iterator<Item = (String, u64)>) -> String {
    let entries: Vec<String> = entries.map(|(what, count)| format!("{} {what}", grouped(count))).collect();
    entries.join(", ")
}

fn findings(tally: &Tally) -> String {
    let mut text = grouped(tally.findings);
    let counted = |level: &Level| tally.levels.get(level).map(|count| (level.as_str().to_owned(), *count));
    let mut parts: Vec<(String, u64)> = Level::ALL.iter().rev().filter_map(counted).collect();
    if tally.closed > 0 {
        parts.push(("closed again".to_owned(), tally.closed));
    }
    if !parts.is_empty() {
        text.push_str(&format!(": {}", list(parts.into_iter())));
    }
    if tally.below_level > 0 {
        text.push_str(&format!(" ({} below --min-level not shown)", grouped(tally.below_level)));
    }
    if tally.experimental > 0 {
        text.push_str(&format!(" ({} of experimental rules not shown)", grouped(tally.experimental)));
    }
    text
}

/// The techniques with the most findings.
fn techniques(tally: &Tally) -> Vec<String> {
    let mut rows: Vec<_> = tally.techniques.iter().collect();
    rows.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let more = rows.len().saturating_sub(TECHNIQUES);
    let mut lines: Vec<String> = Vec::new();
    for (technique, count) in rows.into_iter().take(TECHNIQUES) {
        let name = attack::technique(technique.as_str()).map_or("", |technique| technique.name);
        lines
            .push(format!("{:>8}  {:<10} {name}", grouped(*count), technique.as_str()).trim_end().to_owned());
    }
    if more > 0 {
        lines.push(format!("          and {more} more techniques"));
    }
    lines
}

fn exposures(tally: &Tally) -> String {
    let mut text = format!("{} still open", grouped(tally.timeline.still_open as u64));
    let nothing = tally.timeline.ends_of_nothing as u64;
    if nothing > 0 {
        text.push_str(&format!("; {} closings of nothing seen open left out", grouped(nothing)));
    }
    text
}

/// What the person should know about the limits of the scan.
pub(crate) fn notes(tally: &Tally) -> Vec<String> {
    let mut notes = Vec::new();
    if tally.forgotten > 0 {
        notes.push("copies of a record were looked for among the last 1.5 million records only".to_owned());
    }
    if tally.timeline.late > 0 {
        let late = grouped(tally.timeline.late as u64);
        notes.push(format!("{late} findings came too late to be put in the order of time"));
    }
    let correlated = tally.timeline.correlated;
    if correlated.late > 0 {
        let late = grouped(correlated.late);
        notes.push(format!("{late} events came too late to be counted with those around them"));
    }
    if correlated.untimed > 0 {
        notes.push(format!("{} events without a time were not correlated", grouped(correlated.untimed)));
    }
    notes
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in the unit that suits it.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}
