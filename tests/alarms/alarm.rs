//! Alarms as templates have them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::harness::template::{Template, branches};

/// An alarm on metrics.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    /// Its name after the stack's.
    pub(crate) name: String,
    /// The resource.
    pub(crate) id: String,
    pub(crate) condition: Option<String>,
    /// Its metrics by the ids in its expression; `m` where it has no expression.
    pub(crate) metrics: BTreeMap<String, Metric>,
    pub(crate) expression: String,
    /// In minutes.
    pub(crate) period: usize,
    pub(crate) periods: usize,
    pub(crate) breaching_periods: usize,
    pub(crate) threshold: f64,
    pub(crate) comparison: String,
    pub(crate) missing: Missing,
    /// True if it tells somebody itself.
    pub(crate) tells: bool,
}

/// A condition, and whether it holds.
pub(crate) type Branch = (String, bool);

/// Names and values.
pub(crate) type Dimensions = Vec<(String, Value)>;

/// One metric of an alarm.
#[derive(Debug, Clone)]
pub(crate) struct Metric {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) statistic: String,
    /// Several where a condition decides.
    pub(crate) dimensions: Vec<(Option<Branch>, Dimensions)>,
}

/// What a period without data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Breaching,
    NotBreaching,
    /// The alarm stays as it is.
    Ignored,
}

/// An alarm of alarms.
#[derive(Debug)]
pub(crate) struct Composite {
    pub(crate) name: String,
    pub(crate) id: String,
    /// The resources that it names, each with the condition under which it does.
    pub(crate) signs: Vec<(String, Option<String>)>,
    pub(crate) suppressor: Option<String>,
    pub(crate) tells: bool,
}

/// The alarms of a template. `parameters` has values of parameters that have none of their own.
pub(crate) fn alarms(template: &Template, parameters: &BTreeMap<String, f64>) -> Vec<Alarm> {
    of_kind(template, "AWS::CloudWatch::Alarm")
        .map(|(id, resource)| alarm(template, id, resource, parameters))
        .collect()
}

/// The alarms of alarms.
pub(crate) fn composites(template: &Template) -> Vec<Composite> {
    of_kind(template, "AWS::CloudWatch::CompositeAlarm")
        .map(|(id, resource)| composite(id, resource))
        .collect()
}

fn of_kind<'t>(template: &'t Template, kind: &'static str) -> impl Iterator<Item = (&'t String, &'t Value)> {
    template.0["Resources"].as_object().unwrap().iter().filter(move |(_, resource)| resource["Type"] == kind)
}

fn alarm(template: &Template, id: &str, resource: &Value, parameters: &BTreeMap<String, f64>) -> Alarm {
    let set = &resource["Properties"];
    let mut metrics = BTreeMap::new();
    let (mut expression, mut period) = ("m".to_owned(), set["Period"].as_u64());
    if let Some(queries) = set["Metrics"].as_array() {
        for query in queries {
            let (id, stat) = (query["Id"].as_str().unwrap(), &query["MetricStat"]);
            if let Some(formula) = query["Expression"].as_str() {
                expression = formula.to_owned();
            } else {
                period = stat["Period"].as_u64();
                metrics.insert(id.to_owned(), metric(&stat["Metric"], &stat["Stat"]));
            }
        }
    } else {
        metrics.insert("m".to_owned(), metric(set, &set["Statistic"]));
    }
    let threshold = match &set["Threshold"] {
        Value::Number(number) => number.as_f64(),
        given => {
            let name = given["Ref"].as_str().unwrap_or_default();
            parameters.get(name).copied().or_else(|| template.0["Parameters"][name]["Default"].as_f64())
        }
    };
    // CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data": alarms on metrics of DynamoDB do so
    // whatever they are set to.
    let is_table = |metric: &Metric| metric.namespace == "AWS/DynamoDB";
    let missing = match set["TreatMissingData"].as_str() {
        _ if metrics.values().any(is_table) => Missing::Ignored,
        Some("breaching") => Missing::Breaching,
        Some("notBreaching") => Missing::NotBreaching,
        other => panic!("{id}: a period without data is {other:?}; say `breaching` or `notBreaching`"),
    };
    let periods = usize::try_from(set["EvaluationPeriods"].as_u64().unwrap()).unwrap();
    let breaching_periods =
        set["DatapointsToAlarm"].as_u64().map_or(periods, |many| usize::try_from(many).unwrap());
    Alarm {
        name: own_name(set),
        id: id.to_owned(),
        condition: resource["Condition"].as_str().map(str::to_owned),
        metrics,
        expression,
        period: usize::try_from(period.unwrap() / 60).unwrap(),
        periods,
        breaching_periods,
        threshold: threshold.unwrap_or_else(|| panic!("{id}: no value for its threshold")),
        comparison: set["ComparisonOperator"].as_str().unwrap().to_owned(),
        missing,
        tells: !branches(&set["AlarmActions"]).is_empty(),
    }
}

/// A name without the stack's before it.
fn own_name(set: &Value) -> String {
    let text = set["AlarmName"]["Fn::Sub"].as_str().expect("a name that begins with the stack's");
    text.split_once("}-").expect("a name that begins with the stack's").1.to_owned()
}

fn metric(metric: &Value, statistic: &Value) -> Metric {
    let read = |list: &Value| -> Dimensions {
        let entry = |entry: &Value| (entry["Name"].as_str().unwrap().to_owned(), entry["Value"].clone());
        list.as_array().map(|entries| entries.iter().map(entry).collect()).unwrap_or_default()
    };
    let given = &metric["Dimensions"];
    let dimensions = match given["Fn::If"].as_array() {
        Some(choice) => {
            let condition = choice[0].as_str().unwrap();
            let branch = |holds: bool, list: &Value| (Some((condition.to_owned(), holds)), read(list));
            vec![branch(true, &choice[1]), branch(false, &choice[2])]
        }
        None => vec![(None, read(given))],
    };
    Metric {
        namespace: metric["Namespace"].as_str().unwrap().to_owned(),
        name: metric["MetricName"].as_str().unwrap().to_owned(),
        statistic: statistic.as_str().unwrap().to_owned(),
        dimensions,
    }
}

fn composite(id: &str, resource: &Value) -> Composite {
    let set = &resource["Properties"];
    let rule = set["AlarmRule"]["Fn::Join"].as_array().expect("signs, joined");
    assert_eq!(rule[0], " OR ", "{id}: any sign is enough");
    let sign = |item: &Value| {
        let (condition, text) = match item["Fn::If"].as_array() {
            Some(choice) => {
                assert_eq!(choice[2]["Ref"], "AWS::NoValue", "{id}: a sign is there or not");
                (choice[0].as_str().map(str::to_owned), &choice[1])
            }
            None => (None, item),
        };
        let text = text["Fn::Sub"].as_str().unwrap_or_default();
        let name = text.strip_prefix("ALARM(\"${").and_then(|rest| rest.strip_suffix("}\")"));
        (
            name.unwrap_or_else(|| panic!("{id}: a sign that this test can't read: {item}")).to_owned(),
            condition,
        )
    };
    Composite {
        name: own_name(set),
        id: id.to_owned(),
        signs: rule[1].as_array().unwrap().iter().map(sign).collect(),
        suppressor: crate::harness::template::referred(&set["ActionsSuppressor"]).pop_first(),
        tells: !branches(&set["AlarmActions"]).is_empty(),
    }
}

impl Composite {
    /// True where so many alarms are red.
    pub(crate) fn is_red(&self, red: &BTreeSet<String>) -> bool {
        self.signs.iter().any(|(sign, _)| red.contains(sign))
    }
}
