use serde_json::json;

use super::super::samples::{self, at_once, letters, parcels, soon};
use super::super::stand_in::{Answer, StandIn};
use super::*;

async fn delivered(server: &StandIn, parcels: &[Parcel], until: Deadline) -> Vec<Outcome> {
    let config = samples::config!(aws_sdk_eventbridge, server.url.clone());
    EventBus::new(&config, "findings".to_owned()).deliver(&parcels.iter().collect::<Vec<_>>(), until).await
}

/// A code for each entry, or none.
fn answer(codes: &[&str]) -> Answer {
    let entry = |code: &&str| match *code {
        "" => json!({"EventId": "e"}),
        code => json!({"ErrorCode": code, "ErrorMessage": "m"}),
    };
    let failed = codes.iter().filter(|code| !code.is_empty()).count();
    let entries: Vec<_> = codes.iter().map(entry).collect();
    Answer::json(200, &json!({"FailedEntryCount": failed, "Entries": entries}))
}

#[tokio::test]
async fn an_event_says_what_it_is_and_when_and_about_what() {
    let server = StandIn::scripted([answer(&[""])]);
    assert_eq!(delivered(&server, &parcels(["f1"]), soon()).await, [Outcome::Done]);
    let entry = &server.requests()[0].json()["Entries"][0];
    assert_eq!(entry["Source"], "tattletrail");
    assert_eq!(entry["DetailType"], "Tattletrail Finding");
    assert_eq!(entry["EventBusName"], "findings");
    assert_eq!(entry["Time"].as_f64(), Some(1_795_247_981.0));
    assert_eq!(entry["Resources"], json!(["arn:aws:ec2:us-east-1:111122223333:security-group/sg-0abc"]));
    let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
    assert_eq!(detail["finding_info"]["uid"], "f1");
}

#[tokio::test]
async fn each_entry_has_its_own_outcome_and_only_what_may_pass_is_sent_again() {
    let first = answer(&["", "ThrottlingException", "MalformedDetail", "NotAuthorizedForSourceException"]);
    let server = StandIn::scripted([first, answer(&["InternalFailure"]), answer(&[""])]);
    assert_eq!(letters(&delivered(&server, &parcels(["a", "b", "c", "d"]), soon()).await), "ddrf");
    let requests = server.requests();
    assert_eq!(requests[1].json()["Entries"].as_array().unwrap().len(), 1);
    assert!(requests[2].text().contains(r#"\"uid\":\"b\""#), "{}", requests[2].text());
}

#[tokio::test]
async fn a_call_holds_ten_events_and_256_kilobytes() {
    let server =
        StandIn::answering(|request| answer(&vec![""; request.json()["Entries"].as_array().unwrap().len()]));
    let names: Vec<_> = (0..25).map(|n| format!("f{n}")).collect();
    let mut parcels = parcels(names.iter().map(String::as_str));
    for (at, size) in [(12, 200_000), (13, 200_000), (14, 600_000), (15, 1_100_000)] {
        parcels[at].ocsf.as_mut().unwrap()["unmapped"] = "x".repeat(size).into();
    }
    let outcomes = delivered(&server, &parcels, soon()).await;
    assert_eq!(letters(&outcomes), "d".repeat(15) + "r" + &"d".repeat(9));
    let sizes: Vec<_> =
        server.requests().iter().map(|request| request.json()["Entries"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [10, 3, 1, 1, 9]);
}

#[tokio::test]
async fn a_fault_that_does_not_pass_is_a_failure() {
    let server = StandIn::answering(|_| Answer::json(500, &json!({"__type": "InternalException"})));
    assert_eq!(letters(&delivered(&server, &parcels(["a", "b"]), at_once()).await), "ff");
    assert!(server.requests().len() > 1);
    let denied = StandIn::answering(|_| Answer::json(400, &json!({"__type": "AccessDeniedException"})));
    assert_eq!(letters(&delivered(&denied, &parcels(["a", "b"]), soon()).await), "ff");
    assert_eq!(denied.requests().len(), 1);
}
