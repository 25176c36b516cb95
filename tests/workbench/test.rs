//! `rules test`: exit codes, what differs, and what CI servers read.

use super::{RULES, assert_golden, rules};
use crate::harness::root;
use serde_json::Value;
use tattletrail_cli::Exit;

#[test]
fn every_rule_is_told_with_what_differs() {
    let run = rules(&["test", RULES]);
    assert_eq!(run.exit, Exit::BadRule);
    assert_golden("test.txt", &run.out);
    assert_eq!(run.err, "4 rules: 1 ok, 1 failed, 1 not loaded, 1 without cases; 6 cases, 2 failed\n");
    let failed = rules(&["test", RULES, "--failed"]).out;
    assert!(!failed.contains("trail_stopped"), "{failed}");
}

#[test]
fn exit_codes_say_what_happened() {
    let exit = |path: &str| rules(&["test", &format!("fixtures/workbench/{path}")]).exit;
    assert_eq!(exit("rules/trail_stopped.yml"), Exit::Clean);
    assert_eq!(exit("rules/trail_stopped.test.yml"), Exit::Clean);
    assert_eq!(exit("rules/untested.yml"), Exit::Clean);
    assert_eq!(exit("rules/ssh_open.yml"), Exit::Findings);
    assert_eq!(exit("rules/typo.yml"), Exit::BadRule);
    assert_eq!(exit("broken-cases"), Exit::BadRule);
    assert_eq!(exit("nowhere"), Exit::Usage);
    assert_eq!(exit("expected"), Exit::Usage);
}

#[test]
fn without_rules_here_it_says_where_cases_are() {
    let run = rules(&["test"]);
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("no PATH") && run.err.contains("help: "), "{}", run.err);
    assert_eq!(run.out, "");
}

#[test]
fn faults_of_a_file_of_cases_have_their_place() {
    let run = rules(&["test", "fixtures/workbench/broken-cases"]);
    assert!(run.out.contains("a.test.yml:3:5: found no `record`"), "{}", run.out);
}

#[test]
fn the_shipped_rules_do_what_their_cases_say() {
    let run = rules(&["test", &root().join("rules").display().to_string(), "--failed"]);
    assert_eq!((run.exit, run.out.as_str()), (Exit::Clean, ""), "{}", run.err);
    assert!(run.err.contains(", 0 failed, 0 not loaded, 0 without cases; "), "{}", run.err);
}

#[test]
fn json_holds_every_case() {
    let run = rules(&["test", RULES, "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["summary"]["failed_cases"], 2);
    let rules = report["rules"].as_array().unwrap();
    let status: Vec<_> = rules.iter().map(|rule| rule["status"].as_str().unwrap()).collect();
    assert_eq!(status, ["failed", "ok", "not loaded", "no cases"]);
    assert_eq!(rules[0]["cases"][2]["ok"], true);
    assert_eq!(rules[0]["cases"][1]["line"], 13);
    assert_eq!(rules[0]["cases"][1]["found"], "no match");
    assert_eq!(rules[2]["errors"].as_array().unwrap().len(), 3);
}

#[test]
fn junit_is_well_formed_and_counts() {
    let run = rules(&["test", RULES, "--format", "junit"]);
    let document = roxmltree::Document::parse(&run.out).unwrap();
    let all = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).collect::<Vec<_>>();
    let suites = document.root_element();
    let counts = ["tests", "failures", "errors", "skipped"].map(|name| suites.attribute(name).unwrap());
    assert_eq!(counts, ["8", "2", "1", "1"]);
    let elements = ["testcase", "failure", "error", "skipped"].map(|name| all(name).len().to_string());
    assert_eq!(elements, counts);
    let hostile = all("testcase")[1];
    assert_eq!(
        hostile.attribute("name").unwrap(),
        "a name with ]]> <b>, \"quotes\", \u{fffd}[31mcolour\u{fffd} and\na line"
    );
    assert_eq!(hostile.attribute("file").unwrap(), "fixtures/workbench/rules/ssh_open.test.yml");
    assert_eq!(hostile.attribute("line").unwrap(), "13");
    assert_eq!(hostile.attribute("classname").unwrap(), "fixtures/workbench/rules/ssh_open");
    for suite in all("testsuite") {
        let cases = suite.children().filter(|node| node.has_tag_name("testcase")).count();
        assert_eq!(suite.attribute("tests").unwrap(), cases.to_string());
    }
}
