//! `tattletrail publish` with the real binaries against servers: each finding once in each sink, whatever happens.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::deployment::{Deployment, Finished, event_of, finish, signed_in, ssh_record};
use crate::harness::{binary, root};

const LIMIT: Duration = Duration::from_secs(20);
const OPEN: &str = "AuthorizeSecurityGroupIngress";
const CLOSE: &str = "RevokeSecurityGroupIngress";

/// A folder with a trail file for each of these lists of records.
fn trail(files: &[&[Value]]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, records) in files.iter().enumerate() {
        let path = folder.path().join(format!("{number}.json"));
        fs::write(path, json!({"Records": records}).to_string()).unwrap();
    }
    folder
}

fn publish(world: &Deployment, folder: &Path, more: &[&str]) -> Finished {
    let path = folder.display().to_string();
    world.run(&[&["publish", &path], more].concat())
}

#[track_caller]
fn assert_said(run: &Finished, code: i32, words: &[&str]) {
    assert_eq!(run.code, Some(code), "{}\n{}", run.out, run.err);
    for word in words {
        assert!(run.err.contains(word), "no `{word}` in {}", run.err);
    }
}

#[test]
fn a_folder_is_published_once_in_the_order_of_time() {
    let world = Deployment::new("publish-once");
    // The end is read before the beginning, and the beginning twice.
    let opened = ssh_record(2, 0, OPEN);
    let folder = trail(&[&[ssh_record(3, 10, CLOSE), opened.clone()], &[opened, ssh_record(4, 20, OPEN)]]);
    let run = publish(&world, folder.path(), &[]);
    assert_said(
        &run,
        0,
        &["4 received: 3 matched, 0 unmatched, 0 undecidable, 1 copies, 0 rejected, 0 undelivered"],
    );
    let mut states: Vec<_> = world.findings().iter().map(|it| it["RecordState"].to_string()).collect();
    states.sort();
    assert_eq!(states, [r#""ACTIVE""#, r#""ARCHIVED""#]);
    let alerts = world.alerts(3);
    assert_eq!(alerts.len(), 3);
    let ended = alerts.iter().find(|alert| alert["status"] == "closed").unwrap();
    assert_eq!(ended["open_seconds"], 600);
    let calls = world.calls();
    let again = publish(&world, folder.path(), &[]);
    assert_said(
        &again,
        0,
        &["4 received: 0 matched, 0 unmatched, 0 undecidable, 4 copies", "sent        nothing"],
    );
    assert_eq!((world.calls(), world.alerts(0).len()), (calls, 0));
}

#[test]
fn what_a_function_has_delivered_is_not_published_again_nor_the_other_way_round() {
    let world = Deployment::new("publish-function");
    let events = world.function("api-events");
    let (first, second) = (ssh_record(2, 0, OPEN), ssh_record(4, 20, OPEN));
    events.invoke(event_of(&first).as_bytes(), LIMIT).unwrap();
    assert_eq!(world.alerts(1).len(), 1);
    let folder = trail(&[&[first, second.clone()]]);
    assert_said(&publish(&world, folder.path(), &[]), 0, &["1 matched", "1 copies"]);
    assert_eq!((world.findings().len(), world.alerts(1).len()), (2, 1));
    let calls = world.calls();
    assert_eq!(events.invoke(event_of(&second).as_bytes(), LIMIT).unwrap()["copies"], 1);
    assert_eq!(world.calls(), calls);
    assert_eq!(world.alerts(0).len(), 0);
}

#[test]
fn a_dry_run_shows_and_does_nothing() {
    let world = Deployment::new("publish-dry");
    let folder = trail(&[&[ssh_record(2, 0, OPEN), ssh_record(4, 20, OPEN)]]);
    let run = publish(&world, folder.path(), &["--dry-run"]);
    assert_said(&run, 0, &["2 matched", "would send"]);
    assert!(run.out.contains("SSH opened to the internet: sg-"), "{}", run.out);
    assert!(run.out.contains("to security_hub, cloud_watch, sns"), "{}", run.out);
    let lines = publish(&world, folder.path(), &["--dry-run", "--format", "jsonl"]).json_lines();
    let to = |sink: &str| lines.iter().filter(|line| line["sink"] == sink).collect::<Vec<_>>();
    let ssh = |line: &&&Value| line["body"]["Title"].as_str().is_some_and(|title| title.contains("SSH"));
    assert_eq!((to("sns").len(), to("security_hub").iter().filter(ssh).count()), (2, 2), "{lines:?}");
    assert_eq!((world.calls(), world.rows(), world.alerts(0).len()), (0, 0, 0));
    // What was sent is not shown as to be sent.
    assert_said(&publish(&world, folder.path(), &[]), 0, &[]);
    let after = publish(&world, folder.path(), &["--dry-run"]);
    assert_said(&after, 0, &["2 copies", "would send  nothing"]);
    assert_eq!(after.out, "");
}

#[test]
fn a_dry_run_without_a_ledger_calls_nobody() {
    let sample = root().join("tests/fixtures/sample-trail/AWSLogs").display().to_string();
    let mut command = signed_in(&["publish", &sample, "--dry-run", "--format", "jsonl"]);
    command.env_remove("AWS_REGION").env_remove("AWS_ACCESS_KEY_ID");
    command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").env("TATTLETRAIL_EVENT_BUS", "siem");
    let run = finish(&mut command);
    assert_said(&run, 0, &["TATTLETRAIL_LEDGER_TABLE is not set"]);
    let scanned = crate::harness::tattletrail(["scan", &sample, "--format", "jsonl"]).json_lines();
    // What a correlation finds is the command's alone.
    let scanned: Vec<Value> = scanned.into_iter().filter(|line| line.get("events").is_none()).collect();
    let ids = |lines: &[Value], sink: Option<&str>| {
        let mine = lines.iter().filter(|line| sink.is_none_or(|sink| line["sink"] == sink));
        let mut ids: Vec<_> = mine.map(|it| format!("{} {}", it["finding_id"], it["status"])).collect();
        ids.sort();
        ids
    };
    let shown = run.json_lines();
    assert_eq!(ids(&shown, Some("event_bus")), ids(&scanned, None), "what the scanner finds is what is sent");
    assert_eq!(ids(&shown, Some("cloud_watch")).len(), scanned.len());
}

#[test]
fn a_sink_that_is_down_is_told_and_the_next_run_sends_what_is_missing() {
    let world = Deployment::new("publish-down");
    let folder = trail(&[&[ssh_record(2, 0, OPEN)]]);
    world.hub.fault(&json!({"kind": "error", "status": 503, "count": 1000}));
    let run = publish(&world, folder.path(), &["--timeout", "1"]);
    assert_said(&run, 4, &["1 undelivered", "not delivered: security_hub", "not sent    security_hub"]);
    assert_eq!((world.findings().len(), world.alerts(1).len()), (0, 1));
    world.hub.recover();
    assert_said(&publish(&world, folder.path(), &[]), 0, &["1 copies", "sent        security_hub"]);
    assert_eq!((world.findings().len(), world.alerts(0).len()), (1, 0));
}

#[test]
fn a_run_that_was_killed_is_finished_by_the_next() {
    let world = Deployment::new("publish-killed");
    let folder = trail(&[&[ssh_record(2, 0, OPEN)]]);
    world.hub.fault(&json!({"kind": "hang", "seconds": 60, "count": 1000}));
    let path = folder.path().display().to_string();
    let mut child = world.start(&["publish", &path, "--timeout", "6"]);
    // The alert is out, and Security Hub does not answer.
    assert_eq!(world.alerts(1).len(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    world.hub.recover();
    let started = Instant::now();
    assert_said(&publish(&world, folder.path(), &["--timeout", "6"]), 0, &["1 copies"]);
    assert_eq!((world.findings().len(), world.alerts(0).len()), (1, 0));
    assert!(started.elapsed() < Duration::from_secs(30), "what was claimed is free soon");
}

#[test]
fn what_is_missing_is_told_before_anything_is_read() {
    let sample = root().join("tests/fixtures/sample-trail/AWSLogs").display().to_string();
    let run = |environment: &[(&str, &str)], without: &[&str], more: &[&str]| {
        let mut command = signed_in(&[&["publish", &sample], more].concat());
        for name in without {
            command.env_remove(name);
        }
        finish(command.envs(environment.iter().copied()))
    };
    let bad_setting = run(&[("TATTLETRAIL_TOPIC", "x")], &[], &[]);
    assert_said(
        &bad_setting,
        2,
        &["TATTLETRAIL_TOPIC is not a setting, expected one of TATTLETRAIL_LEDGER_TABLE"],
    );
    assert_said(
        &run(&[("TATTLETRAIL_METRICS", "off")], &[], &[]),
        2,
        &["no sink", "TATTLETRAIL_SECURITY_HUB"],
    );
    assert_said(&run(&[], &["AWS_REGION"], &[]), 2, &["no AWS Region", "AWS_REGION"]);
    assert_said(&run(&[], &["AWS_ACCESS_KEY_ID"], &[]), 2, &["no AWS credentials", "aws sso login"]);
    assert_said(&run(&[], &[], &["--format", "jsonl"]), 2, &["--dry-run"]);
    let rules = root().join("tests/fixtures/broken-rules").display().to_string();
    assert_said(&run(&[], &[], &["--rules", &rules]), 3, &["do not load"]);
}

#[test]
fn input_that_can_not_be_read_in_full_is_told() {
    let world = Deployment::new("publish-unread");
    let folder = trail(&[&[ssh_record(2, 0, OPEN)]]);
    fs::write(folder.path().join("cut.json"), r#"{"Records":[{"eventID":"#).unwrap();
    let run = publish(&world, folder.path(), &[]);
    assert_said(&run, 2, &["cut.json", "1 matched"]);
    assert_eq!(world.findings().len(), 1);
}

#[test]
fn without_the_other_binary_the_command_says_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("tattletrail");
    fs::copy(binary(), &alone).unwrap();
    for arguments in [&["publish", "--help"][..], &["redrive", "queue"]] {
        let mut command = std::process::Command::new(&alone);
        let run = finish(command.args(arguments).env("PATH", ""));
        assert_said(&run, 2, &["cargo install --path crates/aws --locked", "-p tattletrail-aws"]);
    }
    let listed = crate::harness::tattletrail(["--help"]).out;
    assert!(listed.contains("publish") && listed.contains("redrive"), "{listed}");
    let help = finish(&mut signed_in(&["publish", "--help"]));
    assert_eq!(help.code, Some(0));
    for word in ["Examples", "Exit codes", "--dry-run", "TATTLETRAIL_LEDGER_TABLE"] {
        assert!(help.out.contains(word), "no `{word}` in {}", help.out);
    }
}
