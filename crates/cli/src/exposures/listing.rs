//! Exposures as text: a table for people, JSON Lines and CSV for programs.

use serde_json::{Value, json};
use tattletrail_engine::exposure::state::Origin;
use tattletrail_engine::finding::phrase;
use tattletrail_engine::render::csv;
use tattletrail_engine::render::text::{escape_json, neutralise};

use super::ListFormat;
use super::ledger::Entry;
use crate::output::Style;
use crate::output::layout::{duration, flow, paint, short_actor};

/// The columns, which are also the keys.
const COLUMNS: [&str; 13] = [
    "resource",
    "what",
    "reach",
    "verdict",
    "account",
    "region",
    "opened_at",
    "opened_by",
    "opened_event_id",
    "closed_at",
    "closed_by",
    "closed_event_id",
    "open_seconds",
];

/// All of them in one form.
pub(super) fn text(entries: &[&Entry], format: ListFormat, style: Style) -> String {
    let mut text = String::new();
    match format {
        ListFormat::Csv => text.push_str(&row(COLUMNS.iter().map(|name| (*name).to_owned()))),
        ListFormat::Table if !entries.is_empty() => text.push_str(&heading()),
        ListFormat::Table | ListFormat::Jsonl => {}
    }
    for entry in entries {
        match format {
            ListFormat::Table => text.push_str(&table(entry, style)),
            ListFormat::Jsonl => {
                text.push_str(&escape_json(object(entry).to_string()));
                text.push('\n');
            }
            ListFormat::Csv => {
                let object = object(entry);
                text.push_str(&row(COLUMNS.iter().map(|name| cell(object.get(*name)))));
            }
        }
    }
    text
}

fn row(cells: impl Iterator<Item = String>) -> String {
    format!("{}\n", csv::line(cells))
}

/// When, how long and what; below it, in as many lines as it takes, who.
fn table(entry: &Entry, style: Style) -> String {
    let change = &entry.what.change;
    let object = object(entry);
    let shown = |key: &str| neutralise(&cell(object.get(key))).into_owned();
    let closed = entry.closed.as_ref().map_or_else(|| "still open".to_owned(), |_| shown("closed_at"));
    let lasted = object.get("open_seconds").and_then(Value::as_i64).map_or_else(|| "-".to_owned(), duration);
    let again = if entry.reopened { " again" } else { "" };
    let opener = short_actor(&cell(object.get("opened_by")));
    let mut pieces = vec![
        format!("{} {}", change.resource.name, cell(object.get("what"))),
        format!("opened{again} by {opener}"),
    ];
    if entry.closed.is_some() {
        pieces.push(format!("closed by {}", short_actor(&cell(object.get("closed_by")))));
    }
    let color = if entry.closed.is_some() { "32" } else { "31" };
    let mut text = format!(
        "{:<20} {} {lasted:>9} {}\n",
        shown("opened_at"),
        paint(&format!("{closed:<20}"), color, style),
        shown("reach")
    );
    for line in flow(&pieces, style.columns() - INDENT) {
        text.push_str(&format!("{:INDENT$}{line}\n", ""));
    }
    text
}

/// Where the second line of an entry begins: under the closing time.
const INDENT: usize = 21;

/// The line above the table.
fn heading() -> String {
    format!("{:<20} {:<20} {:>9} {}\n", "OPENED", "CLOSED", "FOR", "REACH, EXPOSURE, BY WHOM")
}

/// One exposure; what is not known is absent.
fn object(entry: &Entry) -> Value {
    let (change, home, begin) = (&entry.what.change, &entry.what.home, &entry.what.origin);
    let end = entry.closed.as_ref();
    let at = |origin: Option<&Origin>| origin.and_then(|origin| origin.at.clone());
    let event =
        |origin: Option<&Origin>| origin.and_then(|origin| origin.event.as_ref()).map(ToString::to_string);
    let mut object = json!({
        "resource": change.resource.arn.as_str(),
        "resource_type": change.resource.kind,
        "surface": change.surface,
        "facet": change.facet,
        "what": phrase(change),
        "reach": change.reach,
        "verdict": change.verdict,
        "confidence": change.confidence,
        "account": home.account.as_str(),
        "region": home.region.as_str(),
        "opened_at": begin.at,
        "opened_by": begin.by,
        "opened_event_id": event(Some(begin)),
        "closed_at": at(end),
        "closed_by": end.map(|end| end.by.as_str()),
        "closed_event_id": event(end),
        "open_seconds": end.and_then(|end| begin.seconds_until(end.at.as_deref())),
        "reopened": entry.reopened,
    });
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    object
}

/// A value as one cell.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
