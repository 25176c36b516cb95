//! Rules change when better ones are there, and never otherwise.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Credentials, Region};
use tattletrail_engine::metrics::Profile;

use super::super::object::Object;
use super::super::samples::{Replay, Reply, bundle, reply};
use super::super::{Rules, RulesFrom, built_in};
use super::*;
use crate::health;
use crate::late::Late;

struct World {
    replay: Replay,
    lookout: Lookout,
    in_use: InUse,
}

impl World {
    /// A lookout over a place that gives these answers; it looks whenever it is asked to.
    fn new(replies: impl IntoIterator<Item = Reply>, sha256: Option<String>) -> Self {
        Self::of_age(replies, sha256, Duration::ZERO)
    }

    fn of_age(replies: impl IntoIterator<Item = Reply>, sha256: Option<String>, max_age: Duration) -> Self {
        let replay = Replay::of(replies);
        let config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("a", "s", None, None, "test"))
            .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
            .http_client(replay.client());
        let client = Late::new(|| Client::from_conf(config.build()));
        let source = Source::Object(Object::new(client, "b".to_owned(), "k".to_owned(), None));
        let from = RulesFrom::Object { bucket: "b".to_owned(), key: "k".to_owned(), version: None };
        let health = Health { source: health::Source::ApiEvents, profile: Profile::Free };
        let lookout = Lookout::new(&RulesSettings { from, sha256, max_age }, source, health);
        Self { replay, lookout, in_use: InUse::new(built_in().unwrap()) }
    }

    /// Looks as an invocation does, and says which rules are in use then: the title of the first, or that they are built in.
    async fn look(&self) -> String {
        self.lookout.look(&self.in_use, Deadline::after(Duration::from_secs(30))).await;
        title(&self.in_use.get())
    }

    async fn state(&self) -> (bool, u32) {
        let state = self.lookout.state.lock().await;
        (state.is_refused, state.failures)
    }
}

fn title(rules: &Rules) -> String {
    if rules.version == "built-in" {
        return rules.version.clone();
    }
    rules.engine.rules().rules()[0].info().title.clone()
}

fn put(tag: &str, content: &[u8]) -> Reply {
    reply(200, &[("etag", tag), ("x-amz-version-id", tag)], content)
}

fn same() -> Reply {
    reply(304, &[], b"")
}

fn gone() -> Reply {
    reply(404, &[], b"<Error><Code>NoSuchKey</Code></Error>")
}

#[tokio::test]
async fn other_rules_take_the_place_of_those_in_use_and_who_has_those_keeps_them() {
    let world = World::new([put("1", &bundle("a")), same(), put("2", &bundle("b"))], None);
    assert_eq!(world.look().await, "a");
    let kept = world.in_use.get();
    assert_eq!(world.look().await, "a");
    assert_eq!(world.look().await, "b");
    assert_eq!((title(&kept), &*kept.version), ("a".to_owned(), "1"));
    assert_eq!(world.in_use.get().version, "2");
}

#[tokio::test]
async fn bad_rules_are_refused_once_and_those_in_use_stay() {
    let cut = &bundle("b")[..100];
    for bad in [b"garbage".as_slice(), b"", cut, &super::super::samples::with_a_broken_rule()] {
        let answers = [put("1", &bundle("a")), put("2", bad), same(), gone(), put("3", bad)];
        let world = World::new(answers, None);
        assert_eq!(world.look().await, "a");
        for _ in 0..4 {
            assert_eq!(world.look().await, "a");
            assert!(world.state().await.0, "it counts as long as it is there");
        }
        assert_eq!(world.replay.asked()[2].header("if-none-match"), Some("2"), "not fetched again");
        world.replay.then([put("4", &bundle("c"))]);
        assert_eq!(world.look().await, "c");
        assert_eq!(world.state().await, (false, 0));
    }
}

#[tokio::test]
async fn rules_that_go_away_stay_in_use_and_that_counts_from_the_third_time_on() {
    let world = World::new([put("1", &bundle("a")), gone(), gone(), gone(), same()], None);
    world.look().await;
    for failures in 1..=3 {
        assert_eq!(world.look().await, "a");
        assert_eq!(world.state().await, (false, failures));
    }
    assert_eq!(world.look().await, "a");
    assert_eq!(world.state().await, (false, 0));
}

#[tokio::test]
async fn with_nothing_from_the_place_the_built_in_rules_are_at_work() {
    for bad in [gone(), put("1", b"garbage"), reply(403, &[], b""), reply(500, &[], b"")] {
        let world = World::new([bad, put("2", &bundle("a"))], None);
        world.lookout.begin(&world.in_use).await;
        assert_eq!(title(&world.in_use.get()), "built-in");
        assert_eq!(world.look().await, "a");
    }
}

#[tokio::test]
async fn a_place_with_nothing_in_it_is_no_place_of_rules() {
    // What AppConfig says before anything was deployed, and nobody else.
    let world = World::new([same(), put("1", &bundle("a"))], None);
    assert_eq!(world.look().await, "built-in");
    assert_eq!(world.state().await, (false, 1), "it counts as a look that came to nothing");
    assert_eq!(world.look().await, "a");
}

#[tokio::test]
async fn only_the_rules_of_the_hash_that_is_set_are_taken() {
    let wanted = judge(bundle("b"), String::new(), None).unwrap().hash;
    let world =
        World::new([put("1", &bundle("a")), put("2", &bundle("b")), put("3", &bundle("c"))], Some(wanted));
    assert_eq!(world.look().await, "built-in");
    assert_eq!(world.look().await, "b");
    assert_eq!(world.look().await, "b");
}

#[tokio::test]
async fn a_place_that_never_answers_holds_up_nobody_for_long() {
    let world = World::new([put("1", &bundle("a")), None], None);
    world.look().await;
    let before = Instant::now();
    assert_eq!(world.look().await, "a");
    assert!(before.elapsed() < LOOK + Duration::from_secs(1), "{:?}", before.elapsed());
    assert_eq!(world.state().await, (false, 1));
}

#[tokio::test]
async fn nobody_looks_without_need_or_without_time() {
    let world = World::of_age([put("1", &bundle("a")), put("2", &bundle("b"))], None, Duration::from_mins(1));
    world.lookout.look(&world.in_use, Deadline::after(LEAST / 2)).await;
    assert_eq!(title(&world.in_use.get()), "built-in", "there was no time");
    assert_eq!(world.look().await, "a");
    assert_eq!(world.look().await, "a");
    assert_eq!(world.replay.asked().len(), 1);
}
