//! The sample trail: its findings are those of its story, `tests/fixtures/sample-trail/expected.csv`.

use std::collections::BTreeSet;
use std::fs;

use crate::harness::{root, tattletrail};

fn expected() -> BTreeSet<[String; 4]> {
    let text = fs::read_to_string(root().join("tests/fixtures/sample-trail/expected.csv")).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| header.iter().position(|cell| *cell == name).unwrap();
    let columns = ["event_id", "rule", "status", "facet"].map(column);
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            columns.map(|column| cells[column].to_owned())
        })
        .collect()
}

#[test]
fn the_findings_are_those_of_the_story() {
    let run = tattletrail([
        "scan",
        &root().join("tests/fixtures/sample-trail/AWSLogs").display().to_string(),
        "-f",
        "jsonl",
    ]);
    let found: BTreeSet<[String; 4]> = run
        .json_lines()
        .iter()
        .map(|line| {
            let path = line["rule"]["path"].as_str().unwrap();
            let rule = path.trim_start_matches("rules/aws/cloudtrail/").trim_end_matches(".yml").to_owned();
            let facet = line["exposure"]["facet"].as_str().unwrap_or_default().to_owned();
            [
                line["event_id"].as_str().unwrap().to_owned(),
                rule,
                line["status"].as_str().unwrap().to_owned(),
                facet,
            ]
        })
        .collect();
    assert_eq!(found, expected());
    assert!(run.err.contains("34 duplicate"), "{}", run.err);
    assert!(run.err.contains("1 digest file"), "{}", run.err);
    assert!(run.err.contains("3 still open"), "{}", run.err);
}

#[test]
fn the_exposure_that_is_opened_again_is_the_same_finding() {
    let run = tattletrail([
        "scan",
        &root().join("tests/fixtures/sample-trail/AWSLogs").display().to_string(),
        "-f",
        "jsonl",
    ]);
    let lines = run.json_lines();
    let ssh: Vec<_> =
        lines.iter().filter(|line| line["exposure"]["facet"] == "ingress|tcp|22-22|0.0.0.0/0").collect();
    let statuses: Vec<_> = ssh.iter().map(|line| line["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["open", "closed", "open", "closed"]);
    assert_eq!(
        ssh.iter().map(|line| &line["finding_id"]).collect::<Vec<_>>(),
        vec![&ssh[0]["finding_id"]; 4]
    );
    assert_ne!(ssh[0]["actor"], ssh[1]["actor"], "opened by one, closed by another");
}
