//! `rules check`: every fault with its place, in three forms.

use std::collections::BTreeSet;

use super::{RULES, assert_golden, rules};
use crate::harness::root;
use serde_json::Value;
use tattletrail_cli::Exit;

#[test]
fn every_fault_is_told_with_its_place() {
    let run = rules(&["check", RULES]);
    assert_eq!(run.exit, Exit::BadRule);
    assert_golden("check.txt", &run.out);
    assert_eq!(run.err, "4 rules: 3 errors, 5 warnings\n");
}

#[test]
fn warnings_count_only_where_that_is_asked_for() {
    let untested = format!("{RULES}/untested.yml");
    assert_eq!(rules(&["check", &untested]).exit, Exit::Clean);
    assert_eq!(rules(&["check", &untested, "--strict"]).exit, Exit::Findings);
    assert_eq!(rules(&["check", &format!("{RULES}/trail_stopped.yml"), "--strict"]).exit, Exit::Clean);
}

#[test]
fn faults_of_cases_are_faults() {
    let run = rules(&["check", "fixtures/workbench/broken-cases", "--format", "json"]);
    assert_eq!(run.exit, Exit::BadRule);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let first = &report["diagnostics"][0];
    assert_eq!((first["code"].as_str(), first["line"].as_u64()), (Some("TT030"), Some(3)), "{first}");
}

#[test]
fn the_shipped_rules_lack_nothing() {
    let run = rules(&["check", &root().join("rules").display().to_string(), "--strict"]);
    assert_eq!((run.exit, run.out.as_str()), (Exit::Clean, ""), "{}", run.err);
}

#[test]
fn an_id_used_twice_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.yml", "b.yml"] {
        std::fs::copy(format!("{RULES}/trail_stopped.yml"), folder.path().join(name)).unwrap();
    }
    let run = rules(&["check", &folder.path().display().to_string()]);
    assert_eq!(run.exit, Exit::BadRule);
    assert!(
        run.out.contains("b.yml:2:5: found the id `5d2f6f0e-") && run.out.contains("[TT006]"),
        "{}",
        run.out
    );
}

/// All the broken rules there are: their codes and places, as a viewer of SARIF gets them.
#[test]
fn sarif_holds_every_fault() {
    let run = rules(&["check", "fixtures/broken-rules", RULES, "--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let driver = &log["runs"][0]["tool"]["driver"];
    let kinds: Vec<&str> =
        driver["rules"].as_array().unwrap().iter().map(|kind| kind["id"].as_str().unwrap()).collect();
    assert!(kinds.is_sorted(), "{kinds:?}");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let told = rules(&["check", "fixtures/broken-rules", RULES]).out;
    assert_eq!(results.len(), told.lines().filter(|line| !line.starts_with("  help: ")).count());
    let mut met = BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], kinds[index], "{result}");
        met.insert(kinds[index]);
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().unwrap().starts_with("fixtures/"), "{result}");
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1, "{result}");
        assert!(place["region"]["startColumn"].as_u64().unwrap() >= 1, "{result}");
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()), "{result}");
    }
    // That every kind has a rule that shows it is for the folder of one fault a file.
    assert!(met.len() >= 16, "{met:?}");
}

#[test]
fn a_broken_rule_has_the_code_of_its_fault() {
    let run = rules(&["check", "fixtures/broken-rules", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let lines: Vec<String> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["severity"] == "error")
        .map(|one| {
            let file = one["file"].as_str().unwrap().rsplit('/').next().unwrap();
            format!(
                "{} {}:{} {}\n",
                one["code"].as_str().unwrap(),
                file,
                one["line"],
                one["message"].as_str().unwrap()
            )
        })
        .collect();
    assert_golden("codes.txt", &lines.concat());
}

#[test]
fn every_code_is_in_the_guide() {
    let run = rules(&["check", &format!("{RULES}/untested.yml"), "--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.out).unwrap();
    let guide = std::fs::read_to_string(root().join("docs/rules.md")).unwrap();
    for kind in log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        let row = format!(
            "| {} | {}",
            kind["id"].as_str().unwrap(),
            kind["shortDescription"]["text"].as_str().unwrap()
        );
        assert!(guide.contains(&row), "docs/rules.md lacks `{row}`");
    }
}

/// One file a fault, each of a kind that people make: told once, with its place, what was found, what was expected and
/// what to do.
#[test]
fn each_of_many_broken_rules_has_one_fault_told_in_full() {
    let folder = "fixtures/workbench/broken-twenty";
    let run = rules(&["check", folder]);
    assert_golden("broken_twenty.txt", &run.out);
    let run = rules(&["check", folder, "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let found = report["diagnostics"].as_array().unwrap();
    let mut files = BTreeSet::new();
    for one in found {
        let name = one["file"].as_str().unwrap().rsplit('/').next().unwrap();
        assert!(files.insert(name), "{name} has more than one fault");
        let code = one["code"].as_str().unwrap().to_lowercase();
        assert!(name.starts_with(&code), "{name} is not about {code}");
        let message = one["message"].as_str().unwrap();
        assert!(message.starts_with("found ") && message.contains(", expected "), "{name}: {message}");
        assert!(one["help"].as_str().is_some_and(|help| !help.is_empty()), "{name} has no help");
        assert!(one["line"].as_u64() >= Some(1) && one["column"].as_u64() >= Some(1), "{one}");
    }
    let rules: BTreeSet<String> = crate::harness::files(std::path::Path::new(folder), ".yml")
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".test.yml") && name != "tt006_first.yml")
        .map(|name| name.replace("tt030_expectation.yml", "tt030_expectation.test.yml"))
        .collect();
    assert_eq!(files, rules.iter().map(String::as_str).collect());
    assert!(files.len() >= 20, "{}", files.len());
}

/// Every code has its broken rule.
#[test]
fn every_code_is_shown_by_a_broken_rule() {
    let run = rules(&["check", "fixtures/workbench/broken-twenty", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.out).unwrap();
    let run = &log["runs"][0];
    let kinds =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|kind| kind["id"].as_str().unwrap());
    let met = run["results"].as_array().unwrap().iter().map(|result| result["ruleId"].as_str().unwrap());
    // When a filter ends soon is another day each day; from TT120 on they are about threat models (`models`).
    let kinds = kinds.filter(|code| *code != "TT111" && *code < "TT120");
    assert_eq!(met.collect::<BTreeSet<_>>(), kinds.collect::<BTreeSet<_>>());
}
