//! `tattletrail redrive` with the real binaries against servers: what is delivered is removed, what is not stays.

use serde_json::{Value, json};

use crate::harness::base64::{base64, gzip};
use crate::harness::deployment::{Deployment, Finished, event_of, ssh_record};

const OPEN: &str = "AuthorizeSecurityGroupIngress";

/// Attributes of a message that are text.
type Attributes<'a> = &'a [(&'a str, &'a str)];

#[track_caller]
fn assert_said(run: &Finished, code: i32, words: &[&str]) {
    assert_eq!(run.code, Some(code), "{}\n{}", run.out, run.err);
    for word in words {
        assert!(run.err.contains(word), "no `{word}` in {}", run.err);
    }
}

/// The event of an opening of its own.
fn opening(number: u32) -> String {
    event_of(&ssh_record(2 * number, number, OPEN))
}

/// What CloudWatch Logs sends of a record.
fn subscription(record: &Value) -> String {
    let events = [json!({"id": "1", "timestamp": 1, "message": record.to_string()})];
    let message = json!({"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "trail", "logStream": "s",
        "subscriptionFilters": ["f"], "logEvents": events});
    json!({"awslogs": {"data": base64(&gzip(&message.to_string()))}}).to_string()
}

/// What Lambda writes to an on-failure destination.
fn destination(payload: &str) -> String {
    format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T12:00:00.000Z","requestContext":{{"requestId":"e4b46cbf-b738-xmpl-8880-a18cdf61200e",
        "functionArn":"arn:aws:lambda:us-east-1:123456789012:function:api-events:$LATEST","condition":"RetriesExhausted",
        "approximateInvokeCount":3}},"requestPayload":{payload},"responseContext":{{"statusCode":200,
        "executedVersion":"$LATEST","functionError":"Unhandled"}},"responsePayload":{{"errorType":"&str","errorMessage":"sns: \u001b[2J down"}}}}"#
    )
}

fn rejected(payload: &str) -> String {
    json!({"schema": "tattletrail.rejected/1", "function": "api-events", "request_id": "r", "rejected": 1,
        "reasons": ["line 1, byte 0: cut off: the value never ends"], "payload": payload})
    .to_string()
}

fn topic(message: &str) -> String {
    json!({"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:us-east-1:123456789012:t",
        "Message": message})
    .to_string()
}

/// A trail file in a bucket, and the notification of it.
fn stored(world: &Deployment, bucket: &str, record: &Value) -> String {
    let file = base64(&gzip(&json!({"Records": [record]}).to_string()));
    world.aws.call("s3", "create_bucket", json!({"Bucket": bucket}));
    let object = json!({"Bucket": bucket, "Key": "a b.json.gz", "Body": {"$base64": file}});
    world.aws.call("s3", "put_object", object);
    json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": "a+b.json.gz"}}}]})
    .to_string()
}

#[test]
fn every_form_is_shown_then_delivered_and_removed_and_what_is_unreadable_stays() {
    let world = Deployment::new("redrive-forms");
    let notification = stored(&world, "redrive-forms", &ssh_record(6, 3, OPEN));
    let keys = json!({"bucket": "redrive-forms", "keys": ["a b.json.gz"]}).to_string();
    let gone = json!({"bucket": "redrive-forms", "keys": ["gone.json.gz"]}).to_string();
    let error = [("ERROR_CODE", "NO_PERMISSIONS"), ("ERROR_MESSAGE", "denied"), ("RULE_ARN", "arn:x")];
    let forms: [(&str, String, Attributes<'_>); 10] = [
        ("payload", opening(1), &[]),
        ("payload", subscription(&ssh_record(4, 2, OPEN)), &[]),
        ("payload", notification, &[]),
        ("SNS", topic(&keys), &[]),
        ("destination", destination(&opening(4)), &[]),
        ("EventBridge", opening(5), &error),
        ("Lambda", opening(6), &[("ErrorCode", "200"), ("ErrorMessage", "timed out")]),
        ("rejected", rejected(&opening(7)), &[]),
        ("SNS", topic(&opening(8)), &[]),
        ("payload", json!({"source": "tattletrail", "detail-type": "x", "detail": {}}).to_string(), &[]),
    ];
    let unreadable =
        [rejected("{\"detail\": 1"), "no JSON".to_owned(), json!({"hello": 1}).to_string(), gone];
    let messages: Vec<_> = forms.iter().map(|(_, body, attributes)| (body.clone(), *attributes)).collect();
    let bad = unreadable.iter().map(|body| (body.clone(), &[][..]));
    let url = world.queue_of("redrive-forms-dead", &messages.into_iter().chain(bad).collect::<Vec<_>>());

    let shown = world.run(&["redrive", "redrive-forms-dead", "--dry-run", "--format", "jsonl"]);
    assert_said(&shown, 2, &["14 seen: 10 can be delivered, 0 not delivered, 4 unreadable", "would send"]);
    let lines = shown.json_lines();
    let mut seen: Vec<_> = lines
        .iter()
        .filter(|line| line["outcome"] == "deliverable")
        .map(|line| line["form"].as_str().unwrap())
        .collect();
    let mut expected: Vec<_> = forms.iter().map(|(form, _, _)| *form).collect();
    seen.sort_unstable();
    expected.sort_unstable();
    assert_eq!(seen, expected);
    assert!(!shown.out.contains('\u{1b}') && shown.out.contains("RetriesExhausted"), "{}", shown.out);
    assert!(lines.iter().any(|line| line["holds"] == "s3://redrive-forms/a b.json.gz"), "{lines:?}");
    assert_eq!((world.calls(), world.rows(), world.alerts(0).len()), (0, 0, 0));

    // Given back at once: nothing has been removed.
    let run = world.run(&["redrive", &url]);
    assert_said(&run, 2, &["14 seen: 10 delivered and removed, 0 not delivered, 4 unreadable"]);
    for reason in ["NotALog", "not a CloudTrail log", "no CloudTrail record", "no such object", "cut off"] {
        assert_eq!(run.out.contains(reason), reason != "NotALog", "{reason}: {}", run.out);
    }
    assert!(!run.out.contains('\u{1b}'), "{}", run.out);
    assert_eq!((world.findings().len(), world.alerts(8).len()), (8, 8));
    let mut left = world.bodies(&url);
    left.sort();
    let mut expected = unreadable.to_vec();
    expected.sort();
    assert_eq!(left, expected);
}

#[test]
fn what_is_not_delivered_stays_until_it_is() {
    let world = Deployment::new("redrive-down");
    let url = world.queue_of("redrive-down-dead", &[(destination(&opening(1)), &[])]);
    world.hub.fault(&json!({"kind": "error", "status": 503, "count": 1000}));
    let run = world.run(&["redrive", &url, "--timeout", "1"]);
    assert_said(&run, 4, &["1 seen: 0 delivered and removed, 1 not delivered", "not sent    security_hub 2"]);
    assert!(
        run.out.contains("left in the queue") && run.out.contains("stays because security_hub: "),
        "{}",
        run.out
    );
    assert_eq!(world.alerts(1).len(), 1);
    world.hub.recover();
    let again = world.run(&["redrive", &url]);
    assert_said(&again, 0, &["1 seen: 1 delivered and removed", "sent        security_hub 2"]);
    assert_eq!((world.findings().len(), world.alerts(0).len()), (1, 0));
    assert_eq!(world.bodies(&url), Vec::<String>::new());
}

#[test]
fn a_run_that_was_killed_loses_nothing_and_sends_nothing_twice() {
    let world = Deployment::new("redrive-killed");
    let url = world.queue_of("redrive-killed-dead", &[(opening(1), &[])]);
    world.hub.fault(&json!({"kind": "hang", "seconds": 60, "count": 1000}));
    let mut child = world.start(&["redrive", &url, "--timeout", "6"]);
    assert_eq!(world.alerts(1).len(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    world.hub.recover();
    // It is hidden for some minutes, and not gone.
    let asked = json!({"QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessagesNotVisible"]});
    let answer = world.aws.call("sqs", "get_queue_attributes", asked);
    assert_eq!(answer["Attributes"]["ApproximateNumberOfMessagesNotVisible"], "1");
    // The same as SQS brings it then.
    world.aws.call("sqs", "send_message", json!({"QueueUrl": url, "MessageBody": opening(1)}));
    let again = world.run(&["redrive", &url, "--timeout", "6"]);
    assert_said(&again, 0, &["1 delivered and removed", "sent        security_hub 2"]);
    assert_eq!((world.findings().len(), world.alerts(0).len()), (1, 0));
}

#[test]
fn a_beginning_and_its_end_are_told_in_their_order_however_they_stand_in_the_queue() {
    let world = Deployment::new("redrive-order");
    let end = event_of(&ssh_record(3, 30, "RevokeSecurityGroupIngress"));
    let messages: Vec<_> = [end, opening(1)].into_iter().map(|body| (body, &[][..])).collect();
    let url = world.queue_of("redrive-order-dead", &messages);
    assert_said(&world.run(&["redrive", &url]), 0, &["2 delivered and removed", "3 opened, 1 closed"]);
    assert_eq!(world.findings()[0]["RecordState"], "ARCHIVED");
    assert_eq!(world.alerts(2).len(), 2);
}

#[test]
fn a_queue_that_is_none_is_told_and_so_is_wrong_usage() {
    let world = Deployment::new("redrive-none");
    assert_said(
        &world.run(&["redrive", "no-such-queue"]),
        2,
        &["`no-such-queue` can't be found", "AWS_REGION"],
    );
    assert_said(&world.run(&["redrive", "a:b"]), 2, &["`a:b` is no queue: expected a URL"]);
    assert_said(&world.run(&["redrive"]), 2, &["<QUEUE>"]);
    let help = world.run(&["redrive", "--help"]);
    assert_eq!(help.code, Some(0));
    assert!(help.out.contains("Examples") && help.out.contains("--dry-run"), "{}", help.out);
    let empty = world.queue_of("redrive-none-dead", &[]);
    assert_said(&world.run(&["redrive", &empty]), 0, &["0 seen"]);
    let arn = "arn:aws:sqs:us-east-1:123456789012:redrive-none-dead";
    assert_said(&world.run(&["redrive", arn, "--max", "3"]), 0, &["0 seen"]);
}
