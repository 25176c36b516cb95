//! The table for people: time, level and what happened; below it who, from where, in which account, which technique.

use tattletrail_engine::finding::{Finding, Level, Status};
use tattletrail_engine::ids::{AccountId, Region, TechniqueId};
use tattletrail_engine::render::text::{neutralise, truncate_width};

use unicode_width::UnicodeWidthStr as _;

use super::Style;

/// The width where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 120;

/// Below this nothing can be laid out.
const MIN_WIDTH: usize = 50;

/// The column of the time with a space behind it.
const TIME: usize = 20 + 1;

/// The columns of the time and the level, each with a space behind it.
const INDENT: usize = TIME + 13 + 1;

/// On a narrow terminal the lines below the first begin under the level.
const NARROW: usize = 100;

/// The line above the first finding.
pub(super) fn header(style: Style) -> String {
    let line = format!("{:<20} {:<13} {}", "TIME", "LEVEL", "FINDING");
    format!("{}\n", paint(&line, "1", style))
}

/// One finding.
pub(super) fn entry(finding: &Finding, style: Style) -> String {
    let width = style.width.unwrap_or(DEFAULT_WIDTH).max(MIN_WIDTH);
    let below = if width < NARROW { TIME } else { INDENT };
    let level = finding.rule.level;
    let (word, color) = match finding.status {
        Status::Open => (level.as_str(), color_of(level)),
        Status::Closed => ("closed", "32"),
    };
    let time = fit(finding.event.time.as_deref().unwrap_or("-"), 20);
    let mut text = format!("{time:<20} {} ", paint(&format!("{word:<13}"), color, style));
    let [head, more] = headline(finding);
    let one_line = head.width() + 1 + more.width() <= width - INDENT;
    if one_line {
        text.push_str(&format!("{} {}\n", fit(&head, width), fit(&more, width)));
    } else {
        text.push_str(&format!(
            "{}\n{:below$}{}\n",
            fit(&head, width - INDENT),
            "",
            fit(&more, width - below)
        ));
    }
    for line in flow(&details(finding), width - below) {
        text.push_str(&format!("{:below$}{}\n", "", paint(&line, "2", style)));
    }
    text
}

/// What happened, and to what. That a finding is closed stands where the level does.
fn headline(finding: &Finding) -> [String; 2] {
    let title = finding.title.strip_prefix("Closed: ").unwrap_or(&finding.title);
    match title.strip_prefix(finding.rule.title.as_str()).and_then(|rest| rest.strip_prefix(": ")) {
        Some(what) => [format!("{}:", finding.rule.title), what.to_owned()],
        None => [title.to_owned(), String::new()],
    }
}

/// Who did it from where, in which account, and what ATT&CK calls it.
fn details(finding: &Finding) -> Vec<String> {
    let account = finding.event.account.as_ref().map_or("-", AccountId::as_str);
    let region = finding.event.region.as_ref().map_or("-", Region::as_str);
    let techniques: Vec<&str> = finding.rule.techniques.iter().map(TechniqueId::as_str).collect();
    let mut parts = vec![format!("by {}", short_actor(&finding.actor.name))];
    if let Some(ip) = &finding.actor.source_ip {
        parts.push(format!("from {ip}"));
    }
    parts.push(format!("in {account}/{region}"));
    if !techniques.is_empty() {
        parts.push(techniques.join(" "));
    }
    parts
}

/// Lays pieces out on lines of so many columns; only a piece that is wider than a line is cut.
fn flow(pieces: &[String], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()).map(|piece| fit(piece, columns)) {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + piece.width() <= columns => {
                line.push(' ');
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    lines
}

/// `omar@example.com` of `arn:aws:sts::111122223333:assumed-role/Admin/omar@example.com`, with the role before it, less
/// what the sign-in service wraps around the name of a permission set.
fn short_actor(name: &str) -> String {
    let Some(rest) = name.splitn(6, ':').nth(5).filter(|rest| name.starts_with("arn:") && !rest.is_empty())
    else {
        return name.to_owned();
    };
    let mut parts = rest.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("assumed-role"), Some(role), Some(session), None) => {
            let role = role
                .strip_prefix("AWSReservedSSO_")
                .and_then(|set| set.rsplit_once('_'))
                .map_or(role, |(set, _)| set);
            format!("{role}/{session}")
        }
        (Some("user"), Some(user), None, None) => user.to_owned(),
        _ => rest.to_owned(),
    }
}

fn fit(text: &str, columns: usize) -> String {
    truncate_width(&neutralise(text), columns).into_owned()
}

fn color_of(level: Level) -> &'static str {
    match level {
        Level::Critical => "1;31",
        Level::High => "31",
        Level::Medium => "33",
        Level::Low => "36",
        Level::Informational => "2",
    }
}

/// SGR codes around a text, where colour may be used.
fn paint(text: &str, code: &str, style: Style) -> String {
    if style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}
