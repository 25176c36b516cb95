//! Security Hub that refuses some findings for now, has too many calls, or is down.

use std::time::Duration;

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{event, opened, opened_in, subscription};
use super::readings::health;
use super::world::World;
use crate::harness::lambda::{Invocation, Lambda};

/// Findings of the rule about SSH alone: one for each record.
fn start(world: &World) -> Lambda {
    world.start_with("trail-logs", &[("TATTLETRAIL_MIN_LEVEL", "medium")])
}

/// The ids of the findings of each call, in order.
fn calls(world: &World) -> Vec<Vec<Value>> {
    let state = world.hub.state();
    let calls = state["calls"].as_array().unwrap().iter();
    calls.map(|call| call["ids"].as_array().unwrap().clone()).collect()
}

#[test]
fn of_100_findings_the_3_that_were_refused_are_sent_again_and_no_other() {
    let world = World::new("functions-three");
    let logs = start(&world);
    world.hub.fault(&json!({"kind": "refuse", "count": 3}));
    let answer = logs.invoke(&subscription(&opened_in(100)), LIMIT).unwrap();
    assert_eq!(answer["opened"], 100, "{answer}");
    let [first, second] = calls(&world).try_into().unwrap();
    assert_eq!((first.len(), &first[..3]), (100, &second[..]));
    let counts = ["refused", "imported", "ignored"].map(|name| world.hub.count(name));
    assert_eq!((counts, world.findings().len()), ([3, 100, 0], 100));
    let [health] = health(&logs, 1).try_into().unwrap();
    assert_eq!((&health["sent"]["security_hub"], &health["SinkFailed"]), (&json!(100), &json!(0)));
}

#[test]
fn nothing_is_lost_while_calls_are_too_many_for_5_seconds() {
    let world = World::new("functions-throttled");
    let logs = start(&world);
    // Warm, so that the seconds are not over before the first call.
    logs.time_to_first_poll();
    world.hub.fault(&json!({"kind": "throttle", "for": 5}));
    let answer = logs.invoke(&subscription(&opened_in(100)), LIMIT).unwrap();
    assert_eq!(answer["opened"], 100, "{answer}");
    let counts = ["imported", "ignored", "refused"].map(|name| world.hub.count(name));
    assert_eq!((counts, world.findings().len()), ([100, 0, 0], 100));
    assert!(world.hub.count("throttled") > 0);
    assert_eq!(world.alerts(100).len(), 100);
}

#[test]
fn a_sink_that_is_down_makes_the_invocation_fail_and_the_retry_sends_what_is_missing() {
    let world = World::new("functions-down");
    let events = world.start("api-events");
    world.hub.fault(&json!({"kind": "error", "status": 503, "count": 1000}));
    let failed = events.invoke(&event(&opened()), Duration::from_secs(8));
    assert!(matches!(failed, Invocation::Err(_)), "{failed:?}");
    assert!(world.findings().is_empty());
    assert_eq!(world.alerts(1).len(), 1);
    world.hub.recover();
    assert_eq!(events.invoke(&event(&opened()), LIMIT).unwrap()["copies"], 1);
    let [finding] = world.findings().try_into().unwrap();
    assert_eq!(world.alerts(0).len(), 0);
    assert_eq!(world.metric("Findings", &finding), Some((1.0, 1.0)));
}
