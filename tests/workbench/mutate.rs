//! `rules test --mutate`: what is said of survivors and of reasons, in every form, and the shipped rules.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{assert_golden, rules};
use crate::harness::root;
use serde_json::Value;
use tattletrail_cli::Exit;
use tattletrail_engine::case::{self, Case, CaseRecord};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::{RuleSet, RuleSource};
use tattletrail_engine::sigma::{Mutant, RuleWords};

const MUTANTS: &str = "fixtures/workbench/mutants";

#[test]
fn survivors_are_told_with_the_case_that_is_missing() {
    let run = rules(&["test", MUTANTS, "--mutate"]);
    assert_eq!(run.exit, Exit::Findings);
    assert_golden("mutate.txt", &run.out);
    assert_eq!(
        run.err,
        "5 rules: 1 ok, 2 with survivors, 1 failed, 0 not loaded, 1 without cases; 30 mutants: 27 killed, 2 \
         survived, 1 explained; 4 reasons for what does not survive\n"
    );
    let failed = rules(&["test", MUTANTS, "--mutate", "--failed"]).out;
    assert!(!failed.contains("/killed.yml"), "{failed}");
}

#[test]
fn values_are_taken_out_of_their_lists_on_request() {
    let run = rules(&["test", MUTANTS, "--mutate=values"]);
    assert_golden("mutate_values.txt", &run.out);
    assert_eq!(run.exit, Exit::Findings);
}

#[test]
fn exit_codes_say_what_happened() {
    let exit = |path: &str| rules(&["test", &format!("fixtures/workbench/{path}"), "--mutate"]).exit;
    assert_eq!(exit("mutants/killed.yml"), Exit::Clean);
    assert_eq!(exit("mutants/no_cases.yml"), Exit::Clean);
    assert_eq!(exit("mutants/survives.yml"), Exit::Findings);
    assert_eq!(exit("mutants/wrong_reasons.yml"), Exit::Findings);
    assert_eq!(exit("mutants/failing.yml"), Exit::Findings);
    assert_eq!(exit("rules/typo.yml"), Exit::BadRule);
    assert_eq!(exit("nowhere"), Exit::Usage);
    assert_eq!(rules(&["test", MUTANTS, "--mutate=everything"]).exit, Exit::Usage);
}

#[test]
fn rules_of_one_file_are_mutated_one_at_a_time() {
    let run = rules(&["test", "fixtures/workbench/two-rules", "--mutate"]);
    assert_eq!(run.exit, Exit::Findings);
    let survivor = "two.yml:5:40: `3b1c8a57-7d0f-4f58-9a35-0d6b7c1f0b01/selection.errorCode` taken away";
    assert!(run.out.contains(survivor), "{}", run.out);
    assert!(run.err.ends_with("; 10 mutants: 8 killed, 1 survived, 1 explained\n"), "{}", run.err);
}

#[test]
fn json_holds_every_mutant() {
    let run = rules(&["test", MUTANTS, "--mutate", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let counts = ["mutants", "killed", "survived", "explained", "wrong_reasons"];
    assert_eq!(counts.map(|name| report["summary"][name].as_u64().unwrap()), [30, 27, 2, 1, 4]);
    let status: Vec<_> =
        report["rules"].as_array().unwrap().iter().map(|rule| rule["status"].as_str().unwrap()).collect();
    assert_eq!(status, ["failed", "ok", "no cases", "survivors", "survivors"]);
    let mutants = report["rules"][3]["mutants"].as_array().unwrap();
    let of = |clause: &str, mutation: &str| {
        mutants.iter().find(|mutant| mutant["clause"] == clause && mutant["mutation"] == mutation).unwrap()
    };
    let explained = of("selection.eventSource", "drop");
    assert_eq!(explained["verdict"], "explained");
    assert!(explained["reason"].as_str().unwrap().starts_with("no other service has this call"));
    let killed = of("selection.errorCode", "drop");
    assert_eq!((&killed["killed_by"], &killed["line"]), (&"the same call refused".into(), &8.into()));
    let survived = of("filter_admin", "drop");
    assert_eq!((&survived["line"], &survived["column"]), (&9.into(), &3.into()));
    assert_eq!(survived["help"], "a record that this alone leaves out, with `match: false`");
}

#[test]
fn junit_is_well_formed_and_counts() {
    let run = rules(&["test", MUTANTS, "--mutate", "--format", "junit"]);
    let document = roxmltree::Document::parse(&run.out).unwrap();
    let all = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).collect::<Vec<_>>();
    let names = ["tests", "failures", "errors", "skipped"];
    let counts = names.map(|name| document.root_element().attribute(name).unwrap());
    assert_eq!(counts, ["36", "6", "1", "2"]);
    let elements = ["testcase", "failure", "error", "skipped"].map(|name| all(name).len().to_string());
    assert_eq!(elements, counts);
    for (name, count) in names.iter().zip(counts) {
        let suites = all("testsuite").into_iter();
        let sum: usize = suites.map(|suite| suite.attribute(*name).unwrap().parse::<usize>().unwrap()).sum();
        assert_eq!(sum.to_string(), count, "{name}");
    }
    let failed = all("failure")[0].parent().unwrap();
    assert_eq!(failed.attribute("name").unwrap(), "filter_admin taken away");
    assert_eq!(failed.attribute("line").unwrap(), "9");
    assert_eq!(failed.attribute("file").unwrap(), "fixtures/workbench/mutants/survives.yml");
}

#[test]
fn no_mutant_of_the_shipped_rules_survives_without_a_reason() {
    let run = rules(&["test", &root().join("rules").display().to_string(), "--mutate", "--failed"]);
    assert_eq!((run.exit, run.out.as_str()), (Exit::Clean, ""), "{}", run.err);
    assert!(run.err.contains(" 0 with survivors, 0 failed, 0 not loaded, 0 without cases; "), "{}", run.err);
}

/// A shipped rule with its mutants and cases, read by the engine alone.
struct Shipped {
    path: String,
    rules: RuleSet,
    mutants: Vec<Mutant>,
    cases: Vec<Case>,
}

impl Shipped {
    fn read(rule: &str, cases: &str) -> Self {
        let text = fs::read_to_string(rule).unwrap();
        let words = RuleWords::of(&text);
        // What placeholders stand for is said in a file beside the rules.
        let beside = Path::new(rule).with_file_name("placeholders.yml");
        let placeholders =
            fs::read_to_string(&beside).ok().map(|text| RuleSource::new("placeholders.yml", text));
        let rules =
            RuleSet::from_sources(placeholders.into_iter().chain([RuleSource::new(rule, text)])).unwrap();
        let cases = case::parse(cases, &fs::read_to_string(cases).unwrap()).unwrap().cases;
        Self { path: rule.to_owned(), mutants: rules.rules()[0].mutants(&words), rules, cases }
    }

    /// The names of the cases that come out otherwise with the mutant.
    fn differing(&self, mutant: &Mutant, folder: &Path) -> Vec<String> {
        let engine = Engine::new(self.rules.with_rule(0, mutant.rule.clone()));
        let record = |record: &CaseRecord| match record {
            CaseRecord::Inline(text) => CloudTrailRecord::parse(text).unwrap(),
            CaseRecord::File(file) => {
                CloudTrailRecord::parse(&fs::read_to_string(folder.join(file)).unwrap()).unwrap()
            }
        };
        let differs = |case: &&Case| {
            let before = case.before.iter().map(record).collect();
            case.judge(&engine, Some(&self.path), before, record(&case.record)).is_err()
        };
        self.cases.iter().filter(differs).map(|case| case.name.clone()).collect()
    }
}

#[test]
fn what_is_told_of_a_mutant_is_what_the_engine_makes_of_it() {
    let run = rules(&["test", &root().join("rules").display().to_string(), "--mutate", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in report["rules"].as_array().unwrap() {
        let (path, cases) = (rule["rule"].as_str().unwrap(), rule["cases_file"].as_str().unwrap());
        // What a correlation counts is mutated as well; by itself, without what it counts, it cannot be judged here.
        if is_correlation(path) {
            continue;
        }
        let shipped = Shipped::read(path, cases);
        let told: Vec<_> = rule["mutants"].as_array().unwrap().iter().collect();
        for told in told {
            let is_it = |mutant: &&Mutant| {
                told["clause"] == mutant.clause.as_str() && told["mutation"] == mutant.mutation.as_str()
            };
            let found: Vec<_> = shipped.mutants.iter().filter(is_it).collect();
            let [mutant] = found[..] else { panic!("{path}: {told} is {} mutants", found.len()) };
            assert_eq!(mutant.rule.is_exposure(), shipped.rules.rules()[0].is_exposure(), "{path}: {told}");
            let differing = shipped.differing(mutant, Path::new(cases).parent().unwrap());
            let first = differing.first().map(String::as_str);
            assert_eq!(told["killed_by"].as_str(), first, "{path}: {told}");
            *verdicts.entry(told["verdict"].as_str().unwrap()).or_default() += 1;
        }
    }
    assert!(verdicts["killed"] > 2000 && verdicts["explained"] < verdicts["killed"] / 50, "{verdicts:?}");
    assert_eq!(verdicts.get("survived"), None);
}

fn is_correlation(path: &str) -> bool {
    let source = RuleSource::new(path, fs::read_to_string(path).unwrap());
    !RuleSet::alone(&source).unwrap().correlations().is_empty()
}
