//! The same event a hundred times at once, in several copies of a function.

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{batch, event, opened};
use super::readings::{health, total};
use super::world::World;

/// How many copies of the function there are.
const FUNCTIONS: usize = 5;

/// How often each is given the event.
const EACH: usize = 20;

#[test]
fn a_hundred_copies_at_once_are_one_finding_one_alert_one_count() {
    let world = World::new("functions-copies");
    let functions: Vec<_> = (0..FUNCTIONS).map(|_| world.start("api-events")).collect();
    for function in &functions {
        function.time_to_first_poll();
    }
    let payload = event(&opened());
    let give =
        |_| functions.iter().map(|function| function.invoke_later(&payload, LIMIT)).collect::<Vec<_>>();
    let pending: Vec<_> = (0..EACH).flat_map(give).collect();
    for invocation in pending {
        invocation.wait().unwrap();
    }
    let lines: Vec<_> = functions.iter().flat_map(|function| health(function, EACH)).collect();
    is_once_everywhere(&world, &lines);
}

#[test]
fn a_hundred_copies_in_batches_are_one_finding_one_alert_one_count() {
    let world = World::new("functions-copies-in-batches");
    let functions: Vec<_> = (0..FUNCTIONS).map(|_| world.start("api-events")).collect();
    for function in &functions {
        function.time_to_first_poll();
    }
    let payload = batch((0..EACH).map(|_| event(&opened())));
    let pending: Vec<_> = functions.iter().map(|function| function.invoke_later(&payload, LIMIT)).collect();
    for invocation in pending {
        assert_eq!(invocation.wait().unwrap(), json!({"batchItemFailures": []}));
    }
    let lines: Vec<_> = functions.iter().flat_map(|function| health(function, 1)).collect();
    is_once_everywhere(&world, &lines);
}

fn is_once_everywhere(world: &World, health: &[Value]) {
    let counts = ["Received", "Matched", "Copies", "Undelivered"].map(|name| total(health, name));
    assert_eq!(counts, [100, 1, 99, 0]);
    let [finding] = world.findings().try_into().unwrap();
    assert_eq!((world.hub.count("calls"), world.hub.count("ignored")), (1, 0));
    assert_eq!(world.alerts(1).len(), 1);
    assert_eq!(world.metric("Findings", &finding), Some((1.0, 1.0)));
}
