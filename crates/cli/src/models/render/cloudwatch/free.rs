//! Dashboards of the profile `free`: the ten series that there are, and questions to the logs for all else.

use serde_json::Value;
use tattletrail_engine::metrics::{Home, name};

use super::super::grid::{Grid, Place, Widget};
use super::super::outline::{Outline, Row};
use super::super::settings::Settings;
use super::super::widgets::{Series, View, chart, log, text, time_to_detect};
use super::super::{queries, words};
use super::MOST_ROWS;

/// The dashboards of an application. Their metrics are those of the whole account.
pub(in super::super) fn dashboards(outline: &Outline<'_>, settings: &Settings) -> Vec<Value> {
    let pages: Vec<&[Row<'_>]> =
        if outline.rows.is_empty() { vec![&[]] } else { outline.rows.chunks(MOST_ROWS).collect() };
    let last = pages.len().saturating_sub(1);
    let page = |(at, rows): (usize, &[Row<'_>])| {
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

fn top(outline: &Outline<'_>, settings: &Settings) -> Vec<(Place, Widget)> {
    let one = |name: &str, dimensions: &[(&str, &str)], stat: &'static str, label: &str| {
        Series::own(settings, Home::Detection, name, dimensions, stat, label)
    };
    let findings = [
        one(name::FINDINGS, &[("Level", "critical")], "Sum", "critical"),
        one(name::FINDINGS, &[("Level", "high")], "Sum", "high"),
        one(name::FINDINGS, &[], "Sum", "all"),
    ];
    let exposures = [
        one(name::OPEN_EXPOSURES, &[], "Maximum", "open"),
        one(name::EXPOSURE_SECONDS, &[], "Maximum", "longest that closed (s)"),
    ];
    let detect = time_to_detect(settings, &[]);
    let (application, groups) = (outline.application(), settings.log_groups());
    let by_day = queries::by_level_and_day(application);
    let latest = queries::latest_in(application);
    vec![
        (Place(0, 0, 6, 10), text(words::of_model(outline))),
        (Place(6, 0, 6, 5), chart(settings, "Findings, all applications", View::Lines, &findings)),
        (Place(12, 0, 6, 5), chart(settings, "Exposures, all applications", View::Numbers, &exposures)),
        (Place(18, 0, 6, 5), chart(settings, "Time to detect, all applications", View::Lines, &detect)),
        (Place(6, 5, 6, 5), log(settings, "Findings of the application", "table", &groups, &by_day)),
        (
            Place(12, 5, 12, 5),
            log(settings, "Latest findings of all attack vectors", "table", &groups, &latest),
        ),
    ]
}

fn of(outline: &Outline<'_>, row: &Row<'_>, settings: &Settings) -> Vec<(Place, Widget)> {
    let about = text(words::of_vector(outline, row));
    if row.rules.is_empty() {
        return vec![(Place(0, 0, 24, 7), about)];
    }
    // One question for a vector: each reads all lines of the time shown, which is paid for.
    let latest = queries::latest_of(outline.application(), &row.vector.id);
    let latest = log(settings, "Latest findings", "table", &settings.log_groups(), &latest);
    vec![(Place(0, 0, 10, 8), about), (Place(10, 0, 14, 8), latest)]
}
