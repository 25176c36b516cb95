//! `rules explain`: the tree at 80 columns, its JSON, and that it agrees with the engine on every case there is.

use std::fs;
use std::path::Path;

use super::{assert_golden, rules};
use crate::harness::{files, root};
use serde_json::Value;
use tattletrail_cli::Exit;
use tattletrail_engine::case::{self, CaseRecord};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::explain::explain;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::sigma::RuleWords;

const TRAIL: &str = "fixtures/workbench/rules/trail_stopped.yml";
const SSH: &str = "fixtures/workbench/rules/ssh_open.yml";
const SELECTORS: &str = "fixtures/workbench/more/selectors.yml";
const REFUSED: &str = "fixtures/workbench/events/stop_logging_refused.json";
const RANGES: &str = "fixtures/workbench/events/two_ranges.json";
const MANY: &str = "fixtures/workbench/events/selectors.json";

#[test]
fn why_not_is_told_clause_by_clause() {
    let run = rules(&["explain", TRAIL, REFUSED]);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Findings, ""));
    assert_golden("explain_behaviour.txt", &run.out);
    for line in run.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn each_change_of_exposure_is_looked_at() {
    let run = rules(&["explain", SSH, RANGES, "--event-id", "22222222-2222-4222-8222-222222222222"]);
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    assert_golden("explain_exposure.txt", &run.out);
}

#[test]
fn no_change_of_exposure_has_its_reason() {
    let failed = rules(&["explain", SSH, RANGES, "--event-id", "44444444-4444-4444-8444-444444444444"]);
    assert_eq!(failed.exit, Exit::Findings);
    assert!(failed.out.contains("the call failed (Client.UnauthorizedOperation)"), "{}", failed.out);
    let other = rules(&["explain", SSH, RANGES, "--event-id", "33333333-3333-4333-8333-333333333333"]);
    assert!(other.out.contains("the call does not change who can reach what"), "{}", other.out);
}

#[test]
fn the_elements_of_a_block_are_shown() {
    let run = rules(&["explain", SELECTORS, MANY]);
    assert_eq!(run.exit, Exit::Findings);
    assert_golden("explain_block.txt", &run.out);
}

#[test]
fn json_holds_the_whole_tree() {
    let run = rules(&["explain", SELECTORS, MANY, "--format", "json"]);
    let explained: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(explained["matches"], false);
    let look = &explained["looks"][0];
    assert_eq!(look["clause"]["kind"], "any");
    let block = &look["clause"]["parts"][0]["parts"][1];
    assert_eq!((&block["kind"], &block["elements"]), (&"block".into(), &"any".into()));
    assert_eq!(block["parts"][0]["parts"].as_array().unwrap().len(), 8);
    let decisive = look["decisive"].as_array().unwrap();
    assert_eq!(decisive.len(), 1, "the keywords alone would do: {decisive:#?}");
    let run = rules(&["explain", TRAIL, REFUSED, "--format", "json"]);
    let explained: Value = serde_json::from_str(&run.out).unwrap();
    let decisive = explained["looks"][0]["decisive"].as_array().unwrap();
    let fields: Vec<&str> = decisive.iter().map(|clause| clause["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["errorCode", "userIdentity.arn|contains"]);
    assert_eq!(decisive[0]["found"][0]["value"], "AccessDenied\u{1b}[31m");
}

#[test]
fn several_records_have_to_be_chosen_from() {
    let run = rules(&["explain", SSH, RANGES]);
    assert_eq!((run.exit, run.out.as_str()), (Exit::Usage, ""));
    assert!(run.err.contains("holds 3 records; choose one with --event-id\n  22222222-"), "{}", run.err);
    let run = rules(&["explain", SSH, RANGES, "--event-id", "9"]);
    assert!(run.err.contains("none of the 3 records"), "{}", run.err);
    assert_eq!(rules(&["explain", SSH, SSH]).exit, Exit::Usage);
    assert_eq!(rules(&["explain", SSH, "nowhere.json"]).exit, Exit::Usage);
    assert_eq!(rules(&["explain", "no_such_rule", RANGES]).exit, Exit::Usage);
}

#[test]
fn a_record_is_found_in_a_folder_and_in_a_file_of_cases() {
    let id = "22222222-2222-4222-8222-222222222222";
    let run = rules(&["explain", SSH, "fixtures/workbench/events", "--event-id", id]);
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    let cases = "fixtures/workbench/rules/ssh_open.test.yml";
    assert_eq!(rules(&["explain", SSH, cases, "--case", "ssh opened"]).exit, Exit::Clean);
    assert_eq!(rules(&["explain", SSH, cases, "--case", "13"]).exit, Exit::Findings);
    assert!(rules(&["explain", SSH, cases]).err.contains("choose a case of `"));
    let unknown = rules(&["explain", SSH, cases, "--case", "14"]);
    assert_eq!(unknown.exit, Exit::Usage);
    assert!(unknown.err.contains("\n  10 ssh opened\n"), "{}", unknown.err);
    assert!(!unknown.err.contains('\u{1b}'), "{}", unknown.err);
}

/// Every record of every case, those before it too.
fn records() -> Vec<CloudTrailRecord> {
    let mut records = Vec::new();
    for path in files(&root().join("rules"), ".test.yml") {
        let file = case::parse("t", &fs::read_to_string(&path).unwrap()).unwrap();
        for case in &file.cases {
            for record in case.before.iter().chain([&case.record]) {
                records.push(CloudTrailRecord::parse(&text(&path, record)).unwrap());
            }
        }
    }
    records
}

fn text(path: &Path, record: &CaseRecord) -> String {
    match record {
        CaseRecord::Inline(text) => text.clone(),
        CaseRecord::File(file) => fs::read_to_string(path.with_file_name(file)).unwrap(),
    }
}

#[test]
fn every_rule_is_explained_as_it_matches_on_every_record() {
    let records = records();
    let (mut matched, mut unmatched) = (0, 0);
    for source in tattletrail_rules::built_in() {
        let words = RuleWords::of(&source.text);
        let set = RuleSet::alone(&source).unwrap();
        if set.rules().is_empty() || !set.correlations().is_empty() {
            continue;
        }
        let engine = Engine::new(set);
        let rule = &engine.rules().rules()[0];
        for record in &records {
            let explained = explain(rule, &words, record);
            let findings = engine.process(record).found.findings;
            assert_eq!(explained.matches, !findings.is_empty(), "{} {record:?}", source.path);
            let looks = explained.looks.iter().filter(|look| look.explanation.matches).count();
            assert_eq!(looks, findings.len(), "{} {record:?}", source.path);
            if explained.matches { matched += 1 } else { unmatched += 1 }
        }
    }
    println!("explained: {matched} matches, {unmatched} others");
    assert!(matched > 200 && unmatched > 10_000, "{matched} {unmatched}");
}
