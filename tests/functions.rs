//! The real functions against servers: an exposure from the call to every sink, by every path, once.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::harness::aws::Aws;
use crate::harness::lambda::{Invocation, Lambda};
use crate::harness::root;
use crate::harness::security_hub::SecurityHub;
use crate::harness::servers::{ACCOUNT, Ministack};

const LIMIT: Duration = Duration::from_secs(20);

/// The function's binary, built with the profile of the tests.
fn function(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let packages = ["-p", "api-events", "-p", "trail-logs", "-p", "trail-files"];
        let mut build = Command::new(cargo);
        build.args(["build", "--locked", "--quiet"]).args(packages).current_dir(root());
        assert!(build.status().expect("cargo runs").success(), "the functions do not build");
        let test = std::env::current_exe().expect("the path of this test");
        test.ancestors().nth(2).expect("target/<profile>/deps/<test>").to_owned()
    });
    folder.join(name)
}

/// One deployment: its servers, its table, its topic with a queue behind it.
struct World {
    hub: SecurityHub,
    aws: Aws,
    name: &'static str,
    topic: String,
    queue: String,
}

impl World {
    fn new(name: &'static str) -> Self {
        let aws = Ministack::shared().aws();
        let keys =
            json!([{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]);
        let types = json!([{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}]);
        let table = json!({"TableName": name, "KeySchema": keys, "AttributeDefinitions": types, "BillingMode": "PAY_PER_REQUEST"});
        aws.call("dynamodb", "create_table", table);
        let topic =
            aws.call("sns", "create_topic", json!({"Name": name}))["TopicArn"].as_str().unwrap().to_owned();
        let queue = aws.call("sqs", "create_queue", json!({"QueueName": name}))["QueueUrl"]
            .as_str()
            .unwrap()
            .to_owned();
        let arn = format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{name}");
        aws.call("sns", "subscribe", json!({"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn}));
        Self { hub: SecurityHub::start(&[]), aws, name, topic, queue }
    }

    fn start(&self, function_name: &str) -> Lambda {
        let (hub, all) = (self.hub.endpoint(), Ministack::shared().endpoint());
        let namespace = format!("Tattletrail/{}", self.name);
        let environment = [
            ("AWS_ENDPOINT_URL", all.as_str()),
            ("AWS_ENDPOINT_URL_SECURITYHUB", hub.as_str()),
            ("TATTLETRAIL_LEDGER_TABLE", self.name),
            ("TATTLETRAIL_SECURITY_HUB", "own"),
            ("TATTLETRAIL_ACCOUNT_ID", ACCOUNT),
            ("TATTLETRAIL_METRICS_NAMESPACE", namespace.as_str()),
            ("TATTLETRAIL_TOPIC_ARN", self.topic.as_str()),
            ("TATTLETRAIL_TOPIC_MIN_LEVEL", "high"),
        ];
        Lambda::start(&function(function_name), &environment)
    }

    /// The messages that came out of the topic since the last time; waits until there are so many.
    fn alerts(&self, count: usize) -> Vec<Value> {
        let (mut alerts, end) = (Vec::new(), Instant::now() + LIMIT);
        let ask = json!({"QueueUrl": self.queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1});
        loop {
            let answer = self.aws.call("sqs", "receive_message", ask.clone());
            let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
            for message in &messages {
                let receipt = message["ReceiptHandle"].clone();
                self.aws.call(
                    "sqs",
                    "delete_message",
                    json!({"QueueUrl": self.queue, "ReceiptHandle": receipt}),
                );
                let envelope: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
                alerts.push(serde_json::from_str(envelope["Message"].as_str().unwrap()).unwrap());
            }
            // One more question than needed: nothing may follow.
            if messages.is_empty() && alerts.len() >= count {
                return alerts;
            }
            assert!(Instant::now() < end, "{} of {count} alerts came", alerts.len());
        }
    }

    /// The findings of the rule about SSH, with those of other rules left out.
    fn findings(&self) -> Vec<Value> {
        let state = self.hub.state();
        let all = state["findings"].as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|it| it["Title"].as_str().unwrap_or_default().contains("SSH")).collect()
    }
}

fn record(number: u32, minute: u32, action: &str) -> Value {
    json!({
        "eventVersion": "1.09", "eventSource": "ec2.amazonaws.com", "eventName": action, "awsRegion": "us-east-1",
        "eventID": format!("0a1b2c3d-0000-4000-8000-{number:012}"), "eventType": "AwsApiCall",
        "eventTime": format!("2026-11-20T10:{minute:02}:00Z"), "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/alice"), "accountId": ACCOUNT},
        "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.31.0",
        "requestParameters": {"groupId": "sg-0a1b2c3d4e5f60718", "ipPermissions": {"items": [{"ipProtocol": "tcp",
            "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}},
    })
}

fn event(record: &Value) -> Vec<u8> {
    let event = json!({"version": "0", "id": "1", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2",
        "account": ACCOUNT, "region": "us-east-1", "detail": record});
    event.to_string().into_bytes()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// What CloudWatch Logs sends of these records.
fn subscription(records: &[Value]) -> Vec<u8> {
    let events: Vec<_> =
        records.iter().map(|it| json!({"id": "1", "timestamp": 1, "message": it.to_string()})).collect();
    let message = json!({"messageType": "DATA_MESSAGE", "owner": ACCOUNT, "logGroup": "trail", "logStream": "s",
        "subscriptionFilters": ["f"], "logEvents": events});
    json!({"awslogs": {"data": base64(&gzip(&message.to_string()))}}).to_string().into_bytes()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * place)) as usize & 63];
            text.push(if place > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[test]
fn an_exposure_reaches_every_sink_once_by_whichever_path_it_comes() {
    let world = World::new("functions-paths");
    let (events, logs, files) =
        (world.start("api-events"), world.start("trail-logs"), world.start("trail-files"));
    let opened = record(1, 0, "AuthorizeSecurityGroupIngress");
    let answer = events.invoke(&event(&opened), LIMIT).unwrap();
    assert_eq!((&answer["matched"], &answer["received"]), (&json!(1), &json!(1)), "{answer}");
    let [finding] = world.findings().try_into().unwrap();
    assert_eq!(
        (&finding["RecordState"], &finding["Compliance"]["Status"]),
        (&json!("ACTIVE"), &json!("FAILED"))
    );
    assert_eq!(world.alerts(1).len(), 1);
    // The same by the two other paths is nothing new.
    let calls = world.hub.state()["calls"].clone();
    let again = logs.invoke(&subscription(std::slice::from_ref(&opened)), LIMIT).unwrap();
    assert_eq!(again["copies"], 1, "{again}");
    let file = gzip(&json!({"Records": [opened]}).to_string());
    world.aws.call("s3", "create_bucket", json!({"Bucket": "functions-paths"}));
    world.aws.call(
        "s3",
        "put_object",
        json!({"Bucket": "functions-paths", "Key": "a b.json.gz", "Body": {"$base64": base64(&file)}}),
    );
    let notification = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": "functions-paths"}, "object": {"key": "a+b.json.gz"}}}]});
    let again = files.invoke(notification.to_string().as_bytes(), LIMIT).unwrap();
    assert_eq!(again["copies"], 1, "{again}");
    assert_eq!(world.hub.state()["calls"], calls);
    // The end is the same finding.
    let closed = record(2, 10, "RevokeSecurityGroupIngress");
    assert_eq!(logs.invoke(&subscription(&[closed]), LIMIT).unwrap()["closed"], 1);
    let [ended] = world.findings().try_into().unwrap();
    assert_eq!(ended["Id"], finding["Id"]);
    assert_eq!(
        (&ended["RecordState"], &ended["Compliance"]["Status"]),
        (&json!("ARCHIVED"), &json!("PASSED"))
    );
    let alerts = world.alerts(1);
    assert_eq!(
        (alerts.len(), &alerts[0]["status"], &alerts[0]["open_seconds"]),
        (1, &json!("closed"), &json!(600))
    );
}

#[test]
fn a_sink_that_is_down_makes_the_invocation_fail_and_the_retry_sends_what_is_missing() {
    let world = World::new("functions-down");
    let events = world.start("api-events");
    let opened = event(&record(1, 0, "AuthorizeSecurityGroupIngress"));
    world.hub.fault(&json!({"kind": "error", "status": 503, "count": 1000}));
    let failed = events.invoke(&opened, Duration::from_secs(4));
    assert!(matches!(failed, Invocation::Err(_)), "{failed:?}");
    assert!(world.findings().is_empty());
    assert_eq!(world.alerts(1).len(), 1);
    world.hub.recover();
    assert_eq!(events.invoke(&opened, LIMIT).unwrap()["copies"], 1);
    assert_eq!(world.findings().len(), 1);
    assert_eq!(world.alerts(0).len(), 0);
}

#[test]
fn a_poison_record_sinks_no_other() {
    let world = World::new("functions-poison");
    let events = world.start("api-events");
    let message = |number: u32| {
        let body = if number == 7 {
            "{\"detail\": 1".to_owned()
        } else {
            String::from_utf8(event(&record(number, number, "DescribeRegions"))).unwrap()
        };
        json!({"messageId": number.to_string(), "eventSource": "aws:sqs", "body": body})
    };
    let batch = json!({"Records": (0..50).map(message).collect::<Vec<_>>()});
    let answer = events.invoke(batch.to_string().as_bytes(), LIMIT).unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "7"}]}));
    let health = |lines: &[String]| {
        lines.iter().any(|line| line.contains("\"Rejected\":1") && line.contains("\"Unmatched\":49"))
    };
    events.output_until(health);
}
