//! What the stand-in of Security Hub refuses: every documented limit, from both sides.

use serde_json::{Value, json};

use super::{finding, finding_with, findings, import};
use crate::harness::aws::Aws;
use crate::harness::http;
use crate::harness::security_hub::SecurityHub;

/// Why a finding is refused; nothing if it is taken.
fn refusal(aws: &Aws, finding: Value) -> Option<String> {
    let answer = import(aws, &[finding]).unwrap();
    let failed = answer["FailedFindings"].as_array().unwrap();
    assert_eq!(answer["FailedCount"], failed.len());
    assert_eq!(answer["SuccessCount"], 1 - failed.len());
    let failed = failed.first()?;
    assert_eq!(failed["ErrorCode"], "InvalidInput");
    Some(failed["ErrorMessage"].as_str().unwrap().to_owned())
}

/// Each change has to be refused with these words.
fn refuses(cases: &[(&str, Value, &str)]) {
    let hub = SecurityHub::start(&["--unlimited"]);
    let aws = hub.aws();
    for (pointer, value, words) in cases {
        let said = refusal(&aws, finding_with(&[(pointer, value.clone())]));
        assert!(said.as_ref().is_some_and(|said| said.contains(words)), "{pointer}: {said:?}");
    }
    assert_eq!(hub.count("refused"), cases.len() as u64);
    assert_eq!(hub.state()["findings"], json!([]));
}

/// Each change has to be taken.
fn takes(cases: &[(&str, Value)]) {
    let hub = SecurityHub::start(&["--unlimited"]);
    for (number, (pointer, value)) in cases.iter().enumerate() {
        let changed = finding_with(&[("/Id", format!("{number}").into()), (pointer, value.clone())]);
        assert_eq!(refusal(&hub.aws(), changed), None, "{pointer}");
    }
    assert_eq!(hub.count("imported"), cases.len() as u64);
}

#[test]
fn a_call_has_1_to_100_findings() {
    let hub = SecurityHub::start(&[]);
    let aws = hub.aws();
    assert_eq!(import(&aws, &findings(100)).unwrap()["SuccessCount"], 100);
    for count in [0, 101] {
        assert_eq!(import(&aws, &findings(count)).unwrap_err()["code"], "InvalidInputException");
    }
    assert_eq!(hub.count("imported"), 100);
}

#[test]
fn a_finding_has_240_kb() {
    let hub = SecurityHub::start(&[]);
    let sized = |bytes: usize| {
        let pad = |length| finding_with(&[("/Resources/0/Id", "x".repeat(length).into())]);
        let padded = pad(bytes + 1 - pad(1).to_string().len());
        assert_eq!(padded.to_string().len(), bytes);
        padded
    };
    assert_eq!(refusal(&hub.aws(), sized(240 * 1024)), None);
    let said = refusal(&hub.aws(), sized(240 * 1024 + 1)).unwrap();
    assert!(said.contains("245761 bytes"), "{said}");
}

#[test]
fn a_batch_has_6_mb() {
    let hub = SecurityHub::start(&[]);
    let big = |finding: Value| {
        let mut finding = finding;
        finding["Resources"][0]["Id"] = "x".repeat(235_000).into();
        finding
    };
    let many: Vec<_> = findings(27).into_iter().map(big).collect();
    assert_eq!(import(&hub.aws(), &many[..26]).unwrap()["FailedCount"], 0);
    let error = import(&hub.aws(), &many).unwrap_err();
    assert_eq!(error["code"], "InvalidInputException");
    assert!(error["message"].as_str().unwrap().contains("bytes, more than 6291456"), "{error}");
}

#[test]
fn only_findings_of_the_caller_are_taken() {
    let hub = SecurityHub::start(&["--account", "AKIAOTHER=444455556666"]);
    let said = refusal(&hub.aws().account("AKIAOTHER"), finding()).unwrap();
    assert!(said.contains("/AwsAccountId: is not the calling account 444455556666"), "{said}");
    let said = refusal(&hub.aws().region("eu-west-1"), finding()).unwrap();
    assert!(said.contains("/ProductArn: is not arn:aws:securityhub:eu-west-1:"), "{said}");
    assert_eq!(refusal(&hub.aws(), finding()), None);
}

#[test]
fn a_call_without_credentials_is_refused() {
    let hub = SecurityHub::start(&[]);
    let port = hub.port();
    let (status, answer) = http::call(port, "POST", "/findings/import", b"{}").unwrap();
    assert_eq!((status, hub.count("calls")), (403, 0), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn what_is_required_has_to_be_there() {
    let hub = SecurityHub::start(&["--unlimited"]);
    let required = [
        "SchemaVersion",
        "Id",
        "ProductArn",
        "GeneratorId",
        "AwsAccountId",
        "CreatedAt",
        "UpdatedAt",
        "Title",
        "Description",
        "Resources",
        "FindingProviderFields",
    ];
    for key in required {
        let mut finding = finding();
        finding.as_object_mut().unwrap().remove(key);
        let said = refusal(&hub.aws(), finding).unwrap_or_default();
        assert!(said.contains(key), "{key}: {said}");
    }
}

#[test]
fn texts_have_their_lengths() {
    let long = |length: usize| Value::from("x".repeat(length));
    refuses(&[
        ("/Title", long(257), "/Title: has 257 characters, more than 256"),
        ("/Title", "\u{1f512}".repeat(129).into(), "/Title: has 258 characters"),
        ("/Description", long(1025), "/Description: has 1025"),
        ("/Id", long(513), "/Id: has 513"),
        ("/GeneratorId", long(513), "/GeneratorId: has 513"),
        ("/ProductName", long(129), "/ProductName: has 129"),
        ("/Resources/0/Region", long(17), "/Resources/0/Region: has 17"),
        ("/Resources/0/Type", long(257), "/Resources/0/Type: has 257"),
        ("/Remediation/Recommendation/Text", long(513), "/Remediation/Recommendation/Text: has 513"),
        ("/FindingProviderFields/Severity/Original", long(65), "/Original: has 65"),
        ("/Action/AwsApiCallAction/Api", long(129), "/Api: has 129"),
        ("/ProductFields/long", long(2049), "/ProductFields/long: key or value is too long"),
        ("/Title", " ".into(), "/Title: does not match"),
        ("/Title", "two\nlines".into(), "/Title: does not match"),
    ]);
    takes(&[
        ("/Title", long(256)),
        ("/Description", long(1024)),
        ("/Id", long(512)),
        ("/Remediation/Recommendation/Text", long(512)),
        ("/ProductFields/long", long(2048)),
    ]);
}

#[test]
fn times_have_their_form() {
    let bad = [
        "2026-11-21",
        "2026-11-21T08:00:00",
        "2026-11-21 08:00:00Z",
        "2026-02-30T08:00:00Z",
        "2026-11-21T25:00:00Z",
        "2026-11-21T08:00:00.1234567890Z",
        "2026-11-21T08:00:00+19:00",
    ];
    let cases: Vec<_> = bad.iter().map(|time| ("/UpdatedAt", json!(time), "/UpdatedAt: `")).collect();
    refuses(&cases);
    let inner = "/Action/AwsApiCallAction/FirstSeen";
    refuses(&[
        (inner, "yesterday".into(), inner),
        ("/LastObservedAt", "1795248000".into(), "/LastObservedAt"),
    ]);
    let good = ["2026-11-21T08:00:00Z", "2026-11-21T08:00:00.123456789Z", "2026-11-21T08:00:00.5+01:00"];
    takes(&good.map(|time| ("/UpdatedAt", json!(time))));
}

#[test]
fn words_and_counts_are_of_those_documented() {
    let resources = |count| Value::from(vec![finding()["Resources"][1].clone(); count]);
    let fields = |count| (0..count).map(|key: usize| (key.to_string(), json!("x"))).collect::<Value>();
    let types = |kind: &str, count| Value::from(vec![kind; count]);
    refuses(&[
        ("/SchemaVersion", "2018-10-09".into(), "/SchemaVersion"),
        ("/RecordState", "OPEN".into(), "/RecordState: `OPEN` is none of"),
        ("/Compliance/Status", "OK".into(), "/Compliance/Status"),
        ("/FindingProviderFields/Severity", json!({"Label": "HUGE"}), "/Severity/Label"),
        ("/FindingProviderFields/Severity", json!({"Original": "x"}), "/Severity: has neither"),
        ("/FindingProviderFields/Types", json!([]), "/Types: is missing"),
        ("/FindingProviderFields/Types", types("Gossip/Rumour", 1), "not in the taxonomy"),
        ("/FindingProviderFields/Types", types("TTPs/a", 51), "/Types: has 51 items"),
        ("/FindingProviderFields/Confidence", 101.into(), "/Confidence"),
        ("/Resources", resources(0), "/Resources: has 0 items"),
        ("/Resources", resources(33), "/Resources: has 33 items"),
        ("/Action/ActionType", "GOSSIP".into(), "/Action/ActionType"),
        ("/ProductFields", fields(51), "/ProductFields: has 51 pairs"),
        ("/ProductFields/aws~1x", "x".into(), "/ProductFields/aws/x: is for AWS alone"),
    ]);
    takes(&[("/Resources", resources(32)), ("/ProductFields", fields(50))]);
}
