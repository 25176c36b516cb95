//! Every rule case under `rules/`: adding a case means adding to a file.

use std::fs;
use std::path::Path;

use crate::harness::{files, root};
use tattletrail_engine::case::{self, CaseRecord};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::{RuleSet, RuleSource};

#[test]
fn every_case_of_every_rule_holds() {
    let mut failures = Vec::new();
    let mut count = 0;
    for path in files(&root().join("rules"), ".test.yml") {
        count += run_file(&path, &mut failures);
    }
    assert!(failures.is_empty(), "{} of {count} cases fail:\n{}", failures.len(), failures.join("\n"));
    assert!(count >= 100, "only {count} cases found");
    println!("{count} rule cases hold");
}

fn run_file(path: &Path, failures: &mut Vec<String>) -> usize {
    let name = path.strip_prefix(root()).unwrap().display().to_string();
    let file = match case::parse(&name, &fs::read_to_string(path).unwrap()) {
        Ok(file) => file,
        Err(errors) => {
            failures.extend(errors.iter().map(ToString::to_string));
            return 1;
        }
    };
    let rule = path.with_file_name(&file.rule);
    let text = fs::read_to_string(&rule).unwrap_or_else(|error| panic!("{}: {error}", rule.display()));
    let rules = match RuleSet::from_sources([RuleSource::new(rule.display().to_string(), text)]) {
        Ok(rules) => rules,
        Err(errors) => {
            failures.extend(errors.iter().map(ToString::to_string));
            return 1;
        }
    };
    let engine = Engine::new(rules);
    for case in &file.cases {
        let before = case.before.iter().map(|earlier| record(path, earlier)).collect();
        if let Err(problem) = case.judge(&engine, before, record(path, &case.record)) {
            failures.push(format!("{name}:{}: {}: {problem}", case.line, case.name));
        }
    }
    file.cases.len()
}

fn record(path: &Path, record: &CaseRecord) -> CloudTrailRecord {
    let text = match record {
        CaseRecord::Inline(text) => text.clone(),
        CaseRecord::File(file) => fs::read_to_string(path.with_file_name(file)).unwrap(),
    };
    CloudTrailRecord::parse(&text).unwrap()
}
