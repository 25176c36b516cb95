//! Where else findings go: a bus, and the Security Hub of the account they belong to.

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{event, opened};
use super::readings::is_about_ssh;
use super::world::World;
use crate::harness::deployment::queue_arn;
use crate::harness::security_hub::SecurityHub;
use crate::harness::servers::ACCOUNT;

/// An account of the same organization.
const MEMBER: &str = "444455556666";

#[test]
fn a_finding_goes_to_a_bus_and_does_not_come_in_again() {
    let world = World::new("functions-bus");
    let queue = world.queue("bus");
    world.aws.call("events", "create_event_bus", json!({"Name": world.name}));
    let pattern = json!({"source": ["tattletrail"]}).to_string();
    let rule = json!({"Name": world.name, "EventBusName": world.name, "EventPattern": pattern});
    world.aws.call("events", "put_rule", rule);
    let targets = json!([{"Id": "1", "Arn": queue_arn("functions-bus-bus")}]);
    let targets = json!({"Rule": world.name, "EventBusName": world.name, "Targets": targets});
    world.aws.call("events", "put_targets", targets);
    let settings = [("TATTLETRAIL_EVENT_BUS", world.name), ("TATTLETRAIL_MIN_LEVEL", "high")];
    let events = world.start_with("api-events", &settings);
    assert_eq!(events.invoke(&event(&opened()), LIMIT).unwrap()["opened"], 1);
    let [message] = world.messages(&queue, 1).try_into().unwrap();
    let body = message["Body"].as_str().unwrap();
    let brought: Value = serde_json::from_str(body).unwrap();
    let [finding] = world.findings().try_into().unwrap();
    assert_eq!((&brought["source"], &brought["detail"]["class_uid"]), (&json!("tattletrail"), &json!(2004)));
    assert_eq!(brought["detail"]["finding_info"]["uid"], finding["Id"], "{brought}");
    let again = events.invoke(body.as_bytes(), LIMIT).unwrap();
    assert_eq!((&again["skipped"], &again["received"]), (&json!(1), &json!(0)));
}

#[test]
fn a_finding_of_a_member_account_goes_there_by_its_role() {
    let world = World::new("functions-member");
    // Whoever is not this account is the member: keys of a role that was assumed are new each time.
    let own = format!("{ACCOUNT}={ACCOUNT}");
    let hub = SecurityHub::start(&["--default-account", MEMBER, "--account", &own]);
    let (endpoint, role) = (hub.endpoint(), "tattletrail-findings");
    let trust = json!({"RoleName": role, "AssumeRolePolicyDocument": "{}"});
    world.aws.account(MEMBER).call("iam", "create_role", trust);
    let settings = [("AWS_ENDPOINT_URL_SECURITYHUB", &*endpoint), ("TATTLETRAIL_SECURITY_HUB", "member")];
    let events = world.start_with("api-events", &settings);
    let theirs: Value = serde_json::from_str(&opened().to_string().replace(ACCOUNT, MEMBER)).unwrap();
    events.invoke(&event(&theirs), LIMIT).unwrap();
    events.invoke(&event(&opened()), LIMIT).unwrap();
    let state = hub.state();
    let accounts: Vec<_> = state["calls"].as_array().unwrap().iter().map(|call| &call["account"]).collect();
    assert_eq!(accounts, [MEMBER, ACCOUNT]);
    let findings = state["findings"].as_array().unwrap().iter().filter(|it| is_about_ssh(it));
    let homes: Vec<_> = findings.map(|finding| &finding["AwsAccountId"]).collect();
    assert_eq!(homes, [MEMBER, ACCOUNT]);
}
