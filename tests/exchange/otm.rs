//! `threat-model export --format otm`: what of a model is where.

use serde_json::Value;
use tattletrail_cli::Exit;

use super::{models, object, shop};

fn by_id<'v>(list: &'v Value, id: &str) -> &'v Value {
    list.as_array().unwrap().iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn vectors_are_threats_and_rules_mitigations() {
    let folder = shop();
    let otm = object(&["export", "shop", "--add", &folder.path().display().to_string(), "--format", "otm"]);
    assert_eq!(otm["project"]["owner"], "team-shop@example.com");
    assert_eq!(otm["project"]["attributes"]["gaps"][0]["gap"], "on the whole");
    let public = by_id(&otm["threats"], "public");
    assert_eq!(public["risk"]["impact"], 100);
    assert_eq!(public["risk"]["likelihood"], 50);
    assert_eq!(public["attributes"]["techniques"][1]["id"], "T1685.002");
    assert_eq!(public["attributes"]["instrumentation"][0], "trail");
    let session = by_id(&otm["threats"], "session");
    assert_eq!(session["risk"]["impactComment"], "the model does not say");
    assert_eq!(session["attributes"]["gaps"][0]["until"], "2027-06-30");
    let rule = by_id(&otm["mitigations"], "0a2f5a0e-0000-4000-8000-000000000000");
    assert_eq!(rule["attributes"]["status"], "test");
    assert_eq!(otm["mitigations"].as_array().unwrap().len(), 2);
    let bucket = by_id(&otm["components"], "vouchers");
    assert_eq!(bucket["type"], "AWS::S3::Bucket");
    assert_eq!(bucket["threats"][0]["mitigations"][0]["state"], "implemented");
    // A vector without components is one of the whole.
    let whole = by_id(&otm["components"], "application:whole");
    assert_eq!(whole["threats"][0]["threat"], "session");
}

#[test]
fn every_name_leads_somewhere() {
    for application in ["account-baseline", "cruddur", "data-lake", "tattletrail"] {
        let otm = object(&["export", application, "--format", "otm"]);
        let mut threatened = std::collections::BTreeSet::new();
        for component in otm["components"].as_array().unwrap() {
            by_id(&otm["trustZones"], component["parent"]["trustZone"].as_str().unwrap());
            for threat in component["threats"].as_array().unwrap() {
                by_id(&otm["threats"], threat["threat"].as_str().unwrap());
                threatened.insert(threat["threat"].as_str().unwrap());
                for mitigation in threat["mitigations"].as_array().unwrap() {
                    by_id(&otm["mitigations"], mitigation["mitigation"].as_str().unwrap());
                }
            }
        }
        assert_eq!(threatened.len(), otm["threats"].as_array().unwrap().len(), "{application}");
    }
}

#[test]
fn one_model_is_exported() {
    let run = models(&["export", "--format", "otm"]);
    assert_eq!((run.exit, run.out.as_str()), (Exit::Usage, ""));
    assert!(run.err.contains("name one of account-baseline, cruddur, data-lake, tattletrail"), "{}", run.err);
}
