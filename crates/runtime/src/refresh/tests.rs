//! What stands open is told again, and nothing else.

use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::Level;
use tattletrail_engine::ingest;
use tattletrail_engine::ruleset::RuleSet;

use super::*;
use crate::dispatch::Policy;
use crate::ledger::{Ledger, Memory};
use crate::rules::InUse;
use crate::sink::scripted::Scripted;

fn until() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

/// A dispatcher that took in these calls: action, group, time.
async fn after(calls: &[(&str, &str, Timestamp)]) -> (Dispatcher, Scripted) {
    let hub = Scripted::new(SinkName::SecurityHub);
    let one = tattletrail_rules::built_in().filter(|rule| rule.path.ends_with("ec2/ssh_open_to_world.yml"));
    let policy = Policy {
        traces_in: None,
        min_level: Level::Informational,
        topic_min_level: Level::Informational,
        experimental_to: std::collections::BTreeSet::new(),
        application: "shop".to_owned(),
        keep: Duration::from_hours(1),
    };
    let dispatcher = Dispatcher {
        rules: InUse::new(Engine::new(RuleSet::from_sources(one).unwrap()).into()),
        ledger: Ledger::Memory(Memory::default()),
        sinks: vec![Sink::Scripted(hub.clone())],
        policy,
    };
    for (number, (action, group, time)) in calls.iter().enumerate() {
        let record = format!(
            r#"{{"eventVersion":"1.09","eventSource":"ec2.amazonaws.com","eventName":"{action}","awsRegion":"eu-west-1",
                "eventID":"{number:08}","eventTime":"{time:.0}","recipientAccountId":"111122223333",
                "requestParameters":{{"groupId":"{group}","ipPermissions":{{"items":[{{"ipProtocol":"tcp","fromPort":22,
                "toPort":22,"ipRanges":{{"items":[{{"cidrIp":"0.0.0.0/0"}}]}}}}]}}}}}}"#
        );
        let mut intake = dispatcher.intake(until());
        for item in ingest::decode(record.as_bytes()).0 {
            intake.add(0, item).await;
        }
        assert_eq!(intake.finish().await.counts.matched, 1, "{record}");
    }
    hub.script.lock().unwrap().taken.clear();
    (dispatcher, hub)
}

fn days_ago(days: i64) -> Timestamp {
    Timestamp::now().checked_sub(SignedDuration::from_hours(24 * days)).unwrap()
}

async fn refresh(dispatcher: &Dispatcher) -> (u64, Result<(), String>) {
    let mut counts = Counts::default();
    let result = dispatcher.refresh(until(), &mut counts).await;
    (counts.refreshed, result)
}

/// The group and `UpdatedAt` of what Security Hub took.
fn taken(hub: &Scripted) -> Vec<(String, Timestamp)> {
    let script = hub.script.lock().unwrap();
    let told = script.taken.iter().map(|parcel| {
        let asff = parcel.asff.as_ref().unwrap();
        assert_eq!(asff["RecordState"], "ACTIVE");
        let group = asff["Resources"][0]["Id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        (group, asff["UpdatedAt"].as_str().unwrap().parse().unwrap())
    });
    told.collect()
}

const OPEN: &str = "AuthorizeSecurityGroupIngress";
const CLOSE: &str = "RevokeSecurityGroupIngress";

#[tokio::test]
async fn what_stands_open_since_long_is_told_again_once() {
    let calls = [
        (OPEN, "sg-old", days_ago(40)),
        (OPEN, "sg-new", days_ago(3)),
        (OPEN, "sg-closed", days_ago(50)),
        (CLOSE, "sg-closed", days_ago(45)),
    ];
    let (dispatcher, hub) = after(&calls).await;
    let before = Timestamp::now();
    assert_eq!(refresh(&dispatcher).await, (1, Ok(())));
    let told = taken(&hub);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "sg-old");
    assert!(told[0].1.as_millisecond() >= before.as_millisecond());
    assert_eq!(refresh(&dispatcher).await, (0, Ok(())), "it was told just now");
}

#[tokio::test]
async fn what_security_hub_does_not_take_is_due_as_before() {
    let (dispatcher, hub) = after(&[(OPEN, "sg-old", days_ago(40))]).await;
    hub.script.lock().unwrap().answers.push_back(Outcome::Failed("down".to_owned()));
    assert_eq!(refresh(&dispatcher).await, (0, Err("down".to_owned())));
    assert_eq!(refresh(&dispatcher).await, (1, Ok(())));
}

#[tokio::test]
async fn what_security_hub_refuses_for_good_is_not_due_the_next_day() {
    let (dispatcher, hub) = after(&[(OPEN, "sg-old", days_ago(40))]).await;
    hub.script.lock().unwrap().answers.push_back(Outcome::Refused("never".to_owned()));
    assert_eq!(refresh(&dispatcher).await, (0, Ok(())));
    assert_eq!(refresh(&dispatcher).await, (0, Ok(())));
    assert_eq!(hub.script.lock().unwrap().calls, 2, "the opening, and one time again");
}

#[tokio::test]
async fn what_stands_open_is_counted_and_what_does_not_any_more_as_none() {
    let calls = [
        (OPEN, "sg-one", days_ago(3)),
        (OPEN, "sg-two", days_ago(2)),
        (OPEN, "sg-closed", days_ago(2)),
        (CLOSE, "sg-closed", days_ago(1)),
    ];
    let (dispatcher, _) = after(&calls).await;
    let (census, failed) = dispatcher.survey(None, until(), &mut Counts::default()).await.unwrap();
    let rule = dispatcher.rules.get().engine.rules().rules()[0].info().id.to_string();
    let by_rule = [(("shop".to_owned(), rule), 2)].into();
    assert_eq!((census, failed), (Census { open: 2, by_rule }, None));
    let (dispatcher, _) = after(&calls[2..]).await;
    let (census, _) = dispatcher.survey(None, until(), &mut Counts::default()).await.unwrap();
    assert_eq!((census.open, census.by_rule.values().copied().collect::<Vec<_>>()), (0, vec![0]));
}

#[test]
fn a_row_of_an_earlier_version_is_read() {
    let row = r#"{"stand":{"status":"closed"},"created_at":"a","updated_at":"b","first_observed_at":null}"#;
    let row: FindingRow = serde_json::from_str(row).unwrap();
    assert!(row.rule.is_none() && row.applications.is_empty() && row.is_counted);
}

#[tokio::test]
async fn an_end_after_that_is_later_than_it() {
    let (dispatcher, hub) = after(&[(OPEN, "sg-old", days_ago(40))]).await;
    assert_eq!(refresh(&dispatcher).await.0, 1);
    let told = taken(&hub)[0].1;
    let record = format!(
        r#"{{"eventVersion":"1.09","eventSource":"ec2.amazonaws.com","eventName":"DeleteSecurityGroup","awsRegion":"eu-west-1",
            "eventID":"end","eventTime":"{:.0}","recipientAccountId":"111122223333","requestParameters":{{"groupId":"sg-old"}}}}"#,
        days_ago(1)
    );
    let mut intake = dispatcher.intake(until());
    for item in ingest::decode(record.as_bytes()).0 {
        intake.add(0, item).await;
    }
    assert_eq!(intake.finish().await.counts.closed, 1);
    let script = hub.script.lock().unwrap();
    let end = script.taken.last().unwrap().asff.clone().unwrap();
    assert_eq!(end["RecordState"], "ARCHIVED");
    assert!(end["UpdatedAt"].as_str().unwrap().parse::<Timestamp>().unwrap() > told);
}

#[test]
fn a_schedule_is_known_by_its_source_and_kind() {
    assert!(is_schedule(
        r#"{"version":"0","detail-type":"Scheduled Event","source":"aws.events","detail":{}}"#
    ));
    assert!(!is_schedule(r#"{"detail-type":"Scheduled Event","source":"mine"}"#));
    assert!(!is_schedule(r#"{"detail-type":"AWS API Call via CloudTrail","source":"aws.events"}"#));
    assert!(!is_schedule("[]"));
}
