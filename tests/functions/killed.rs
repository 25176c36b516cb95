//! Functions that are killed while one sink has a finding and another does not, and the same event again.

use std::time::Duration;

use serde_json::json;

use super::LIMIT;
use super::payloads::{event, opened};
use super::readings::until;
use super::world::World;
use crate::harness::lambda::{Invocation, Lambda};
use crate::harness::servers::Ministack;
use crate::harness::topic::Topic;

/// The timeout of the function that is killed: as long, the next one waits for it.
const SHORT: Duration = Duration::from_secs(20);

/// Gives the function the event, and kills it once the ledger knows that these sinks have it.
fn kill_when_these_have_it(world: &World, function: &Lambda, sinks: &[&str]) {
    function.time_to_first_poll();
    let pending = function.invoke_later(&event(&opened()), SHORT);
    until("what is sent", || {
        let rows = world.aws.call("dynamodb", "scan", json!({"TableName": world.name}));
        let names = rows["Items"].as_array()?.iter().filter_map(|row| row["sk"]["S"].as_str());
        let sent: Vec<_> = names.filter_map(|name| name.strip_prefix("sent#")).collect();
        let has = |sink: &&str| sent.iter().any(|name| name.starts_with(sink));
        sinks.iter().all(has).then_some(())
    });
    function.kill();
    assert!(matches!(pending.wait(), Invocation::Exited(_)));
}

/// One of each, after the event has come again.
fn is_once_everywhere_after_the_same_again(world: &World, next: &Lambda) {
    let answer = next.invoke(&event(&opened()), LIMIT).unwrap();
    assert_eq!((&answer["copies"], &answer["matched"]), (&json!(1), &json!(0)), "{answer}");
    let [finding] = world.findings().try_into().unwrap();
    assert_eq!((world.hub.count("imported"), world.hub.count("ignored")), (2, 0));
    assert_eq!(world.alerts(1).len(), 1);
    assert_eq!(world.metric("Findings", &finding), Some((1.0, 1.0)));
}

#[test]
fn a_function_killed_while_security_hub_hangs_leaves_the_rest_to_the_next() {
    let world = World::new("functions-killed");
    world.hub.fault(&json!({"kind": "hang", "seconds": 3600}));
    let killed = world.start("api-events");
    kill_when_these_have_it(&world, &killed, &["sns", "cloud_watch"]);
    assert!(world.findings().is_empty());
    world.hub.recover();
    is_once_everywhere_after_the_same_again(&world, &world.start("api-events"));
}

#[test]
fn a_function_killed_while_the_topic_hangs_leaves_the_rest_to_the_next() {
    let world = World::new("functions-killed-too");
    let topic = Topic::before(Ministack::shared());
    topic.hang(1000);
    let endpoint = topic.endpoint();
    let settings = [("AWS_ENDPOINT_URL_SNS", &*endpoint)];
    let killed = world.start_with("api-events", &settings);
    kill_when_these_have_it(&world, &killed, &["security_hub", "cloud_watch"]);
    topic.hang(0);
    // By another path.
    is_once_everywhere_after_the_same_again(&world, &world.start_with("trail-logs", &settings));
    assert_eq!(world.hub.count("calls"), 1);
}
