//! `tattletrail exposures`, and the lives of findings, over the sample trail and over shuffled input.

use std::fs;

use serde_json::Value;
use tattletrail_cli::Exit;

use crate::harness::{Run, root, tattletrail};

fn run(command: &str, arguments: &[&str]) -> Run {
    let sample = root().join("tests/fixtures/sample-trail/AWSLogs").display().to_string();
    tattletrail([command, &sample].into_iter().chain(arguments.iter().copied()))
}

fn of<'a>(lines: &'a [Value], name: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["resource"].as_str().unwrap().ends_with(name)).collect()
}

#[test]
fn the_sample_trail_tells_who_opened_and_who_closed() {
    let listed = run("exposures", &["-f", "jsonl"]);
    assert_eq!(listed.exit, Exit::Findings);
    let lines = listed.json_lines();
    let ssh = of(&lines, "sg-0a1b2c3d4e5f60718");
    let v4: Vec<_> = ssh.iter().filter(|line| line["what"] == "tcp/22 from 0.0.0.0/0").collect();
    assert_eq!(v4.len(), 2, "opened twice");
    assert_ne!(v4[0]["opened_by"], v4[0]["closed_by"], "opened by one, closed by another");
    assert_eq!(
        (&v4[0]["opened_at"], &v4[0]["closed_at"]),
        (&"2026-11-20T11:05:20Z".into(), &"2026-11-20T13:20:00Z".into())
    );
    assert_eq!((&v4[0]["open_seconds"], &v4[0]["reopened"]), (&8080.into(), &false.into()));
    assert_eq!((&v4[1]["open_seconds"], &v4[1]["reopened"]), (&886.into(), &true.into()));
    let database = of(&lines, "sg-0b2c3d4e5f6071829");
    assert_eq!(database.len(), 1);
    assert!(database[0].get("closed_at").is_none(), "still open");
}

#[test]
fn one_moment_is_asked_for() {
    let at = |time: &str| run("exposures", &["-f", "jsonl", "--open-at", time]).json_lines();
    assert_eq!(of(&at("2026-11-20T12:00:00Z"), "sg-0a1b2c3d4e5f60718").len(), 2);
    assert_eq!(of(&at("2026-11-20T13:30:00Z"), "sg-0a1b2c3d4e5f60718").len(), 1, "IPv6 was overlooked");
    let before = run("exposures", &["--open-at", "2026-11-20"]);
    assert_eq!((before.exit, before.out.as_str()), (Exit::Clean, ""));
}

#[test]
fn every_form_has_the_same_exposures() {
    let count = run("exposures", &["-f", "jsonl"]).json_lines().len();
    assert_eq!(run("exposures", &["-f", "csv"]).out.lines().count(), count + 1);
    let table = run("exposures", &[]).out;
    assert_eq!(table.lines().filter(|line| line.starts_with("2026-")).count(), count);
    assert!(
        table.contains("still open")
            && table.contains("2h 14m")
            && table.contains("opened again by backup-svc"),
        "{table}"
    );
}

#[test]
fn a_closed_finding_knows_its_life() {
    let lines = run("scan", &["-f", "jsonl"]).json_lines();
    let ssh: Vec<_> =
        lines.iter().filter(|line| line["exposure"]["facet"] == "ingress|tcp|22-22|0.0.0.0/0").collect();
    assert_eq!(ssh[1]["open_seconds"], 8080);
    assert_eq!(
        (&ssh[1]["opened_at"], &ssh[1]["opened_event_id"]),
        (&ssh[0]["event_time"], &ssh[0]["event_id"])
    );
    assert_eq!(ssh[1]["opened_by"], ssh[0]["actor"]);
    assert!(ssh[0].get("reopened").is_none() && ssh[2]["reopened"] == true);
}

/// A record of a small story; every minute another.
fn call(minute: usize, source: &str, action: &str, request: &str) -> String {
    format!(
        r#"{{"eventTime":"2026-11-20T10:{minute:02}:00Z","eventSource":"{source}.amazonaws.com","eventName":"{action}",
        "eventID":"{minute}","awsRegion":"eu-west-1","recipientAccountId":"111122223333","requestParameters":{request}}}"#
    )
    .replace('\n', "")
}

fn story() -> Vec<String> {
    let half = |peer: &str| {
        format!(r#"{{"groupId":"sg-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"{peer}"}}"#)
    };
    let policy = |action: &str| {
        format!(
            r#"{{"bucketName":"b","bucketPolicy":{{"Statement":[{{"Effect":"Allow","Principal":"*","Action":"{action}","Resource":"*"}}]}}}}"#
        )
    };
    let (authorize, revoke) = ("AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress");
    [
        ("ec2", authorize, half("0.0.0.0/1")),
        ("ec2", authorize, half("128.0.0.0/1")),
        ("s3", "PutBucketPolicy", policy("s3:PutObject")),
        ("s3", "PutBucketPolicy", policy("s3:GetObject")),
        ("ec2", revoke, half("0.0.0.0/1")),
        ("s3", "DeleteBucketPolicy", r#"{"bucketName":"b"}"#.to_owned()),
        ("ec2", "DeleteSecurityGroup", r#"{"groupId":"sg-1"}"#.to_owned()),
    ]
    .iter()
    .enumerate()
    .map(|(minute, (source, action, request))| call(minute, source, action, request))
    .collect()
}

fn findings(records: &[String]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("story.jsonl");
    fs::write(&path, records.join("\n")).unwrap();
    tattletrail(["scan", &path.display().to_string(), "-f", "jsonl"]).out
}

#[test]
fn the_order_of_the_input_changes_nothing() {
    let mut records = story();
    let expected = findings(&records);
    for turn in 0..records.len() {
        records.rotate_left(turn % 3 + 1);
        records.swap(0, turn);
        assert_eq!(findings(&records), expected);
    }
}

#[test]
fn every_finding_of_the_story_closes_by_the_call_that_ended_it() {
    let text = findings(&story());
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<String> = lines
        .iter()
        .filter(|line| line["exposure"].is_object())
        .map(|line| {
            let path = line["rule"]["path"].as_str().unwrap();
            let rule = path.rsplit('/').next().unwrap().trim_end_matches(".yml");
            format!("{} {} {rule}", line["event_id"].as_str().unwrap(), line["status"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            "0 open ingress_open_to_broad_range",
            "1 closed ingress_open_to_broad_range",
            "1 open ssh_open_to_world",
            "1 open ssh_open_to_world",
            "2 open bucket_policy_public_write",
            "3 closed bucket_policy_public_write",
            "3 open bucket_policy_public_read",
            "4 closed ssh_open_to_world",
            "4 closed ssh_open_to_world",
            "4 open ingress_open_to_broad_range",
            "5 closed bucket_policy_public_read",
            "6 closed ingress_open_to_broad_range",
        ]
    );
}
