//! The table for people: time, level and what happened; below it who, from where, in which account, which technique.

use tattletrail_engine::finding::{Finding, Level, Status};
use tattletrail_engine::ids::{AccountId, Region, TechniqueId};

use unicode_width::UnicodeWidthStr as _;

use super::Style;
use super::layout::{duration, fit, flow, paint, short_actor};

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
    let width = style.columns();
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
    if let Some((life, seconds)) = finding.life.as_ref().and_then(|life| Some((life, life.seconds?))) {
        parts.push(format!("after {}, opened by {}", duration(seconds), short_actor(&life.opened_by)));
    }
    if !techniques.is_empty() {
        parts.push(techniques.join(" "));
    }
    parts.extend(finding.applications.iter().map(ToString::to_string));
    parts
}

/// The colour of a level.
pub fn color_of(level: Level) -> &'static str {
    match level {
        Level::Critical => "1;31",
        Level::High => "31",
        Level::Medium => "33",
        Level::Low => "36",
        Level::Informational => "2",
    }
}
