//! Findings built by hand in every form in which they leave, compared with `fixtures/golden/render/`.
//!
//! `TATTLETRAIL_BLESS=1 cargo test -p tattletrail-tests render` writes the files again. Read the difference before it
//! is committed: each of these forms is somebody's input.

// The findings.
mod samples;

// A reader of the part of JSON Schema that `docs/finding.schema.json` uses.
mod schema;

use std::path::{Path, PathBuf};

use serde_json::Value;
use tattletrail_engine::render::{alert, asff, csv, jsonl, ocsf, text};

#[test]
fn every_form_of_every_sample_is_golden() {
    for (name, finding) in samples::all() {
        let alert = alert::alert(&finding, "shop");
        let forms = [
            ("jsonl", format!("{}\n", jsonl::line(&finding))),
            ("csv", format!("{}\n{}\n", csv::header(), csv::row(&finding))),
            ("asff.json", pretty(&asff::finding(&finding))),
            ("ocsf.json", pretty(&ocsf::to_event(&finding))),
            ("alert.txt", format!("{}\n\n{}", alert.subject, alert.text)),
            ("alert.json", pretty(&alert.json)),
            ("alert-attributes.json", pretty(&alert.attributes.into_iter().collect())),
        ];
        for (form, made) in forms {
            compare(&format!("{name}.{form}"), &made);
        }
    }
}

#[test]
fn every_sample_keeps_the_limits_of_security_hub() {
    for (name, finding) in samples::all() {
        assert_eq!(asff::check(&asff::finding(&finding)), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn every_line_fits_its_schema() {
    let schema = read(&root().join("docs/finding.schema.json"));
    let schema: Value = serde_json::from_str(&schema).unwrap();
    for (name, finding) in samples::all() {
        let line: Value = serde_json::from_str(&jsonl::line(&finding)).unwrap();
        assert_eq!(schema::problems(&schema, &line), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_schema_refuses_what_it_does_not_describe() {
    let schema: Value = serde_json::from_str(&read(&root().join("docs/finding.schema.json"))).unwrap();
    let good: Value = serde_json::from_str(&jsonl::line(&samples::exposure_open())).unwrap();
    let broken: [(&str, &str, Value); 7] = [
        ("", "status", "ajar".into()),
        ("", "level", Value::Null),
        ("", "surprise", 1.into()),
        ("/rule", "id", 7.into()),
        ("/rule", "hash", "0123456789abcdef".into()),
        ("", "trace_id", "1-4bf92f35-77b34da6a3ce929d0e0e4736".into()),
        ("/exposure", "reach", "galaxy".into()),
    ];
    for (path, key, value) in broken {
        let mut line = good.clone();
        line.pointer_mut(path).unwrap()[key] = value;
        assert!(!schema::problems(&schema, &line).is_empty(), "{path}/{key}");
    }
}

#[test]
fn every_key_and_column_is_documented() {
    let guide = read(&root().join("docs/findings.md"));
    let lines = samples::all().into_iter().map(|(_, finding)| jsonl::line(&finding));
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(&line).unwrap()).collect();
    let keys = lines.iter().flat_map(|line| line.as_object().unwrap().keys().map(String::as_str));
    for word in keys.chain(csv::COLUMNS) {
        assert!(guide.contains(&format!("`{word}`")), "docs/findings.md does not say what `{word}` is");
    }
}

fn pretty(value: &Value) -> String {
    // Line by line: the ends of the lines are the one thing here that is not part of a string.
    format!("{value:#}").lines().map(|line| text::escape_json(line.to_owned()) + "\n").collect()
}

fn compare(name: &str, made: &str) {
    let path = root().join("tests/fixtures/golden/render").join(name);
    if std::env::var_os("TATTLETRAIL_BLESS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    assert_eq!(made, read(&path), "{name} differs from its golden file; see the head of tests/render.rs");
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
