//! What must hold for all shipped rules together.

use std::collections::BTreeMap;
use std::fs;

use crate::harness::{files, root};
use tattletrail_engine::attack;
use tattletrail_engine::case::{self, CaseRecord};
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::{RuleSet, RuleSource};

fn shipped() -> RuleSet {
    let rules = root().join("rules/aws");
    let paths =
        files(&rules, ".yml").into_iter().filter(|path| !path.to_string_lossy().ends_with(".test.yml"));
    let sources =
        paths.map(|path| RuleSource::new(path.display().to_string(), fs::read_to_string(&path).unwrap()));
    RuleSet::from_sources(sources).unwrap_or_else(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

#[test]
fn there_are_enough_rules() {
    assert!(shipped().len() >= 15, "{}", shipped().len());
}

#[test]
fn every_rule_says_what_it_is() {
    for rule in shipped().rules() {
        let info = rule.info();
        assert!(!info.description.is_empty(), "{}: no description", info.path);
        assert!(!info.references.is_empty(), "{}: no references", info.path);
        assert!(!info.false_positives.is_empty(), "{}: no false positives", info.path);
        assert!(!info.techniques.is_empty(), "{}: no ATT&CK technique", info.path);
        assert!(!info.tactics.is_empty(), "{}: no ATT&CK tactic", info.path);
        assert!(
            ["stable", "test"].contains(&info.status.as_str()),
            "{}: status `{}`",
            info.path,
            info.status
        );
        assert!(info.id.as_str().len() == 36, "{}: the id is no UUID", info.path);
    }
}

#[test]
fn every_technique_has_a_name_in_the_pinned_version() {
    for rule in shipped().rules() {
        for technique in &rule.info().techniques {
            let name = attack::technique(technique.as_str());
            assert!(name.is_some(), "{}: `{technique}` is not in the table", rule.info().path);
        }
    }
}

#[test]
fn titles_and_file_names_are_unique() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for rule in shipped().rules() {
        let path = rule.info().path.clone();
        for name in [rule.info().title.clone(), path.rsplit('/').next().unwrap().to_owned()] {
            if let Some(other) = seen.insert(name.clone(), path.clone()) {
                panic!("`{name}` is used by {other} and {path}");
            }
        }
    }
}

/// ADR 3: a rule that names the call by which an exposure opens could never be closed by the call that ends it.
#[test]
fn exposure_rules_name_nothing_but_the_exposure() {
    for rule in shipped().rules().iter().filter(|rule| rule.is_exposure()) {
        for field in rule.evidence_fields() {
            assert!(
                field.as_str().starts_with("exposure."),
                "{}: names `{}`",
                rule.info().path,
                field.as_str()
            );
        }
    }
}

#[test]
fn every_rule_has_its_three_cases() {
    for rule in shipped().rules() {
        let path = rule.info().path.replace(".yml", ".test.yml");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let file = case::parse(&path, &text).unwrap_or_else(|errors| panic!("{errors:?}"));
        assert!(path.ends_with(&file.rule.replace(".yml", ".test.yml")), "{path} is about `{}`", file.rule);
        let failed = |case: &&case::Case| match &case.record {
            CaseRecord::Inline(text) => refused(&CloudTrailRecord::parse(text).unwrap()),
            CaseRecord::File(_) => false,
        };
        let fires = file.cases.iter().filter(|case| case.expect.matches).count();
        let refused = file.cases.iter().filter(failed).count();
        let benign = file.cases.iter().filter(|case| !case.expect.matches && !failed(case)).count();
        assert!(
            fires >= 1 && benign >= 1 && refused >= 1,
            "{path}: {fires} fire, {benign} benign, {refused} failed"
        );
    }
}

/// A call that was refused; a sign-in says so in its answer, without an error code.
fn refused(record: &CloudTrailRecord) -> bool {
    record.failed() || record.path_text(&["responseElements", "ConsoleLogin"]) == Some("Failure")
}

/// The table of levels in `docs/exposure.md` is read here: it names every exposure rule, with the level it has.
#[test]
fn the_documented_levels_are_those_of_the_rules() {
    let text = fs::read_to_string(root().join("docs/exposure.md")).unwrap();
    let section = text.split("## Levels").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let mut documented: BTreeMap<&str, &str> = BTreeMap::new();
    for row in section.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [.., level, rules] = cells.as_slice() else { continue };
        for rule in rules.split('`').skip(1).step_by(2) {
            documented.insert(rule, *level);
        }
    }
    let set = shipped();
    let mut missing = Vec::new();
    for rule in set.rules().iter().filter(|rule| rule.is_exposure()) {
        let path = rule.info().path.clone();
        let name = path.split("rules/aws/cloudtrail/").nth(1).unwrap().trim_end_matches(".yml");
        match documented.get(name) {
            Some(level) if *level == rule.info().level.as_str() => {}
            other => missing.push(format!("{name}: {} (documented: {other:?})", rule.info().level.as_str())),
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
