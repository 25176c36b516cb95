use serde_json::{Value, json};

use super::*;

fn good() -> Value {
    let series = |id: &str| json!(["AWS/SQS", "NumberOfMessagesSent", "QueueName", "q", {"id": id, "stat": "Sum", "period": 60, "visible": false}]);
    json!({"start": "-P7D", "periodOverride": "auto", "widgets": [
        {"type": "text", "x": 0, "y": 0, "width": 12, "height": 2, "properties": {"markdown": "a"}},
        {"type": "metric", "x": 12, "y": 0, "width": 12, "height": 2, "properties": {"title": "t", "region": "eu-central-1",
            "view": "timeSeries", "stacked": false,
            "metrics": [[{"expression": "SUM([a,b])", "id": "all", "period": 300, "label": "l"}], series("a"), series("b")]}},
        {"type": "log", "x": 0, "y": 2, "width": 24, "height": 2, "properties": {"title": "t", "region": "eu-central-1",
            "view": "table", "query": "SOURCE 'g' | fields @message"}},
    ]})
}

/// What is told when the value at a place is another one.
#[track_caller]
fn told(pointer: &str, value: Value, words: &str) {
    let mut body = good();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Object(object) => drop(object.insert(key.to_owned(), value)),
        Value::Array(array) => array[key.parse::<usize>().unwrap()] = value,
        other => panic!("{other}"),
    }
    let faults = faults(&body);
    assert!(faults.iter().any(|fault| fault.contains(words)), "{pointer}: {faults:?}");
}

#[test]
fn a_good_body_has_no_fault() {
    assert_eq!(faults(&good()), Vec::<String>::new());
    assert_eq!(metrics(&good()), 2);
}

#[test]
fn every_kind_of_fault_is_told() {
    told("/widget", json!([]), "found the member `widget`");
    told("/widgets", json!({}), "expected a list `widgets`");
    told("/widgets/0/x", json!(13), "at column 13");
    told("/widgets/0/width", json!(13), "widget 1: lies upon widget 0");
    told("/widgets/2/y", json!(1), "lies upon");
    told("/widgets/0/height", json!(0), "1 to 1000 lines");
    told("/widgets/0/x", json!(-1), "expected whole numbers");
    told("/widgets/0/type", json!("chart"), "expected text, log or metric");
    told("/widgets/0/properties/markdown", json!(""), "expected a text `markdown`");
    told("/widgets/0/properties/markdwon", json!("a"), "found the member `markdwon`");
    told("/widgets/1/properties/region", json!(null), "expected a text `region`");
    told("/widgets/1/properties/view", json!("lines"), "found `lines` as `view`");
    told("/widgets/1/properties/metrics", json!([]), "at least one metric");
    told("/widgets/1/properties/metrics/1/4", json!("Sum"), "expected a series");
    told("/widgets/1/properties/metrics/1/3", json!(7), "names and values of dimensions");
    told("/widgets/1/properties/metrics/1/4/stat", json!("Total"), "found the statistic `Total`");
    told("/widgets/1/properties/metrics/1/4/stat", json!("p101"), "found the statistic `p101`");
    told("/widgets/1/properties/metrics/1/4/period", json!(90), "found a period of 90 s");
    told("/widgets/1/properties/metrics/1/4/id", json!("b"), "expected one of its own");
    told("/widgets/1/properties/metrics/1/4/id", json!("A"), "expected one of its own");
    told("/widgets/1/properties/metrics/1/4/lable", json!("A"), "found the member `lable`");
    told("/widgets/1/properties/metrics/0/0/visible", json!(false), "a series that is visible");
    told("/widgets/1/properties/metrics/0/0/expression", json!("SUM([a,c])"), "found `c` in the expression");
    told("/widgets/1/properties/metrics/0/0/expression", json!("SUM([a,b)"), "whose brackets close");
    told("/widgets/1/properties/metrics/0/0/expression", json!("SEARCH('a)"), "quotes that close");
    told(
        "/widgets/1/properties/metrics/0/0/expression",
        json!(format!("SEARCH('{}')", "a".repeat(1025))),
        "a search of 1025",
    );
    told("/widgets/2/properties/query", json!("fields @message"), "without log groups");
    told(
        "/widgets/2/properties/query",
        json!(format!("SOURCE '{}'", "a".repeat(10_000))),
        "a query of 10009",
    );
}

#[test]
fn limits_of_numbers_are_told() {
    let one = |id: usize| json!(["N", "M", {"id": format!("m{id}"), "stat": "Sum", "period": 60}]);
    let many: Vec<Value> = (0..501).map(one).collect();
    told("/widgets/1/properties/metrics", many.clone().into(), "found 501 metrics");
    let text = |at: u64| json!({"type": "text", "x": 0, "y": at, "width": 1, "height": 1, "properties": {"markdown": "a"}});
    told("/widgets", (0..501).map(text).collect(), "found 501 widgets");
    let chart = |at: u64| {
        let properties =
            json!({"title": "t", "region": "r", "view": "timeSeries", "metrics": many.get(..500)});
        json!({"type": "metric", "x": 0, "y": at, "width": 1, "height": 1, "properties": properties})
    };
    told("/widgets", (0..6).map(chart).collect(), "found 3000 metrics");
    told("/widgets/0/properties/markdown", "a".repeat(1024 * 1024).into(), "bytes, expected at most");
}
