//! `rules bundle`: what is written is what is read, by every command, and by nobody else.

use std::fs;
use std::path::{Path, PathBuf};

use super::{RULES, assert_golden, rules};
use crate::harness::{files, root, tattletrail};
use serde_json::Value;
use tattletrail_cli::Exit;
use tattletrail_engine::case::{self, CaseRecord};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::explain;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::sigma::RuleWords;
use tempfile::TempDir;

const OLD: &str = "fixtures/workbench/diff/old";

/// A bundle of these rules in a folder of its own.
fn bundle(paths: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.ttrules");
    let run = rules(
        &[&["bundle", "--without-correlations", "--output", path.to_str().unwrap()][..], paths].concat(),
    );
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    (folder, path)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_is_in_a_bundle_is_told() {
    let (folder, path) = bundle(&[OLD]);
    let run = rules(&["bundle", "--check", text(&path)]);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, ""));
    assert_golden("bundle.txt", &run.out.replace(text(folder.path()), "FOLDER"));
    let run = rules(&["bundle", "--check", text(&path), "--format", "json"]);
    assert_golden("bundle.json", &run.out.replace(text(folder.path()), "FOLDER"));
    let object: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(object["bytes"], fs::metadata(&path).unwrap().len());
    assert_eq!(object["rules"].as_array().unwrap().len(), 4);
}

#[test]
fn the_same_rules_are_the_same_bytes() {
    let ((_one, one), (_other, other)) = (bundle(&[OLD]), bundle(&[OLD]));
    assert_eq!(fs::read(&one).unwrap(), fs::read(other).unwrap());
    // A bundle of a bundle is that bundle; rules beside one are in it as well.
    let (_again, again) = bundle(&[text(&one)]);
    assert_eq!(fs::read(&one).unwrap(), fs::read(again).unwrap());
    let (_more, more) = bundle(&[text(&one), "fixtures/workbench/more"]);
    let (_files, files) = bundle(&[OLD, "fixtures/workbench/more"]);
    assert_eq!(fs::read(more).unwrap(), fs::read(files).unwrap());
    assert_ne!(fs::read(one).unwrap(), fs::read(bundle(&[]).1).unwrap());
}

#[test]
fn a_bundle_is_read_wherever_rules_are() {
    let (_folder, path) = bundle(&[OLD]);
    for command in [
        &["rules", "list"][..],
        &["scan", "fixtures/workbench/diff/logs", "--format", "jsonl", "--quiet", "--rules"],
    ] {
        let with = |rules: &str| tattletrail([command, &[rules]].concat());
        let (bundled, read) = (with(text(&path)), with(OLD));
        assert_eq!((bundled.exit, &bundled.out, &bundled.err), (read.exit, &read.out, &read.err));
        assert!(!read.out.is_empty());
    }
}

#[test]
fn what_needs_the_texts_says_so() {
    let (_folder, path) = bundle(&[OLD]);
    for command in
        [&["show", "ssh_open", "--rules", text(&path)][..], &["check", text(&path)], &["test", text(&path)]]
    {
        let run = rules(command);
        assert_eq!((run.exit, run.out.as_str()), (Exit::Usage, ""), "{command:?}");
        assert!(run.err.contains("holds no texts of rules; name the folder"), "{command:?}: {}", run.err);
    }
}

#[test]
fn what_is_no_whole_bundle_is_refused() {
    let (folder, path) = bundle(&[OLD]);
    let bytes = fs::read(&path).unwrap();
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    let mut newer = bytes.clone();
    newer[8] = 9;
    let half = bytes[..bytes.len() / 2].to_vec();
    for (content, told) in [
        (damaged, "damaged; copy the file again"),
        (newer, "format version 9, expected at most 1: made by a newer tattletrail"),
        (half, "the end is missing"),
        (b"title: x\n".to_vec(), "not a bundle of rules"),
    ] {
        let path = folder.path().join("bad.ttrules");
        fs::write(&path, content).unwrap();
        for run in [rules(&["bundle", "--check", text(&path)]), rules(&["list", text(&path)])] {
            assert_eq!((run.exit, run.out.as_str()), (Exit::BadRule, ""), "{told}");
            assert!(run.err.contains("can't load the bundle") && run.err.contains(told), "{}", run.err);
        }
    }
    let missing = rules(&["bundle", "--check", "no-such.ttrules"]);
    assert_eq!(missing.exit, Exit::Usage);
    assert!(missing.err.contains("can't read the rules in `no-such.ttrules`"), "{}", missing.err);
}

#[test]
fn nothing_is_written_where_a_rule_does_not_load() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.ttrules");
    let run = rules(&["bundle", RULES, "--output", text(&path)]);
    assert_eq!((run.exit, run.out.as_str()), (Exit::BadRule, ""));
    assert!(run.err.contains("typo.yml:8:15") && !path.exists(), "{}", run.err);
    assert_eq!(rules(&["bundle", OLD]).exit, Exit::Usage, "nowhere to write to");
    assert_eq!(rules(&["bundle", OLD, "--output", "my.rules"]).exit, Exit::Usage, "another ending");
}

/// Every shipped rule with the records of every case: the same findings, the same explanations.
#[test]
fn a_bundle_does_what_its_rules_do() {
    let sources: Vec<_> = tattletrail_rules::built_in().collect();
    let read = RuleSet::from_sources(sources.iter().cloned()).unwrap();
    let bundled = RuleSet::from_bundle(read.to_bundle().unwrap()).unwrap();
    let engines = [Engine::new(read), Engine::new(bundled)];
    let mut matched = 0;
    for path in files(&root().join("rules"), ".test.yml") {
        let file = case::parse("", &fs::read_to_string(&path).unwrap()).unwrap();
        let rule = path.with_file_name(&file.rule).display().to_string();
        let Some(at) = engines[0].rules().rules().iter().position(|one| rule.ends_with(&one.info().path))
        else {
            continue;
        };
        let name = &engines[0].rules().rules()[at].info().path;
        let words = RuleWords::of(&sources.iter().find(|source| source.path == *name).unwrap().text);
        for case in &file.cases {
            let record = record(&path, &case.record);
            let [one, other] = [0, 1].map(|n| format!("{:?}", engines[n].process(&record).found.findings));
            assert_eq!(one, other, "{name}: {}", case.name);
            let [one, other] =
                [0, 1].map(|n| explain::explain(&engines[n].rules().rules()[at], &words, &record));
            assert_eq!(format!("{one:?}"), format!("{other:?}"), "{name}: {}", case.name);
            matched += usize::from(one.matches);
        }
    }
    assert!(matched > 200, "only {matched}");
}

fn record(path: &Path, record: &CaseRecord) -> CloudTrailRecord {
    let text = match record {
        CaseRecord::Inline(text) => text.clone(),
        CaseRecord::File(file) => fs::read_to_string(path.with_file_name(file)).unwrap(),
    };
    CloudTrailRecord::parse(&text).unwrap()
}
