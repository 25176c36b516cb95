//! `rules list` and `rules show`: filters, forms, and one rule by what people call it.

use super::{assert_golden, rules};
use serde_json::Value;
use tattletrail_cli::Exit;

/// The rules of these tests that load.
const GOOD: [&str; 3] = [
    "fixtures/workbench/rules/ssh_open.yml",
    "fixtures/workbench/rules/trail_stopped.yml",
    "fixtures/workbench/rules/untested.yml",
];

/// The titles of the listed rules.
fn titles(arguments: &[&str]) -> Vec<String> {
    let arguments = [&["list", "--format", "json"][..], arguments].concat();
    let run = rules(&arguments);
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    let list: Vec<Value> = serde_json::from_str(&run.out).unwrap();
    list.iter().map(|rule| rule["title"].as_str().unwrap().to_owned()).collect()
}

fn of_good(arguments: &[&str]) -> Vec<String> {
    titles(&[&GOOD[..], arguments].concat())
}

#[test]
fn the_table_fits_the_terminal() {
    let run = rules(&[&["list"][..], &GOOD].concat());
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, "3 of 3 rules\n"));
    assert_golden("list.txt", &run.out);
    for line in rules(&["list"]).out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn csv_has_a_row_a_rule() {
    let run = rules(&[&["list", "--format", "csv"][..], &GOOD].concat());
    assert_golden("list.csv", &run.out);
}

#[test]
fn techniques_are_found_by_every_id_they_had() {
    let trail = ["Trail logging stopped"];
    assert_eq!(of_good(&["--technique", "T1685.002"]), trail);
    assert_eq!(of_good(&["--technique", "T1562.008"]), trail);
    assert_eq!(of_good(&["--technique", "t1562"]), trail);
    assert_eq!(of_good(&["--technique", "T1685"]), trail);
    assert_eq!(of_good(&["--technique", "T1078"]), ["Root signed in"]);
    assert_eq!(rules(&["list", "--technique", "T107"]).exit, Exit::Usage);
}

#[test]
fn filters_leave_out_what_is_not_asked_for() {
    assert_eq!(of_good(&["--level", "high"]).len(), 2);
    assert_eq!(of_good(&["--level", "critical"]).len(), 0);
    assert_eq!(of_good(&["--level", "low"]).len(), 3);
    assert_eq!(of_good(&["--service", "cloudtrail"]), ["Trail logging stopped"]);
    assert_eq!(of_good(&["--status", "experimental"]), ["SSH open to <anyone> & \"everyone\""]);
    let ec2 = titles(&["--service", "ec2"]);
    assert!(ec2.len() > 5 && ec2.len() < titles(&[]).len(), "{ec2:?}");
}

#[test]
fn a_rule_that_does_not_load_is_told() {
    assert_eq!(rules(&["list", "fixtures/workbench/rules"]).exit, Exit::BadRule);
}

#[test]
fn everything_about_a_rule_is_shown() {
    let run = rules(&["show", GOOD[1], "--source"]);
    assert_eq!(run.exit, Exit::Clean);
    assert_golden("show.txt", &run.out);
}

#[test]
fn a_rule_is_found_by_id_prefix_stem_and_path() {
    let id = |name: &str| {
        let run = rules(&["show", name, "--rules", GOOD[0], "--rules", GOOD[1]]);
        assert_eq!(run.exit, Exit::Clean, "{name}: {}", run.err);
        run.out.lines().find(|line| line.starts_with("id ")).unwrap().to_owned()
    };
    let wanted = id("trail_stopped");
    assert_eq!(id("5d2f6f0e-8a52-4c3e-9f0b-3b8b6d9a0001"), wanted);
    assert_eq!(id("5D2F6F0E-8a52-4c3e-9f0b-3b8b6d9a0001"), wanted);
    assert_eq!(id(GOOD[1]), wanted);
}

#[test]
fn several_rules_of_a_name_are_told_and_none_is_taken() {
    let run = rules(&["show", "5d2f6f0e", "--rules", GOOD[0], "--rules", GOOD[1]]);
    assert_eq!((run.exit, run.out.as_str()), (Exit::Usage, ""));
    assert!(run.err.contains("names 2 rules; which one?") && run.err.contains(GOOD[1]), "{}", run.err);
}

#[test]
fn an_unknown_name_gets_the_nearest() {
    let run = rules(&["show", "trail_stoped", "--rules", GOOD[1]]);
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("help: did you mean trail_stopped\n"), "{}", run.err);
    assert!(rules(&["show", "zzzzzzzzzzzz"]).err.contains("rules list"));
}
