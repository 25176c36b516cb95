//! `rules diff`: which rules differ, and what logs come to under both.

use super::{assert_golden, rules};
use serde_json::Value;
use tattletrail_cli::Exit;

const OLD: &str = "fixtures/workbench/diff/old";
const NEW: &str = "fixtures/workbench/diff/new";
const LOGS: &str = "fixtures/workbench/diff/logs";

/// The difference as JSON.
fn object(arguments: &[&str]) -> Value {
    let run = rules(&[&["diff", "--quiet", "--format", "json"][..], arguments].concat());
    assert!(run.exit == Exit::Findings || run.exit == Exit::Clean, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn rules_and_findings_are_compared_on_a_terminal() {
    let run = rules(&["diff", OLD, NEW, "--on", LOGS]);
    assert_eq!(run.exit, Exit::Findings, "{}", run.err);
    assert_golden("diff.txt", &run.out);
    for line in run.out.lines() {
        assert!(line.chars().count() <= 80 || line.trim().starts_with("arn:"), "{line}");
    }
    assert!(run.err.contains("records     8 read"), "{}", run.err);
}

#[test]
fn programs_read_the_same() {
    let run = rules(&["diff", OLD, NEW, "--on", LOGS, "--quiet", "--format", "json"]);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Findings, ""));
    assert_golden("diff.json", &run.out);
}

#[test]
fn without_logs_only_the_rules_are_compared() {
    let run = rules(&["diff", OLD, NEW]);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Findings, ""));
    assert!(rules(&["diff", OLD, NEW, "--on", LOGS]).out.starts_with(&run.out));
    assert_eq!(object(&[OLD, NEW])["history"], Value::Null);
}

#[test]
fn the_same_rules_are_no_difference_wherever_they_are() {
    let run = rules(&["diff", OLD, OLD, "--on", LOGS, "--quiet"]);
    assert_eq!(run.exit, Exit::Clean, "{}", run.out);
    assert!(run.out.starts_with("rules      0 added, 0 removed, 0 changed, 4 the same\n"), "{}", run.out);
    assert!(run.out.contains("0 new, 0 gone, 0 changed"), "{}", run.out);
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("old.ttrules").display().to_string();
    assert_eq!(rules(&["bundle", OLD, "--output", &bundle]).exit, Exit::Clean);
    assert_eq!(object(&[&bundle, OLD])["rules"]["same"], 4);
    let both = [object(&[OLD, NEW, "--on", LOGS]), object(&[&bundle, NEW, "--on", LOGS])];
    assert_eq!(both[0], both[1]);
    let built_in = rules(&["diff", "builtin", "../rules/aws", "--on", LOGS, "--quiet"]);
    assert_eq!(built_in.exit, Exit::Clean, "{}", built_in.out);
}

#[test]
fn the_other_way_round_new_is_gone() {
    let (there, back) = (object(&[OLD, NEW, "--on", LOGS]), object(&[NEW, OLD, "--on", LOGS]));
    let (there, back) = (&there["history"], &back["history"]);
    assert_eq!(there["new"], back["gone"]);
    assert_eq!(there["gone"], back["new"]);
    assert_eq!(there["changed"][0]["old"], back["changed"][0]["new"]);
}

#[test]
fn what_is_found_adds_up() {
    let history = &object(&[OLD, NEW, "--on", LOGS, "--limit", "1000"])["history"];
    let number = |value: &Value| value.as_u64().unwrap();
    let findings = &history["findings"];
    let grown = number(&findings["new"]) + number(&findings["only_old"]);
    assert_eq!(grown, number(&findings["old"]) + number(&findings["only_new"]));
    for side in ["old", "new"] {
        let of_rules: u64 = history["rules"].as_array().unwrap().iter().map(|rule| number(&rule[side])).sum();
        assert_eq!(of_rules, number(&findings[side]), "{side}");
    }
    // Each side is what a scan with those rules finds.
    for (side, folder) in [("old", OLD), ("new", NEW)] {
        let scan = crate::harness::tattletrail(["scan", LOGS, "--rules", folder, "--format", "jsonl"]);
        assert_eq!(scan.json_lines().len() as u64, number(&findings[side]), "{side}");
    }
}

#[test]
fn no_more_is_listed_than_asked_for_and_all_is_counted() {
    let history = &object(&[OLD, NEW, "--on", LOGS, "--limit", "1"])["history"];
    assert_eq!(history["gone"].as_array().unwrap().len(), 1);
    assert_eq!(history["findings"]["only_old"], 2);
    let run = rules(&["diff", OLD, NEW, "--on", LOGS, "--limit", "1"]);
    assert!(run.out.contains("and 1 more\n"), "{}", run.out);
}

#[test]
fn times_bound_what_is_compared() {
    let history = &object(&[OLD, NEW, "--on", LOGS, "--from", "2026-11-20", "--to", "2026-11-21"])["history"];
    assert_eq!((&history["days"], &history["first_day"]), (&1.into(), &"2026-11-20".into()));
    assert_eq!(rules(&["diff", OLD, NEW, "--from", "2026-11-20"]).exit, Exit::Usage);
}

#[test]
fn what_cannot_be_compared_is_told() {
    let bad_rule = rules(&["diff", OLD, "fixtures/workbench/rules", "--on", LOGS]);
    assert_eq!((bad_rule.exit, bad_rule.out.as_str()), (Exit::BadRule, ""));
    assert_eq!(rules(&["diff", OLD, "no-such-folder"]).exit, Exit::Usage);
    let missing = rules(&["diff", OLD, NEW, "--on", "no-such-logs"]);
    assert_eq!(missing.exit, Exit::Usage);
    assert!(missing.err.contains("no such file or folder"), "{}", missing.err);
    let stream = rules(&["diff", OLD, NEW, "--on", "-"]);
    assert_eq!(stream.exit, Exit::Usage);
    assert!(stream.err.contains("read twice"), "{}", stream.err);
}
