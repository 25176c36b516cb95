//! Exposure against cases that others have published: policies and ACLs with a verdict, and recorded events.
//!
//! They are not part of this repository. Where the folder is absent the tests say so and pass. Sources ask different
//! questions, so only the cases out of AWS's own documents must all agree; the others are counted and printed.

use std::collections::BTreeMap;

use crate::harness::shared_data;
use serde_json::Value;
use tattletrail_engine::exposure::acl::Acl;
use tattletrail_engine::exposure::policy::{self, Holder};
use tattletrail_engine::exposure::{Reach, derive};
use tattletrail_engine::ids::AccountId;
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

fn document(value: &Value) -> Document {
    Document::parse(value.to_string().as_bytes()).unwrap()
}

/// Whether AWS would call the input of a case public, and whether a stranger gets in; `None` where it is no case of
/// ours or has no answer.
fn verdict(case: &Value) -> Option<(bool, bool)> {
    if let Some(grants) = case.pointer("/input/grants") {
        let public = Acl::of_grants(document(grants).root()).is_public();
        return Some((public, public));
    }
    let policy = document(case.pointer("/input/policy")?);
    let holder = if case["kind"] == "s3_access_point" { Holder::AccessPoint } else { Holder::Bucket };
    let own = AccountId::from(case.pointer("/input/account").and_then(Value::as_str).unwrap_or_default());
    let evaluation = policy::evaluate(policy.root(), holder, &own).ok()?;
    Some((evaluation.aws_public, evaluation.reach == Reach::World))
}

#[test]
fn published_verdicts_about_policies_and_acls() {
    let Some(cases) = lines("cases.jsonl") else { return };
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let Some(expected) = case.pointer("/expected/public").and_then(Value::as_bool) else { continue };
        let source = case["source"].as_str().unwrap().split('@').next().unwrap();
        let count = counts.entry(source).or_default();
        count[0] += 1;
        let Some((aws, world)) = verdict(case) else {
            count[3] += 1;
            continue;
        };
        count[1] += usize::from(aws == expected);
        count[2] += usize::from(world == expected);
        if source.starts_with("awsdocs/") && aws != expected {
            wrong.push(case["id"].to_string());
        }
    }
    println!(
        "source: cases, agree with AWS's label, agree with a stranger's way in, undecidable or not ours"
    );
    for (source, count) in &counts {
        println!("{source}: {count:?}");
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn recorded_events_pass_through() {
    let Some(events) = lines("real_events.jsonl") else { return };
    let mut changes = 0;
    for line in &events {
        let record = CloudTrailRecord::new(document(&line["event"]), 0);
        let derived = derive(&record);
        assert!(!record.failed() || derived.changes.is_empty());
        assert!(!resource_of(&record).arn.is_empty());
        changes += derived.changes.len();
    }
    println!("{} events, {changes} changes", events.len());
    assert!(changes > 0);
}
