//! Cases with other people's verdicts about all kinds of events, where they are present: how many of them the shipped rules
//! find by what they are about, and that no harmless one is taken for it. And a day of Terraform, which must page nobody.
//!
//! Three files say how, each made to be read:
//! - `rule_tags.json`: by the name of a rule's file, which of the shared tags it stands for;
//! - `untagged_cases.json`: by a peer's rule, what its cases are about where the shared data has no tag for them;
//! - `peer_differences.yml`: the cases whose verdict is not ours, each with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::harness::{files, root, shared_data, tattletrail};

/// Wraps the cases of a file into trail files, scans each case on its own, for cases share names, and scores the findings.
pub(crate) fn score(data: &Path, cases: &Path) -> Score {
    let folder = tempfile::tempdir().unwrap();
    python(&data.join("tools/wrap.py"), &[cases, folder.path()]);
    let index = fs::read_to_string(folder.path().join("index.jsonl")).unwrap();
    let mut by_case: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in index.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        by_case.entry(row["dir"].as_str().unwrap().to_owned()).or_default().push(row);
    }
    let mut findings = String::new();
    let mut found = BTreeSet::new();
    for (dir, rows) in by_case {
        let run = tattletrail(["scan", "-q", "-f", "jsonl", &folder.path().join(dir).display().to_string()]);
        for line in run.json_lines().iter().filter(|line| line["status"] == "open") {
            let row = rows.iter().find(|row| row["eventID"] == line["event_id"]).unwrap();
            let finding = json!({
                "case_id": row["case_id"], "i": row["i"], "rule_id": rule_name(line), "attack": line["attack"],
            });
            findings.push_str(&format!("{finding}\n"));
            found.insert(row["case_id"].as_str().unwrap().to_owned());
        }
    }
    let path = folder.path().join("findings.jsonl");
    fs::write(&path, findings).unwrap();
    let tags = root().join("tests/rule_tags.json");
    let report = python(&data.join("tools/score.py"), &[cases, &path, &tags]);
    Score { report, found }
}

/// `trail_stopped`, of a finding in JSON Lines.
fn rule_name(finding: &Value) -> String {
    let path = finding["rule"]["path"].as_str().unwrap();
    path.rsplit('/').next().unwrap().trim_end_matches(".yml").to_owned()
}

fn python(script: &Path, arguments: &[&Path]) -> String {
    let output = Command::new("python3").arg(script).args(arguments).output().expect("python3 is needed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What the shared scorer says, and the cases with any finding.
pub(crate) struct Score {
    pub(crate) report: String,
    found: BTreeSet<String>,
}

impl Score {
    /// A number of the headline, such as `hit-by-tag`: cases that one record, or one of the case's records, decides.
    fn headline(&self, name: &str) -> usize {
        let line = self.report.lines().find(|line| line.starts_with("main  ") && line.contains(" TOTAL "));
        let mut words = line.unwrap().split_whitespace().skip_while(|word| *word != name);
        words.nth(1).unwrap().parse().unwrap()
    }

    /// The case ids below `MISSED` or `VIOLATED`.
    fn listed(&self, heading: &str) -> BTreeSet<String> {
        let lines = self.report.lines().skip_while(|line| *line != heading).skip(2);
        lines.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
    }
}

/// All cases, those without a tag with the one that `untagged_cases.json` gives to their peer's rule.
fn all_cases(data: &Path) -> Vec<Value> {
    let ours: BTreeMap<String, String> =
        serde_json::from_str(&fs::read_to_string(root().join("tests/untagged_cases.json")).unwrap()).unwrap();
    let text = fs::read_to_string(data.join("cloudtrail/cases/all.jsonl")).unwrap();
    let mut cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for case in &mut cases {
        let untagged = case["tags"].as_array().is_some_and(Vec::is_empty);
        let id = case["case_id"].as_str().unwrap();
        let rule = id.rsplit_once('/').map_or(id, |(rule, _)| rule);
        if let (true, Some(tag)) = (untagged, ours.get(rule)) {
            case["tags"] = json!([tag]);
        }
    }
    cases
}

/// The listed differences: case id to reason.
fn differences() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("tests/peer_differences.yml")).unwrap();
    let entries = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    entries
        .map(|line| {
            let (id, reason) = line.split_once(": ").unwrap_or_else(|| panic!("`{line}` is no entry"));
            (id.trim_matches('"').to_owned(), reason.trim().to_owned())
        })
        .collect()
}

#[test]
fn ninety_five_of_a_hundred_positives_are_found_and_no_negative_is_violated() {
    let Some(data) = shared_data() else { return };
    let cases = all_cases(&data);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.jsonl");
    let lines: Vec<String> = cases.iter().map(Value::to_string).collect();
    fs::write(&path, lines.join("\n")).unwrap();
    let score = score(&data, &path);
    println!("{}", score.report);

    let (positives, hits) = (score.headline("pos"), score.headline("hit-by-tag"));
    assert!(hits * 100 >= positives * 95, "{hits} of {positives} positives\n{}", score.report);

    // Whatever differs is listed with its reason, and nothing is listed that does not.
    let mut differs = score.listed("MISSED");
    differs.extend(score.listed("VIOLATED"));
    let listed: BTreeSet<String> = differences().into_keys().collect();
    assert_eq!(differs, listed, "tests/peer_differences.yml");

    let groups = cases.iter().filter(|case| case["scope"] != "threshold");
    let stratus: Vec<&str> =
        groups.filter_map(|case| case["case_id"].as_str()).filter(|id| id.starts_with("stratus/")).collect();
    assert!(stratus.len() >= 14, "{stratus:?}");
    let missed: Vec<_> = stratus.iter().filter(|id| !score.found.contains(**id)).collect();
    assert!(missed.is_empty(), "{missed:?}");
    assert!(!score.listed("MISSED").iter().any(|id| id.starts_with("stratus/")), "{}", score.report);
}

#[test]
fn every_rule_of_the_tags_exists() {
    let tags: BTreeMap<String, Vec<String>> =
        serde_json::from_str(&fs::read_to_string(root().join("tests/rule_tags.json")).unwrap()).unwrap();
    let rules = files(&root().join("rules/aws"), ".yml");
    for rule in tags.keys() {
        assert!(rules.iter().any(|path| path.ends_with(format!("{rule}.yml"))), "no rule `{rule}`");
    }
}

/// The rules at level high and above that Terraform's own work in the shared archive may raise, with the reason why each
/// is right to. Its work there is the setting up and taking down of an exercise, more of it than on most days.
const RAISED_BY_TERRAFORM: &[(&str, &str)] = &[
    (
        "administrator_policy_attached",
        "the exercise gives a role AdministratorAccess, and that is what it is",
    ),
    (
        "trail_deleted",
        "the exercise takes its trails down again; a trail that goes is asked about, whoever does it",
    ),
];

#[test]
fn a_day_of_terraform_raises_nothing_high_that_is_not_explained() {
    let Some(data) = shared_data() else { return };
    let archive = data.join("cloudtrail/archive");
    let by_terraform = terraform_events(&archive);
    assert!(by_terraform.len() > 1500, "{}", by_terraform.len());
    let run = tattletrail(["scan", "-q", "-f", "jsonl", &archive.display().to_string()]);
    let mut raised: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in run.json_lines().iter().filter(|line| line["status"] == "open") {
        if line["event_id"].as_str().is_some_and(|id| by_terraform.contains(id)) {
            let level = line["level"].as_str().unwrap().to_owned();
            *raised.entry((level, rule_name(line))).or_default() += 1;
        }
    }
    println!("findings on {} records of Terraform:", by_terraform.len());
    for ((level, rule), count) in &raised {
        println!("{level:14} {count:4} {rule}");
    }
    let high: Vec<_> =
        raised.iter().filter(|((level, _), _)| ["high", "critical"].contains(&level.as_str())).collect();
    for ((level, rule), count) in &high {
        let explained = RAISED_BY_TERRAFORM.iter().any(|(name, _)| name == rule);
        assert!(explained, "{count} findings of `{rule}` at level {level}");
    }
    assert!(high.iter().map(|(_, count)| **count).sum::<usize>() <= 3, "{high:?}");
}

/// The event ids of records whose client says that it is Terraform. The attack tool of the exercise says its own name; what
/// it prepares and cleans up goes through Terraform and counts here.
fn terraform_events(archive: &Path) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for path in files(archive, ".json.gz") {
        let trail: Value = serde_json::from_reader(GzDecoder::new(fs::File::open(path).unwrap())).unwrap();
        for record in trail["Records"].as_array().unwrap() {
            if record["userAgent"].as_str().is_some_and(|agent| agent.contains("HashiCorp/1.0 Terraform/")) {
                ids.extend(record["eventID"].as_str().map(str::to_owned));
            }
        }
    }
    ids
}
