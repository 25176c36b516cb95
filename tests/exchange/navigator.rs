//! `threat-model navigator`: scores, gaps, findings.

use serde_json::Value;
use tattletrail_cli::Exit;

use super::{fixture, models, object, shop};
use crate::harness::tattletrail;

fn technique<'l>(layer: &'l Value, id: &str) -> &'l Value {
    let all = layer["techniques"].as_array().unwrap();
    let mut found = all.iter().filter(|one| one["techniqueID"] == id);
    let one = found.next().unwrap_or_else(|| panic!("no {id}"));
    assert!(found.next().is_none(), "{id} twice");
    one
}

#[test]
fn techniques_are_scored_by_the_rules_of_their_vectors() {
    let folder = shop();
    let layer = object(&["navigator", "shop", "--add", &folder.path().display().to_string()]);
    assert_eq!(layer["versions"]["layer"], "4.5");
    assert_eq!(layer["versions"]["attack"], "19");
    assert_eq!(layer["domain"], "enterprise-attack");
    // Both vectors name it; one of them has two rules.
    let bucket = technique(&layer, "T1530");
    assert_eq!(bucket["score"], 2);
    let comment = bucket["comment"].as_str().unwrap();
    assert!(comment.contains("shop: public: ") && comment.contains("Own rule"), "{comment}");
    assert!(comment.contains("shop: session: no rule"), "{comment}");
    // An older id is written as the current one, with what is above it opened.
    assert_eq!(technique(&layer, "T1685.002")["score"], 2);
    assert_eq!(technique(&layer, "T1685")["showSubtechniques"], true);
    assert_eq!(technique(&layer, "T1685").get("score"), None);
}

#[test]
fn a_technique_without_a_rule_is_a_gap() {
    let folder = shop();
    let layer = object(&["navigator", "shop", "--add", &folder.path().display().to_string()]);
    let gap = technique(&layer, "T1539");
    assert_eq!(gap.get("score"), None);
    let legend = layer["legendItems"].as_array().unwrap();
    let item = legend.iter().find(|item| item["label"].as_str().unwrap().starts_with("gap")).unwrap();
    assert_eq!(gap["color"], item["color"]);
    assert_eq!(technique(&layer, "T1530").get("color"), None);
}

#[test]
fn all_models_are_in_a_layer_unless_some_are_named() {
    let all = object(&["navigator"]);
    let names = all["name"].as_str().unwrap();
    assert!(
        ["account-baseline", "cruddur", "data-lake", "tattletrail"].iter().all(|name| names.contains(name)),
        "{names}"
    );
    let one = object(&["navigator", "cruddur"]);
    let count = |layer: &Value| layer["techniques"].as_array().unwrap().len();
    assert!(count(&one) < count(&all));
    let run = models(&["navigator", "crudur"]);
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("did you mean cruddur"), "{}", run.err);
}

#[test]
fn findings_are_those_that_a_scan_attributes_to_the_applications() {
    let trail = fixture("trail.json").display().to_string();
    let layer = object(&["navigator", "cruddur", "--seen", &trail, "--quiet"]);
    let scan = tattletrail(["scan", "--quiet", "--format", "jsonl", &trail]);
    let mut expected = std::collections::BTreeMap::<String, u64>::new();
    for finding in scan.json_lines() {
        let applications = finding["applications"].as_array().into_iter().flatten();
        let is_ours = applications.map(|one| &one["application"]).any(|name| name == "cruddur");
        for technique in finding["attack"].as_array().into_iter().flatten().filter(|_| is_ours) {
            *expected.entry(technique.as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    assert!(!expected.is_empty());
    for (id, count) in &expected {
        assert_eq!(technique(&layer, id)["score"], *count, "{id}");
    }
    let scored = |one: &&Value| one["score"].as_u64().is_some_and(|score| score > 0);
    assert_eq!(layer["techniques"].as_array().unwrap().iter().filter(scored).count(), expected.len());
    // By coverage the same findings are told, and count for nothing.
    let covered = object(&["navigator", "cruddur", "--seen", &trail, "--quiet", "--by", "coverage"]);
    let plain = object(&["navigator", "cruddur"]);
    for one in plain["techniques"].as_array().unwrap() {
        let id = one["techniqueID"].as_str().unwrap();
        if one.get("score").is_some() {
            assert_eq!(technique(&covered, id)["score"], one["score"], "{id}");
        }
    }
}

#[test]
fn findings_are_not_counted_without_logs() {
    let run = models(&["navigator", "--by", "findings"]);
    assert_eq!((run.exit, run.out.as_str()), (Exit::Usage, ""));
    let run = models(&["navigator", "--seen", "no-such-logs"]);
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("no such file or folder"), "{}", run.err);
}
