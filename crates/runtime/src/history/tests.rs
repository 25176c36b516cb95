//! Payloads of the state machine, and what it wrote.

use serde_json::json;
use tattletrail_engine::engine::{Engine, Read, Waiting};
use tattletrail_engine::ids::EventId;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::RuleSet;

use super::lists::{Listed, Manifest};
use super::turns::{Held, again};
use super::*;

const STARTED: &str = "2026-11-22T10:00:00.123Z";

fn file(payload: &Value) -> (Result<Object, String>, String) {
    match task(&payload.to_string()).unwrap().unwrap() {
        Task::File { object, quiet_before } => (object, quiet_before.to_string()),
        Task::Turn(turn) => panic!("{turn:?}"),
    }
}

fn object(bucket: &str, key: &str) -> Object {
    Object { bucket: bucket.to_owned(), key: key.to_owned(), version: None }
}

#[test]
fn every_kind_of_item_names_its_file() {
    let history = json!({"bucket": "trail", "prefix": "AWSLogs/"});
    let with = |item: Value| json!({"history": history, "started": STARTED, "item": item});
    let listed = with(
        json!({"Etag": "e", "Key": "AWSLogs/a+b.json.gz", "LastModified": 1, "Size": 5, "StorageClass": "STANDARD"}),
    );
    assert_eq!(file(&listed).0, Ok(object("trail", "AWSLogs/a+b.json.gz")));
    let mut inventory = with(json!({"Bucket": "audit", "Key": "AWSLogs/a+b%3D.json.gz", "Size": "5"}));
    inventory["encoded"] = true.into();
    assert_eq!(file(&inventory).0, Ok(object("audit", "AWSLogs/a b=.json.gz")));
    let failed = with(json!({"Status": "FAILED", "Cause": "c", "Input": inventory.to_string()}));
    assert_eq!(file(&failed).0, Ok(object("audit", "AWSLogs/a b=.json.gz")));
    for nothing in
        [json!({}), json!({"Key": ""}), json!({"Input": "x"}), json!({"Input": failed.to_string()})]
    {
        assert!(file(&with(nothing.clone())).0.is_err(), "{nothing}");
    }
    let nowhere = json!({"history": {}, "started": STARTED, "item": {"Key": "k"}});
    assert!(file(&nowhere).0.unwrap_err().contains("bucket"));
}

#[test]
fn what_is_a_day_old_at_the_start_is_old_unless_the_input_says_when() {
    let mut payload = json!({"history": {"bucket": "b"}, "started": STARTED, "item": {"Key": "k"}});
    assert_eq!(file(&payload).1, "2026-11-21T10:00:00.123Z");
    payload["history"]["alerts_since"] = "2020-01-01T00:00:00Z".into();
    assert_eq!(file(&payload).1, "2020-01-01T00:00:00Z");
    payload["history"]["alerts_since"] = "yesterday".into();
    assert!(task(&payload.to_string()).unwrap().unwrap_err().contains("`yesterday`"));
}

#[test]
fn other_payloads_are_no_history() {
    for other in [
        r#"{"bucket":"trail","keys":["a"]}"#,
        r#"{"BatchInput":{"bucket":"trail"},"Items":[{"Key":"a"}]}"#,
        r#"{"Records":[]}"#,
        r#"{"history":{}}"#,
        "[]",
        "x",
    ] {
        assert_eq!(task(other), None, "{other}");
    }
}

fn left(key: &str, turn: &Value, writes: &Value, opens: &Value) -> Value {
    json!({"bucket": "trail", "key": key, "whole": true, "received": 2, "opened": 1,
        "later": {"turn": turn, "writes": writes, "opens": opens}})
}

fn span(first: &str, last: &str) -> Value {
    json!({"count": 1, "first": first, "last": last})
}

#[test]
fn lists_are_added_up_and_what_is_left_is_read_by_its_first_record() {
    let none = json!({});
    let late = left("late", &span("05", "06"), &none, &none).to_string();
    let early = left("early", &span("01", "05"), &span("00", "09"), &none).to_string();
    let writes = left("writes", &none, &span("02", "03"), &none).to_string();
    let broken = json!({"bucket": "trail", "key": "broken", "whole": false, "error": "FileNotWhole", "rejected": {"damaged": 1}});
    let good = [&late, &early, &writes].map(|output| json!({"Status": "SUCCEEDED", "Output": output}));
    let bad = json!([
        {"Status": "FAILED", "Error": "FileNotWhole", "Cause": broken.to_string()},
        {"Status": "TIMED_OUT"},
    ]);
    let mut listed = Listed::default();
    listed.read(json!(good).to_string().as_bytes()).unwrap();
    listed.read(bad.to_string().as_bytes()).unwrap();
    let totals = &listed.totals;
    assert_eq!((totals.files, totals.failed, totals.rejected, totals.opened), (5, 2, 1, 3));
    assert_eq!(totals.records, 6 + 4);
    let keys = |files: Vec<turns::Again>| files.into_iter().map(|file| file.object.key).collect::<Vec<_>>();
    let names = |from: &str| keys(again(std::mem::take(&mut listed_again(&good).left), from));
    assert_eq!(names(""), ["early", "late"]);
    assert_eq!(names("06"), ["late"]);
    // An object's ACL was opened: from then on writes matter.
    let opens = left("opens", &span("03", "03"), &none, &span("03", "03")).to_string();
    let entry = json!([{"Status": "SUCCEEDED", "Output": opens}]);
    listed.read(entry.to_string().as_bytes()).unwrap();
    assert_eq!(keys(again(listed.left, "")), ["early", "writes", "opens", "late"]);
    assert!(Listed::default().read(&b"{}"[..]).is_err() && Listed::default().read(&b"[{}"[..]).is_err());
}

fn listed_again(entries: &[Value]) -> Listed {
    let mut listed = Listed::default();
    listed.read(json!(entries).to_string().as_bytes()).unwrap();
    listed
}

#[test]
fn a_manifest_names_its_lists() {
    let text = br#"{"DestinationBucket":"results","MapRunArn":"arn","ResultFiles":{"FAILED":[],"PENDING":[],
        "SUCCEEDED":[{"Key":"p/SUCCEEDED_0.json","Size":10}]}}"#;
    let manifest = Manifest::parse(text).unwrap();
    let keys: Vec<_> = manifest.lists().map(|list| (list.bucket, list.key)).collect();
    assert_eq!(keys, [("results".to_owned(), "p/SUCCEEDED_0.json".to_owned())]);
    assert_eq!(json!(manifest.places()), json!({"succeeded": ["s3://results/p/SUCCEEDED_0.json"]}));
}

fn waiting(time: &str, id: &str) -> Box<Waiting> {
    let record = json!({"eventSource": "ec2.amazonaws.com", "eventName": "DeleteSecurityGroup", "eventTime": time, "eventID": id,
        "recipientAccountId": "111122223333", "requestParameters": {"groupId": "sg-1"}});
    match Engine::new(RuleSet::default()).read(CloudTrailRecord::parse(&record.to_string()).unwrap()) {
        Read::Waits(waiting) => waiting,
        Read::Done(_) => panic!("it may change what stands exposed"),
    }
}

#[test]
fn records_have_their_turn_by_time_and_in_one_second_by_their_id() {
    let id =
        |waiting: Box<Waiting>| waiting.record().event_id().as_ref().map(EventId::as_str).unwrap().to_owned();
    let mut held = Held::default();
    for (time, name) in
        [("10:00:02Z", "d"), ("10:00:01Z", "b"), ("10:00:03Z", "e"), ("10:00:01Z", "a"), ("10:00:01Z", "a")]
    {
        held.push(waiting(&format!("2026-11-20T{time}"), name));
    }
    assert!(held.before("2026-11-20T10:00:01Z").is_none());
    let before: Vec<_> = std::iter::from_fn(|| held.before("2026-11-20T10:00:03Z")).map(id).collect();
    assert_eq!(before, ["a", "a", "b", "d"]);
    assert!(held.too_many().is_none());
    assert_eq!((held.first().map(id), held.early), (Some("e".to_owned()), 0));
}
