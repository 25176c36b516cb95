//! Widgets with series: the array `metrics`, and what stands around it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Faults, filled, one_of};

const METRIC: &[&str] = &[
    "title",
    "region",
    "metrics",
    "view",
    "stacked",
    "yAxis",
    "setPeriodToTimeRange",
    "sparkline",
    "stat",
    "period",
    "liveData",
    "legend",
];
const SERIES: &[&str] =
    &["id", "label", "stat", "period", "visible", "color", "yAxis", "region", "accountId"];
const MADE: &[&str] = &["expression", "id", "label", "period", "visible", "color", "yAxis", "region"];

/// The most dimensions of a metric.
const MOST_DIMENSIONS: usize = 30;

/// The longest search.
const MOST_SEARCH: usize = 1024;

/// Every fault of a widget with series.
pub(super) fn check(place: &str, properties: &Map<String, Value>, faults: &mut Faults) {
    faults.known(place, properties, METRIC);
    filled(place, properties, "region", faults);
    filled(place, properties, "title", faults);
    one_of(place, properties, "view", &["timeSeries", "singleValue", "bar", "pie", "gauge", "table"], faults);
    let all = properties.get("metrics").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if all.is_empty() {
        faults.add(place, "expected at least one metric");
    }
    let mut ids = BTreeSet::new();
    let mut visible = 0;
    for one in all {
        let Some((series, rest)) = split(one) else {
            faults.add(place, "expected a series: namespace, name, dimensions, and an object");
            continue;
        };
        if rest.get("visible").and_then(Value::as_bool).unwrap_or(true) {
            visible += 1;
        }
        match rest.get("id").and_then(Value::as_str) {
            Some(id) if is_id(id) && ids.insert(id) => {}
            id => faults.add(
                place,
                format!("found the id {id:?}, expected one of its own that begins with a small letter"),
            ),
        }
        if series.is_empty() {
            faults.known(place, rest, MADE);
        } else {
            of_metric(place, series, rest, faults);
        }
        period(place, rest, faults);
    }
    if visible == 0 {
        faults.add(place, "expected a series that is visible");
    }
    for one in all.iter().filter_map(|one| one.pointer("/0/expression")) {
        expression(place, one.as_str().unwrap_or_default(), &ids, faults);
    }
}

/// The texts of a series and the object at its end; of an expression only the object.
fn split(one: &Value) -> Option<(&[Value], &Map<String, Value>)> {
    let (last, first) = one.as_array()?.split_last()?;
    Some((first, last.as_object()?))
}

fn of_metric(place: &str, series: &[Value], rest: &Map<String, Value>, faults: &mut Faults) {
    faults.known(place, rest, SERIES);
    let is_text =
        series.iter().all(|text| text.as_str().is_some_and(|text| !text.is_empty() && text.len() <= 1024));
    if !is_text || series.len() < 2 || series.len() % 2 == 1 || series.len() > 2 + 2 * MOST_DIMENSIONS {
        faults.add(
            place,
            format!("found {series:?}, expected namespace, name, and names and values of dimensions"),
        );
    }
    let stat = rest.get("stat").and_then(Value::as_str).unwrap_or_default();
    let percent = stat.strip_prefix('p').and_then(|number| number.parse::<f64>().ok());
    let is_known = ["Sum", "Maximum", "Minimum", "Average", "SampleCount"].contains(&stat);
    if !is_known && !percent.is_some_and(|percent| (0.0..=100.0).contains(&percent)) {
        faults.add(place, format!("found the statistic `{stat}`, expected Sum, Maximum, p95 or the like"));
    }
}

fn period(place: &str, rest: &Map<String, Value>, faults: &mut Faults) {
    let period = rest.get("period").and_then(Value::as_u64).unwrap_or_default();
    if period == 0 || period % 60 != 0 {
        faults.add(place, format!("found a period of {period} s, expected whole minutes"));
    }
}

/// What it names must be there, its brackets must close.
fn expression(place: &str, text: &str, ids: &BTreeSet<&str>, faults: &mut Faults) {
    for (open, close) in [('(', ')'), ('[', ']')] {
        if text.is_empty() || text.matches(open).count() != text.matches(close).count() {
            faults.add(place, format!("found the expression `{text}`, expected one whose brackets close"));
        }
    }
    let quoted: Vec<&str> = text.split('\'').collect();
    if quoted.len() % 2 == 0 {
        faults.add(place, format!("found the expression `{text}`, expected quotes that close"));
    }
    for search in quoted.iter().skip(1).step_by(2).filter(|text| text.len() > MOST_SEARCH) {
        faults.add(
            place,
            format!("found a search of {} characters, expected at most {MOST_SEARCH}", search.len()),
        );
    }
    let outside: String = quoted.iter().step_by(2).copied().collect::<Vec<_>>().join(" ");
    let words = outside.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    for word in words.filter(|word| is_id(word) && !ids.contains(word)) {
        faults.add(place, format!("found `{word}` in the expression `{text}`, expected the id of a series"));
    }
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
