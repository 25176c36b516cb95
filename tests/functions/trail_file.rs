//! A trail file of 10,000 records: from the bucket through its notification, the queue and the function, to the same
//! findings as the command finds in it, in memory that does not grow with it.

// The file.
mod contents;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use self::contents::{MALFORMED, RECORDS};
use super::readings::{health, total};
use super::world::World;
use crate::harness::base64::{base64, gzip};
use crate::harness::deployment::queue_arn;
use crate::harness::lambda::Lambda;
use crate::harness::run_binary;

/// The timeout of an invocation: a busy machine takes minutes for what takes seconds otherwise.
const LONG: Duration = Duration::from_mins(5);

/// What a finding is held to: its id, and what both ways say of it.
type Found = BTreeMap<String, [String; 8]>;

#[test]
fn a_file_of_10000_records_comes_to_what_the_command_finds_in_it() {
    let world = World::new("functions-file");
    let notices = notified(&world);
    let rejected = world.queue("rejected");
    let settings = [("TATTLETRAIL_SECURITY_HUB", "central"), ("TATTLETRAIL_REJECTED", &rejected)];
    let files = world.start_with("trail-files", &settings);
    put(&world, "small.json.gz", &contents::file(100));
    hand_over(&world, &notices, &files);
    let before = files.peak_kib();
    let text = contents::file(RECORDS);
    put(&world, "large.json.gz", &text);
    hand_over(&world, &notices, &files);
    let grown = files.peak_kib() - before;
    println!("{} KiB of JSON, {grown} KiB more held", text.len() / 1024);
    assert!(grown < text.len() as u64 / 1024 / 2, "{grown} KiB more for {} bytes", text.len());
    let lines = health(&files, 2);
    assert_eq!((&lines[1]["Received"], &lines[1]["Rejected"]), (&json!(RECORDS), &json!(MALFORMED)));
    let (expected, said) = scanned(&text);
    // What was in the small file too is a copy in the large one.
    let matched = total(&lines, "Matched");
    assert!(said.contains(&format!(": {matched} matched, ")), "{lines:?}\n{said}");
    let failures = ["Undelivered", "Undecidable", "SinkFailed", "SinkRefused"];
    assert_eq!(failures.map(|name| total(&lines, name)), [0; 4], "{lines:?}");
    let found = in_hub(&world);
    assert_eq!(found.len(), expected.len());
    for (id, finding) in &expected {
        assert_eq!(found.get(id), Some(finding), "{id}");
    }
    let told: u64 = world.messages(&rejected, 2).iter().map(rejected_in).sum();
    assert_eq!(told, MALFORMED as u64 + 1);
}

/// A bucket that tells a queue of its objects.
fn notified(world: &World) -> String {
    let queue = world.queue("notices");
    world.aws.call("s3", "create_bucket", json!({"Bucket": world.name}));
    let arn = queue_arn(&format!("{}-notices", world.name));
    let target = json!({"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]});
    let notify =
        json!({"Bucket": world.name, "NotificationConfiguration": {"QueueConfigurations": [target]}});
    world.aws.call("s3", "put_bucket_notification_configuration", notify);
    queue
}

fn put(world: &World, key: &str, text: &str) {
    let object = json!({"Bucket": world.name, "Key": key, "Body": {"$base64": base64(&gzip(text))}});
    world.aws.call("s3", "put_object", object);
}

/// Gives the function what is in the queue, as Lambda's poller does, until it was a notification.
fn hand_over(world: &World, queue: &str, files: &Lambda) {
    let messages = world.messages(queue, 1);
    let entry = |message: &Value| json!({"messageId": message["MessageId"], "eventSource": "aws:sqs", "body": message["Body"]});
    let payload = json!({"Records": messages.iter().map(entry).collect::<Vec<_>>()});
    let answer = files.invoke(payload.to_string().as_bytes(), LONG).unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
}

/// What `tattletrail scan` finds, and its summary.
fn scanned(text: &str) -> (Found, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.json.gz");
    std::fs::write(&path, gzip(text)).unwrap();
    // The rules that the functions have: without correlations.
    let rules = folder.path().join("functions.ttrules").display().to_string();
    let bundled = run_binary(&["rules", "bundle", "--without-correlations", "-o", &rules]);
    assert!(bundled.status.success(), "{bundled:?}");
    let output = run_binary(&["scan", path.to_str().unwrap(), "--format", "jsonl", "--rules", &rules]);
    let mut found = Found::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        let said = ["status", "level", "title", "event_id", "event_time", "account", "resource", "rule"];
        let said = said.map(|name| match &finding[name] {
            Value::Object(rule) => word(&rule["id"]),
            other => word(other),
        });
        // A finding that is back is told again, in the order of time.
        found.insert(word(&finding["finding_id"]), said);
    }
    (found, String::from_utf8(output.stderr).unwrap())
}

/// What is in Security Hub.
fn in_hub(world: &World) -> Found {
    let state = world.hub.state();
    let mut found = Found::new();
    for finding in state["findings"].as_array().unwrap() {
        let field = |name: &str| word(&finding["ProductFields"][format!("tattletrail/{name}")]);
        let status = if finding["RecordState"] == "ARCHIVED" { "closed" } else { "open" };
        assert_eq!(field("Status"), status, "{finding}");
        let resource = word(&finding["Resources"][0]["Id"]);
        let said = [
            field("Status"),
            word(&finding["Severity"]["Label"]).to_lowercase(),
            word(&finding["Title"]),
            field("EventId"),
            field("EventTime"),
            field("SourceAccount"),
            resource,
            field("RuleId"),
        ];
        found.insert(word(&finding["Id"]), said);
    }
    found
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// How many things a message of the queue for rejected records tells of.
fn rejected_in(message: &Value) -> u64 {
    let told: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
    assert!(told["object"].as_str().unwrap().starts_with("s3://functions-file/"), "{told}");
    told["rejected"].as_u64().unwrap()
}
