//! Sigma rules against an independent implementation, where its verdicts are at hand, and rules that must not load.

use crate::harness::{files, shared_data};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;
use tattletrail_engine::event::Event;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::{RuleSet, Scope};
use tattletrail_engine::sigma::{CompiledRule, RuleError, RuleSource};

fn sources(folder: &Path) -> Vec<RuleSource> {
    let text = |path: &PathBuf| fs::read_to_string(path).unwrap();
    files(folder, ".yml").iter().map(|path| RuleSource::new(path.to_string_lossy(), text(path))).collect()
}

/// What the author sees, one error after the other.
fn told(errors: &[RuleError]) -> String {
    let mut text: Vec<String> = errors.iter().map(ToString::to_string).collect();
    text.push(String::new());
    text.join("\n")
}

fn sigma_rules(shared: &Path) -> RuleSet {
    let sources = sources(&shared.join("sigma-aws/aws"));
    assert_eq!(sources.len(), 57);
    RuleSet::from_sources(sources).unwrap_or_else(|errors| panic!("{}", told(&errors)))
}

/// File or case, event and rule.
type Row = (String, String, String);

/// Rows and how often there is each: some records are in a file twice.
type Rows = BTreeMap<Row, usize>;

/// The rules that match a record; the index must not change the answer.
fn rows(rules: &RuleSet, key: &str, record: &Value, into: &mut Rows) {
    let parsed = CloudTrailRecord::parse(&record.to_string()).unwrap();
    let event = Event::new(&parsed);
    let id = record["eventID"].as_str().unwrap_or_default();
    let ids = |found: Vec<&CompiledRule>| -> Vec<String> {
        found.iter().map(|rule| rule.info().id.to_string()).collect()
    };
    let found = ids(rules.matches(&event));
    assert_eq!(found, ids(rules.matches_unindexed(&event, Scope::Record)), "{key} {id}");
    for rule in found {
        *into.entry((key.to_owned(), id.to_owned(), rule)).or_default() += 1;
    }
}

fn verdicts(path: &Path) -> Rows {
    let mut rows = Rows::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        *rows.entry((text("key"), text("eventID"), text("rule_id"))).or_default() += 1;
    }
    rows
}

fn assert_same(ours: &Rows, theirs: &Rows, count: usize) {
    assert_eq!(theirs.values().sum::<usize>(), count);
    let only = |left: &Rows, right: &Rows| -> Vec<Row> {
        left.iter().filter(|(row, count)| right.get(row) != Some(count)).map(|(row, _)| row.clone()).collect()
    };
    let (missing, extra) = (only(theirs, ours), only(ours, theirs));
    assert!(missing.is_empty() && extra.is_empty(), "missing {missing:#?}\nextra {extra:#?}");
}

#[test]
fn public_rules_match_the_archive_as_the_reference_does() {
    let Some(shared) = shared_data() else { return };
    let rules = sigma_rules(&shared);
    let archive = shared.join("cloudtrail/archive");
    let mut ours = Rows::new();
    for path in files(&archive, ".json.gz") {
        let key = path.strip_prefix(&archive).unwrap().to_string_lossy().into_owned();
        let mut text = String::new();
        GzDecoder::new(fs::File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        for record in file["Records"].as_array().unwrap() {
            rows(&rules, &key, record, &mut ours);
        }
    }
    let theirs = verdicts(&shared.join("cloudtrail/oracle/pysigma_archive.jsonl"));
    assert_same(&ours, &theirs, 250);
}

#[test]
fn public_rules_match_the_cases_as_the_reference_does() {
    let Some(shared) = shared_data() else { return };
    let rules = sigma_rules(&shared);
    let mut ours = Rows::new();
    for line in fs::read_to_string(shared.join("cloudtrail/cases/all.jsonl")).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let id = case["case_id"].as_str().unwrap();
        let single = case.get("event").map(std::slice::from_ref);
        let events = single.or_else(|| case["events"].as_array().map(Vec::as_slice)).unwrap();
        for (place, event) in events.iter().enumerate() {
            rows(&rules, &format!("{id}#{place}"), event, &mut ours);
        }
    }
    let theirs = verdicts(&shared.join("cloudtrail/oracle/pysigma_cases.jsonl"));
    assert_same(&ours, &theirs, 194);
}

/// Each file is one rule that must not load; what its author sees is beside it. `UPDATE_EXPECTED=1` writes it anew, to
/// be read before it is kept.
#[test]
fn broken_rules_say_what_is_wrong_and_where() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken-rules");
    let mut wrong = String::new();
    for path in files(&folder, ".yml") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let source = RuleSource::new(name.as_str(), fs::read_to_string(&path).unwrap());
        let told = match RuleSet::from_sources([source]) {
            Ok(_) => "loads\n".to_owned(),
            Err(errors) => told(&errors),
        };
        let beside = path.with_extension("stderr");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&beside, &told).unwrap();
        }
        if fs::read_to_string(&beside).unwrap_or_default() != told {
            wrong.push_str(&told);
        }
    }
    assert!(wrong.is_empty(), "not as written beside the rule:\n{wrong}");
}

#[test]
fn an_id_used_twice_names_the_other_file() {
    let text = "title: t\nid: 1b0d8a4e\nlogsource: {product: aws, service: cloudtrail}\ndetection: {s: {a: 1}, condition: s}\n";
    let errors =
        RuleSet::from_sources(["a.yml", "b.yml"].map(|path| RuleSource::new(path, text))).unwrap_err();
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "b.yml:2:5: found the id `1b0d8a4e`, which a.yml has too, expected one of its own\n  help: ids are never used twice; make a new UUID"
        ]
    );
}
