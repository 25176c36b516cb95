//! What becomes of a finding in the stand-in of Security Hub: old updates, and what belongs to the customer.

use serde_json::{Value, json};

use super::{finding, finding_with, import};
use crate::harness::aws::Aws;
use crate::harness::security_hub::SecurityHub;

/// Imports the finding as of a minute, with these words; it has to be answered with success.
fn imports(aws: &Aws, minute: u32, state: &str, compliance: &str) {
    let finding = finding_with(&[
        ("/UpdatedAt", format!("2026-11-21T08:{minute:02}:00.000Z").into()),
        ("/RecordState", state.into()),
        ("/Compliance/Status", compliance.into()),
    ]);
    assert_eq!(import(aws, &[finding]).unwrap()["SuccessCount"], 1);
}

/// What an analyst changes.
fn sets(aws: &Aws, changes: &Value) {
    let mut parameters = changes.clone();
    parameters["FindingIdentifiers"] =
        json!([{"Id": finding()["Id"], "ProductArn": finding()["ProductArn"]}]);
    let answer = aws.call("securityhub", "batch_update_findings", parameters);
    assert_eq!(answer["UnprocessedFindings"], json!([]), "{answer}");
}

/// The finding as an analyst sees it.
fn stored(aws: &Aws) -> Value {
    let filters = json!({"Id": [{"Value": finding()["Id"], "Comparison": "EQUALS"}]});
    let mut answer = aws.call("securityhub", "get_findings", json!({ "Filters": filters }));
    assert_eq!(answer["Findings"].as_array().unwrap().len(), 1, "{answer}");
    answer["Findings"][0].take()
}

#[test]
fn an_update_that_is_not_newer_is_ignored_in_silence() {
    let hub = SecurityHub::start(&[]);
    let aws = hub.aws();
    imports(&aws, 2, "ACTIVE", "FAILED");
    imports(&aws, 2, "ARCHIVED", "PASSED");
    imports(&aws, 1, "ARCHIVED", "PASSED");
    assert_eq!(stored(&aws)["RecordState"], "ACTIVE");
    assert_eq!((hub.count("imported"), hub.count("ignored")), (1, 2));
    // The same moment in another offset, and a nanosecond later.
    for (time, count) in [("2026-11-21T09:02:00.000+01:00", 3), ("2026-11-21T08:02:00.000000001Z", 3)] {
        import(&aws, &[finding_with(&[("/UpdatedAt", time.into())])]).unwrap();
        assert_eq!(hub.count("ignored"), count, "{time}");
    }
}

#[test]
fn security_hub_fills_in_what_is_its_own() {
    let hub = SecurityHub::start(&[]);
    import(&hub.aws(), &[finding()]).unwrap();
    let stored = stored(&hub.aws());
    assert_eq!(stored["Workflow"]["Status"], "NEW");
    assert_eq!(stored["Severity"], json!({"Normalized": 90, "Label": "CRITICAL", "Original": "critical"}));
    assert_eq!(stored["Types"], finding()["FindingProviderFields"]["Types"]);
    assert_eq!((&stored["Region"], &stored["RecordState"]), (&json!("us-east-1"), &json!("ACTIVE")));
}

#[test]
fn what_the_customer_set_outlives_an_update() {
    let hub = SecurityHub::start(&[]);
    let aws = hub.aws();
    imports(&aws, 0, "ACTIVE", "FAILED");
    let note = json!({"Text": "known", "UpdatedBy": "analyst"});
    let changes = json!({"Note": note, "Severity": {"Label": "LOW"}, "VerificationState": "BENIGN_POSITIVE",
        "UserDefinedFields": {"ticket": "7"}, "Workflow": {"Status": "SUPPRESSED"}});
    sets(&aws, &changes);
    let own = json!({"Text": "mine", "UpdatedBy": "provider", "UpdatedAt": "2026-11-21T08:00:00Z"});
    let update = finding_with(&[
        ("/UpdatedAt", "2026-11-21T08:01:00Z".into()),
        ("/Note", own),
        ("/Workflow", json!({"Status": "NEW"})),
        ("/UserDefinedFields", json!({"ticket": "8"})),
        ("/Title", "a new title".into()),
    ]);
    import(&aws, &[update]).unwrap();
    let stored = stored(&aws);
    assert_eq!(stored["Title"], "a new title");
    assert_eq!(stored["Note"]["Text"], "known");
    assert_eq!(stored["UserDefinedFields"], json!({"ticket": "7"}));
    assert_eq!(stored["VerificationState"], "BENIGN_POSITIVE");
    assert_eq!(stored["Workflow"]["Status"], "SUPPRESSED");
    assert_eq!((&stored["Severity"]["Label"], &stored["Severity"]["Normalized"]), (&json!("LOW"), &json!(1)));
    assert_eq!(stored["FindingProviderFields"]["Severity"]["Label"], "CRITICAL");
}

/// The workflow after an analyst's word and an update from the one state to the other.
fn workflow_after(set: &str, from: (&str, &str), to: (&str, &str)) -> Value {
    let hub = SecurityHub::start(&[]);
    let aws = hub.aws();
    imports(&aws, 0, from.0, from.1);
    sets(&aws, &json!({"Workflow": {"Status": set}}));
    imports(&aws, 1, to.0, to.1);
    stored(&aws)["Workflow"]["Status"].clone()
}

#[test]
fn what_is_back_is_new_unless_suppressed() {
    let (open, closed) = (("ACTIVE", "FAILED"), ("ARCHIVED", "PASSED"));
    assert_eq!(workflow_after("RESOLVED", closed, open), "NEW");
    assert_eq!(workflow_after("NOTIFIED", closed, open), "NEW");
    assert_eq!(workflow_after("RESOLVED", ("ACTIVE", "PASSED"), ("ACTIVE", "WARNING")), "NEW");
    assert_eq!(workflow_after("SUPPRESSED", closed, open), "SUPPRESSED");
    assert_eq!(workflow_after("RESOLVED", open, closed), "RESOLVED");
    assert_eq!(workflow_after("RESOLVED", open, open), "RESOLVED");
}

#[test]
fn accounts_and_regions_see_their_own_findings() {
    let hub = SecurityHub::start(&["--account", "AKIAOTHER=444455556666"]);
    import(&hub.aws(), &[finding()]).unwrap();
    for other in [hub.aws().region("eu-west-1"), hub.aws().account("AKIAOTHER")] {
        assert_eq!(other.call("securityhub", "get_findings", json!({}))["Findings"], json!([]));
    }
    let nobodys = json!({"FindingIdentifiers": [{"Id": "x", "ProductArn": finding()["ProductArn"]}],
        "Workflow": {"Status": "RESOLVED"}});
    let answer = hub.aws().call("securityhub", "batch_update_findings", nobodys);
    assert_eq!(answer["UnprocessedFindings"][0]["ErrorCode"], "FindingNotFound");
}
