//! Whose a finding is, from its beginning to its end.

use tattletrail_engine::ruleset::RuleSource;

use super::*;
use crate::parcel::Parcel;

const MODEL: &str = "\
threat_model: 1
application: cruddur
title: Cruddur
owner: team
attack: \"19.1\"
scope: {accounts: [\"111122223333\"], tags: {App: cruddur}}
instrumentation:
  - {id: trail, source: cloudtrail-management}
vectors:
  - {id: open-ssh, title: SSH, instrumentation: [trail], rules: [RULE]}
";

/// A world with a threat model of one application, known by its tag.
fn world() -> World {
    let world = World::new();
    let rule = world.dispatcher.rules.get().engine.rules().rules()[0].info().id.to_string();
    let model = MODEL.replace("RULE", &rule);
    let one = tattletrail_rules::built_in().filter(|built_in| built_in.path.ends_with(RULE));
    let all = one.chain([RuleSource::new("threat-models/cruddur.yml", model)]);
    world.dispatcher.rules.replace(Engine::new(RuleSet::from_sources(all).unwrap()).into());
    world
}

/// The same record, in which CloudTrail shows the group's tag.
fn tagged(record: &str) -> String {
    let context =
        r#"{"eventContext":{"tagContext":{"resourceTags":[{"arn":"x","tags":{"App":"cruddur"}}]}},"#;
    record.replacen('{', context, 1)
}

/// The applications that parcels are counted under, in their order.
fn counted(world: &World) -> Vec<Vec<String>> {
    let metrics = world.metrics.script.lock().unwrap();
    let names = |parcel: &Parcel| parcel.facts.applications().into_iter().map(str::to_owned).collect();
    metrics.taken.iter().map(names).collect()
}

#[tokio::test]
async fn an_end_that_shows_no_tags_is_of_the_application_that_the_beginning_was_of() {
    let world = world();
    world.invoke(&[tagged(&opened(1))]).await;
    world.invoke(&[closed(11)]).await;
    assert_eq!(counted(&world), [["cruddur"], ["cruddur"]]);
    let hub = world.hub.script.lock().unwrap();
    let end = hub.taken[1].asff.as_ref().unwrap();
    assert_eq!(end["RecordState"], "ARCHIVED");
    assert_eq!(end["ProductFields"]["tattletrail/Applications"], "cruddur:open-ssh");
    let topic = world.topic.script.lock().unwrap();
    assert_eq!(topic.taken[1].alert.as_ref().unwrap().attributes["application"], r#"["cruddur"]"#);
}

#[tokio::test]
async fn what_opens_again_is_of_whom_its_new_beginning_says() {
    let world = world();
    world.invoke(&[tagged(&opened(1)), closed(11), opened(12), closed(13)]).await;
    assert_eq!(counted(&world), [["cruddur"], ["cruddur"], ["shop"], ["shop"]]);
}

#[tokio::test]
async fn an_end_whose_beginning_was_nobodys_is_of_whom_it_says_itself() {
    let world = world();
    world.invoke(&[opened(1)]).await;
    world.invoke(&[tagged(&closed(11))]).await;
    assert_eq!(counted(&world), [["shop"], ["cruddur"]]);
}
