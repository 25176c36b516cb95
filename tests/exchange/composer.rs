//! `threat-model import`, and `export --format threat-composer`: what goes in comes out.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use tattletrail_cli::Exit;

use super::{fixture, models, object, shop};

/// Threat Composer's file of these tests.
fn drawn_up() -> Value {
    serde_json::from_str(&fs::read_to_string(fixture("threat-composer.json")).unwrap()).unwrap()
}

/// A list by id, with metadata in the order of their keys.
fn by_id(whole: &Value, list: &str) -> std::collections::BTreeMap<String, Value> {
    let sorted = |mut one: Value| {
        if let Some(metadata) = one.get_mut("metadata").and_then(Value::as_array_mut) {
            metadata.sort_by_key(|one| one["key"].to_string());
        }
        (one["id"].as_str().unwrap().to_owned(), one)
    };
    whole[list].as_array().unwrap().iter().cloned().map(sorted).collect()
}

fn links(whole: &Value, list: &str) -> BTreeSet<String> {
    whole[list].as_array().unwrap().iter().map(ToString::to_string).collect()
}

/// Imports a file into a folder; the folder, and what was told.
fn imported(whole: &Value, folder: &std::path::Path) -> String {
    let file = folder.join("in.json");
    fs::write(&file, whole.to_string()).unwrap();
    let output = folder.join("models/shop.yml").display().to_string();
    let run = models(&["import", &file.display().to_string(), "-o", &output]);
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    run.err
}

fn exported(folder: &std::path::Path) -> Value {
    let models = folder.join("models").display().to_string();
    object(&["export", "shop", "--add", &models, "--format", "threat-composer"])
}

#[test]
fn threats_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let before = drawn_up();
    imported(&before, folder.path());
    let after = exported(folder.path());
    for list in ["threats", "mitigations", "assumptions"] {
        let (before, mut after) = (by_id(&before, list), by_id(&after, list));
        // An older id of ATT&CK stands as it was written, and no second one beside it.
        assert_eq!(before.len(), after.len());
        for (id, one) in before {
            assert_eq!(after.remove(&id), Some(one), "{list}");
        }
    }
    for list in ["mitigationLinks", "assumptionLinks"] {
        assert_eq!(links(&before, list), links(&after, list));
    }
    assert_eq!(before["applicationInfo"], after["applicationInfo"]);
    assert_eq!(before["architecture"]["description"], after["architecture"]["description"]);
    for part in ["workspace", "dataflow", "schema"] {
        assert_eq!(before[part], after[part]);
    }
    // And once more.
    let again = tempfile::tempdir().unwrap();
    imported(&after, again.path());
    assert_eq!(exported(again.path()), after);
}

#[test]
fn what_is_imported_is_a_model_that_people_can_go_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let told = imported(&drawn_up(), folder.path());
    let yaml = fs::read_to_string(folder.path().join("models/shop.yml")).unwrap();
    for line in [
        "application: shop\n",
        "title: \"Corner shop: orders and vouchers\"\n",
        "  - id: use-an-access-key-that-was-never-taken\n",
        "  - id: use-an-access-key-that-was-never-taken-2\n",
        "    title: Use an access key that was never taken back\n",
        "    impact: high\n",
        "      - T1530\n",
        "      - T1619\n",
        "      - T1078.004\n",
        "      - T1562.008\n",
        "    title: table of orders\n",
        "      Mitigation 5a8b1e90-2c4d-4f6a-b3e7-8d9c0a1f2b01: Block public access for the whole account\n",
        "      STRIDE: I, T\n",
        "    gap: Imported, not yet looked at\n",
    ] {
        assert!(yaml.contains(line), "no {line:?} in\n{yaml}");
    }
    assert_eq!(yaml.matches("gap: Imported").count(), 4);
    for words in [
        "left out the image of `architecture`",
        "left out `ofALaterVersion`",
        "left out the technique T9999.001",
        "no owner",
    ] {
        assert!(told.contains(words), "no {words:?} in\n{told}");
    }
}

#[test]
fn a_second_import_keeps_what_the_model_has_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut whole = drawn_up();
    imported(&whole, folder.path());
    let path = folder.path().join("models/shop.yml");
    let yaml = fs::read_to_string(&path).unwrap();
    let rule = "e7e6fa85-212a-439e-b692-48cf8f950149";
    let first = yaml.find("    techniques:\n").unwrap();
    let (head, tail) = yaml.split_at(first);
    let own = format!("{head}    likelihood: high\n    rules: [{rule}]\n    response: Look who read\n{tail}");
    let own = own.replace("owner: nobody yet", "owner: team-shop@example.com").replace(
        "\ngaps:\n",
        "  - {id: own, title: A vector of its own}\ngaps:\n  - {vector: own, gap: seen by nobody, reason: so be it}\n",
    );
    fs::write(&path, own).unwrap();
    whole["threats"][0]["statement"] = "A person can read them all".into();
    whole["threats"].as_array_mut().unwrap().remove(1);
    let told = imported(&whole, folder.path());
    assert!(told.contains("the vector `use-an-access-key-that-was-never-taken` is kept"), "{told}");
    let yaml = fs::read_to_string(&path).unwrap();
    for line in [
        "owner: team-shop@example.com\n",
        "      A person can read them all\n",
        "    likelihood: high\n",
        "    response: Look who read\n",
        "  - id: own\n",
        "  - id: use-an-access-key-that-was-never-taken\n",
        "    gap: seen by nobody\n",
    ] {
        assert!(yaml.contains(line), "no {line:?} in\n{yaml}");
    }
    assert_eq!(yaml.matches(rule).count(), 1, "{yaml}");
    // The vector with a rule has no gap any more.
    assert_eq!(yaml.matches("gap: Imported").count(), 3, "{yaml}");
    // The rule goes out as a mitigation, and comes back as a rule.
    let out = exported(folder.path());
    assert!(by_id(&out, "mitigations").contains_key(rule));
    let again = tempfile::tempdir().unwrap();
    imported(&out, again.path());
    let yaml = fs::read_to_string(again.path().join("models/shop.yml")).unwrap();
    assert!(
        yaml.contains(&format!("    rules:\n      - \"{rule}\"\n"))
            || yaml.contains(&format!("      - {rule}\n")),
        "{yaml}"
    );
}

#[test]
fn a_model_that_was_never_there_is_a_workspace_too() {
    let folder = shop();
    let add = folder.path().display().to_string();
    let out = object(&["export", "shop", "--add", &add, "--format", "threat-composer"]);
    let threats = out["threats"].as_array().unwrap();
    let statements: Vec<&str> = threats.iter().map(|one| one["statement"].as_str().unwrap()).collect();
    assert_eq!(statements, ["The bucket becomes public", "A session is stolen"]);
    assert_eq!(threats[0]["tags"], serde_json::json!(["T1530", "T1562.008"]));
    assert_eq!(threats[0]["numericId"], 1);
    let mut ids: Vec<&str> = threats.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.iter().all(|id| id.len() == 36));
    let mitigations = by_id(&out, "mitigations");
    assert_eq!(mitigations.len(), 2);
    ids.extend(mitigations.keys().map(String::as_str));
    for link in out["mitigationLinks"].as_array().unwrap() {
        assert!(ids.contains(&link["linkedId"].as_str().unwrap()), "{link}");
        assert!(ids.contains(&link["mitigationId"].as_str().unwrap()), "{link}");
    }
    assert_eq!(out, object(&["export", "shop", "--add", &add, "--format", "threat-composer"]));
}

#[test]
fn what_is_no_file_of_threat_composer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("in.json");
    for (text, words) in [
        ("{", "is no JSON"),
        ("[]", "found no object"),
        ("{\"threats\":[]}", "found no `schema`"),
        ("{\"schema\":2}", "found the schema 2, expected 1"),
        ("{\"schema\":1}", "found no threats"),
        ("{\"schema\":1,\"threats\":{}}", "found something else as `threats`"),
        ("{\"schema\":1,\"threats\":[{\"id\":\"a\"},{\"id\":\"a\"}]}", "found 2 threats with 1 ids"),
        ("{\"schema\":1,\"threats\":[{\"statement\":\"a\"}]}", "found 1 threats with 0 ids"),
    ] {
        fs::write(&file, text).unwrap();
        let run = models(&["import", &file.display().to_string()]);
        assert_eq!((run.exit, run.out.as_str()), (Exit::Usage, ""), "{text}");
        assert!(run.err.contains(words), "{text}: {}", run.err);
    }
    assert_eq!(models(&["import", "no-such-file.json"]).exit, Exit::Usage);
}
