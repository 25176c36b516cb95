//! Exposure against cases that others have published: policies, ACLs, security groups and whole events with a verdict.
//!
//! They are not part of this repository. Where the folder is absent the tests say so and pass. Sources ask different
//! questions, so each is compared under the question it asks. A case out of AWS's own documents must agree. Any other
//! agrees, or is listed in `exposure_differences.yml` with the key of a reason that `docs/exposure.md` gives.

use std::collections::{BTreeMap, BTreeSet};

use crate::exposure_inputs::{Question, ask};
use crate::harness::{root, shared_data};
use serde_json::Value;
use tattletrail_engine::exposure::derive;
use tattletrail_engine::json::Document;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::resource::resource_of;

/// The lines of one file of the folder; `None` where it is absent.
fn lines(name: &str) -> Option<Vec<Value>> {
    let path = shared_data()?.join("exposure").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no {name}");
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// The listed differences: case id to the key of its reason.
fn listed() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("tests/exposure_differences.yml")).unwrap();
    let entries = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    entries
        .map(|line| {
            let (id, reason) = line.split_once(": ").unwrap_or_else(|| panic!("`{line}` is no entry"));
            (id.trim_matches('"').to_owned(), reason.trim().to_owned())
        })
        .collect()
}

/// Of one source under one question.
#[derive(Debug, Default)]
struct Count {
    agree: usize,
    listed: usize,
    not_comparable: usize,
}

#[test]
fn published_verdicts_agree_or_are_listed() {
    let Some(cases) = lines("cases.jsonl") else { return };
    let listed = listed();
    let mut stale: BTreeSet<&String> = listed.keys().collect();
    let mut counts: BTreeMap<(&str, Question), Count> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let source = case["source"].as_str().unwrap().split('@').next().unwrap();
        let id = case["id"].as_str().unwrap();
        let comparison = ask(case);
        let question = comparison.as_ref().map_or(Question::None, |comparison| comparison.question);
        let count = counts.entry((source, question)).or_default();
        let Some(comparison) = comparison else {
            count.not_comparable += 1;
            continue;
        };
        if comparison.agrees() {
            count.agree += 1;
        } else if listed.contains_key(id) && question != Question::Aws {
            stale.remove(&id.to_owned());
            count.listed += 1;
        } else {
            let (test, input) = (&case["test"], &case["input"]);
            wrong.push(format!("{id} {source} {test}: {comparison:?} {input}"));
        }
    }
    for ((source, question), count) in &counts {
        println!("{source}, {question:?}: {count:?}");
    }
    assert!(wrong.is_empty(), "{} differ and are not listed:\n{}", wrong.len(), wrong.join("\n"));
    assert!(stale.is_empty(), "listed, but they agree or are gone: {stale:?}");
}

#[test]
fn every_reason_for_a_difference_is_documented() {
    let page = std::fs::read_to_string(root().join("docs/exposure.md")).unwrap();
    for reason in listed().into_values().collect::<BTreeSet<_>>() {
        assert!(page.contains(&format!("| `{reason}` |")), "docs/exposure.md does not explain `{reason}`");
    }
}

#[test]
fn recorded_events_pass_through() {
    let Some(events) = lines("real_events.jsonl") else { return };
    let mut changes = 0;
    for line in &events {
        let document = Document::parse(line["event"].to_string().as_bytes()).unwrap();
        let record = CloudTrailRecord::new(document, 0);
        let derived = derive(&record);
        assert!(!record.failed() || derived.changes.is_empty());
        assert!(!resource_of(&record).arn.is_empty());
        changes += derived.changes.len();
    }
    println!("{} events, {changes} changes", events.len());
    assert!(changes > 0);
}
