//! Dashboards of applications for Grafana, with CloudWatch as the data source; and the files that provision both.
//!
//! The data source is a variable, `DS_CLOUDWATCH`: a dashboard works where it is imported and where it is provisioned.
//!
//! Source: Grafana documentation, "Dashboard JSON model" (schema version 39), "Provision Grafana", and the published types
//! of the CloudWatch data source's queries.

// Panels.
mod panel;

use serde_json::{Value, json};
use tattletrail_engine::metrics::{dimension, name};

use super::grid::Place;
use super::markdown::plain;
use super::outline::{Outline, Row};
use super::settings::Settings;
use super::{queries, words};
use panel::{Panels, logs, metrics, number, search, series, text, whole};

/// The version of the dashboard's form.
const SCHEMA: u32 = 39;

/// The dashboard of an application.
pub(super) fn dashboard(outline: &Outline<'_>, settings: &Settings) -> Value {
    let mut panels = Panels::default();
    top(outline, settings, &mut panels);
    for row in &outline.rows {
        of(outline, row, settings, &mut panels);
    }
    if let Some(gaps) = words::of_gaps(outline) {
        panels.heading("What is not seen at all");
        panels.row(vec![(Place(0, 0, 24, 6), text(&gaps))]);
    }
    let application = outline.application();
    json!({
        "uid": uid(application),
        "title": plain(&outline.model.title, 120),
        "description": "Made by `tattletrail threat-model render`: change the threat model, not this.",
        "tags": ["tattletrail", application],
        "schemaVersion": SCHEMA,
        "editable": true,
        "graphTooltip": 1,
        "time": { "from": "now-7d", "to": "now" },
        "timezone": "browser",
        "refresh": "",
        "templating": { "list": variables(application, settings) },
        "annotations": { "list": [] },
        "links": [],
        "panels": panels.done(),
    })
}

/// At most 40 characters of letters, digits and dashes. An application's name has as many by itself, so that of a long one
/// only the end goes with the word in front.
fn uid(application: &str) -> String {
    let rest = application.char_indices().rev().nth(36).map_or(0, |(at, _)| at);
    format!("tt-{}", application.get(rest..).unwrap_or(application))
}

fn variables(application: &str, settings: &Settings) -> Value {
    let source = json!({
        "type": "datasource",
        "name": "DS_CLOUDWATCH",
        "label": "Data source",
        "query": "cloudwatch",
        "refresh": 1,
        "includeAll": false,
        "multi": false,
    });
    let chosen = |name: &str, label: &str, value: &str| {
        json!({
            "type": "custom",
            "name": name,
            "label": label,
            "query": value,
            "current": { "selected": true, "text": value, "value": value },
            "options": [{ "selected": true, "text": value, "value": value }],
            "includeAll": false,
            "multi": false,
            "allowCustomValue": true,
        })
    };
    json!([
        source,
        chosen("application", "Application", application),
        chosen("region", "Region", &settings.region)
    ])
}

fn top(outline: &Outline<'_>, settings: &Settings, panels: &mut Panels) {
    let findings = whole(settings, name::FINDINGS, "Sum");
    let open = whole(settings, name::OPEN_EXPOSURES, "Maximum");
    let latest = queries::latest_in(outline.application());
    panels.row(vec![
        (Place(0, 0, 6, 10), text(&words::of_model(outline))),
        (Place(6, 0, 6, 5), series("Findings", "short", &[findings], &[])),
        (Place(12, 0, 6, 5), series("Open exposures", "short", &[open], &[])),
        (Place(18, 0, 6, 5), series("Time to detect", "s", &detect(settings), &[])),
        (Place(6, 5, 18, 5), logs("Latest findings of all attack vectors", &settings.log_groups(), &latest)),
    ]);
}

/// How long it took to detect what happens to the application.
fn detect(settings: &Settings) -> Vec<Value> {
    let by = json!({ (dimension::APPLICATION): ["$application"] });
    ["p50", "p95"].map(|stat| metrics(settings, name::TIME_TO_DETECT, &by, stat, stat)).to_vec()
}

fn of(outline: &Outline<'_>, row: &Row<'_>, settings: &Settings, panels: &mut Panels) {
    panels.heading(&plain(&row.vector.title, 120));
    let about = text(&words::of_vector(outline, row));
    if row.rules.is_empty() {
        panels.row(vec![(Place(0, 0, 24, 8), about)]);
        return;
    }
    let all: Vec<_> = row.rules.iter().collect();
    let names: Vec<(&str, &str)> = all.iter().map(|rule| (rule.id.as_str(), rule.title.as_str())).collect();
    let findings = search(settings, name::FINDINGS, &all, "Sum");
    let latest = queries::latest_of(outline.application(), &row.vector.id);
    let latest = logs("Latest findings", &settings.log_groups(), &latest);
    let number = number("In the time shown", &findings);
    let findings = series("Findings by rule", "short", &[findings], &names);
    let exposures = row.exposures();
    if exposures.is_empty() {
        panels.row(vec![
            (Place(0, 0, 6, 11), about),
            (Place(6, 0, 13, 5), findings),
            (Place(19, 0, 5, 5), number),
            (Place(6, 5, 18, 6), latest),
        ]);
        return;
    }
    let open = search(settings, name::OPEN_EXPOSURES, &exposures, "Maximum");
    let seconds = search(settings, name::EXPOSURE_SECONDS, &exposures, "Maximum");
    panels.row(vec![
        (Place(0, 0, 6, 11), about),
        (Place(6, 0, 7, 5), findings),
        (Place(13, 0, 6, 5), series("Open exposures", "short", &[open], &names)),
        (Place(19, 0, 5, 5), series("Exposure seconds, longest that closed", "s", &[seconds], &names)),
        (Place(6, 5, 4, 6), number),
        (Place(10, 5, 4, 6), series("Time to detect (of the application)", "s", &detect(settings), &[])),
        (Place(14, 5, 10, 6), latest),
    ]);
}

/// Files that provision the data source and the dashboards.
pub(super) fn provisioning(settings: &Settings) -> [(String, String); 2] {
    let source = format!(
        "# For the folder `provisioning/datasources` of Grafana. Credentials are those of the process: a role, or the environment.\n\
         apiVersion: 1\n\
         datasources:\n\
         \x20 - name: CloudWatch\n\
         \x20   uid: tattletrail-cloudwatch\n\
         \x20   type: cloudwatch\n\
         \x20   access: proxy\n\
         \x20   jsonData:\n\
         \x20     authType: default\n\
         \x20     defaultRegion: {}\n\
         \x20     customMetricsNamespaces: {}\n",
        settings.region, settings.namespace
    );
    let dashboards = "\
# For the folder `provisioning/dashboards` of Grafana; the dashboards themselves go where `path` says.
apiVersion: 1
providers:
  - name: tattletrail
    orgId: 1
    folder: Tattletrail
    type: file
    disableDeletion: false
    allowUiUpdates: false
    updateIntervalSeconds: 60
    options:
      path: /var/lib/grafana/dashboards/tattletrail
";
    [
        ("grafana/provisioning/datasources/cloudwatch.yml".to_owned(), source),
        ("grafana/provisioning/dashboards/tattletrail.yml".to_owned(), dashboards.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_short_enough() {
        assert_eq!(uid("cruddur"), "tt-cruddur");
        assert_eq!(uid(&"a".repeat(40)).len(), 40);
    }
}
