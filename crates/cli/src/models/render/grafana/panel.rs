//! Panels of Grafana and their queries.

use serde_json::{Value, json};
use tattletrail_engine::metrics::{Home, dimension};

use super::super::grid::Place;
use super::super::outline::Rule;
use super::super::settings::Settings;

/// Panels, row below row, each with a number of its own.
#[derive(Debug, Default)]
pub(super) struct Panels {
    all: Vec<Value>,
    top: u32,
}

impl Panels {
    /// Begins a row that can be folded.
    pub(super) fn heading(&mut self, title: &str) {
        let heading = json!({ "type": "row", "title": title, "collapsed": false, "panels": [] });
        self.row(vec![(Place(0, 0, 24, 1), heading)]);
    }

    /// Adds panels below those that are there.
    pub(super) fn row(&mut self, panels: Vec<(Place, Value)>) {
        let height = panels.iter().map(|(Place(_, y, _, height), _)| y + height).max().unwrap_or_default();
        for (Place(x, y, width, height), mut panel) in panels {
            if let Some(members) = panel.as_object_mut() {
                members.insert("id".to_owned(), (self.all.len() + 1).into());
                let place = json!({ "x": x, "y": self.top + y, "w": width, "h": height });
                members.insert("gridPos".to_owned(), place);
            }
            self.all.push(panel);
        }
        self.top += height;
    }

    /// All of them.
    pub(super) fn done(self) -> Vec<Value> {
        self.all
    }
}

/// A text.
pub(super) fn text(markdown: &str) -> Value {
    json!({ "type": "text", "title": "", "transparent": true, "options": { "mode": "markdown", "content": markdown } })
}

/// Series over time. `names` are what rules are called.
pub(super) fn series(title: &str, unit: &str, targets: &[Value], names: &[(&str, &str)]) -> Value {
    // Counts add up, times do not.
    let style = match unit {
        "s" => json!({ "drawStyle": "points", "pointSize": 6 }),
        _ => {
            json!({ "drawStyle": "bars", "fillOpacity": 60, "stacking": { "mode": "normal", "group": "A" } })
        }
    };
    json!({
        "type": "timeseries",
        "title": title,
        "datasource": source(),
        "targets": lettered(targets),
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "min": 0,
                "noValue": "none",
                "custom": style,
            },
            "overrides": overrides(names),
        },
        "options": {
            "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": [] },
            "tooltip": { "mode": "multi", "sort": "desc" },
        },
    })
}

/// What there was in the time shown, of all series together.
pub(super) fn number(title: &str, target: &Value) -> Value {
    let together = json!([
        { "id": "joinByField", "options": { "byField": "Time", "mode": "outer" } },
        {
            "id": "calculateField",
            "options": { "mode": "reduceRow", "reduce": { "reducer": "sum" }, "replaceFields": true, "alias": "findings" },
        },
    ]);
    json!({
        "type": "stat",
        "title": title,
        "datasource": source(),
        "targets": lettered(std::slice::from_ref(target)),
        "transformations": together,
        "fieldConfig": { "defaults": { "unit": "short", "noValue": "0" }, "overrides": [] },
        "options": {
            "reduceOptions": { "calcs": ["sum"], "fields": "", "values": false },
            "graphMode": "area",
            "colorMode": "value",
            "justifyMode": "auto",
            "textMode": "auto",
            "orientation": "auto",
        },
    })
}

/// What a question to the logs finds.
pub(super) fn logs(title: &str, groups: &[String], query: &str) -> Value {
    let target = json!({
        "queryMode": "Logs",
        "id": "",
        "region": "$region",
        "expression": query,
        "queryLanguage": "CWLI",
        "logGroupNames": groups,
        "statsGroups": [],
    });
    json!({
        "type": "table",
        "title": title,
        "datasource": source(),
        "targets": lettered(&[target]),
        "fieldConfig": { "defaults": { "custom": { "filterable": true } }, "overrides": [] },
        "options": { "showHeader": true, "cellHeight": "sm" },
    })
}

/// Series of ours with these dimensions.
pub(super) fn metrics(
    settings: &Settings,
    metric: &str,
    dimensions: &Value,
    stat: &str,
    label: &str,
) -> Value {
    json!({
        "queryMode": "Metrics",
        "id": "",
        "region": "$region",
        "namespace": settings.namespace(Home::Detection),
        "metricName": metric,
        "dimensions": dimensions,
        "matchExact": true,
        "statistic": stat,
        "period": "3600",
        "metricQueryType": 0,
        "metricEditorMode": 0,
        "expression": "",
        "label": label,
    })
}

/// The series of these rules, each under its id, which the panel's overrides replace by its title.
pub(super) fn search(settings: &Settings, metric: &str, rules: &[&Rule], stat: &str) -> Value {
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let by = json!({ (dimension::APPLICATION): ["$application"], (dimension::RULE_ID): ids });
    metrics(settings, metric, &by, stat, "${PROP('Dim.RuleId')}")
}

/// The series of all rules of the application, added up.
pub(super) fn whole(settings: &Settings, metric: &str, stat: &str) -> Value {
    let namespace = settings.namespace(Home::Detection);
    let (by, rule) = (dimension::APPLICATION, dimension::RULE_ID);
    let schema = format!("{{\"{namespace}\",{by},{rule}}}");
    let expression =
        format!("SUM(SEARCH('{schema} MetricName=\"{metric}\" {by}=\"$application\"', '{stat}', 3600))");
    json!({
        "queryMode": "Metrics",
        "id": "",
        "region": "$region",
        "namespace": namespace,
        "metricName": "",
        "dimensions": {},
        "matchExact": true,
        "statistic": stat,
        "period": "3600",
        "metricQueryType": 0,
        "metricEditorMode": 1,
        "expression": expression,
        "label": metric,
    })
}

fn source() -> Value {
    json!({ "type": "cloudwatch", "uid": "${DS_CLOUDWATCH}" })
}

/// Queries with their data source, called A, B, C ...
fn lettered(targets: &[Value]) -> Vec<Value> {
    let named = |(letter, target): (char, &Value)| {
        let mut target = target.clone();
        if let Some(members) = target.as_object_mut() {
            members.insert("refId".to_owned(), letter.to_string().into());
            members.insert("datasource".to_owned(), source());
        }
        target
    };
    ('A'..='Z').zip(targets).map(named).collect()
}

fn overrides(names: &[(&str, &str)]) -> Vec<Value> {
    let one = |(id, title): &(&str, &str)| {
        json!({
            "matcher": { "id": "byName", "options": id },
            "properties": [{ "id": "displayName", "value": title }],
        })
    };
    names.iter().map(one).collect()
}
