//! Dashboards of applications for CloudWatch: a row for each attack vector.
//!
//! INVARIANT: a dashboard keeps to the limits of the service ([`body`](super::body)); what does not fit into one goes on in
//! the next.

// The dashboards of the profile `free`.
pub(super) mod free;

// The health of the pipeline.
pub(super) mod pipeline;

use serde_json::Value;
use tattletrail_engine::metrics::{dimension, name};

use super::grid::{Grid, Place, Widget};
use super::outline::{Outline, Row};
use super::settings::Settings;
use super::widgets::{
    self, AS_BEFORE, NOTHING, View, areas, arrays, by_rule, chart, log, made_of, metric, text, time_to_detect,
};
use super::{queries, words};

/// How many series the rows of one dashboard have at most: of the 2,500 of the service, those of its top are taken off.
const MOST_METRICS: usize = 2000;

/// How many rows one dashboard has at most: 500 widgets, of which a row has six.
const MOST_ROWS: usize = 80;

/// The dashboards of an application: one, unless it has too many vectors.
pub(super) fn dashboards(outline: &Outline<'_>, settings: &Settings) -> Vec<Value> {
    let pages = pages(&outline.rows);
    let last = pages.len().saturating_sub(1);
    let page = |(at, rows): (usize, Vec<&Row<'_>>)| {
        let mut grid = Grid::default();
        grid.row(top(outline, settings));
        for row in rows {
            grid.row(of(outline, row, settings));
        }
        if let Some(gaps) = words::of_gaps(outline).filter(|_| at == last) {
            grid.row(vec![(Place(0, 0, 24, 5), text(gaps))]);
        }
        grid.body()
    };
    pages.into_iter().enumerate().map(page).collect()
}

/// The rows by dashboards, in their order.
fn pages<'r, 'm>(rows: &'r [Row<'m>]) -> Vec<Vec<&'r Row<'m>>> {
    let mut pages: Vec<Vec<&Row<'_>>> = vec![Vec::new()];
    let mut taken = 0;
    for row in rows {
        let series = row.rules.len().min(widgets::MOST_SERIES) * 2
            + row.exposures().len().min(widgets::MOST_SERIES) * 2
            + 4;
        let is_full =
            pages.last().is_some_and(|page| page.len() >= MOST_ROWS) || taken + series > MOST_METRICS;
        if is_full {
            pages.push(Vec::new());
            taken = 0;
        }
        taken += series;
        if let Some(page) = pages.last_mut() {
            page.push(row);
        }
    }
    pages
}

/// The application as a whole.
fn top(outline: &Outline<'_>, settings: &Settings) -> Vec<(Place, Widget)> {
    let application = outline.application();
    let whole = |metric_name: &str, stat: &str, between: &str, label: &str| {
        vec![widgets::whole(settings, application, metric_name, stat, between, label)]
    };
    let findings = whole(name::FINDINGS, "Sum", NOTHING, "findings");
    let open = whole(name::OPEN_EXPOSURES, "Maximum", AS_BEFORE, "open exposures");
    let detect = time_to_detect(settings, &[(dimension::APPLICATION, application)]);
    let groups = settings.log_groups();
    let latest = queries::latest_in(application);
    vec![
        (Place(0, 0, 6, 10), text(words::of_model(outline))),
        (Place(6, 0, 6, 5), metric(settings, "Findings", View::Areas, findings)),
        (Place(12, 0, 6, 5), metric(settings, "Open exposures", View::Lines, open)),
        (Place(18, 0, 6, 5), chart(settings, "Time to detect", View::Lines, &detect)),
        (
            Place(6, 5, 18, 5),
            log(settings, "Latest findings of all attack vectors", "table", &groups, &latest),
        ),
    ]
}

/// A vector: with rules a row of charts, without only what is to be known.
fn of(outline: &Outline<'_>, row: &Row<'_>, settings: &Settings) -> Vec<(Place, Widget)> {
    let about = text(words::of_vector(outline, row));
    if row.rules.is_empty() {
        return vec![(Place(0, 0, 24, 7), about)];
    }
    let mut all = vec![(Place(0, 0, 6, 11), about)];
    let findings = findings(outline, row, settings);
    let numbers = numbers(outline, row, settings);
    if row.exposures().is_empty() {
        all.extend([(Place(6, 0, 13, 5), findings), (Place(19, 0, 5, 5), numbers)]);
        all.push((Place(6, 5, 18, 6), latest(outline, row, settings)));
        return all;
    }
    let (open, seconds) = exposures(outline, row, settings);
    all.extend([(Place(6, 0, 7, 5), findings), (Place(13, 0, 6, 5), open), (Place(19, 0, 5, 5), seconds)]);
    all.extend([(Place(6, 5, 5, 6), numbers), (Place(11, 5, 13, 6), latest(outline, row, settings))]);
    all
}

/// Findings over time, by rule.
fn findings(outline: &Outline<'_>, row: &Row<'_>, settings: &Settings) -> Widget {
    let rules: Vec<_> = row.rules.iter().collect();
    let series = by_rule(settings, outline.application(), name::FINDINGS, "Sum", &rules);
    areas(settings, &widgets::title("Findings by rule", rules.len()), &series, NOTHING)
}

/// How many findings there were in the time shown, and how long it took to detect what happens to the application.
fn numbers(outline: &Outline<'_>, row: &Row<'_>, settings: &Settings) -> Widget {
    let rules: Vec<_> = row.rules.iter().collect();
    let series = by_rule(settings, outline.application(), name::FINDINGS, "Sum", &rules);
    let mut metrics = made_of(&series, "f", "SUM(ALL)", "findings");
    let detect = time_to_detect(settings, &[(dimension::APPLICATION, outline.application())]);
    metrics.extend(arrays(&detect, "t"));
    metric(settings, "In the time shown, and time to detect (of the application)", View::Numbers, metrics)
}

/// What stands open, and how long what was closed had stood open.
fn exposures(outline: &Outline<'_>, row: &Row<'_>, settings: &Settings) -> (Widget, Widget) {
    let rules = row.exposures();
    let application = outline.application();
    let open = by_rule(settings, application, name::OPEN_EXPOSURES, "Maximum", &rules);
    let seconds = by_rule(settings, application, name::EXPOSURE_SECONDS, "Maximum", &rules);
    let open = areas(settings, &widgets::title("Open exposures", rules.len()), &open, AS_BEFORE);
    let longest = widgets::title("Exposure seconds, longest that closed", rules.len());
    (open, chart(settings, &longest, View::Lines, &seconds))
}

fn latest(outline: &Outline<'_>, row: &Row<'_>, settings: &Settings) -> Widget {
    let query = queries::latest_of(outline.application(), &row.vector.id);
    log(settings, "Latest findings", "table", &settings.log_groups(), &query)
}
