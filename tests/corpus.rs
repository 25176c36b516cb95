//! Third-party records and verdicts, where they are present: nothing lost, the same findings in every form, Sigma to the
//! letter.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::harness::{Run, files, shared_data, tattletrail};
use serde_json::Value;
use tattletrail_cli::Exit;

fn scan(path: &Path, more: &[&str]) -> Run {
    let mut arguments =
        vec!["scan".to_owned(), path.display().to_string(), "--format".into(), "jsonl".into()];
    arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
    tattletrail(arguments)
}

/// What identifies a finding, whatever form its record came in.
fn identities(run: &Run) -> BTreeSet<String> {
    let text = |line: &Value, key: &str| line[key].to_string();
    let line = |line: &Value| {
        format!(
            "{} {} {} {}",
            text(line, "finding_id"),
            text(line, "status"),
            text(line, "event_id"),
            line["rule"]["id"]
        )
    };
    run.json_lines().iter().map(line).collect()
}

#[test]
fn the_archive_is_read_without_a_loss() {
    let Some(data) = shared_data() else { return };
    let run = scan(&data.join("cloudtrail/archive"), &[]);
    assert_eq!(run.exit, Exit::Findings, "{}", run.err);
    assert!(run.err.contains("3,376 read"), "{}", run.err);
    assert!(!run.err.contains("rejected"), "{}", run.err);
}

#[test]
fn the_logs_form_of_the_archive_gives_the_same_findings() {
    let Some(data) = shared_data() else { return };
    let archive = identities(&scan(&data.join("cloudtrail/archive"), &[]));
    let logs = scan(&data.join("cloudtrail/cloudwatch_logs"), &[]);
    assert_eq!(identities(&logs), archive, "{}", logs.err);
    assert!(logs.err.contains("1 control message"), "{}", logs.err);
}

#[test]
fn the_event_bridge_form_of_the_archive_gives_the_same_findings() {
    let Some(data) = shared_data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for path in files(&data.join("cloudtrail/archive"), ".json.gz") {
        let file = fs::File::open(path).unwrap();
        let trail: Value = serde_json::from_reader(flate2::read::GzDecoder::new(file)).unwrap();
        for record in trail["Records"].as_array().unwrap() {
            let envelope = serde_json::json!({"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": record});
            lines.push_str(&envelope.to_string());
            lines.push('\n');
        }
    }
    let path = folder.path().join("events.jsonl");
    fs::write(&path, lines).unwrap();
    let bridge = scan(&path, &[]);
    assert!(bridge.err.contains("3,376 read"), "{}", bridge.err);
    assert_eq!(identities(&bridge), identities(&scan(&data.join("cloudtrail/archive"), &[])));
}

/// The (eventID, rule id) pairs that the reference converter found.
fn oracle(path: &Path) -> BTreeSet<(String, String)> {
    let text = fs::read_to_string(path).unwrap();
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        (row["eventID"].to_string(), row["rule_id"].to_string())
    };
    text.lines().map(row).collect()
}

#[test]
fn the_sigma_rules_find_in_the_archive_what_the_reference_finds() {
    let Some(data) = shared_data() else { return };
    let rules = data.join("sigma-aws/aws").display().to_string();
    let run = scan(&data.join("cloudtrail/archive"), &["--rules", &rules, "--experimental"]);
    let lines = run.json_lines();
    let found: Vec<_> =
        lines.iter().map(|line| (line["event_id"].to_string(), line["rule"]["id"].to_string())).collect();
    assert_eq!(found.len(), 250);
    let expected = oracle(&data.join("cloudtrail/oracle/pysigma_archive.jsonl"));
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn every_shape_passes_through() {
    let Some(data) = shared_data() else { return };
    for (path, records) in [
        ("exposure/real_events.jsonl", 102),
        ("cloudtrail/cases", 0),
        ("cloudtrail/eventbridge", 0),
        ("cloudtrail/fixtures", 0),
    ] {
        let run = scan(&data.join(path), &[]);
        println!("{path}: {}", run.err);
        if records > 0 {
            assert!(run.err.contains(&format!("{records} read")), "{}", run.err);
            assert!(!run.err.contains("rejected"), "{}", run.err);
        }
    }
}
