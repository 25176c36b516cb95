//! The command: formats, filters, exit codes, order.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::harness::{Run, binary, root, run_binary, tattletrail};
use serde_json::Value;
use tattletrail_cli::Exit;

fn sample() -> String {
    root().join("tests/fixtures/sample-trail/AWSLogs").display().to_string()
}

fn scan(arguments: &[&str]) -> Run {
    let sample = sample();
    tattletrail(["scan", &sample].into_iter().chain(arguments.iter().copied()))
}

#[test]
fn every_line_has_the_documented_keys() {
    let run = scan(&["--format", "jsonl"]);
    assert_eq!(run.exit, Exit::Findings);
    for line in run.json_lines() {
        for key in [
            "finding_id",
            "status",
            "level",
            "attack",
            "event_id",
            "event_time",
            "event_source",
            "event_name",
            "account",
            "region",
            "resource",
            "actor",
            "title",
            "description",
        ] {
            assert!(line.get(key).is_some(), "no `{key}` in {line}");
        }
        assert!(line["rule"]["id"].is_string() && line["rule"]["title"].is_string(), "{line}");
        assert!(["open", "closed"].contains(&line["status"].as_str().unwrap()));
        let derived = line["exposure"].is_object();
        assert!(derived || line["status"] == "open", "behaviour does not close: {line}");
    }
}

#[test]
fn findings_come_in_the_order_of_time() {
    let lines = scan(&["--format", "jsonl"]).json_lines();
    let several = lines.iter().position(|line| line["events"].is_object()).unwrap_or(lines.len());
    // What several events came to is known at the end, and told behind everything else.
    let (single, several) = lines.split_at(several);
    assert!(several.len() >= 2 && several.iter().all(|line| line["events"].is_object()), "{several:?}");
    for part in [single, several] {
        let times: Vec<String> = part.iter().map(|line| line["event_time"].to_string()).collect();
        assert!(times.is_sorted(), "{times:?}");
    }
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let one = scan(&["--format", "jsonl", "--jobs", "1"]);
    for jobs in ["2", "3", "16"] {
        assert_eq!(scan(&["--format", "jsonl", "--jobs", jobs]).out, one.out);
    }
}

#[test]
fn every_format_has_the_same_findings() {
    let lines = scan(&["--format", "jsonl"]).json_lines().len();
    assert!(lines > 5);
    let csv = scan(&["--format", "csv"]).out;
    assert_eq!(csv.lines().count(), lines + 1, "a header and no line breaks in cells");
    let asff: Vec<Value> = serde_json::from_str(&scan(&["--format", "asff"]).out).unwrap();
    assert_eq!(asff.len(), lines);
    assert_eq!(scan(&["--format", "ocsf"]).json_lines().len(), lines);
    let table = scan(&[]).out;
    assert_eq!(table.lines().filter(|line| line.starts_with("2026-")).count(), lines, "{table}");
}

#[test]
fn asff_output_keeps_the_documented_limits() {
    let findings: Vec<Value> = serde_json::from_str(&scan(&["--format", "asff"]).out).unwrap();
    for finding in findings {
        let problems = tattletrail_engine::render::asff::check(&finding);
        assert!(problems.is_empty(), "{problems:?} in {finding}");
    }
}

#[test]
fn no_findings_leave_files_that_tools_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quiet.json");
    fs::write(&path, r#"{"Records":[{"eventName":"DescribeInstances","eventID":"1"}]}"#).unwrap();
    let run = |format: &str| tattletrail(["scan", &path.display().to_string(), "--format", format]);
    assert_eq!(run("asff").out.trim(), "[\n]");
    assert_eq!(run("csv").out.lines().count(), 1);
    assert_eq!(run("jsonl").out, "");
    assert_eq!(run("table").out, "");
    assert_eq!(run("table").exit, Exit::Clean);
}

#[test]
fn output_goes_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.jsonl").display().to_string();
    let run = scan(&["--format", "jsonl", "--output", &path]);
    assert_eq!(run.out, "");
    assert_eq!(fs::read_to_string(&path).unwrap(), scan(&["--format", "jsonl"]).out);
}

#[test]
fn the_least_level_is_kept_to() {
    let run = scan(&["--format", "jsonl", "--min-level", "high"]);
    assert!(
        run.json_lines().iter().all(|line| ["high", "critical"].contains(&line["level"].as_str().unwrap()))
    );
    assert!(run.err.contains("below --min-level not shown"), "{}", run.err);
}

#[test]
fn filters_count_what_they_leave_out() {
    let all = scan(&["--format", "jsonl"]).json_lines();
    let account = scan(&["--format", "jsonl", "--account", "444455556666"]);
    assert!(account.json_lines().iter().all(|line| line["account"] == "444455556666"));
    assert!(account.json_lines().len() < all.len());
    assert!(account.err.contains("passed over by their key"), "{}", account.err);

    let middle = all[all.len() / 2]["event_time"].as_str().unwrap();
    let late = scan(&["--format", "jsonl", "--from", middle]).json_lines();
    let early = scan(&["--format", "jsonl", "--to", middle]).json_lines();
    assert!(late.iter().all(|line| line["event_time"].as_str().unwrap() >= middle));
    assert!(early.iter().all(|line| line["event_time"].as_str().unwrap() < middle));
    assert!(!late.is_empty() && !early.is_empty());

    let none = scan(&["--region", "mars-north-1"]);
    assert_eq!((none.out.as_str(), none.exit), ("", Exit::Clean), "{}", none.err);
}

#[test]
fn a_bad_time_is_explained() {
    let run = scan(&["--from", "yesterday"]);
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("2026-11-20T09:30:00Z"), "{}", run.err);
}

#[test]
fn standard_input_is_read() {
    let record = r#"{"eventTime":"2026-11-20T10:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","eventID":"1","requestParameters":{"name":"main"}}"#;
    let mut child = Command::new(binary())
        .args(["scan", "-", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(record.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("StopLogging"));
}

#[test]
fn exit_codes_are_those_of_the_help() {
    let code = |arguments: &[&str]| run_binary(arguments).status.code();
    let rules = root().join("tests/fixtures/broken-rules").display().to_string();
    assert_eq!(code(&["scan", &sample()]), Some(1));
    assert_eq!(code(&["scan"]), Some(2));
    assert_eq!(code(&["scan", "/no/such/path"]), Some(2));
    assert_eq!(code(&["scan", &sample(), "--rules", &rules]), Some(3));
    assert_eq!(code(&["--help"]), Some(0));
}

#[test]
fn a_broken_rule_is_told_with_file_line_and_help_and_nothing_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("typo.yml");
    let rule = "title: Typo\nid: 7f2d7f4e-52a0-4a37-9d3b-6f1f6f1d2a11\nlogsource:\n  product: aws\n  service: cloudtrail\ndetection:\n  selection:\n    eventName|contain: Delete\n  condition: selection\n";
    fs::write(&path, rule).unwrap();
    let run = scan(&["--rules", &path.display().to_string()]);
    assert_eq!((run.exit, run.out.as_str()), (Exit::BadRule, ""));
    assert!(run.err.contains("typo.yml:8:"), "{}", run.err);
    assert!(run.err.contains("`contain`") && run.err.contains("help:"), "{}", run.err);
}

#[test]
fn a_folder_without_rules_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let run = scan(&["--rules", &folder.path().display().to_string()]);
    assert_eq!(run.exit, Exit::BadRule);
    assert!(run.err.contains("no rule files"), "{}", run.err);
}

#[test]
fn a_copy_of_a_record_is_counted_and_matched_once() {
    let record = r#"{"eventTime":"2026-11-20T10:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","eventID":"1","requestParameters":{"name":"main"}}"#;
    let other = record.replace("main", "other");
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    write("a.json", format!(r#"{{"Records":[{record},{record}]}}"#));
    write("b.jsonl", format!("{record}\n{other}\n"));
    write("c.json", format!("{{\n \"detail\": {}\n}}", record.replace(',', ", ")));
    let run = tattletrail(["scan", &folder.path().display().to_string(), "--format", "jsonl"]);
    assert!(run.err.contains("5 read: 2 matched, 3 duplicate"), "{}", run.err);
    assert_eq!(run.json_lines().len(), 2, "the same eventID with other content is another record");
}

#[test]
fn help_teaches() {
    let run = tattletrail(["scan", "--help"]);
    assert_eq!(run.exit, Exit::Clean);
    for word in ["lookup-events", "Exit codes", "--min-level", "Examples"] {
        assert!(run.out.contains(word), "no `{word}` in {}", run.out);
    }
}
