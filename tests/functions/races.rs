//! Several functions at work on the same things at once, and failures that take copies along.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{batch, event, opened, opened_in, record};
use super::readings::{health, total};
use super::world::World;

/// How many security groups are opened and closed.
const GROUPS: u32 = 12;

#[test]
fn what_is_opened_and_closed_at_once_by_several_functions_ends_closed() {
    let world = World::new("functions-races");
    let functions: Vec<_> = (0..3).map(|_| world.start("api-events")).collect();
    for function in &functions {
        function.time_to_first_poll();
    }
    let begins = opened_in(GROUPS);
    let end = |begin: &Value| {
        let mut end = begin.clone();
        let id = begin["eventID"].as_str().unwrap().replace("0a1b2c3d", "0b1b2c3d");
        (end["eventID"], end["eventName"]) = (id.into(), "RevokeSecurityGroupIngress".into());
        end["eventTime"] = begin["eventTime"].as_str().unwrap().replace(":00Z", ":30Z").into();
        end
    };
    let ends: Vec<_> = begins.iter().map(end).collect();
    let mut pending = Vec::new();
    for (begin, end) in begins.iter().zip(&ends) {
        pending.push(functions[0].invoke_later(&event(begin), LIMIT));
        pending.push(functions[1].invoke_later(&event(end), LIMIT));
        // The third gets both again, in the wrong order.
        pending.push(functions[2].invoke_later(&event(end), LIMIT));
        pending.push(functions[2].invoke_later(&event(begin), LIMIT));
    }
    for invocation in pending {
        invocation.wait().unwrap();
    }
    let open: Vec<_> = world.findings().into_iter().filter(|it| it["RecordState"] == "ACTIVE").collect();
    assert!(open.is_empty(), "{open:?}");
    // An exposure was told of once and its end once, or its end was there first and neither was told.
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for alert in world.alerts(0) {
        let text = |name: &str| alert[name].as_str().unwrap().to_owned();
        told.entry(text("finding_id")).or_default().push(text("status"));
    }
    for statuses in told.values_mut() {
        statuses.sort();
        assert_eq!(*statuses, ["closed", "open"]);
    }
    assert_eq!(told.len(), world.findings().len());
}

#[test]
fn copies_in_one_batch_come_again_together() {
    let world = World::new("functions-twins");
    let events = world.start("api-events");
    events.time_to_first_poll();
    world.hub.fault(&json!({"kind": "error", "status": 503}));
    let payload = batch([event(&opened()), event(&opened()), event(&record(3, 0, "DescribeRegions"))]);
    let failed = events.invoke(&payload, Duration::from_secs(8)).unwrap();
    let ids = ["0", "1"].map(|id| json!({"itemIdentifier": id}));
    assert_eq!(failed, json!({"batchItemFailures": ids}));
    world.hub.recover();
    assert_eq!(events.invoke(&payload, LIMIT).unwrap(), json!({"batchItemFailures": []}));
    assert_eq!((world.findings().len(), world.alerts(1).len()), (1, 1));
    let lines = health(&events, 2);
    assert_eq!(["Matched", "Copies", "Undelivered"].map(|name| total(&lines, name)), [0, 2, 2]);
}

#[test]
fn without_its_ledger_a_function_sends_nothing_and_says_so() {
    let world = World::new("functions-gone");
    world.aws.call("dynamodb", "delete_table", json!({"TableName": world.name}));
    let events = world.start("api-events");
    let payload = batch([event(&record(3, 0, "DescribeRegions")), event(&opened())]);
    let answer = events.invoke(&payload, LIMIT).unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "1"}]}));
    assert_eq!((world.hub.count("calls"), world.alerts(0).len()), (0, 0));
    assert_eq!(total(&health(&events, 1), "Undelivered"), 1);
}
