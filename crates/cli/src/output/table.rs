//! The table for people: time, level and what happened on one line; who, from where and which technique on the next.

use tattletrail_engine::finding::{Finding, Level, Status};
use tattletrail_engine::ids::{AccountId, Region, TechniqueId};
use tattletrail_engine::render::text::{neutralise, truncate_width};

use super::Style;

/// The width where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 120;

/// Below this nothing can be laid out.
const MIN_WIDTH: usize = 40;

/// `2026-11-20T09:14:07Z`, a space, the level's longest word, a space.
const INDENT: usize = 20 + 1 + 13 + 1;

/// On a narrow terminal the second line begins under the level, not under the text.
const NARROW: usize = 100;

/// The line above the first finding.
pub(super) fn header(style: Style) -> String {
    let line = format!("{:<20} {:<13} {}", "TIME", "LEVEL", "FINDING");
    format!("{}\n", paint(&line, "1", style))
}

/// One finding.
pub(super) fn entry(finding: &Finding, style: Style) -> String {
    let width = style.width.unwrap_or(DEFAULT_WIDTH).max(MIN_WIDTH);
    let level = finding.rule.level;
    let (word, color) = match finding.status {
        Status::Open => (level.as_str(), color_of(level)),
        Status::Closed => ("closed", "32"),
    };
    let time = fit(finding.event.time.as_deref().unwrap_or("-"), 20);
    let title = fit(&finding.title, width.saturating_sub(INDENT));
    let indent = if width < NARROW { 21 } else { INDENT };
    let details = fit(&details(finding), width.saturating_sub(indent));
    format!(
        "{time:<20} {} {title}\n{:indent$}{}\n",
        paint(&format!("{word:<13}"), color, style),
        "",
        paint(&details, "2", style)
    )
}

/// Who did it from where, in which account, and what ATT&CK calls it.
fn details(finding: &Finding) -> String {
    let account = finding.event.account.as_ref().map_or("-", AccountId::as_str);
    let region = finding.event.region.as_ref().map_or("-", Region::as_str);
    let techniques: Vec<&str> = finding.rule.techniques.iter().map(TechniqueId::as_str).collect();
    let mut parts = vec![short_actor(&finding.actor.name).to_owned()];
    if let Some(ip) = &finding.actor.source_ip {
        parts.push(format!("from {ip}"));
    }
    parts.push(format!("{account}/{region}"));
    if !techniques.is_empty() {
        parts.push(techniques.join(" "));
    }
    parts.join("  ")
}

/// `assumed-role/Admin/anna` of `arn:aws:sts::111122223333:assumed-role/Admin/anna`: the account stands beside it.
fn short_actor(name: &str) -> &str {
    match name.splitn(6, ':').nth(5) {
        Some(rest) if name.starts_with("arn:") && !rest.is_empty() => rest,
        _ => name,
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
