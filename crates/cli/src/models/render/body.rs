//! Is this the body of a dashboard? Stricter than the service, which takes what it does not know and shows an empty chart.
//!
//! In: a body. Out: every fault. Checked: the grid, names and kinds of members, series, expressions and the series they name,
//! limits.
//!
//! Source: CloudWatch API reference, "Dashboard body structure and syntax"; CloudWatch user guide, "CloudWatch dashboards
//! quotas" (500 widgets and 2,500 metrics a dashboard, 500 metrics a widget) and "Using metric math" (names of expressions);
//! Logs Insights, "Quotas" (10,000 characters a query).

// Widgets with series.
mod series;

use serde_json::{Map, Value};

use super::grid::COLUMNS;

/// The most widgets of a dashboard.
const MOST_WIDGETS: usize = 500;

/// The most metrics of a widget.
const MOST_OF_WIDGET: usize = 500;

/// The most metrics of a dashboard.
const MOST_METRICS: usize = 2500;

/// The most series that a search finds: it counts as so many.
const OF_SEARCH: usize = 100;

/// The longest body, in bytes: what one call may have.
const MOST_BYTES: usize = 1024 * 1024;

/// The longest query.
const MOST_QUERY: usize = 10_000;

const WIDGET: &[&str] = &["type", "x", "y", "width", "height", "properties"];
const TEXT: &[&str] = &["markdown", "background"];
const LOG: &[&str] = &["title", "region", "view", "query", "stacked"];

/// Faults, each with the widget that has it.
#[derive(Debug, Default)]
struct Faults(Vec<String>);

impl Faults {
    fn add(&mut self, place: &str, fault: impl AsRef<str>) {
        self.0.push(format!("{place}: {}", fault.as_ref()));
    }

    /// Tells members that are not known.
    fn known(&mut self, place: &str, object: &Map<String, Value>, known: &[&str]) {
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            self.add(place, format!("found the member `{key}`, expected one of {}", known.join(", ")));
        }
    }
}

/// Every fault of a body.
pub(crate) fn faults(body: &Value) -> Vec<String> {
    let mut faults = Faults::default();
    let Some(members) = body.as_object() else { return vec!["dashboard: expected an object".to_owned()] };
    faults.known("dashboard", members, &["start", "end", "periodOverride", "widgets"]);
    let Some(widgets) = members.get("widgets").and_then(Value::as_array) else {
        return vec!["dashboard: expected a list `widgets`".to_owned()];
    };
    let bytes = body.to_string().len();
    if bytes > MOST_BYTES {
        faults.add("dashboard", format!("found {bytes} bytes, expected at most {MOST_BYTES}"));
    }
    if widgets.len() > MOST_WIDGETS {
        faults.add("dashboard", format!("found {} widgets, expected at most {MOST_WIDGETS}", widgets.len()));
    }
    let metrics = metrics(body);
    if metrics > MOST_METRICS {
        faults.add("dashboard", format!("found {metrics} metrics, expected at most {MOST_METRICS}"));
    }
    let mut areas = Vec::new();
    for (at, widget) in widgets.iter().enumerate() {
        check(&format!("widget {at}"), widget, &mut faults, &mut areas);
    }
    faults.0
}

/// How many metrics a dashboard has; a search counts as the most that it may find.
pub(crate) fn metrics(body: &Value) -> usize {
    let widgets = body.get("widgets").and_then(Value::as_array).into_iter().flatten();
    widgets.map(of_widget).sum()
}

fn of_widget(widget: &Value) -> usize {
    let all = widget.pointer("/properties/metrics").and_then(Value::as_array).into_iter().flatten();
    let count = |one: &Value| match one.pointer("/0/expression").and_then(Value::as_str) {
        Some(expression) => expression.matches("SEARCH(").count() * OF_SEARCH,
        None => 1,
    };
    all.map(count).sum()
}

/// Column, line, width and height.
type Area = (u64, u64, u64, u64);

fn check(place: &str, widget: &Value, faults: &mut Faults, areas: &mut Vec<(Area, String)>) {
    let Some(members) = widget.as_object() else { return faults.add(place, "expected an object") };
    faults.known(place, members, WIDGET);
    on_grid(place, members, faults, areas);
    let Some(properties) = members.get("properties").and_then(Value::as_object) else {
        return faults.add(place, "expected an object `properties`");
    };
    match members.get("type").and_then(Value::as_str) {
        Some("text") => {
            faults.known(place, properties, TEXT);
            filled(place, properties, "markdown", faults);
        }
        Some("log") => log(place, properties, faults),
        Some("metric") => {
            let found = of_widget(widget);
            if found > MOST_OF_WIDGET {
                faults.add(place, format!("found {found} metrics, expected at most {MOST_OF_WIDGET}"));
            }
            series::check(place, properties, faults);
        }
        other => faults.add(place, format!("found the type {other:?}, expected text, log or metric")),
    }
}

/// Within the columns, and upon no other.
fn on_grid(place: &str, widget: &Map<String, Value>, faults: &mut Faults, areas: &mut Vec<(Area, String)>) {
    let number = |key: &str| widget.get(key).and_then(Value::as_u64);
    let (Some(x), Some(y), Some(width), Some(height)) =
        (number("x"), number("y"), number("width"), number("height"))
    else {
        return faults.add(place, "expected whole numbers `x`, `y`, `width` and `height`");
    };
    if width == 0 || x + width > u64::from(COLUMNS) || !(1..=1000).contains(&height) {
        let found = format!("found {width} by {height} at column {x}");
        faults.add(place, format!("{found}, expected at most {COLUMNS} columns and 1 to 1000 lines"));
    }
    for ((ox, oy, owidth, oheight), other) in areas.iter() {
        if x < ox + owidth && *ox < x + width && y < oy + oheight && *oy < y + height {
            faults.add(place, format!("lies upon {other}"));
        }
    }
    areas.push(((x, y, width, height), place.to_owned()));
}

fn log(place: &str, properties: &Map<String, Value>, faults: &mut Faults) {
    faults.known(place, properties, LOG);
    filled(place, properties, "region", faults);
    one_of(place, properties, "view", &["table", "timeSeries", "bar", "pie"], faults);
    let query = properties.get("query").and_then(Value::as_str).unwrap_or_default();
    if !query.starts_with("SOURCE '") {
        faults.add(place, "found a query without log groups, expected `SOURCE '...'` first");
    }
    if query.chars().count() > MOST_QUERY {
        faults.add(
            place,
            format!("found a query of {} characters, expected at most {MOST_QUERY}", query.chars().count()),
        );
    }
}

/// A text that may not be missing.
fn filled(place: &str, object: &Map<String, Value>, key: &str, faults: &mut Faults) {
    if object.get(key).and_then(Value::as_str).is_none_or(str::is_empty) {
        faults.add(place, format!("expected a text `{key}`"));
    }
}

/// A word that may not be missing.
fn one_of(place: &str, object: &Map<String, Value>, key: &str, words: &[&str], faults: &mut Faults) {
    let found = object.get(key).and_then(Value::as_str).unwrap_or_default();
    if !words.contains(&found) {
        faults.add(place, format!("found `{found}` as `{key}`, expected one of {}", words.join(", ")));
    }
}

#[cfg(test)]
mod tests;
