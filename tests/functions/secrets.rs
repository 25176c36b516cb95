//! Secrets in a record: none comes out in a line of any function, and the lines are such that CloudWatch can read them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{batch, event, opened, subscription};
use super::readings::{health, until};
use super::world::World;
use crate::harness::base64::{base64, gzip};
use crate::harness::daemon::Daemon;
use crate::harness::lambda::Lambda;
use crate::harness::otlp::Otlp;

/// What nobody may read in a log: of each kind one that looks like what it is, and words that look like nothing.
const PLANTED: [&str; 9] = [
    "AKIAPLANTED7EXAMPLEX",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPLANTEDKEY",
    "IQoJb3JpZ2luX2VjPLANTEDeyJ7Zw8Tt5Qq2Ll0Xx9Vv3Bb6Nn1Mm4Kk",
    "hunter2-planted",
    "alice.planted@example.com",
    "planted-session-name",
    "#!/bin/bash planted user data",
    "9f86d081884c7d659a2feaa0c55ad015planted",
    "planted-tag",
];

/// What any of them has in it.
const TELLTALE: &str = "planted";

/// A record of an exposure in which all that need not be there is a secret.
fn planted() -> Value {
    let mut record = opened();
    let [key, secret, token, password, mail, session, user_data, signature, tag] = PLANTED;
    let url = format!(
        "https://planted.s3.amazonaws.com/k?X-Amz-Credential={key}%2F20261120&X-Amz-Security-Token={token}&X-Amz-Signature={signature}"
    );
    record["userAgent"] = format!("planted/1 ({password}) \u{1b}[2J\n{{\"level\":\"ERROR\"}}").into();
    record["errorMessage"] = format!("planted: {url}").into();
    record["userIdentity"] = json!({"type": "AssumedRole", "principalId": format!("AROAPLANTED:{session}"),
        "arn": format!("arn:aws:sts::123456789012:assumed-role/planted/{session}"), "accountId": "123456789012",
        "accessKeyId": key, "userName": mail, "sessionContext": {"sessionIssuer": {"userName": mail, "secret": secret}}});
    for (name, value) in [("userData", user_data), ("masterUserPassword", password), ("secretString", secret)]
    {
        record["requestParameters"][name] = value.into();
    }
    record["requestParameters"]["tagSet"] = json!({"items": [{"key": tag, "value": {"deep": [mail, url]}}]});
    record["responseElements"] = json!({"credentials": {"accessKeyId": key, "secretAccessKey": secret,
        "sessionToken": token}, "_return": format!("planted {url}")});
    record["additionalEventData"] =
        json!({"note": format!("planted Authorization: Bearer {token}"), "x": [password]});
    record["tlsDetails"] = json!({"clientProvidedHostHeader": "planted.example.com"});
    record["requestID"] = format!("planted {secret}").into();
    record["vpcEndpointId"] = format!("planted {mail}").into();
    record["sharedEventID"] = "0a1b2c3d-0000-4000-8000-00000000cafe".into();
    record
}

/// The function's lines, once an invocation is over. Each is JSON with a time and a level; none has a secret in it.
#[track_caller]
fn lines(function: &Lambda) -> Vec<Value> {
    health(function, 1);
    let lines = function.output();
    for line in &lines {
        let is_secret = PLANTED.iter().any(|planted| line.contains(planted));
        assert!(!is_secret && !line.to_lowercase().contains(TELLTALE), "{line}");
    }
    let read =
        |line: &String| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    let lines: Vec<Value> = lines.iter().map(read).collect();
    for line in &lines {
        let (time, level) = (line["timestamp"].as_str().unwrap(), line["level"].as_str().unwrap());
        assert!(time.len() >= 20 && time.as_bytes()[10] == b'T' && time.ends_with('Z'), "{line}");
        assert!(["DEBUG", "INFO", "WARN", "ERROR"].contains(&level), "{line}");
    }
    lines
}

/// There is a line for each finding, by which it is found and followed; with it came the debug lines before it.
#[track_caller]
fn tells_of_findings(lines: &[Value]) {
    let findings: Vec<_> = lines.iter().filter(|line| line["message"] == "finding").collect();
    assert!(!findings.is_empty(), "{lines:?}");
    for line in &findings {
        let trace = line["traceId"].as_str().unwrap_or_default();
        assert!(trace.starts_with("5bef4de7ad49b0e87f6e"), "{line}");
        assert_eq!(
            line["xray_trace_id"],
            format!("1-5bef4de7-{}", trace.trim_start_matches("5bef4de7")),
            "{line}"
        );
        assert_eq!(line["correlation_id"], "0a1b2c3d-0000-4000-8000-00000000cafe", "{line}");
        assert_eq!((&line["level"], &line["cold_start"]), (&json!("INFO"), &json!(true)), "{line}");
        let ids = ["requestId", "finding_id", "rule_id", "rule_hash", "event_id", "severity", "application"];
        assert!(ids.iter().all(|name| line[*name].as_str().is_some_and(|id| id.len() >= 3)), "{line}");
    }
    let ids: BTreeSet<_> = findings.iter().map(|line| line["finding_id"].to_string()).collect();
    assert_eq!(ids.len(), findings.len(), "each finding once");
    assert!(lines.iter().any(|line| line["level"] == "DEBUG" && line["message"] == "a payload came in"));
}

/// Each span is told twice, and neither time with a secret in it.
#[track_caller]
fn no_secret_in_spans(daemon: &Daemon, otlp: &Otlp) {
    let spans = otlp.spans();
    until("every document", || (daemon.documents().len() >= spans.len()).then_some(()));
    assert!(spans.iter().any(|span| span.name == "invocation"));
    for told in [format!("{spans:?}"), format!("{:?}", daemon.documents())] {
        assert!(!told.to_lowercase().contains(TELLTALE), "{told}");
        assert!(!PLANTED.iter().any(|planted| told.contains(planted)), "{told}");
    }
}

#[test]
fn no_secret_of_a_record_is_in_a_line_or_a_span_of_any_function() {
    let bodies = |name: &str, world: &World| match name {
        "api-events" => event(&planted()),
        "trail-logs" => subscription(&[planted()]),
        _ => notification(world, &planted()),
    };
    for (name, world) in [
        ("api-events", World::new("functions-secrets-1")),
        ("trail-logs", World::new("functions-secrets-2")),
        ("trail-files", World::new("functions-secrets-3")),
    ] {
        // As much as can be asked for without naming a library.
        for level in ["info", "trace"] {
            let (daemon, otlp) = (Daemon::start(), Otlp::start());
            let settings = [
                ("TATTLETRAIL_LOG_LEVEL", level),
                ("RUST_LOG", "info"),
                ("AWS_XRAY_DAEMON_ADDRESS", &*daemon.address()),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.endpoint()),
            ];
            let function = world.start_with(name, &settings);
            function.invoke(&bodies(name, &world), LIMIT).unwrap();
            let lines = lines(&function);
            no_secret_in_spans(&daemon, &otlp);
            if level == "info" {
                tells_of_findings(&lines);
            }
        }
        assert_eq!(world.findings().len(), 1, "{name}");
    }
}

fn notification(world: &World, record: &Value) -> Vec<u8> {
    let file = base64(&gzip(&json!({"Records": [record]}).to_string()));
    world.aws.call("s3", "create_bucket", json!({"Bucket": world.name}));
    let object = json!({"Bucket": world.name, "Key": "a.json.gz", "Body": {"$base64": file}});
    world.aws.call("s3", "put_object", object);
    let entry = json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": world.name}, "object": {"key": "a.json.gz"}}});
    json!({"Records": [entry]}).to_string().into_bytes()
}

#[test]
fn no_secret_of_what_cannot_be_read_is_in_a_line() {
    let world = World::new("functions-secrets-rejected");
    let rejected = world.queue("rejected");
    let whole = planted().to_string();
    let bad = [
        whole.as_bytes()[..whole.len() - 2].to_vec(),
        whole.replacen(':', " planted ", 3).into_bytes(),
        json!({PLANTED[3]: PLANTED, "Records": [PLANTED[0], {"planted": PLANTED[1]}]})
            .to_string()
            .into_bytes(),
        json!({"awslogs": {"data": PLANTED[2]}}).to_string().into_bytes(),
    ];
    for settings in [vec![], vec![("TATTLETRAIL_REJECTED", &*rejected)]] {
        let function = world.start_with("api-events", &settings);
        function.invoke(&batch(bad.clone()), LIMIT).unwrap();
        let lines = lines(&function);
        assert!(
            lines.iter().any(|line| line["message"] == "some of a message could not be read"),
            "{lines:?}"
        );
    }
}

#[test]
fn debug_lines_of_an_invocation_in_which_nothing_happens_are_dropped() {
    let world = World::new("functions-secrets-quiet");
    let nothing = json!({"source": "aws.ec2", "detail-type": "AWS API Call via CloudTrail",
        "detail": {"eventVersion": "1.09", "eventSource": "ec2.amazonaws.com", "eventName": "DescribeRegions"}});
    // Beside the line of health, two at the start: which rules are in use, and what functions do not run.
    for (share, lines) in [("0", 3), ("1", 5)] {
        let function = world.start_with("api-events", &[("TATTLETRAIL_LOG_SAMPLE", share)]);
        function.invoke(nothing.to_string().as_bytes(), LIMIT).unwrap();
        until("the lines", || (function.output().len() >= lines).then_some(()));
        assert_eq!(health(&function, 1).len(), 1);
        assert_eq!(function.output().len(), lines, "{:?}", function.output());
    }
}
