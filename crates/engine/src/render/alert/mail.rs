//! The text of a mail: what, where, who, when, why it matters, what to do.
//!
//! INVARIANT: a line begins with one of our own words or with spaces. Values go through [`plain`], are wrapped, and
//! stand indented after their word, so that no value can pass for another.

use unicode_width::UnicodeWidthChar;

use super::super::{remediation, text};
use super::{capitals, visible};
use crate::finding::{Actor, Finding, Life};
use crate::ids::{AccountId, EventId, Region, TechniqueId};

/// Columns of a line: what mail programs show without breaking it again (RFC 2646 says 78, less two for a quote).
const COLUMNS: usize = 76;

/// Where values begin.
const INDENT: usize = 13;

/// Columns of one value: a dozen lines. The whole is in the other forms.
const VALUE_COLUMNS: usize = 760;

/// The text of a finding.
pub(super) fn text(finding: &Finding, application: &str) -> String {
    let advice = remediation::of(finding);
    let mut mail = Mail::default();
    mail.paragraph(
        &format!("[{}] {}: ", capitals(finding.rule.level), finding.status.as_str()),
        &finding.title,
    );
    mail.blank();
    subject_matter(&mut mail, finding, application);
    if !finding.rule.description.trim().is_empty() {
        mail.section("Why it matters");
        mail.paragraph("  ", &finding.rule.description);
    }
    mail.section("What to do");
    mail.paragraph("  ", advice.text);
    if let Some(url) = advice.url {
        mail.link("  ", url);
    }
    mail.section("References");
    links(&mut mail, finding);
    ids(&mut mail, finding);
    mail.0
}

fn subject_matter(mail: &mut Mail, finding: &Finding, application: &str) {
    let Finding { event, resource, .. } = finding;
    mail.value("What", &finding.description);
    if finding.applications.is_empty() {
        mail.value("Application", application);
    }
    for own in &finding.applications {
        mail.value("Application", &with(&own.application, Some(&own.vectors.join(", "))));
    }
    mail.value("Account", event.account.as_ref().map_or("", AccountId::as_str));
    mail.value("Region", event.region.as_ref().map_or("", Region::as_str));
    mail.value("Resource", &with(resource.arn.as_str(), Some(resource.kind)));
    mail.value("Who", &with(&finding.actor.name, finding.actor.kind.as_deref()));
    mail.value("From", &origin(&finding.actor));
    mail.value("When", event.time.as_deref().unwrap_or_default());
    mail.value("Error", event.error_code.as_deref().unwrap_or_default());
    if let Some(life) = &finding.life {
        of_life(mail, life);
    }
}

fn of_life(mail: &mut Mail, life: &Life) {
    let again = life.reopened.then_some("again");
    mail.value("Opened", &with(life.opened_at.as_deref().unwrap_or_default(), again));
    mail.value("Opened by", &life.opened_by);
    mail.value("Stood open", &life.seconds.map(duration).unwrap_or_default());
}

fn links(mail: &mut Mail, finding: &Finding) {
    if let Some(url) = finding.event_url() {
        mail.value("Event", "CloudTrail's event history keeps it for 90 days:");
        mail.link("  ", &url);
    }
    if let Some(url) = finding.trace_url() {
        mail.link("Trace: ", &url);
    }
}

fn ids(mail: &mut Mail, finding: &Finding) {
    let Finding { rule, event, .. } = finding;
    let techniques: Vec<_> = rule.techniques.iter().map(TechniqueId::as_str).collect();
    mail.value("Event id", event.id.as_ref().map_or("", EventId::as_str));
    mail.value("Shared id", event.shared_id.as_ref().map_or("", EventId::as_str));
    mail.value("Trace id", &finding.trace.as_ref().map(|trace| trace.id.to_xray()).unwrap_or_default());
    mail.value("Rule", &with(&rule.title, Some(rule.id.as_str())));
    mail.value("ATT&CK", &techniques.join(", "));
    mail.value("Finding", finding.id.as_str());
}

/// A value and what is said of it in brackets.
fn with(value: &str, remark: Option<&str>) -> String {
    match remark.filter(|remark| !remark.is_empty()) {
        Some(remark) => format!("{value} ({remark})"),
        None => value.to_owned(),
    }
}

fn origin(actor: &Actor) -> String {
    let parts = [actor.source_ip.as_deref(), actor.user_agent.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `1 d 2 h 3 min 4 s`, without the parts that are nought.
fn duration(seconds: i64) -> String {
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count != 0).map(|(count, unit)| format!("{count} {unit}"));
    let text = parts.collect::<Vec<_>>().join(" ");
    if text.is_empty() { "0 s".to_owned() } else { text }
}

/// A mail under construction.
#[derive(Debug, Default)]
struct Mail(String);

impl Mail {
    fn blank(&mut self) {
        self.0.push('\n');
    }

    fn section(&mut self, head: &str) {
        self.blank();
        self.0.push_str(head);
        self.blank();
    }

    /// A word and its value; nothing where there is no value.
    fn value(&mut self, word: &str, value: &str) {
        if !value.trim().is_empty() {
            self.wrapped(&format!("{word:INDENT$}"), INDENT, value);
        }
    }

    /// A text after our own beginning of its first line.
    fn paragraph(&mut self, begin: &str, value: &str) {
        self.wrapped(begin, 2, value);
    }

    /// One of our own links or a rule's: a broken one leads nowhere, so that it may be longer than a line.
    fn link(&mut self, begin: &str, url: &str) {
        self.0.push_str(begin);
        self.0.push_str(&visible(url).replace(' ', "%20"));
        self.blank();
    }

    fn wrapped(&mut self, begin: &str, indent: usize, value: &str) {
        let mut line = begin.to_owned();
        let mut used = begin.len();
        let mut fresh = true;
        let value = plain(value);
        for piece in value.split_whitespace().flat_map(|word| pieces(word, indent)) {
            let needed = columns(piece) + usize::from(!fresh);
            if used + needed > COLUMNS {
                self.0.push_str(line.trim_end());
                self.blank();
                line = " ".repeat(indent);
                used = indent;
                fresh = true;
            }
            if !fresh {
                line.push(' ');
                used += 1;
            }
            line.push_str(piece);
            used += columns(piece);
            fresh = false;
        }
        self.0.push_str(line.trim_end());
        self.blank();
    }
}

/// A word in pieces that fit on a line. It is broken where it is too long for one.
fn pieces(word: &str, indent: usize) -> Vec<&str> {
    let room = COLUMNS - indent;
    let mut pieces = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(end_of_piece(rest, room));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// The byte at which the longest beginning of at most `room` columns ends; past the first character in any case.
fn end_of_piece(word: &str, room: usize) -> usize {
    let mut used = 0;
    for (at, character) in word.char_indices() {
        used += width(character);
        if at > 0 && used > room {
            return at;
        }
    }
    word.len()
}

fn columns(piece: &str) -> usize {
    piece.chars().map(width).sum()
}

/// U+FE0F takes no column but can widen the character before it.
fn width(character: char) -> usize {
    if character == '\u{fe0f}' { 1 } else { character.width().unwrap_or(0) }
}

/// A value on one line, cut, with nothing hidden in it and nothing that a mail program makes into a link.
fn plain(value: &str) -> String {
    let one_line = value.replace(['\n', '\r', '\t'], " ");
    let shown = visible(&one_line).replace("://", "[:]//");
    text::truncate_width(&shown, VALUE_COLUMNS).into_owned()
}
