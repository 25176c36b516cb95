//! A topic that refuses some alerts for now.

use super::LIMIT;
use super::payloads::{opened_in, subscription};
use super::readings::health;
use super::world::World;
use crate::harness::servers::Ministack;
use crate::harness::topic::Topic;

#[test]
fn an_alert_that_was_refused_is_sent_again_and_no_other() {
    let world = World::new("functions-refused");
    let topic = Topic::before(Ministack::shared());
    let logs = world.start_with("trail-logs", &[("AWS_ENDPOINT_URL_SNS", &topic.endpoint())]);
    topic.refuse(1);
    let answer = logs.invoke(&subscription(&opened_in(10)), LIMIT).unwrap();
    assert_eq!(answer["matched"], 10, "{answer}");
    let [first, second] = topic.batches().try_into().unwrap();
    assert_eq!((first.len(), &first[..1]), (10, &second[..]));
    assert_eq!(world.alerts(10).len(), 10);
    let [health] = health(&logs, 1).try_into().unwrap();
    assert_eq!((&health["SinkFailed"], &health["SinkRefused"]), (&0.into(), &0.into()));
}

#[test]
fn an_alert_that_is_refused_again_and_again_is_sent_until_it_is_taken() {
    let world = World::new("functions-stubborn");
    let topic = Topic::before(Ministack::shared());
    let logs = world.start_with("trail-logs", &[("AWS_ENDPOINT_URL_SNS", &topic.endpoint())]);
    topic.refuse(4);
    logs.invoke(&subscription(&opened_in(3)), LIMIT).unwrap();
    let sizes: Vec<_> = topic.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 1, 1, 1, 1]);
    assert_eq!(world.alerts(3).len(), 3);
}
