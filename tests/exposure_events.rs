//! Events with other people's verdicts, where they are present: every one that exposes something is found by what it is
//! about, none of the harmless ones is taken for it.
//!
//! Each case is scanned on its own, for cases share names. `tests/exposure_tags.json` says which of the shared tags a rule
//! stands for; it is by rule file name, so that it can be read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::{root, shared_data, tattletrail};

/// Wraps the cases of a file into trail files, scans each case, and scores the findings.
fn score(data: &Path, cases: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let cases = data.join("cloudtrail/cases").join(cases);
    python(&data.join("tools/wrap.py"), &[&cases, folder.path()]);
    let index = fs::read_to_string(folder.path().join("index.jsonl")).unwrap();
    let mut by_case: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in index.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        by_case.entry(row["dir"].as_str().unwrap().to_owned()).or_default().push(row);
    }
    let mut findings = String::new();
    for (dir, rows) in by_case {
        let run = tattletrail(["scan", "-q", "-f", "jsonl", &folder.path().join(dir).display().to_string()]);
        for line in run.json_lines().iter().filter(|line| line["status"] == "open") {
            let row = rows.iter().find(|row| row["eventID"] == line["event_id"]).unwrap();
            let rule =
                line["rule"]["path"].as_str().unwrap().rsplit('/').next().unwrap().trim_end_matches(".yml");
            let found = serde_json::json!({
                "case_id": row["case_id"], "i": row["i"], "rule_id": rule, "attack": line["attack"],
            });
            findings.push_str(&format!("{found}\n"));
        }
    }
    let path = folder.path().join("findings.jsonl");
    fs::write(&path, findings).unwrap();
    python(&data.join("tools/score.py"), &[&cases, &path, &root().join("tests/exposure_tags.json")])
}

fn python(script: &Path, arguments: &[&Path]) -> String {
    let output = Command::new("python3").arg(script).args(arguments).output().expect("python3 is needed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_exposure_is_found_and_nothing_harmless_is() {
    let Some(data) = shared_data() else { return };
    let report = score(&data, "exposure_core.jsonl");
    println!("{report}");
    assert!(report.contains("MISSED\n  0") && report.contains("VIOLATED\n  0"), "{report}");
}

#[test]
fn the_other_cases_are_reported() {
    let Some(data) = shared_data() else { return };
    println!("{}", score(&data, "all.jsonl"));
}

#[test]
fn every_rule_of_the_tags_exists() {
    let tags: BTreeMap<String, Vec<String>> =
        serde_json::from_str(&fs::read_to_string(root().join("tests/exposure_tags.json")).unwrap()).unwrap();
    let rules = crate::harness::files(&root().join("rules/aws"), ".yml");
    for rule in tags.keys() {
        assert!(rules.iter().any(|path| path.ends_with(format!("{rule}.yml"))), "no rule `{rule}`");
    }
}
