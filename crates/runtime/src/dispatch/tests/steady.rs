//! Where no caller waits: a run at a terminal, and its rehearsal.

use super::*;
use crate::ledger::Overlay;
use crate::sink::rehearsal::Stage;

/// A steady run over these messages.
async fn steadily(world: &World, messages: impl Iterator<Item = String>) -> (Handled, bool) {
    let mut intake = world.dispatcher.steady_intake(Duration::from_millis(200));
    for message in messages {
        for item in ingest::decode(message.as_bytes()).0 {
            intake.add(0, item).await;
        }
    }
    let gave_up = intake.has_given_up();
    let handled = intake.finish().await;
    assert!(handled.counts.adds_up(), "{:?}", handled.counts);
    (handled, gave_up)
}

/// Openings of groups of their own, one after the other.
fn openings(count: usize) -> impl Iterator<Item = String> {
    (1..=count).map(|number| {
        let minute = format!("{:02}:{:02}:00Z", 10 + number / 3600, number / 60 % 60);
        opened(number)
            .replace("sg-1", &format!("sg-{number}"))
            .replace(&format!("10:{number:02}:00Z"), &minute)
    })
}

#[tokio::test]
async fn a_steady_run_is_not_bound_by_its_steps_and_sends_as_it_goes() {
    let world = World::new();
    let (handled, _) = steadily(&world, openings(500)).await;
    assert_eq!((handled.counts.opened, handled.counts.undelivered), (500, 0), "{handled:?}");
    assert_eq!(world.taken(), [500, 500, 500]);
    assert!(world.metrics.script.lock().unwrap().calls >= 4, "metrics do not wait for the end");
    let (again, _) = steadily(&world, openings(500)).await;
    assert_eq!((again.counts.copies, again.counts.opened), (500, 0));
    assert_eq!(world.taken(), [500, 500, 500]);
}

#[tokio::test]
async fn a_steady_run_gives_up_where_a_sink_takes_nothing_and_the_next_sends_the_rest() {
    let world = World::new();
    let down = std::iter::repeat_n(Outcome::Failed("down".to_owned()), 5000);
    world.topic.script.lock().unwrap().answers.extend(down);
    // More than wait for their turn: some have it before the end.
    let (handled, gave_up) = steadily(&world, openings(4000)).await;
    assert!(gave_up && handled.counts.undelivered == 4000, "{:?}", handled.counts);
    let calls = world.topic.script.lock().unwrap().calls;
    assert_eq!(calls, 3, "what is down is not asked for ever");
    let [hub, topic, _] = world.taken();
    assert!(hub < 1000 && topic == 0, "{hub} {topic}");
    world.topic.script.lock().unwrap().answers.clear();
    let (again, _) = steadily(&world, openings(4000)).await;
    assert_eq!(again.counts.undelivered, 0, "{:?}", again.counts);
    assert_eq!(world.taken(), [4000, 4000, 4000]);
}

#[tokio::test]
async fn what_a_killed_run_had_in_hand_is_waited_for_and_taken_over() {
    let world = World::new();
    let step = Duration::from_millis(100);
    let killed = world.dispatcher.steady_intake(step);
    let mut killed = Intake { deadline: Deadline::after(step), ..killed };
    for item in ingest::decode(opened(1).as_bytes()).0 {
        killed.add(0, item).await;
    }
    let rest = killed.order.rest();
    assert!(killed.commit(&rest).await.is_ok());
    drop(killed);
    let started = std::time::Instant::now();
    let (handled, _) = steadily(&world, std::iter::once(opened(1))).await;
    assert_eq!((handled.counts.copies, handled.counts.undelivered), (1, 0), "{handled:?}");
    assert!(started.elapsed() > Duration::from_secs(5), "its claim holds as long as it may still send");
    assert_eq!(world.taken(), [1, 1, 1]);
}

#[tokio::test]
async fn a_rehearsal_tells_what_would_be_sent_and_changes_nothing() {
    let world = World::new();
    let stage = Stage::default();
    let names = [SinkName::SecurityHub, SinkName::Sns];
    let rehearsal = Dispatcher {
        rules: InUse::new(Engine::new(RuleSet::from_sources(tattletrail_rules::built_in()).unwrap()).into()),
        ledger: Ledger::Overlay(Overlay::new(None)),
        sinks: names.map(|name| Sink::Rehearsal(stage.in_place_of(name))).into(),
        policy: world.dispatcher.policy.clone(),
    };
    let mut intake = rehearsal.steady_intake(Duration::from_secs(1));
    for message in [closed(11), opened(1)] {
        for item in ingest::decode(message.as_bytes()).0 {
            intake.add(0, item).await;
        }
    }
    let handled = intake.finish().await;
    assert!(handled.lost.is_empty() && handled.counts.closed == 1, "{handled:?}");
    let told = stage.take();
    let ssh = told.iter().filter(|(sink, parcel)| {
        *sink == SinkName::SecurityHub
            && parcel.asff.as_ref().unwrap()["Title"].as_str().unwrap().contains("SSH")
    });
    let states: Vec<_> = ssh.map(|(_, parcel)| parcel.facts.status).collect();
    assert_eq!(states, [Status::Open, Status::Closed]);
    assert!(stage.take().is_empty());
}
