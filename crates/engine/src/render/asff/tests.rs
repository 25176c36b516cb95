//! What Security Hub would refuse must never be made.

use proptest::prelude::*;

use super::super::samples;
use super::*;

#[test]
fn an_ordinary_finding_passes() {
    assert_eq!(check(&finding(&samples::open_port())), Vec::<String>::new());
}

#[test]
fn the_group_shows_the_permission_that_was_added_and_not_one_that_was_revoked() {
    let mut open = samples::open_port();
    let path = "/Resources/0/Details/AwsEc2SecurityGroup/IpPermissions/0/IpRanges/0/CidrIp";
    assert_eq!(finding(&open).pointer(path), Some(&Value::from("0.0.0.0/0")));
    open.status = Status::Closed;
    let closed = finding(&open);
    assert_eq!(closed.pointer(path), None);
    assert_eq!(closed["RecordState"], "ARCHIVED");
    assert_eq!(closed["Compliance"]["Status"], "PASSED");
    assert_eq!(closed.get("FirstObservedAt"), None);
}

#[test]
fn what_is_not_known_is_said() {
    let mut given = samples::open_port();
    given.event.account = Some("1234567890".into());
    given.event.region = None;
    given.event.time = None;
    let made = finding(&given);
    assert_eq!(made["AwsAccountId"], NO_ACCOUNT);
    assert_eq!(made["CreatedAt"], "1970-01-01T00:00:00.000Z");
    let fields = &made["ProductFields"];
    assert_eq!(fields["tattletrail/RecordAccount"], "1234567890");
    assert_eq!(fields["tattletrail/RecordRegion"], "none");
    assert_eq!(fields["tattletrail/TimeUnknown"], "true");
    assert_eq!(made.get("SourceUrl"), None);
    assert_eq!(check(&made), Vec::<String>::new());
}

#[test]
fn the_source_of_a_finding_is_its_trace_else_its_record() {
    let history = |made: &Value| made["ProductFields"]["tattletrail/EventUrl"].clone();
    let plain = finding(&samples::open_port());
    assert!(plain["SourceUrl"].as_str().unwrap().contains("/cloudtrailv2/"));
    assert_eq!(plain["SourceUrl"], history(&plain));
    assert_eq!(plain["ProductFields"].get("tattletrail/TraceId"), None);
    let mut given = samples::traced();
    let traced = finding(&given);
    assert!(
        traced["SourceUrl"]
            .as_str()
            .unwrap()
            .starts_with("https://us-east-1.console.aws.amazon.com/cloudwatch/")
    );
    assert_eq!(traced["SourceUrl"], traced["ProductFields"]["tattletrail/TraceUrl"]);
    assert_eq!(traced["ProductFields"]["tattletrail/TraceId"], "1-4bf92f35-77b34da6a3ce929d0e0e4736");
    assert_eq!(history(&traced), history(&plain));
    given.trace.as_mut().unwrap().region = None;
    assert_eq!(finding(&given)["SourceUrl"], plain["SourceUrl"]);
}

/// The finding with a value for every product field that there is; a Region that is none (`RecordRegion`) would have no
/// `EventUrl`.
fn full(given: Finding) -> Finding {
    let mut given = given;
    given.event.error_code = Some("AccessDenied".to_owned());
    given.event.time = Some("no time".to_owned());
    given.event.account = Some("1".into());
    given.life = Some(crate::finding::Life {
        opened_at: Some("2026-11-20T07:59:41Z".to_owned()),
        opened_by: "bob".to_owned(),
        opened_event: Some("e".into()),
        seconds: Some(1),
        reopened: false,
    });
    let change = given.exposure.as_mut().unwrap();
    change.parties = vec!["*".to_owned()];
    change.settings_off = vec!["block_public_acls".to_owned()];
    change.native_id = Some("sgr-1".to_owned());
    given
}

#[test]
fn no_evidence_takes_the_place_of_what_leads_to_rule_event_and_trace() {
    let mut given = samples::attributed();
    let evidence = |n: usize| crate::finding::Evidence { field: format!("f{n}"), value: "v".to_owned() };
    given.evidence = (0..60).map(evidence).collect();
    let fields = finding(&full(given))["ProductFields"].as_object().unwrap().clone();
    assert_eq!(fields.len(), PRODUCT_FIELDS);
    assert_eq!(fields.keys().filter(|key| !key.contains("/Evidence/")).count(), 44);
    let first: Vec<_> = fields.keys().take(7).map(|key| key.trim_start_matches("tattletrail/")).collect();
    assert_eq!(first, ["RuleId", "RuleHash", "EventId", "EventUrl", "CorrelationId", "TraceId", "TraceUrl"]);
}

#[test]
fn the_target_has_the_first_application_and_the_product_fields_have_all() {
    let made = finding(&samples::attributed());
    assert_eq!(
        made["ProductFields"]["tattletrail/Applications"],
        "account-baseline:remote-access cruddur:open-ssh,lateral"
    );
    assert_eq!(made["Resources"][0]["ApplicationName"], "account-baseline");
    assert_eq!(made["Resources"][1].get("ApplicationName"), None);
    let plain = finding(&samples::traced());
    assert_eq!(plain["ProductFields"].get("tattletrail/Applications"), None);
    assert_eq!(plain["Resources"][0].get("ApplicationName"), None);
    assert_eq!(check(&made), Vec::<String>::new());
}

#[test]
fn a_caller_without_an_ipv4_address_is_a_domain() {
    let mut given = samples::open_port();
    for source in ["2001:db8::1", "cloudformation.amazonaws.com", "AWS Internal"] {
        given.actor.source_ip = Some(source.to_owned());
        let call = finding(&given)["Action"]["AwsApiCallAction"].clone();
        assert_eq!(call["CallerType"], "domain");
        assert_eq!(call["DomainDetails"]["Domain"], source);
    }
    given.actor.source_ip = Some(format!("{}.example.com", "a".repeat(200)));
    let made = finding(&given);
    let domain = made["Action"]["AwsApiCallAction"]["DomainDetails"]["Domain"].as_str().unwrap();
    assert_eq!(domain.chars().count(), 128, "what the model says of `Domain`");
    assert_eq!(check(&made), Vec::<String>::new());
}

#[test]
fn an_actor_who_is_the_target_is_named_once() {
    let mut given = samples::open_port();
    given.resource.arn = given.actor.name.as_str().into();
    assert_eq!(finding(&given)["Resources"].as_array().unwrap().len(), 1);
}

#[test]
fn the_check_finds_each_broken_rule() {
    let good = finding(&samples::open_port());
    let details =
        serde_json::json!([{"Type": "AwsS3Bucket", "Id": "x", "Details": {"AwsS3Bucket": {"GroupId": "x"}}}]);
    let broken: [(&str, Value); 13] = [
        ("Resources", details),
        ("Title", Value::from("x".repeat(257))),
        ("Title", Value::from(" ")),
        ("Id", Value::from("x".repeat(513))),
        ("AwsAccountId", Value::from("12345")),
        ("CreatedAt", Value::from("2026-11-21 07:59:41")),
        ("ProductArn", Value::from("arn:aws:securityhub:us-east-1:1:product/1/default")),
        ("Resources", Value::from(Vec::<Value>::new())),
        ("Workflow", serde_json::json!({"Status": "RESOLVED"})),
        ("RecordState", Value::from("CLOSED")),
        ("ProductFields", serde_json::json!({"aws/x": "y"})),
        ("FindingProviderFields", serde_json::json!({"Severity": {"Label": "BAD"}, "Types": ["TTPs"]})),
        ("SourceUrl", Value::Null),
    ];
    for (key, value) in broken {
        let mut finding = good.clone();
        finding[key] = value;
        assert!(!check(&finding).is_empty(), "{key} = {}", finding[key]);
    }
}

proptest! {
    // The findings are large: fewer of them than the usual 256.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_record_makes_a_finding_that_is_refused(given in samples::hostile()) {
        prop_assert_eq!(check(&finding(&given)), Vec::<String>::new());
    }
}
