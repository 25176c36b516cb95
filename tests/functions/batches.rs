//! What can't be read, and what says nothing.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{batch, event, opened, record};
use super::readings::health;
use super::world::World;
use crate::harness::lambda::Invocation;

/// Fifty messages, one of which can't be read, and one of which is an exposure.
fn poisoned() -> Vec<u8> {
    batch((0..50).map(|number| match number {
        7 => b"{\"detail\": 1".to_vec(),
        8 => event(&opened()),
        _ => event(&record(number + 100, number, "DescribeRegions")),
    }))
}

#[test]
fn a_poison_record_sinks_no_other() {
    let world = World::new("functions-poison");
    let events = world.start("api-events");
    let answer = events.invoke(&poisoned(), LIMIT).unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "7"}]}));
    let [health] = health(&events, 1).try_into().unwrap();
    assert_eq!(
        ["Received", "Rejected", "Unmatched", "Matched"].map(|name| &health[name]),
        [&json!(50), &json!(1), &json!(48), &json!(1)]
    );
    assert_eq!((world.findings().len(), world.alerts(1).len()), (1, 1));
}

#[test]
fn a_poison_record_goes_where_it_is_told_and_does_not_come_again() {
    let world = World::new("functions-rejected");
    let rejected = world.queue("rejected");
    let events = world.start_with("api-events", &[("TATTLETRAIL_REJECTED", &rejected)]);
    assert_eq!(events.invoke(&poisoned(), LIMIT).unwrap(), json!({"batchItemFailures": []}));
    let [message] = world.messages(&rejected, 1).try_into().unwrap();
    let message: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
    assert_eq!(
        ["schema", "function", "rejected", "payload"].map(|name| &message[name]),
        [&json!("tattletrail.rejected/1"), &json!("api-events"), &json!(1), &json!("{\"detail\": 1")]
    );
    assert_eq!(total_reasons(&message), 1, "{message}");
    assert_eq!((world.findings().len(), world.alerts(1).len()), (1, 1));
}

fn total_reasons(message: &Value) -> usize {
    message["reasons"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_place_for_rejected_records_that_is_not_there_makes_the_message_come_again() {
    let world = World::new("functions-nowhere");
    let settings = [("TATTLETRAIL_REJECTED", "s3://no-such-bucket-here/rejected/")];
    let events = world.start_with("api-events", &settings);
    let answer = events.invoke(&poisoned(), LIMIT).unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "7"}]}));
}

#[test]
fn nothing_is_asked_of_the_network_for_a_record_that_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    // Each connection is counted, and closed unheard.
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    let world = World::new("functions-silent");
    let settings = [("AWS_ENDPOINT_URL", &*endpoint), ("AWS_ENDPOINT_URL_SECURITYHUB", &*endpoint)];
    let events = world.start_with("api-events", &settings);
    for number in 0..20 {
        let answer = events.invoke(&event(&record(number, 0, "DescribeRegions")), LIMIT).unwrap();
        assert_eq!(answer["unmatched"], 1, "{answer}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    // Were anything asked, it would have been seen.
    let failed = events.invoke(&event(&opened()), LIMIT);
    assert!(matches!(failed, Invocation::Err(_)), "{failed:?}");
    assert!(asked.load(Ordering::SeqCst) > 0);
}
