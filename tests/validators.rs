//! What leaves the command, judged by published models: AWS's own of Security Hub, the OCSF schema, other people's OCSF
//! models, and our JSON Schema. The tests make their own Python environment from `tests/validators/requirements.txt`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::harness::python::environment;
use crate::harness::{files, root, shared_data, tattletrail};

/// The Python of an environment with the validators.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| environment("test-python", "tests/validators/requirements.txt"))
}

/// Feeds a text to a validator; its exit code and what it said.
fn validate(script: &str, text: &str) -> (Option<i32>, String) {
    let mut child = Command::new(python())
        .arg(root().join("tests/validators").join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = text.to_owned();
    let feeder = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// The findings of the sample trail, and of the shared archive where it is there, under all rules at once; and one that
/// belongs to applications.
fn findings(format: &str) -> Vec<String> {
    let mut paths = vec![root().join("tests/fixtures/sample-trail/AWSLogs")];
    paths.extend(shared_data().map(|data| data.join("cloudtrail/archive")));
    let scan = |path: &PathBuf| tattletrail(["scan", "-q", "-f", format, &path.display().to_string()]).out;
    let kept = match format {
        "jsonl" => "attributed.jsonl".to_owned(),
        other => format!("attributed.{other}.json"),
    };
    let kept = root().join("tests/fixtures/golden/render").join(kept);
    let kept: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(kept).unwrap()).unwrap();
    // Line by line, as a scan tells it.
    paths.iter().map(scan).chain([format!("{kept}\n")]).collect()
}

#[track_caller]
fn check(script: &str, format: &str) {
    for text in findings(format) {
        let (code, said) = validate(script, &text);
        assert_eq!(code, Some(0), "{said}");
    }
}

#[test]
fn json_lines_fit_their_schema() {
    check("jsonl.py", "jsonl");
}

#[test]
fn asff_fits_the_model_of_security_hub() {
    check("asff.py", "asff");
}

#[test]
fn ocsf_fits_the_published_schema() {
    check("ocsf.py", "ocsf");
}

#[test]
fn ocsf_fits_other_people_s_models() {
    check("ocsf_models.py", "ocsf");
}

/// A text with the schema that it is checked against, and whether it must fit.
fn schema_line(kind: &str, path: &Path, good: bool) -> String {
    let schema: serde_json::Value =
        serde_json::from_str(&tattletrail(["rules", "schema", kind]).out).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.display().to_string();
    serde_json::json!({"name": name, "schema": schema, "text": text, "good": good}).to_string() + "\n"
}

#[test]
fn rules_and_cases_fit_the_schemas_for_editors() {
    let mut lines = String::new();
    for path in files(&root().join("rules"), ".yml") {
        let kind = if path.to_string_lossy().ends_with(".test.yml") { "cases" } else { "file" };
        lines.push_str(&schema_line(kind, &path, true));
    }
    assert!(lines.lines().count() >= 480);
    for path in shared_data().map(|data| files(&data.join("sigma-aws/aws"), ".yml")).unwrap_or_default() {
        lines.push_str(&schema_line("rule", &path, true));
    }
    let (code, said) = validate("schemas.py", &lines);
    assert_eq!(code, Some(0), "{said}");
}

/// `<kind>.good*.yml` fit, `<kind>.bad.<fault>.yml` do not.
#[test]
fn the_schemas_for_editors_refuse_what_is_wrong() {
    let mut lines = String::new();
    let mut bad = 0;
    for path in files(&root().join("tests/fixtures/workbench/schema"), ".yml") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (kind, rest) = name.split_once('.').unwrap();
        let good = rest.starts_with("good");
        bad += usize::from(!good);
        lines.push_str(&schema_line(kind, &path, good));
    }
    assert!(bad >= 20, "{bad}");
    let (code, said) = validate("schemas.py", &lines);
    assert_eq!(code, Some(0), "{said}");
}

/// The faults of these copies that a schema can see; the others are names that lead nowhere, which `rules check` sees.
const SEEN_BY_THE_SCHEMA: [&str; 18] = [
    "broken-09",
    "broken-16",
    "broken-17",
    "broken-18",
    "broken-19",
    "broken-20",
    "broken-21",
    "broken-22",
    "broken-23",
    "broken-24",
    "broken-25",
    "broken-26",
    "broken-30",
    "broken-31",
    "broken-32",
    "broken-41",
    "broken-42",
    "broken_14",
];

#[test]
fn threat_models_fit_their_schema_and_broken_ones_do_not() {
    let mut lines = String::new();
    let mut bad = 0;
    let shipped = files(&root().join("rules/threat-models"), ".yml");
    assert!(shipped.len() >= 3);
    for path in shipped.iter().chain(&files(&root().join("tests/fixtures/threat-models/broken"), ".yml")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_bad = SEEN_BY_THE_SCHEMA.iter().any(|start| name.starts_with(start));
        bad += usize::from(is_bad);
        for kind in ["threat-model", "file"] {
            lines.push_str(&schema_line(kind, path, !is_bad));
        }
    }
    assert_eq!(bad, SEEN_BY_THE_SCHEMA.len());
    let (code, said) = validate("schemas.py", &lines);
    assert_eq!(code, Some(0), "{said}");
}

/// The layers of all models, of one, and of what was found.
fn layers() -> Vec<String> {
    let trail = root().join("tests/fixtures/threat-models/trail.json").display().to_string();
    let run = |more: &[&str]| {
        tattletrail(["threat-model", "navigator", "-q"].into_iter().chain(more.iter().copied()))
    };
    [&[][..], &["cruddur"], &["data-lake", "--seen", &trail]].map(|more| run(more).out).into()
}

#[test]
fn layers_are_read_by_the_library_of_mitre() {
    for layer in layers() {
        let (code, said) = validate("navigator.py", &layer);
        assert_eq!(code, Some(0), "{said}");
    }
}

#[test]
fn broken_layers_are_refused() {
    let good = layers().swap_remove(1);
    for (from, to) in [
        ("\"4.5\"", "\"9.9\""),
        ("\"techniqueID\"", "\"technique\""),
        ("\"domain\": \"enterprise-attack\"", "\"domain\": \"clouds\""),
        ("\"side\"", "\"above\""),
        ("\"showSubtechniques\": true", "\"showSubtechniques\": \"yes\""),
        ("\"legendItems\"", "\"legend\""),
    ] {
        assert!(good.contains(from), "{from}");
        let (code, said) = validate("navigator.py", &good.replace(from, to));
        assert_eq!(code, Some(1), "{from}: {said}");
    }
}

fn open_threat_model(application: &str) -> String {
    tattletrail(["threat-model", "export", application, "--format", "otm"]).out
}

#[test]
fn open_threat_models_are_as_specified() {
    for application in ["account-baseline", "cruddur", "data-lake", "tattletrail"] {
        let (code, said) = validate("otm.py", &open_threat_model(application));
        assert_eq!(code, Some(0), "{said}");
    }
}

#[test]
fn broken_open_threat_models_are_refused() {
    let good = open_threat_model("cruddur");
    for (from, to) in [
        ("\"otmVersion\"", "\"version\""),
        ("\"riskReduction\": 0", "\"riskReduction\": \"none\""),
        ("\"impact\"", "\"impacts\""),
        ("\"trustZone\": \"application\"", "\"trustZone\": \"elsewhere\""),
        ("\"threat\": \"", "\"threat\": \"no-"),
    ] {
        assert!(good.contains(from), "{from}");
        let (code, said) = validate("otm.py", &good.replace(from, to));
        assert_eq!(code, Some(1), "{from}: {said}");
    }
}

/// The script asks the botocore that is pinned for these tests.
#[test]
fn the_table_of_operations_is_what_its_script_makes() {
    let script = root().join("crates/cli/tables/make_operations.py");
    let output = Command::new(python()).arg(script).arg("--check").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "run crates/cli/tables/make_operations.py\n{said}");
}

#[test]
fn the_validators_refuse_what_is_broken() {
    for (script, format, key) in [
        ("jsonl.py", "jsonl", "\"finding_id\""),
        ("asff.py", "asff", "\"SchemaVersion\""),
        ("ocsf.py", "ocsf", "\"severity_id\""),
        ("ocsf_models.py", "ocsf", "\"severity_id\""),
    ] {
        let broken = findings(format).swap_remove(0).replace(key, "\"gone\"");
        let (code, said) = validate(script, &broken);
        assert_eq!(code, Some(1), "{script}: {said}");
    }
}
