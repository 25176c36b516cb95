//! `rules event-pattern`: what some rule can match comes through, and not everything does; the file in `infra` is fresh.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tattletrail_cli::Exit;
use tattletrail_engine::case::{self, Case, CaseRecord};

use super::rules;
use crate::harness::{files, root};

/// What EventBridge says to one value of a pattern (user guide, "Comparison operators for use in event patterns"), for
/// the operators that are used.
fn value_fits(wanted: &Value, found: &Value) -> bool {
    match wanted {
        Value::Object(members) => {
            members.iter().all(|(operator, operand)| operator_fits(operator, operand, found))
        }
        wanted => wanted == found,
    }
}

fn operator_fits(operator: &str, operand: &Value, found: &Value) -> bool {
    let text = found.as_str();
    let both = || Some((text?, operand.as_str().or_else(|| operand["equals-ignore-case"].as_str())?));
    let lower = operand.is_object();
    let with = |compare: fn(&str, &str) -> bool| {
        both().is_some_and(|(text, word)| {
            if lower { compare(&text.to_lowercase(), &word.to_lowercase()) } else { compare(text, word) }
        })
    };
    match operator {
        "prefix" => with(|text, word| text.starts_with(word)),
        "suffix" => with(|text, word| text.ends_with(word)),
        "equals-ignore-case" => both().is_some_and(|(text, word)| text.to_lowercase() == word.to_lowercase()),
        "exists" => operand == &json!(true) && !found.is_null() && !found.is_object(),
        other => panic!("an operator that is not used: {other}"),
    }
}

fn fits(pattern: &Value, event: &Value) -> bool {
    let members = pattern.as_object().unwrap();
    members.iter().all(|(key, wanted)| match (key.as_str(), wanted) {
        ("$or", Value::Array(ways)) => {
            assert!(ways.len() > 1, "EventBridge takes an $or of one for a field");
            ways.iter().any(|way| fits(way, event))
        }
        (key, Value::Array(values)) => {
            assert!(!values.is_empty(), "EventBridge refuses an empty list");
            values.iter().any(|value| value_fits(value, &event[key]))
        }
        (key, inner) => fits(inner, &event[key]),
    })
}

/// A record as EventBridge has it.
fn event(record: &Value) -> Value {
    let source = record["eventSource"].as_str().unwrap_or_default();
    let service = source.strip_suffix(".amazonaws.com").unwrap_or(source);
    let kind = match record["eventType"].as_str() {
        Some("AwsConsoleSignIn") => "AWS Console Sign In via CloudTrail",
        Some("AwsServiceEvent") => "AWS Service Event via CloudTrail",
        _ => "AWS API Call via CloudTrail",
    };
    json!({ "source": format!("aws.{service}"), "detail-type": kind, "detail": record })
}

fn patterns(text: &str) -> Vec<Value> {
    let value: Value = serde_json::from_str(text).unwrap();
    value["patterns"].as_array().unwrap().clone()
}

fn record(path: &Path, record: &CaseRecord) -> Value {
    let text = match record {
        CaseRecord::Inline(text) => text.clone(),
        CaseRecord::File(file) => fs::read_to_string(path.with_file_name(file)).unwrap(),
    };
    serde_json::from_str(&text).unwrap()
}

/// The file that the templates are made of.
#[test]
fn the_patterns_in_infra_are_those_of_the_built_in_rules() {
    let run = rules(&["event-pattern"]);
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    let path = root().join("infra/event-pattern.json");
    if std::env::var_os("TATTLETRAIL_BLESS").is_some() {
        fs::write(&path, &run.out).unwrap();
    }
    let is_fresh = fs::read_to_string(&path).unwrap() == run.out;
    assert!(
        is_fresh,
        "run `tattletrail rules event-pattern -o infra/event-pattern.json` and infra/sam/patterns.py"
    );
    for pattern in patterns(&run.out) {
        assert!(pattern.to_string().chars().count() <= 2048, "{pattern}");
    }
}

/// The record of every case that a rule has to find, and those before it: nothing that a rule needs is held back.
#[test]
fn what_a_rule_finds_comes_through() {
    let patterns = patterns(&rules(&["event-pattern"]).out);
    let mut tried = 0;
    for path in files(&root().join("rules"), ".test.yml") {
        let text = fs::read_to_string(&path).unwrap();
        let rule = fs::read_to_string(path.with_file_name(case::parse("t", &text).unwrap().rule)).unwrap();
        // What only a correlation counts is not waited for.
        if rule.contains("\ncorrelation:") {
            continue;
        }
        let is_needed = |case: &&Case| case.expect.matches;
        for case in case::parse("t", &text).unwrap().cases.iter().filter(is_needed) {
            let found = event(&record(&path, &case.record));
            tried += 1;
            let comes = patterns.iter().any(|pattern| fits(pattern, &found));
            assert!(comes, "{}: {}: {found}", path.display(), case.name);
        }
    }
    assert!(tried > 400, "{tried}");
}

#[test]
fn what_no_rule_waits_for_does_not_come() {
    let patterns = patterns(&rules(&["event-pattern"]).out);
    let comes = |record: Value| patterns.iter().any(|pattern| fits(pattern, &event(&record)));
    let call = |source: &str, name: &str| json!({ "eventSource": format!("{source}.amazonaws.com"), "eventName": name });
    assert!(comes(call("ec2", "AuthorizeSecurityGroupIngress")));
    assert!(
        comes(call("lambda", "AddPermission20150331v2"))
            && comes(call("lambda", "UpdateFunctionCode20150331v2"))
    );
    for (source, name) in [
        ("ec2", "DescribeInstances"),
        ("kms", "GenerateDataKey"),
        ("s3", "GetBucketAcl"),
        ("logs", "CreateLogStream"),
        ("cloudformation", "DescribeStacks"),
    ] {
        assert!(!comes(call(source, name)), "{source} {name}");
    }
    // Nobody but AWS may say so.
    let mut forged = event(&call("ec2", "AuthorizeSecurityGroupIngress"));
    forged["source"] = json!("my.ec2");
    assert!(!patterns.iter().any(|pattern| fits(pattern, &forged)));
}

fn check(patterns: &Value, paths: &[&str]) -> crate::harness::Run {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), patterns.to_string()).unwrap();
    rules(&[&["event-pattern", "--check", file.path().to_str().unwrap()][..], paths].concat())
}

#[test]
fn every_rule_can_fire_behind_its_patterns() {
    let wanted: Value = serde_json::from_str(&rules(&["event-pattern"]).out).unwrap();
    let run = check(&wanted, &[]);
    assert_eq!((run.exit, run.out.as_str()), (Exit::Clean, ""), "{}", run.err);
    assert!(run.err.contains("only where a trail logs data events of s3.amazonaws.com"), "{}", run.err);
    // Each pattern is needed.
    for place in 0..wanted["patterns"].as_array().unwrap().len() {
        let mut fewer = wanted.clone();
        fewer["patterns"].as_array_mut().unwrap().remove(place);
        assert_eq!(check(&fewer, &[]).exit, Exit::Findings, "{place}");
    }
    // What the templates have for everything.
    assert_eq!(check(&json!({ "source": [{ "prefix": "aws." }] }), &[]).exit, Exit::Clean);
}

#[test]
fn a_rule_that_cannot_fire_is_told_with_the_reason() {
    let rule = "fixtures/workbench/rules/trail_stopped.yml";
    let other =
        json!({ "detail": { "eventSource": ["cloudtrail.amazonaws.com"], "eventName": ["CreateTrail"] } });
    let run = check(&other, &[rule]);
    assert_eq!(run.exit, Exit::Findings, "{}", run.err);
    assert!(
        run.out.contains("trail_stopped.yml: cannot fire here, because no pattern lets through"),
        "{}",
        run.out
    );
    assert!(run.out.contains("cloudtrail.amazonaws.com StopLogging"), "{}", run.out);
    // What a rule of EventBridge is, as the AWS CLI prints it.
    let pattern = json!({ "source": ["aws.cloudtrail"] }).to_string();
    let described = |state: &str| json!({ "Name": "a", "EventPattern": pattern, "State": state });
    assert_eq!(check(&described("ENABLED"), &[rule]).exit, Exit::Clean);
    assert_eq!(check(&json!([described("DISABLED"), other]), &[rule]).exit, Exit::Findings);
    // Another constraint may hold back what is waited for.
    let one_account = json!({ "account": ["111122223333"], "source": ["aws.cloudtrail"] });
    assert_eq!(check(&one_account, &[rule]).exit, Exit::Findings);
}

#[test]
fn calls_that_only_read_need_a_state_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("asked.yml");
    let text = "title: Asked\nid: 3f0f6c5e-6a51-4a3c-9f0b-0d6c9a6f7b11\nlogsource: {product: aws, service: cloudtrail}\n\
                detection: {s: {eventSource: iam.amazonaws.com, eventName: GetAccountAuthorizationDetails}, condition: s}\n\
                level: low\n";
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let run = rules(&["event-pattern", path]);
    let wanted: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(wanted["state"], "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS");
    let mut changes = wanted.clone();
    changes["state"] = json!("ENABLED");
    let run = check(&changes, &[path]);
    assert_eq!(run.exit, Exit::Findings);
    assert!(run.out.contains("calls that only read"), "{}", run.out);
    fs::write(path, text.replace("GetAccountAuthorizationDetails", "CreateUser")).unwrap();
    let run = rules(&["event-pattern", path]);
    let wanted: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(wanted["state"], "ENABLED");
    assert_eq!(
        wanted["patterns"][0]["detail"],
        json!({ "eventName": ["CreateUser"], "eventSource": ["iam.amazonaws.com"] })
    );
}

#[test]
fn what_is_no_pattern_is_refused() {
    for (patterns, why) in [
        (json!("text"), "expected a pattern"),
        (json!([]), "no pattern in it"),
        (json!({ "detail-type": ["AWS API Call via CloudTrail"] }), "AWS Console Sign In via CloudTrail"),
        (json!({ "patterns": [], "state": "ON" }), "found the state ON"),
    ] {
        let run = check(&patterns, &[]);
        assert_eq!(run.exit, Exit::Usage, "{patterns}");
        assert!(run.err.contains(why), "{}", run.err);
    }
    assert_eq!(rules(&["event-pattern", "--check", "nowhere.json"]).exit, Exit::Usage);
}
