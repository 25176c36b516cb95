//! Each finding once, whatever goes wrong on the way.

use std::time::Duration;

use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::Status;
use tattletrail_engine::ingest;
use tattletrail_engine::ruleset::RuleSet;

use super::*;
use crate::ledger::Memory;
use crate::parcel::SinkName;
use crate::sink::Outcome;
use crate::sink::scripted::Scripted;

// Where no caller waits.
mod steady;

// More than fits.
mod giant;

// Whose a finding is.
mod attributed;

/// The one rule that is looked at.
const RULE: &str = "ec2/ssh_open_to_world.yml";

struct World {
    dispatcher: Dispatcher,
    hub: Scripted,
    topic: Scripted,
    metrics: Scripted,
}

impl World {
    fn new() -> Self {
        Self::with(RULE)
    }

    fn with(rule: &str) -> Self {
        let hub = Scripted::new(SinkName::SecurityHub);
        let topic = Scripted::new(SinkName::Sns);
        let metrics = Scripted::new(SinkName::CloudWatch);
        let sinks = [&hub, &topic, &metrics].map(|sink| Sink::Scripted(sink.clone())).into();
        let policy = Policy {
            traces_in: None,
            min_level: Level::Informational,
            topic_min_level: Level::Informational,
            experimental_to: std::collections::BTreeSet::new(),
            application: "shop".to_owned(),
            keep: Duration::from_hours(1),
        };
        let ledger = Ledger::Memory(Memory::default());
        let one = tattletrail_rules::built_in().filter(|built_in| built_in.path.ends_with(rule));
        let engine = Engine::new(RuleSet::from_sources(one).unwrap());
        assert_eq!(engine.rules().len(), 1);
        let rules = InUse::new(engine.into());
        Self { dispatcher: Dispatcher { rules, ledger, sinks, policy }, hub, topic, metrics }
    }

    /// One invocation with these messages.
    async fn invoke(&self, messages: &[String]) -> Handled {
        self.invoke_for(messages, Duration::from_secs(5)).await
    }

    async fn invoke_for(&self, messages: &[String], time: Duration) -> Handled {
        self.deliver(messages, self.dispatcher.intake(Deadline::after(time))).await
    }

    async fn invoke_on(&self, messages: &[String], terms: terms::Terms) -> Handled {
        self.deliver(messages, self.dispatcher.intake(Deadline::after(Duration::from_secs(5))).on(terms))
            .await
    }

    async fn deliver(&self, messages: &[String], mut intake: Intake<'_>) -> Handled {
        for (number, message) in messages.iter().enumerate() {
            for item in ingest::decode(message.as_bytes()).0 {
                intake.add(number, item).await;
            }
        }
        let handled = intake.finish().await;
        assert!(handled.counts.adds_up(), "{:?}", handled.counts);
        handled
    }

    fn told(&self) -> Vec<(String, Status)> {
        let script = self.hub.script.lock().unwrap();
        script.taken.iter().map(|parcel| (parcel.finding.to_string(), parcel.facts.status)).collect()
    }

    /// How many parcels each sink took: Security Hub, SNS, CloudWatch.
    fn taken(&self) -> [usize; 3] {
        [&self.hub, &self.topic, &self.metrics].map(|sink| sink.script.lock().unwrap().taken.len())
    }
}

fn call(number: usize, minute: usize, action: &str, request: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventSource":"ec2.amazonaws.com","eventName":"{action}","awsRegion":"eu-west-1",
            "eventID":"{number:08}","eventTime":"2026-11-20T10:{minute:02}:00Z","recipientAccountId":"111122223333",
            "userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333"}},
            "requestParameters":{request}}}"#
    )
}

const SSH: &str = r#"{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,
    "ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}"#;

fn opened(number: usize) -> String {
    call(number, number, "AuthorizeSecurityGroupIngress", SSH)
}

fn closed(number: usize) -> String {
    call(number, number, "RevokeSecurityGroupIngress", SSH)
}

#[tokio::test]
async fn an_exposure_opens_and_closes_once_in_every_sink() {
    let world = World::new();
    let handled = world.invoke(&[opened(1)]).await;
    assert_eq!((handled.counts.matched, handled.counts.opened), (1, 1), "{handled:?}");
    let again = world.invoke(&[opened(1)]).await;
    assert_eq!((again.counts.copies, again.counts.opened), (1, 0));
    world.invoke(&[closed(11)]).await;
    world.invoke(&[closed(11), opened(1)]).await;
    let told = world.told();
    assert_eq!(told.iter().map(|(_, status)| *status).collect::<Vec<_>>(), [Status::Open, Status::Closed]);
    assert_eq!(told[0].0, told[1].0);
    assert_eq!(world.taken(), [2, 2, 2]);
    let metrics = world.metrics.script.lock().unwrap();
    assert_eq!(metrics.taken[1].facts.exposure_seconds, Some(600));
    let hub = world.hub.script.lock().unwrap();
    let times = |index: usize, name: &str| hub.taken[index].asff.as_ref().unwrap()[name].clone();
    assert_eq!(times(0, "CreatedAt"), times(1, "CreatedAt"));
    assert_eq!(times(1, "FirstObservedAt"), "2026-11-20T10:01:00.000Z");
    assert_eq!(times(1, "UpdatedAt"), "2026-11-20T10:11:00.000Z");
    assert_eq!(times(1, "RecordState"), "ARCHIVED");
}

#[tokio::test]
async fn what_one_sink_lacks_is_sent_to_it_alone() {
    let world = World::new();
    world.topic.script.lock().unwrap().answers.push_back(Outcome::Failed("down".to_owned()));
    let handled = world.invoke(&[opened(1)]).await;
    assert_eq!(handled.counts.undelivered, 1);
    assert_eq!(handled.lost.get(&0).map(String::as_str), Some("sns: down"));
    assert_eq!(world.taken(), [1, 0, 1]);
    let again = world.invoke(&[opened(1)]).await;
    assert!(again.lost.is_empty(), "{again:?}");
    assert_eq!(world.taken(), [1, 1, 1]);
    world.invoke(&[opened(1)]).await;
    assert_eq!(world.taken(), [1, 1, 1]);
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_sent_again_and_counted() {
    let world = World::new();
    world.hub.script.lock().unwrap().answers.push_back(Outcome::Refused("InvalidInput".to_owned()));
    let handled = world.invoke(&[opened(1)]).await;
    assert!(handled.lost.is_empty());
    assert_eq!(handled.counts.refused.get(&SinkName::SecurityHub), Some(&1));
    world.invoke(&[opened(1)]).await;
    assert_eq!(world.taken(), [0, 1, 1]);
}

#[tokio::test]
async fn the_end_of_what_was_never_raised_sends_nothing() {
    let world = World::new();
    let handled = world.invoke(&[closed(1)]).await;
    assert_eq!((handled.counts.unmatched, handled.counts.ends_of_nothing), (1, 1), "{handled:?}");
    assert_eq!(world.taken(), [0, 0, 0]);
}

#[tokio::test]
async fn a_beginning_that_comes_late_begins_nothing() {
    let world = World::new();
    world.invoke(&[closed(2)]).await;
    let handled = world.invoke(&[opened(1)]).await;
    assert_eq!(handled.counts.already_ended, 1, "{handled:?}");
    assert_eq!(world.taken(), [0, 0, 0]);
}

#[tokio::test]
async fn a_group_s_end_and_a_rule_s_id_find_what_they_close() {
    let world = World::new();
    let answer = |number| {
        opened(number).replace(
            r#""requestParameters""#,
            r#""responseElements":{"securityGroupRuleSet":{"items":[{"groupId":"sg-1","securityGroupRuleId":"sgr-1",
                "isEgress":false,"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"0.0.0.0/0"}]}},"requestParameters""#,
        )
    };
    world.invoke(&[answer(1)]).await;
    let by_id = call(
        2,
        2,
        "RevokeSecurityGroupIngress",
        r#"{"groupId":"sg-1","securityGroupRuleIds":{"items":["sgr-1"]}}"#,
    );
    world.invoke(&[by_id]).await;
    world.invoke(&[answer(3)]).await;
    world.invoke(&[call(4, 4, "DeleteSecurityGroup", r#"{"groupId":"sg-1"}"#)]).await;
    let statuses: Vec<_> = world.told().into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, [Status::Open, Status::Closed, Status::Open, Status::Closed]);
    let hub = world.hub.script.lock().unwrap();
    let updated: Vec<_> =
        hub.taken.iter().map(|it| it.asff.as_ref().unwrap()["UpdatedAt"].to_string()).collect();
    assert!(updated.is_sorted_by(|a, b| a < b), "{updated:?}");
}

#[tokio::test]
async fn a_hundred_copies_at_once_are_one_finding() {
    let world = World::new();
    let message = [opened(1)];
    let all = join_all_of((0..100).map(|_| world.invoke(&message))).await;
    assert!(all.iter().all(|handled| handled.lost.is_empty()));
    assert_eq!(all.iter().map(|handled| handled.counts.opened).sum::<u64>(), 1);
    assert_eq!(world.taken(), [1, 1, 1]);
}

async fn join_all_of(invocations: impl Iterator<Item = impl Future<Output = Handled>>) -> Vec<Handled> {
    futures_util::future::join_all(invocations).await
}

#[tokio::test]
async fn what_a_dead_invocation_left_is_sent_by_the_next() {
    let world = World::new();
    {
        let mut intake = world.dispatcher.intake(Deadline::after(Duration::from_millis(700)));
        for item in ingest::decode(opened(1).as_bytes()).0 {
            intake.add(0, item).await;
        }
        let rest = intake.order.rest();
        intake.take_in(rest).await;
        // It dies here: the finding is in the ledger, and nowhere else.
    }
    assert_eq!(world.taken(), [0, 0, 0]);
    let handled = world.invoke(&[opened(1)]).await;
    assert!(handled.lost.is_empty(), "{handled:?}");
    assert_eq!(world.taken(), [1, 1, 1]);
}

#[tokio::test]
async fn a_second_message_with_the_same_event_finishes_what_the_first_could_not() {
    let world = World::new();
    world.hub.script.lock().unwrap().answers.push_back(Outcome::Failed("down".to_owned()));
    let handled = world.invoke(&[opened(1), opened(1)]).await;
    assert_eq!(handled.lost.keys().copied().collect::<Vec<_>>(), [0]);
    assert_eq!(world.taken(), [1, 1, 1]);
}

#[tokio::test]
async fn metrics_are_told_once_for_an_invocation() {
    let world = World::new();
    let many: Vec<_> =
        (0..150).map(|number| opened(number).replace("sg-1", &format!("sg-{number}"))).collect();
    let handled = world.invoke(&many).await;
    assert_eq!(handled.counts.opened, 150, "{handled:?}");
    assert_eq!(world.taken(), [150, 150, 150]);
    assert_eq!(world.metrics.script.lock().unwrap().calls, 1);
}

#[tokio::test]
async fn without_time_nothing_is_taken_in() {
    let world = World::new();
    let handled = world.invoke_for(&[opened(1)], Duration::ZERO).await;
    assert_eq!(handled.counts.undelivered, 1);
    world.invoke(&[opened(1)]).await;
    assert_eq!(world.taken(), [1, 1, 1]);
}

fn object(number: usize, action: &str, key: &str, acl: &str) -> String {
    let request = format!(r#"{{"bucketName":"b","key":"{key}"{acl}}}"#);
    call(number, number, action, &request).replace("ec2.amazonaws.com", "s3.amazonaws.com")
}

#[tokio::test]
async fn an_object_written_over_closes_what_its_acl_opened_and_others_are_left_out() {
    let world = World::with("s3/object_acl_public.yml");
    let public = r#","x-amz-acl":"public-read""#;
    let handled =
        world.invoke(&[object(1, "PutObject", "k", ""), object(2, "PutObjectAcl", "k", public)]).await;
    assert_eq!((handled.counts.unmatched, handled.counts.opened), (1, 1), "{handled:?}");
    let handled = world.invoke(&[object(3, "PutObject", "other", ""), object(4, "PutObject", "k", "")]).await;
    assert_eq!((handled.counts.unmatched, handled.counts.closed), (1, 1), "{handled:?}");
    let handled = world.invoke(&[object(5, "PutObject", "k", "")]).await;
    assert_eq!((handled.counts.unmatched, handled.counts.closed), (1, 0), "{handled:?}");
    // Opened and written over in one invocation.
    let both = [object(7, "DeleteObject", "k", ""), object(6, "PutObjectAcl", "k", public)];
    let handled = world.invoke(&both).await;
    assert_eq!((handled.counts.opened, handled.counts.closed), (1, 1), "{handled:?}");
    let told: Vec<_> = world.told().into_iter().map(|(_, status)| status).collect();
    assert_eq!(told, [Status::Open, Status::Closed, Status::Open, Status::Closed]);
}

#[tokio::test]
async fn records_without_an_event_id_are_told_apart_by_what_they_say() {
    let world = World::new();
    let nameless =
        |number: usize| opened(number).replace("eventID", "id").replace("sg-1", &format!("sg-{number}"));
    let handled = world.invoke(&[nameless(1), nameless(2)]).await;
    assert_eq!((handled.counts.opened, handled.counts.copies), (2, 0), "{handled:?}");
    let again = world.invoke(&[nameless(2)]).await;
    assert_eq!((again.counts.opened, again.counts.copies), (0, 1));
    assert_eq!(world.taken(), [2, 2, 2]);
}

#[tokio::test]
async fn what_changes_exposures_is_left_for_its_turn_where_that_is_asked_for() {
    let world = World::new();
    let alone = terms::Terms { share: terms::Share::Alone, quiet_before: None };
    let left = world.invoke_on(&[opened(1), closed(11)], alone).await;
    assert_eq!((left.counts.received, left.counts.skipped.get(terms::LATER)), (0, Some(&2)));
    let turn = &left.later.turn;
    let times = ("2026-11-20T10:01:00Z", "2026-11-20T10:11:00Z");
    assert_eq!((turn.count, turn.first.as_str(), turn.last.as_str()), (2, times.0, times.1));
    assert_eq!((world.taken(), left.found.len()), ([0, 0, 0], 0));
    let then = world.invoke(&[opened(1), closed(11)]).await;
    let statuses: Vec<_> = then.found.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, [Status::Open, Status::Closed]);
}

#[tokio::test]
async fn what_is_old_makes_no_alert_and_no_metric() {
    let world = World::new();
    let quiet_before = Some("2026-11-20T10:05:00Z".parse().unwrap());
    let terms = terms::Terms { share: terms::Share::All, quiet_before };
    let handled = world.invoke_on(&[opened(1)], terms).await;
    assert_eq!((handled.counts.opened, world.taken()), (1, [1, 0, 0]));
    // It stands as any other: what happens now is told of it, and the gauge of what stands has it.
    world.invoke_on(&[closed(11)], terms).await;
    assert_eq!(world.taken(), [2, 1, 1]);
    let again = world.invoke(&[opened(1)]).await;
    assert_eq!((again.counts.copies, world.taken()), (1, [2, 1, 1]));
}
