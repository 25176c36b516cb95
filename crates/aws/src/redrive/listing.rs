//! Messages as text, one after the other, and the counts of all.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tattletrail_cli::Exit;
use tattletrail_cli::kit::{Style, fit, grouped, line, paint};
use tattletrail_runtime::counts::Counts;
use tattletrail_runtime::parcel::SinkName;

use super::contents::contents;
use super::letter::Letter;
use super::outcome::{Fate, Outcome};
use crate::layout::{Format, by_sink, json_line};

/// The form of a line of JSON. Adding a key keeps the version; any other change raises it.
const SCHEMA: &str = "tattletrail.redrive/1";

/// The columns of a message's id, and a space behind it.
const INDENT: usize = 37;

/// The longest foreign text in a line of JSON, in characters.
const MOST_CHARS: usize = 1000;

/// Writes down messages.
pub(super) struct Listing {
    format: Format,
    style: Style,
    dry_run: bool,
    begun: bool,
}

impl Listing {
    pub(super) fn new(format: Format, style: Style, dry_run: bool) -> Self {
        Self { format, style, dry_run, begun: false }
    }

    /// One message.
    pub(super) fn entry(&mut self, id: &str, letter: &Letter, outcome: &Outcome) -> String {
        match self.format {
            Format::Jsonl => json_line(&self.object(id, letter, outcome)),
            Format::Table => format!("{}{}", self.heading(), self.table(id, letter, outcome)),
        }
    }

    fn heading(&mut self) -> String {
        if std::mem::replace(&mut self.begun, true) {
            return String::new();
        }
        let heading = format!("{:<36} {:<11} {}", "MESSAGE", "FORM", "WHAT BECAME OF IT");
        format!("{}\n", paint(&heading, "1", self.style))
    }

    fn table(&self, id: &str, letter: &Letter, outcome: &Outcome) -> String {
        let room = self.style.columns().saturating_sub(INDENT).max(30);
        let color = match outcome.fate {
            Fate::Delivered => "32",
            Fate::Undelivered => "31",
            Fate::Unreadable => "33",
        };
        let words = paint(outcome.words(self.dry_run), color, self.style);
        let mut text = format!("{:<36} {:<11} {words}\n", fit(id, 36), letter.form.as_str());
        let holds = letter.payload.as_deref().map(contents).unwrap_or_default();
        let holds = (!holds.is_empty()).then(|| format!("holds {holds}"));
        let reason = outcome.reason.as_ref().map(|reason| format!("stays because {reason}"));
        let why = letter.why.as_ref().map(|why| format!("was here because of {why}"));
        for below in [holds, reason, why].into_iter().flatten() {
            text.push_str(&format!("{:INDENT$}{}\n", "", paint(&fit(&below, room), "2", self.style)));
        }
        text
    }

    fn object(&self, id: &str, letter: &Letter, outcome: &Outcome) -> Value {
        let cut = |text: &str| text.chars().take(MOST_CHARS).collect::<String>();
        json!({
            "schema": SCHEMA,
            "message_id": id,
            "form": letter.form.as_str(),
            "why": letter.why.as_deref().map(cut),
            "holds": letter.payload.as_deref().map(|payload| cut(&contents(payload))).unwrap_or_default(),
            "records": outcome.records,
            "outcome": outcome.word(self.dry_run),
            "reason": outcome.reason.as_deref().map(cut),
        })
    }
}

/// The counts of all messages.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) seen: u32,
    delivered: u64,
    undelivered: u64,
    unreadable: u64,
    records: BTreeMap<&'static str, u64>,
    opened: u64,
    closed: u64,
    sent: BTreeMap<SinkName, u64>,
    refused: BTreeMap<SinkName, u64>,
    failed: BTreeMap<SinkName, u64>,
}

impl Totals {
    pub(super) fn add(&mut self, outcome: &Outcome) {
        self.seen += 1;
        match outcome.fate {
            Fate::Delivered => self.delivered += 1,
            Fate::Undelivered => self.undelivered += 1,
            Fate::Unreadable => self.unreadable += 1,
        }
    }

    pub(super) fn count(&mut self, counts: &Counts) {
        self.opened += counts.opened;
        self.closed += counts.closed;
        for (name, count) in [
            ("received", counts.received),
            ("matched", counts.matched),
            ("unmatched", counts.unmatched),
            ("undecidable", counts.undecidable),
            ("copies", counts.copies),
            ("rejected", counts.all_rejected()),
            ("undelivered", counts.undelivered),
        ] {
            *self.records.entry(name).or_default() += count;
        }
        for (all, own) in [
            (&mut self.sent, &counts.sent),
            (&mut self.refused, &counts.refused),
            (&mut self.failed, &counts.failed),
        ] {
            for (sink, count) in own {
                *all.entry(*sink).or_default() += count;
            }
        }
    }

    /// The counts, as words for the person at the terminal.
    pub(super) fn summary(&self, dry_run: bool, remembers: bool) -> String {
        let done = if dry_run { "can be delivered" } else { "delivered and removed" };
        let messages = format!(
            "{} seen: {} {done}, {} not delivered, {} unreadable",
            grouped(self.seen.into()),
            grouped(self.delivered),
            grouped(self.undelivered),
            grouped(self.unreadable)
        );
        let count = |name: &str| grouped(self.records.get(name).copied().unwrap_or_default());
        let parts = ["matched", "unmatched", "undecidable", "copies", "rejected", "undelivered"];
        let parts: Vec<_> = parts.into_iter().map(|name| format!("{} {name}", count(name))).collect();
        let records = format!("{} received: {}", count("received"), parts.join(", "));
        let mut text = format!("\n{}{}", line("messages", &messages), line("records", &records));
        let findings = format!("{} opened, {} closed", grouped(self.opened), grouped(self.closed));
        text.push_str(&line("findings", &findings));
        let sent = if dry_run { "would send" } else { "sent" };
        for (label, by) in [(sent, &self.sent), ("refused", &self.refused), ("not sent", &self.failed)] {
            if !by.is_empty() {
                text.push_str(&line(label, &by_sink(by)));
            }
        }
        if !remembers {
            text.push_str(&line(
                "note",
                "TATTLETRAIL_LEDGER_TABLE is not set: what was sent before is sent again",
            ));
        }
        text
    }

    /// What the run may be told by.
    pub(super) fn exit(&self) -> Exit {
        if self.undelivered > 0 || !self.refused.is_empty() {
            Exit::Undelivered
        } else if self.unreadable > 0 {
            Exit::Usage
        } else {
            Exit::Clean
        }
    }
}
