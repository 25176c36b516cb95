//! `tattletrail threat-model ...`: what it prints, what programs read of it, and its exit codes; and that the shipped models
//! hang together.

// `threat-model render` and `cost`, and the files under `infra/dashboards`.
mod render;

// What Grafana, CloudFormation and CloudWatch say to those files.
mod accepted;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tattletrail_engine::case;

use crate::harness::{Run, files, root, tattletrail_at};

const BROKEN: &str = "fixtures/threat-models/broken";
const TRAIL: &str = "fixtures/threat-models/trail.json";

/// Runs `tattletrail threat-model` on a terminal of 80 columns.
fn model(arguments: &[&str]) -> Run {
    tattletrail_at(Some(80), ["threat-model"].into_iter().chain(arguments.iter().copied()))
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.out))
}

/// Compares with the file of that name; `UPDATE_EXPECTED=1` writes it.
#[track_caller]
fn assert_golden(name: &str, text: &str) {
    let path = Path::new("fixtures/threat-models/expected").join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "not as in {}", path.display());
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "control characters in {name}");
}

#[test]
fn the_shipped_models_hang_together() {
    let run = model(&["check", "../rules", "--strict"]);
    assert_eq!((run.exit.code(), run.out.as_str()), (0, ""), "{}", run.err);
    assert!(run.err.contains("4 threat models: 0 errors, 0 warnings"), "{}", run.err);
}

/// One file, one fault, one thing told, with its place and what to do.
#[test]
fn each_broken_model_has_its_fault_told() {
    let mut told = String::new();
    for path in files(Path::new(BROKEN), ".yml") {
        let path = path.display().to_string();
        let run = model(&["check", &path, "--format", "json", "--as-of", "2026-11-22"]);
        let report = json(&run);
        let found = report["diagnostics"].as_array().unwrap();
        let name = path.rsplit('/').next().unwrap();
        assert_eq!(found.len(), 1, "{name}: {found:#?}");
        let one = &found[0];
        assert!(one["help"].as_str().is_some_and(|help| !help.is_empty()), "{name} has no help");
        let code =
            match (one["severity"].as_str().unwrap(), report["summary"]["threat models"].as_u64().unwrap()) {
                (_, 0) => 3,
                ("error", _) => 1,
                _ => 0,
            };
        assert_eq!(run.exit.code(), code, "{name}");
        told.push_str(&format!(
            "{name}:{}:{}: {} {}\n  help: {}\n",
            one["line"],
            one["column"],
            one["code"].as_str().unwrap(),
            one["message"].as_str().unwrap(),
            one["help"].as_str().unwrap()
        ));
    }
    assert_golden("broken.txt", &told);
}

/// One application fits into what is free; all four have two dashboards too many.
#[test]
fn what_is_free_is_enforced() {
    for (path, code, told) in [("../rules/threat-models/cruddur.yml", 0, ""), ("../rules", 1, "[TT135]")] {
        let run = model(&["check", path, "--profile", "free"]);
        assert_eq!(run.exit.code(), code, "{}", run.out);
        assert!(run.out.contains(told), "{}", run.out);
    }
    let run = model(&["check", "../rules", "--profile", "free"]);
    assert!(run.out.contains("found 5 dashboards, expected at most 3"), "{}", run.out);
}

#[test]
fn warnings_count_where_that_is_asked_for() {
    let path = files(Path::new(BROKEN), ".yml").into_iter().find(|path| {
        path.to_string_lossy().contains("older-technique") || path.to_string_lossy().contains("older-version")
    });
    let path = path.unwrap().display().to_string();
    assert_eq!(model(&["check", &path]).exit.code(), 0);
    assert_eq!(model(&["check", &path, "--strict"]).exit.code(), 1);
}

/// Which finding is whose: by name, by tag, not in another account or Region.
#[test]
fn findings_belong_to_applications_and_vectors() {
    let run = tattletrail_at(None, ["scan", TRAIL, "--format", "jsonl"]);
    let mut told = String::new();
    for line in run.out.lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        let whose: Vec<String> = finding["applications"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                format!(
                    "{}:{}",
                    one["application"].as_str().unwrap(),
                    one["vectors"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|v| v.as_str().unwrap())
                        .collect::<Vec<_>>()
                        .join(",")
                )
            })
            .collect();
        let rule = Path::new(finding["rule"]["path"].as_str().unwrap()).file_stem().unwrap();
        told.push_str(&format!(
            "{} {} {}\n    {}\n",
            finding["status"].as_str().unwrap(),
            rule.to_string_lossy(),
            finding["resource"].as_str().unwrap(),
            whose.join(" ")
        ));
    }
    assert_golden("attribution.txt", &told);
    let table = tattletrail_at(Some(80), ["scan", TRAIL]).out;
    assert!(table.contains("cruddur:avatars-made-public"), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
}

#[test]
fn coverage_is_told_on_a_terminal() {
    let run = model(&["coverage", "../rules", "--seen", TRAIL, "--application", "cruddur"]);
    assert_eq!(run.exit.code(), 0, "{}", run.err);
    assert_golden("coverage.txt", &run.out);
    assert!(run.out.lines().all(|line| line.chars().count() <= 80));
    assert_golden("controls.txt", &model(&["coverage", "../rules", "--by", "control"]).out);
}

/// What is said to have fired is what a scan finds.
#[test]
fn coverage_counts_what_a_scan_finds() {
    let report = json(&model(&["coverage", "../rules", "--seen", TRAIL, "--format", "json"]));
    let mut counted: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    let scan = tattletrail_at(None, ["scan", TRAIL, "--rules", "../rules", "--format", "jsonl"]);
    for line in scan.out.lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        for one in finding["applications"].as_array().unwrap() {
            for vector in one["vectors"].as_array().unwrap() {
                let key = [&one["application"], vector, &finding["rule"]["id"]]
                    .map(|v| v.as_str().unwrap().to_owned());
                *counted.entry(key.into()).or_default() += 1;
            }
        }
    }
    let mut told = BTreeMap::new();
    for application in report["applications"].as_array().unwrap() {
        for vector in application["vectors"].as_array().unwrap() {
            for rule in vector["rules"].as_array().unwrap() {
                let key = [&application["application"], &vector["id"], &rule["id"]]
                    .map(|v| v.as_str().unwrap().to_owned());
                if rule["fired"] != 0 {
                    assert_eq!(rule["level"], "fired");
                    told.insert(key.into(), rule["fired"].as_u64().unwrap());
                }
            }
        }
    }
    assert!(told.len() > 20, "{told:?}");
    assert_eq!(told, counted);
}

/// What the guide shows is a model without fault.
#[test]
fn the_model_in_the_guide_hangs_together() {
    let guide = fs::read_to_string(root().join("docs/threat-models.md")).unwrap();
    let model_text = guide.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.yml");
    fs::write(&path, model_text).unwrap();
    let run = model(&["check", path.to_str().unwrap(), "--strict", "--as-of", "2026-11-22"]);
    assert_eq!((run.exit.code(), run.out.as_str()), (0, ""));
}

/// Ids are the same in capitals: a rule that loads so is nowhere left out, and its blindness is told.
#[test]
fn a_rule_named_in_capitals_is_the_same_rule() {
    let broken = fs::read_to_string(format!("{BROKEN}/broken-36-blind-rule-no-data-events.yml")).unwrap();
    let id = "e7da88f0-20f5-4653-a91d-4bd5222527a0";
    let capitals =
        broken.replace(id, &id.to_uppercase()).replace("broken-36-blind-rule-no-data-events", "capitals");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capitals.yml").display().to_string();
    fs::write(&path, &capitals).unwrap();
    assert!(model(&["check", &path]).out.contains("[TT123]"));
    let otm = json(&model(&["export", "capitals", "--add", &path, "--format", "otm"]));
    assert_eq!(otm["mitigations"].as_array().unwrap().len(), 1);
    let borne = capitals.replace("    reason:", &format!("    rules: [{}]\n    reason:", id.to_uppercase()));
    fs::write(&path, borne).unwrap();
    assert_eq!(model(&["check", &path, "--strict"]).out, "");
}

/// A correlation that counts a rule by its id in capitals needs the log that the rule needs.
#[test]
fn a_correlation_is_blind_with_the_rules_that_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    let head = "title: Reads\nlogsource: {product: aws, service: cloudtrail}\n";
    let rule = format!(
        "{head}id: 0a2f5a0e-0000-4000-8000-0000000000aa\ndetection: {{s: {{eventSource: s3.amazonaws.com, eventName: GetObject}}, condition: s}}\n"
    );
    let correlation = "---\ntitle: Many reads\nid: 0a2f5a0e-0000-4000-8000-0000000000bb\ncorrelation:\n  type: event_count\n  rules: [0A2F5A0E-0000-4000-8000-0000000000AA]\n  group-by: [userIdentity.arn]\n  timespan: 10m\n  condition: {gte: 10}\n";
    fs::write(folder.path().join("reads.yml"), format!("{rule}{correlation}")).unwrap();
    let model_text = "threat_model: 1\napplication: reads\ntitle: t\nowner: o\nattack: \"19.1\"\ninstrumentation: [{id: trail, source: cloudtrail-management}]\nvectors: [{id: v, title: t, techniques: [T1530], instrumentation: [trail], rules: [0a2f5a0e-0000-4000-8000-0000000000bb], response: r}]\n";
    fs::write(folder.path().join("reads-model.yml"), model_text).unwrap();
    let run = model(&["check", folder.path().to_str().unwrap()]);
    assert!(run.out.contains("data events of s3.amazonaws.com"), "{}{}", run.out, run.err);
}

#[test]
fn what_cannot_be_looked_at_is_told() {
    let run = model(&["coverage", "--application", "nobody"]);
    assert_eq!(run.exit.code(), 2);
    assert!(
        run.err.contains("no threat model of `nobody`\n  help: there are account-baseline"),
        "{}",
        run.err
    );
    let run = model(&["coverage", "fixtures/workbench/rules"]);
    assert_eq!(run.exit.code(), 3, "{}", run.err);
    let run = model(&["check", "fixtures/nowhere"]);
    assert_eq!(run.exit.code(), 2, "{}", run.err);
}

/// The models and rules inside the program need no folder: how well rules are tested goes with them.
#[test]
fn the_program_knows_how_well_its_rules_are_tested() {
    let mut table = String::new();
    for path in files(&root().join("rules/aws"), ".test.yml") {
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        let file = case::parse(&shown, &fs::read_to_string(&path).unwrap()).unwrap();
        let firing = file.cases.iter().filter(|case| case.expect.matches).count();
        table.push_str(&format!("{} {firing}\n", shown.replace(".test.yml", ".yml")));
    }
    let path = root().join("crates/cli/tables/cases.txt");
    if std::env::var_os("TATTLETRAIL_BLESS").is_some() {
        fs::write(&path, &table).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), table, "TATTLETRAIL_BLESS=1 cargo test writes it");
}
