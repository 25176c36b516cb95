//! Widgets of CloudWatch: texts, charts, numbers, questions to logs.
//!
//! Source: CloudWatch API reference, "Dashboard body structure and syntax".

use serde_json::{Value, json};
use tattletrail_engine::metrics::{Home, dimension, name};

use super::grid::Widget;
use super::outline::Rule;
use super::queries;
use super::settings::Settings;

/// The most series that one chart shows: with more nobody sees any. What is left out is told in the title.
pub(super) const MOST_SERIES: usize = 60;

/// Where there is no value, nothing happened.
pub(super) const NOTHING: &str = "0";

/// Where there is no value, the last one holds.
pub(super) const AS_BEFORE: &str = "REPEAT";

/// A chart's form.
#[derive(Debug, Clone, Copy)]
pub(super) enum View {
    /// Areas over time, upon each other.
    Areas,
    /// Lines over time.
    Lines,
    /// The value of the whole time shown.
    Numbers,
}

/// A series of a metric.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// Its namespace.
    pub(super) namespace: String,
    /// Its name.
    pub(super) name: String,
    /// Names and values of its dimensions.
    pub(super) dimensions: Vec<(String, String)>,
    /// `Sum`, `Maximum`, `p95` ...
    pub(super) stat: &'static str,
    /// What it is called in the chart.
    pub(super) label: String,
    /// Seconds that a point stands for.
    pub(super) period: u32,
}

impl Series {
    /// A series of ours.
    pub(super) fn own(
        settings: &Settings,
        home: Home,
        name: &str,
        dimensions: &[(&str, &str)],
        stat: &'static str,
        label: &str,
    ) -> Self {
        Self::of(settings.namespace(home), name, dimensions, stat, label)
    }

    /// A series of whatever namespace.
    pub(super) fn of(
        namespace: &str,
        name: &str,
        dimensions: &[(&str, &str)],
        stat: &'static str,
        label: &str,
    ) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: dimensions
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            stat,
            label: label.to_owned(),
            period: 3600,
        }
    }

    fn array(&self, id: &str, is_visible: bool) -> Value {
        let mut array = vec![Value::from(self.namespace.as_str()), Value::from(self.name.as_str())];
        array.extend(
            self.dimensions.iter().flat_map(|(name, value)| [name.as_str().into(), value.as_str().into()]),
        );
        let mut rest = json!({ "id": id, "label": self.label, "stat": self.stat, "period": self.period });
        if let (false, Some(rest)) = (is_visible, rest.as_object_mut()) {
            rest.insert("visible".to_owned(), false.into());
        }
        array.push(rest);
        array.into()
    }
}

/// A text.
pub(super) fn text(markdown: String) -> Widget {
    Widget { kind: "text", properties: json!({ "markdown": markdown, "background": "transparent" }) }
}

/// A chart of series.
pub(super) fn chart(settings: &Settings, title: &str, view: View, series: &[Series]) -> Widget {
    let metrics = series.iter().enumerate().map(|(at, one)| one.array(&format!("m{at}"), true));
    metric(settings, title, view, metrics.collect())
}

/// Series that nobody sees, and one that is made of them.
pub(super) fn made_of(series: &[Series], prefix: &str, expression: &str, label: &str) -> Vec<Value> {
    let hidden = series.iter().enumerate().map(|(at, one)| one.array(&format!("{prefix}{at}"), false));
    let ids: Vec<String> = (0..series.len()).map(|at| format!("{prefix}{at}")).collect();
    let expression = expression.replace("ALL", &format!("[{}]", ids.join(",")));
    std::iter::once(found(&expression, &format!("{prefix}all"), label)).chain(hidden).collect()
}

/// A chart of series that have values now and then: an area needs one in each hour.
pub(super) fn areas(settings: &Settings, title: &str, series: &[Series], between: &str) -> Widget {
    metric(settings, title, View::Areas, made_of(series, "m", &format!("FILL(ALL, {between})"), ""))
}

/// Arrays of visible series, with ids of their own.
pub(super) fn arrays(series: &[Series], prefix: &str) -> Vec<Value> {
    series.iter().enumerate().map(|(at, one)| one.array(&format!("{prefix}{at}"), true)).collect()
}

/// What an expression finds. Of several series the label is what the names of all begin with.
pub(super) fn found(expression: &str, id: &str, label: &str) -> Value {
    json!([{ "expression": expression, "label": label, "id": id, "period": 3600 }])
}

/// A chart of what is given as CloudWatch has it.
pub(super) fn metric(settings: &Settings, title: &str, view: View, metrics: Vec<Value>) -> Widget {
    let mut properties = json!({
        "title": title,
        "region": settings.region,
        "metrics": metrics,
    });
    let over_time = |stacked: bool| json!({ "view": "timeSeries", "stacked": stacked, "yAxis": { "left": { "min": 0 } } });
    let form = match view {
        View::Areas => over_time(true),
        View::Lines => over_time(false),
        View::Numbers => json!({ "view": "singleValue", "setPeriodToTimeRange": true }),
    };
    if let (Some(properties), Value::Object(form)) = (properties.as_object_mut(), form) {
        properties.extend(form);
    }
    Widget { kind: "metric", properties }
}

/// A question to logs; `view` is `table`, `bar`, `timeSeries` or `pie`.
pub(super) fn log(settings: &Settings, title: &str, view: &str, groups: &[String], query: &str) -> Widget {
    let properties = json!({
        "title": title,
        "region": settings.region,
        "view": view,
        "query": queries::from(groups, query),
    });
    Widget { kind: "log", properties }
}

/// A series of each rule of an application, at most [`MOST_SERIES`].
pub(super) fn by_rule(
    settings: &Settings,
    application: &str,
    metric: &str,
    stat: &'static str,
    rules: &[&Rule],
) -> Vec<Series> {
    let one = |rule: &&Rule| {
        let dimensions = [(dimension::APPLICATION, application), (dimension::RULE_ID, rule.id.as_str())];
        Series::own(settings, Home::Detection, metric, &dimensions, stat, &rule.title)
    };
    rules.iter().take(MOST_SERIES).map(one).collect()
}

/// A title that tells how many series are left out.
pub(super) fn title(title: &str, rules: usize) -> String {
    if rules <= MOST_SERIES { title.to_owned() } else { format!("{title} ({MOST_SERIES} of {rules} rules)") }
}

/// The sum of a metric over all rules of an application, whichever they are. `between` is what stands where there is no
/// value: [`NOTHING`] or [`AS_BEFORE`].
pub(super) fn whole(
    settings: &Settings,
    application: &str,
    metric: &str,
    stat: &str,
    between: &str,
    label: &str,
) -> Value {
    let namespace = settings.namespace(Home::Detection);
    let (by, rule) = (dimension::APPLICATION, dimension::RULE_ID);
    let search = format!(
        "FILL(SUM(SEARCH('{{\"{namespace}\",{by},{rule}}} MetricName=\"{metric}\" {by}=\"{application}\"', '{stat}', 3600)), {between})"
    );
    found(&search, "whole", label)
}

/// How long it took to detect.
pub(super) fn time_to_detect(settings: &Settings, dimensions: &[(&str, &str)]) -> Vec<Series> {
    [("p50", "half within (s)"), ("p95", "95 % within (s)")]
        .map(|(stat, label)| {
            Series::own(settings, Home::Detection, name::TIME_TO_DETECT, dimensions, stat, label)
        })
        .to_vec()
}
