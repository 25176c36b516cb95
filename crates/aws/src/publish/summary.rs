//! What was counted, as words for the person at the terminal.

use std::time::Duration;

use tattletrail_cli::kit::{Tally, files, grouped, line, rejected};
use tattletrail_runtime::dispatch::Handled;

use crate::layout::by_sink;

/// What a run came to.
pub(super) struct Published<'p> {
    pub(super) tally: &'p Tally,
    pub(super) handled: &'p Handled,
    pub(super) elapsed: Duration,
    pub(super) dry_run: bool,
    /// There is a ledger that outlives the run.
    pub(super) remembers: bool,
}

/// The summary, with a line end after the last line.
pub(super) fn text(published: &Published<'_>) -> String {
    let (tally, counts) = (published.tally, &published.handled.counts);
    let mut text = String::from("\n");
    text.push_str(&line("files", &files(tally)));
    text.push_str(&line("records", &records(published)));
    if tally.rejected_total() > 0 {
        text.push_str(&line("rejected", &rejected(tally)));
    }
    if !tally.skipped.is_empty() {
        let parts = tally.skipped.iter().map(|(reason, count)| (*count, reason.kind()));
        text.push_str(&line("skipped", &list(parts)));
    }
    text.push_str(&line("findings", &findings(published)));
    let (sent, failed) = if published.dry_run { ("would send", "can't tell") } else { ("sent", "not sent") };
    for (label, by) in [(sent, &counts.sent), ("refused", &counts.refused), (failed, &counts.failed)] {
        if !by.is_empty() {
            text.push_str(&line(label, &by_sink(by)));
        }
    }
    if counts.sent.is_empty() {
        text.push_str(&line(sent, "nothing"));
    }
    for note in notes(published) {
        text.push_str(&line("note", note));
    }
    text.push_str(&line("time", &format!("{:.1} s", published.elapsed.as_secs_f64())));
    text
}

/// INVARIANT: what was received is the sum of the others.
fn records(published: &Published<'_>) -> String {
    let (tally, counts) = (published.tally, &published.handled.counts);
    let unmatched = tally.unmatched + counts.unmatched;
    let copies = tally.duplicates + counts.copies;
    let parts = [
        (counts.matched, "matched"),
        (unmatched, "unmatched"),
        (counts.undecidable, "undecidable"),
        (copies, "copies"),
        (tally.rejected_total(), "rejected"),
        (counts.undelivered, "undelivered"),
    ];
    let received: u64 = parts.iter().map(|(count, _)| count).sum();
    let filtered = match tally.filtered {
        0 => String::new(),
        filtered => format!(" ({} more filtered out)", grouped(filtered)),
    };
    format!("{} received: {}{filtered}", grouped(received), list(parts.into_iter()))
}

fn findings(published: &Published<'_>) -> String {
    let counts = &published.handled.counts;
    let mut text = format!("{} opened, {} closed", grouped(counts.opened), grouped(counts.closed));
    for (count, what) in [
        (counts.below_level, "below the least level"),
        (counts.ends_of_nothing, "ends of what was never raised"),
        (counts.already_ended, "beginnings that came after their end"),
    ] {
        if count > 0 {
            text.push_str(&format!("; {} {what}", grouped(count)));
        }
    }
    text
}

fn list<'a>(parts: impl Iterator<Item = (u64, &'a str)>) -> String {
    let parts: Vec<_> = parts.map(|(count, what)| format!("{} {what}", grouped(count))).collect();
    parts.join(", ")
}

fn notes(published: &Published<'_>) -> Vec<&'static str> {
    let mut notes = Vec::new();
    if !published.remembers {
        notes.push(
            "TATTLETRAIL_LEDGER_TABLE is not set: nothing is remembered, and each run sends everything",
        );
    }
    if published.tally.stopped {
        notes.push("nothing could be delivered any more: the rest of the input was not read");
    }
    if published.handled.counts.undelivered > 0 && published.remembers {
        notes.push("the same command sends what is missing, and nothing twice");
    }
    notes
}
