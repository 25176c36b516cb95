//! Findings that stay open, and the schedule that has Security Hub told of them again.

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{closed, event, opened};
use super::readings::{health, total};
use super::world::World;
use crate::harness::servers::ACCOUNT;

fn at(mut record: Value, time: &str) -> Value {
    record["eventTime"] = time.into();
    record
}

pub(super) fn schedule() -> Vec<u8> {
    let event = json!({"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events",
        "account": ACCOUNT, "time": "2026-11-21T00:00:00Z", "region": "us-east-1", "resources": [], "detail": {}});
    event.to_string().into_bytes()
}

#[test]
fn what_stands_open_for_long_is_told_to_security_hub_again() {
    let world = World::new("functions-schedule");
    let events = world.start("api-events");
    let old = at(opened(), "2026-09-01T10:00:00Z");
    assert_eq!(events.invoke(&event(&old), LIMIT).unwrap()["matched"], 1);
    let [before] = world.findings().try_into().unwrap();
    let answer = events.invoke(&schedule(), LIMIT).unwrap();
    assert!(answer["refreshed"].as_u64() >= Some(1), "{answer}");
    let [again] = world.findings().try_into().unwrap();
    let updated = |finding: &Value| finding["UpdatedAt"].as_str().unwrap().to_owned();
    assert!(updated(&again) > updated(&before), "{again}");
    let mut same = again.clone();
    same["UpdatedAt"] = before["UpdatedAt"].clone();
    assert_eq!(same, before);
    assert_eq!(events.invoke(&schedule(), LIMIT).unwrap()["refreshed"], 0, "it was told just now");
    assert_eq!(world.metric("OpenExposures", &again), Some((2.0, 2.0)), "one, told by each schedule");
    // An end of the time between is later than what was told again.
    let end = at(closed(), "2026-09-02T10:00:00Z");
    assert_eq!(events.invoke(&event(&end), LIMIT).unwrap()["closed"], 1);
    let [ended] = world.findings().try_into().unwrap();
    assert_eq!(ended["RecordState"], "ARCHIVED");
    assert!(updated(&ended) > updated(&again), "{ended}");
    let files = world.start("trail-files");
    assert_eq!(files.invoke(&schedule(), LIMIT).unwrap()["skipped"], 1, "any of the functions can be asked");
    assert_eq!(world.metric("OpenExposures", &again), Some((2.0, 3.0)), "none stands, and that is told");
    assert_eq!(total(&health(&events, 4), "Refreshed"), answer["refreshed"].as_u64().unwrap());
    assert_eq!(world.alerts(2).len(), 2, "the schedule alerts nobody");
}
