//! Every rule case under `rules/`: adding a case means adding to a file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{files, root};
use tattletrail_engine::case::{self, CaseRecord};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::{RuleSet, RuleSource};

#[test]
fn every_case_of_every_rule_holds() {
    let engine = Engine::new(catalogue());
    let mut failures = Vec::new();
    let mut count = 0;
    for path in files(&root().join("rules"), ".test.yml") {
        count += run_file(&path, &engine, &mut failures);
    }
    assert!(failures.is_empty(), "{} of {count} cases fail:\n{}", failures.len(), failures.join("\n"));
    assert!(count >= 100, "only {count} cases found");
    println!("{count} rule cases hold");
}

/// All rules together: what a correlation counts may be in another file.
fn catalogue() -> RuleSet {
    let paths = files(&root().join("rules"), ".yml").into_iter();
    let rules = paths.filter(|path| !path.to_string_lossy().ends_with(".test.yml"));
    let source =
        |path: PathBuf| RuleSource::new(path.display().to_string(), fs::read_to_string(&path).unwrap());
    RuleSet::from_sources(rules.map(source)).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

fn run_file(path: &Path, engine: &Engine, failures: &mut Vec<String>) -> usize {
    let name = path.strip_prefix(root()).unwrap().display().to_string();
    let file = match case::parse(&name, &fs::read_to_string(path).unwrap()) {
        Ok(file) => file,
        Err(errors) => {
            failures.extend(errors.iter().map(ToString::to_string));
            return 1;
        }
    };
    let rule = path.with_file_name(&file.rule).display().to_string();
    for case in &file.cases {
        let before = case.before.iter().map(|earlier| record(path, earlier)).collect();
        if let Err(problem) = case.judge(engine, Some(&rule), before, record(path, &case.record)) {
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
