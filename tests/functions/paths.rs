//! An exposure from the call to every sink and back, by every path, once.

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{closed, event, opened, subscription};
use super::readings::{health, is_about_ssh};
use super::world::World;
use crate::harness::base64::{base64, gzip};
use crate::harness::servers::Moto;

/// Whether a finding is there, and whether it is a fault.
fn standing(finding: &Value) -> [&str; 2] {
    [&finding["RecordState"], &finding["Compliance"]["Status"]].map(|it| it.as_str().unwrap_or_default())
}

const OPEN: [&str; 2] = ["ACTIVE", "FAILED"];
const CLOSED: [&str; 2] = ["ARCHIVED", "PASSED"];

#[test]
fn an_exposure_reaches_every_sink_once_by_whichever_path_it_comes() {
    let world = World::new("functions-paths");
    let (events, logs, files) =
        (world.start("api-events"), world.start("trail-logs"), world.start("trail-files"));
    let answer = events.invoke(&event(&opened()), LIMIT).unwrap();
    assert_eq!((&answer["matched"], &answer["received"]), (&json!(1), &json!(1)), "{answer}");
    let [finding] = world.findings().try_into().unwrap();
    assert_eq!(standing(&finding), OPEN);
    assert_eq!(world.metric("Findings", &finding), Some((1.0, 1.0)));
    let [alert] = world.alerts(1).try_into().unwrap();
    assert_eq!((&alert["status"], &alert["finding_id"]), (&json!("open"), &finding["Id"]));
    // The same by the two other paths is nothing new.
    let calls = world.hub.state()["calls"].clone();
    let again = logs.invoke(&subscription(&[opened()]), LIMIT).unwrap();
    assert_eq!(again["copies"], 1, "{again}");
    let again = files.invoke(&notification(&world, &opened()), LIMIT).unwrap();
    assert_eq!(again["copies"], 1, "{again}");
    assert_eq!(world.hub.state()["calls"], calls);
    // The end is the same finding.
    assert_eq!(logs.invoke(&subscription(&[closed()]), LIMIT).unwrap()["closed"], 1);
    let [ended] = world.findings().try_into().unwrap();
    assert_eq!((&ended["Id"], standing(&ended)), (&finding["Id"], CLOSED));
    let [alert] = world.alerts(1).try_into().unwrap();
    assert_eq!((&alert["status"], &alert["open_seconds"]), (&json!("closed"), &json!(600)));
    assert_eq!(world.metric("ExposureSeconds", &finding), Some((600.0, 1.0)));
    assert_eq!(world.metric("Findings", &finding), Some((1.0, 1.0)));
    for (function, lines) in [(&events, 1), (&logs, 2), (&files, 1)] {
        assert_eq!(health(function, lines).len(), lines);
    }
}

/// Puts a record into a bucket, under a key that notifications encode.
fn notification(world: &World, record: &Value) -> Vec<u8> {
    let file = base64(&gzip(&json!({"Records": [record]}).to_string()));
    world.aws.call("s3", "create_bucket", json!({"Bucket": world.name}));
    let object = json!({"Bucket": world.name, "Key": "a b.json.gz", "Body": {"$base64": file}});
    world.aws.call("s3", "put_object", object);
    let entry = json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": world.name}, "object": {"key": "a+b.json.gz"}}});
    json!({"Records": [entry]}).to_string().into_bytes()
}

#[test]
fn another_stand_in_says_the_same() {
    let moto = Moto::start();
    let world = World::at("functions-moto", &moto);
    // That stand-in does not speak the protocol in which the SDK sends metrics.
    let hub = moto.endpoint();
    let settings = [("AWS_ENDPOINT_URL_SECURITYHUB", &*hub), ("TATTLETRAIL_METRICS", "off")];
    let events = world.start_with("api-events", &settings);
    let findings = || {
        let all = world.aws.call("securityhub", "get_findings", json!({"MaxResults": 100}));
        let all = all["Findings"].as_array().unwrap();
        all.iter().filter(|it| is_about_ssh(it)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(events.invoke(&event(&opened()), LIMIT).unwrap()["opened"], 2);
    let [finding] = findings().try_into().unwrap();
    assert_eq!(standing(&finding), OPEN);
    assert_eq!(events.invoke(&event(&opened()), LIMIT).unwrap()["copies"], 1);
    assert_eq!(events.invoke(&event(&closed()), LIMIT).unwrap()["closed"], 1);
    let [ended] = findings().try_into().unwrap();
    assert_eq!((&ended["Id"], standing(&ended)), (&finding["Id"], CLOSED));
    assert_eq!(world.alerts(2).len(), 2);
}
