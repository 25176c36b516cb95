//! Comma-separated values, for a spreadsheet: one finding, one row of flat columns.
//!
//! A spreadsheet runs a cell that looks like a formula, and most cells hold text that an attacker chose. Such a cell
//! gets a leading apostrophe (OWASP, "CSV Injection").

use super::object::word;
use super::text;
use crate::exposure::ExposureChange;
use crate::finding::Finding;
use crate::ids::TechniqueId;
use crate::threat_model::Attribution;

/// The columns, in order. New ones are added at the end.
pub const COLUMNS: [&str; 37] = [
    "finding_id",
    "status",
    "level",
    "title",
    "rule_id",
    "rule_title",
    "rule_path",
    "attack",
    "tactics",
    "event_id",
    "event_time",
    "event_source",
    "event_name",
    "error_code",
    "account",
    "region",
    "resource",
    "resource_type",
    "resource_name",
    "actor",
    "actor_type",
    "actor_account",
    "access_key_id",
    "source_ip",
    "user_agent",
    "surface",
    "effect",
    "reach",
    "verdict",
    "facet",
    "opened_at",
    "opened_by",
    "open_seconds",
    "trace_id",
    "correlation_id",
    "rule_hash",
    "applications",
];

/// The first line, without its end.
#[must_use]
pub fn header() -> String {
    record(COLUMNS.iter().map(|name| (*name).to_owned()))
}

/// A finding as one line, without its end.
#[must_use]
pub fn row(finding: &Finding) -> String {
    line(cells(finding))
}

/// Any cells as one row, made harmless.
#[must_use]
pub fn line(cells: impl IntoIterator<Item = String>) -> String {
    record(cells.into_iter().map(|cell| harmless(&cell)))
}

/// The values under [`COLUMNS`], as they are.
fn cells(finding: &Finding) -> [String; COLUMNS.len()] {
    let Finding { event, actor, resource, rule, .. } = finding;
    let (change, life) = (finding.exposure.as_ref(), finding.life.as_ref());
    let of_change = |read: fn(&ExposureChange) -> String| change.map(read).unwrap_or_default();
    let techniques: Vec<_> = rule.techniques.iter().map(TechniqueId::as_str).collect();
    [
        finding.id.to_string(),
        finding.status.as_str().to_owned(),
        rule.level.as_str().to_owned(),
        finding.title.clone(),
        rule.id.to_string(),
        rule.title.clone(),
        rule.path.clone(),
        techniques.join(" "),
        rule.tactics.join(" "),
        event.id.as_ref().map(ToString::to_string).unwrap_or_default(),
        event.time.clone().unwrap_or_default(),
        event.source.clone().unwrap_or_default(),
        event.name.clone().unwrap_or_default(),
        event.error_code.clone().unwrap_or_default(),
        event.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        event.region.as_ref().map(ToString::to_string).unwrap_or_default(),
        resource.arn.to_string(),
        resource.kind.to_owned(),
        resource.name.clone(),
        actor.name.clone(),
        actor.kind.clone().unwrap_or_default(),
        actor.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        actor.access_key_id.clone().unwrap_or_default(),
        actor.source_ip.clone().unwrap_or_default(),
        actor.user_agent.clone().unwrap_or_default(),
        of_change(|change| word(&change.surface)),
        of_change(|change| word(&change.effect)),
        of_change(|change| word(&change.reach)),
        of_change(|change| word(&change.verdict)),
        of_change(|change| change.facet.clone()),
        life.and_then(|life| life.opened_at.clone()).unwrap_or_default(),
        life.map(|life| life.opened_by.clone()).unwrap_or_default(),
        life.and_then(|life| life.seconds).map(|seconds| seconds.to_string()).unwrap_or_default(),
        finding.trace.as_ref().map(|trace| trace.id.to_string()).unwrap_or_default(),
        event.correlation_id().map(ToString::to_string).unwrap_or_default(),
        rule.hash.to_string(),
        Attribution::told(&finding.applications),
    ]
}

/// A cell that a spreadsheet shows and does not run, without characters that nobody sees.
fn harmless(cell: &str) -> String {
    let shown = text::neutralise(cell);
    if is_formula(cell) || is_formula(&shown) { format!("'{shown}") } else { shown.into_owned() }
}

/// True for a text that a spreadsheet may take for a formula; some look past leading spaces, and some take the wide
/// forms of the signs for the signs.
fn is_formula(cell: &str) -> bool {
    const SIGNS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    cell.trim_start_matches(' ').starts_with(SIGNS)
}

/// One line of comma-separated values: RFC 4180 quoting.
fn record(cells: impl Iterator<Item = String>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail, and the cells are text.
    let written = writer.write_record(cells).ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
    String::from_utf8_lossy(&written).trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_text() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(harmless("sg-0abc"), "sg-0abc");
    }

    #[test]
    fn a_cell_is_one_line() {
        assert_eq!(
            record(["a,b".to_owned(), harmless("c\nd\u{1b}"), "\"".to_owned()].into_iter()),
            "\"a,b\",c\\nd\\u{1b},\"\"\"\""
        );
    }
}
