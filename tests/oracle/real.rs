//! Rules of people on records of AWS: the public rules and ours, on the archive and on the cases.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;
use tattletrail_engine::sigma::RuleSource;

use super::theirs::{Both, Verdicts};
use crate::harness::{files, root, shared_data};

/// The public rules for CloudTrail.
fn public_rules(shared: &Path) -> Vec<RuleSource> {
    files(&shared.join("sigma-aws/aws"), ".yml").iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> RuleSource {
    RuleSource::new(path.display().to_string(), fs::read_to_string(path).unwrap())
}

/// Our rules about behaviour; those about exposures name fields that only our engine derives. Array blocks are read
/// there in rules of version 3 only, so every rule says that it is of that.
fn own_rules() -> Vec<RuleSource> {
    let is_rule = |text: &str| text.contains("\ndetection:") && !text.contains("exposure.");
    let paths = files(&root().join("rules"), ".yml").into_iter();
    let sources = paths.filter(|path| !path.to_string_lossy().ends_with(".test.yml")).map(|path| read(&path));
    let (mut found, others): (Vec<RuleSource>, Vec<RuleSource>) =
        sources.partition(|source| is_rule(&source.text));
    let values: Vec<(String, String)> = others.iter().flat_map(|source| placeholders(&source.text)).collect();
    for source in found.iter_mut().filter(|source| source.text.contains("|expand")) {
        source.text = filled_in(&source.text, &values);
    }
    for source in found.iter_mut().filter(|source| !source.text.contains("sigma-version:")) {
        source.text =
            format!("sigma-version: 3\n{}", source.text.replace("\n---\n", "\n---\nsigma-version: 3\n"));
    }
    found
}

/// The placeholders of a file and what they stand for, of which the shipped ones have one value each: `name: [value]`.
fn placeholders(text: &str) -> Vec<(String, String)> {
    let Some((_, lines)) = text.split_once("\nplaceholders:\n") else { return Vec::new() };
    let entries = lines.lines().filter(|line| !line.trim_start().starts_with('#'));
    let pair = |line: &str| {
        let (name, list) = line.trim().split_once(": [").unwrap();
        (format!("%{name}%"), list.strip_suffix(']').filter(|value| !value.contains(',')).unwrap().to_owned())
    };
    entries.map(pair).collect()
}

/// A rule with what its placeholders stand for: elsewhere a pipeline does that before an engine reads it.
fn filled_in(text: &str, values: &[(String, String)]) -> String {
    let fill = |text: String, (name, value): &(String, String)| text.replace(name, value);
    values.iter().fold(text.replace("|expand", ""), fill)
}

/// Every record of the archive.
fn archive(shared: &Path) -> Vec<Value> {
    let mut records = Vec::new();
    for path in files(&shared.join("cloudtrail/archive"), ".json.gz") {
        let mut text = String::new();
        GzDecoder::new(fs::File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
        let mut file: Value = serde_json::from_str(&text).unwrap();
        records.append(file["Records"].as_array_mut().unwrap());
    }
    records
}

/// Every record of the labelled cases.
fn cases(shared: &Path) -> Vec<Value> {
    let mut records = Vec::new();
    for line in fs::read_to_string(shared.join("cloudtrail/cases/all.jsonl")).unwrap().lines() {
        let mut case: Value = serde_json::from_str(line).unwrap();
        match case.get_mut("events").and_then(Value::as_array_mut) {
            Some(events) => records.append(events),
            None => records.push(case["event"].take()),
        }
    }
    records
}

/// Rules that look for a piece of JSON in an object, such as `'"enable":false'` or `'*"name*'`: there objects have no text.
fn asks_texts_of_objects(rules: &[RuleSource]) -> BTreeSet<String> {
    let pieces = ["'\"", "'*\"", "':false'"];
    let asking = rules.iter().filter(|rule| pieces.iter().any(|piece| rule.text.contains(piece)));
    let ids = asking.flat_map(|rule| rule.text.lines().filter_map(|line| line.strip_prefix("id: ")));
    ids.map(str::to_owned).collect()
}

/// How many pairs of record and rule match; panics with those that only one engine has.
fn assert_same(rules: &[RuleSource], records: &[Value]) -> usize {
    let both = Both::load(rules).unwrap();
    let explained = asks_texts_of_objects(rules);
    let (mut matched, mut only_ours) = (0, 0);
    let mut differ: Vec<(&Value, Verdicts)> = Vec::new();
    for record in records {
        let mut verdicts = both.judge(record);
        matched += verdicts.ours.len();
        let objects: Vec<String> = verdicts.ours.difference(&verdicts.theirs).cloned().collect();
        for id in objects.into_iter().filter(|id| explained.contains(id)) {
            only_ours += 1;
            verdicts.ours.remove(&id);
        }
        if verdicts.ours != verdicts.theirs {
            differ.push((&record["eventID"], verdicts));
        }
    }
    let (rules, records) = (both.len(), records.len());
    println!(
        "{rules} rules, {records} records: {matched} pairs match, {only_ours} only here, by the text of an object"
    );
    assert!(differ.is_empty(), "{differ:#?}");
    matched
}

#[test]
fn public_rules_match_real_records_as_they_do_elsewhere() {
    let Some(shared) = shared_data() else { return };
    let rules = public_rules(&shared);
    assert_eq!(rules.len(), 57);
    assert_eq!(assert_same(&rules, &archive(&shared)), 250);
    assert_eq!(assert_same(&rules, &cases(&shared)), 194);
}

#[test]
fn own_rules_match_real_records_as_they_do_elsewhere() {
    let Some(shared) = shared_data() else { return };
    let rules = own_rules();
    assert!(rules.len() > 100, "{} rules", rules.len());
    assert!(assert_same(&rules, &archive(&shared)) > 100);
    assert!(assert_same(&rules, &cases(&shared)) > 100);
}

/// The records of the rules' own cases are made to hit and to miss them.
#[test]
fn own_rules_match_their_cases_as_they_do_elsewhere() {
    use tattletrail_engine::case::{self, CaseRecord};
    let mut records = Vec::new();
    for path in files(&root().join("rules"), ".test.yml") {
        let file = case::parse(&path.display().to_string(), &fs::read_to_string(&path).unwrap()).unwrap();
        for case in file.cases {
            let text = match case.record {
                CaseRecord::Inline(text) => text,
                CaseRecord::File(file) => fs::read_to_string(path.with_file_name(file)).unwrap(),
            };
            records.push(serde_json::from_str(&text).unwrap());
        }
    }
    assert!(assert_same(&own_rules(), &records) > 300);
}
