//! `rules new`: what it writes loads and holds at once, whatever the event is, and shows nobody's names.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::{assert_golden, rules};
use crate::harness::{files, root, shared_data};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tattletrail_cli::Exit;

const RANGES: &str = "fixtures/workbench/events/two_ranges.json";
const OPENED: &str = "22222222-2222-4222-8222-222222222222";

/// Begins a rule from a record.
#[track_caller]
fn begin(record: &Value, folder: &Path) {
    let event = folder.join("event.json");
    fs::write(&event, json!({"Records": [record]}).to_string()).unwrap();
    let out = folder.join("rules").display().to_string();
    let run = rules(&["new", "--from", &event.display().to_string(), "-o", &out]);
    assert_eq!(run.exit, Exit::Clean, "{}\n{record}", run.err);
    assert!(!run.out.chars().any(|c| c.is_control() && c != '\n'), "{}", run.out);
}

/// Checks and tests all rules that were begun.
#[track_caller]
fn assert_hold(folder: &Path, count: usize) {
    let out = folder.join("rules").display().to_string();
    let check = rules(&["check", &out]);
    assert_eq!(check.exit, Exit::Clean, "{}", check.out);
    let test = rules(&["test", &out, "--failed"]);
    assert_eq!(test.exit, Exit::Clean, "{}", test.out);
    let all = format!("{count} rules: {count} ok, 0 failed, 0 not loaded, 0 without cases");
    assert!(test.err.starts_with(&all), "{}", test.err);
}

/// A rule without what differs from run to run: ids and the date.
fn steady(text: &str) -> String {
    let differs = |line: &&str| ["id: ", "date: ", "  eventID: "].iter().any(|key| line.starts_with(key));
    text.lines().filter(|line| !differs(line)).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn an_event_that_opens_something_begins_a_rule_about_exposures() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    let run = rules(&["new", "--from", RANGES, "--event-id", OPENED, "-o", &out, "--title", "SSH: opened"]);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, ""));
    let rule = folder.path().join("ec2/authorize_security_group_ingress.yml");
    let text = fs::read_to_string(&rule).unwrap();
    assert_golden("new_exposure_rule.txt", &steady(&text));
    assert_golden(
        "new_exposure_cases.txt",
        &steady(&fs::read_to_string(rule.with_extension("test.yml")).unwrap()),
    );
    assert_eq!(rules(&["test", &out]).exit, Exit::Clean);
    let again = rules(&["new", "--from", RANGES, "--event-id", OPENED, "-o", &out]);
    assert_eq!((again.exit, again.out.as_str()), (Exit::Usage, ""));
    assert!(again.err.contains("is there already"), "{}", again.err);
    assert_eq!(fs::read_to_string(&rule).unwrap(), text);
}

#[test]
fn an_event_that_failed_begins_a_rule_about_the_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    let event = "fixtures/workbench/events/stop_logging_refused.json";
    let run = rules(&["new", "--from", event, "-o", &out, "--level", "low"]);
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    let rule = folder.path().join("cloudtrail/stop_logging.yml");
    assert_golden("new_behaviour_rule.txt", &steady(&fs::read_to_string(rule).unwrap()));
    assert_eq!(rules(&["check", &out]).exit, Exit::Clean);
    assert_eq!(rules(&["test", &out]).exit, Exit::Clean);
}

#[test]
fn several_records_and_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("rules");
    let shown = out.display().to_string();
    assert_eq!(rules(&["new", "--from", RANGES, "-o", &shown]).exit, Exit::Usage);
    assert_eq!(rules(&["new", "--from", "nowhere.json", "-o", &shown]).exit, Exit::Usage);
    assert_eq!(rules(&["new", "--from", RANGES, "--level", "severe", "-o", &shown]).exit, Exit::Usage);
    assert!(!out.exists());
}

/// Names and values that would be YAML, Sigma, paths or orders to a terminal if they were not quoted.
#[test]
fn hostile_text_stays_text() {
    let texts = [
        "'\"\\ # x: [a, {b: *c",
        "a\nerrorCode: x\n- y",
        "\u{1b}[31m\u{202e}\u{2028}\u{85}\u{feff}",
        "*",
        "\\*?",
        "null",
        "~",
        "0012",
        "1e3",
        "!!x &a *a",
        "|",
        "> -",
        "---",
        "% x",
        "@`",
        "é\u{10ffff}",
        " lead and trail ",
        "-",
        "? ",
        "- - - : : x",
    ];
    let folder = tempfile::tempdir().unwrap();
    for (place, text) in texts.iter().enumerate() {
        let many = text.repeat(150);
        let record = json!({
            "eventVersion": "1.11", "eventSource": "iam.amazonaws.com", "eventName": format!("E{place}{text}"),
            "eventTime": "2026-11-21T09:00:00Z", "awsRegion": "us-east-1", "recipientAccountId": "111122223333",
            "userIdentity": {"type": text, "userName": text, "arn": text, "principalId": text},
            "requestParameters": {*text: text, "plain": text, "list": [text, {"deep": text}], "long": many},
            "errorCode": if place % 2 == 0 { Value::Null } else { json!(text) },
        });
        begin(&record, folder.path());
        let event = json!({"eventSource": text, "eventName": text, "eventID": "x", "eventTime": text, "requestParameters": [text]});
        // The text may leave no name for a file but `event`, which is there after the first.
        let second = folder.path().join(format!("second{place}"));
        fs::create_dir(&second).unwrap();
        if !text.trim().is_empty() {
            begin(&event, &second);
            assert_hold(&second, 1);
        }
    }
    let rules: Vec<_> = files(&folder.path().join("rules"), ".yml");
    assert_hold(folder.path(), rules.len() / 2);
    for path in rules {
        assert!(path.starts_with(folder.path().join("rules/iam")), "{}", path.display());
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text}");
    }
}

/// One record of each event name: of the sample trail, and of the shared archive where it is there.
#[test]
fn every_kind_of_event_begins_a_rule() {
    let mut archives = vec![root().join("tests/fixtures/sample-trail/AWSLogs")];
    archives.extend(shared_data().map(|data| data.join("cloudtrail/archive")));
    let folder = tempfile::tempdir().unwrap();
    let mut seen = BTreeSet::new();
    for path in archives.iter().flat_map(|archive| files(archive, ".json.gz")) {
        let mut text = String::new();
        GzDecoder::new(fs::File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        for record in file["Records"].as_array().into_iter().flatten() {
            let key = format!("{} {}", record["eventSource"], record["eventName"]).to_lowercase();
            if seen.insert(key) {
                begin(record, folder.path());
            }
        }
    }
    println!("begun: {} rules", seen.len());
    assert!(seen.len() >= 20, "{}", seen.len());
    assert_hold(folder.path(), seen.len());
    for path in files(&folder.path().join("rules"), ".yml") {
        let text = fs::read_to_string(&path).unwrap();
        let digits = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 12);
        let known = ["111122223333", "444455556666", "777788889999", "123456789012"];
        let foreign: Vec<&str> = digits.filter(|digits| !known.contains(digits)).collect();
        // The last group of an id may be all digits.
        let foreign = foreign.into_iter().filter(|digits| !text.contains(&format!("-{digits}"))).count();
        assert_eq!(foreign, 0, "an account of somebody is in {}", path.display());
        let keys = text.split(|c: char| !c.is_ascii_alphanumeric());
        let keys =
            keys.filter(|key| ["AKIA", "ASIA"].iter().any(|kind| key.starts_with(kind)) && key.len() >= 20);
        assert_eq!(keys.filter(|key| !key.ends_with("EXAMPLE")).count(), 0, "a key is in {}", path.display());
    }
}
