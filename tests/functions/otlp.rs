//! Traces to an OTLP endpoint: the same spans as X-Ray gets, and never in the way of a finding.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{event, opened, opened_in};
use super::readings::until;
use super::world::World;
use crate::harness::daemon::Daemon;
use crate::harness::lambda::Lambda;
use crate::harness::otlp::{Manner, Otlp};

/// What sending a trace may add to an invocation (docs/observability.md).
const BUDGET: Duration = Duration::from_millis(500);

/// What a busy machine may add to that.
const SLACK: Duration = Duration::from_secs(5);

fn telling(world: &World, otlp: &Otlp) -> Lambda {
    world.start_with("api-events", &[("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.endpoint())])
}

/// How many spans a function says that nobody got.
fn dropped(function: &Lambda) -> u64 {
    let lines = function.output();
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line["SpansDropped"].as_u64()).sum()
}

#[test]
fn both_get_the_same_spans() {
    let (world, daemon, otlp) = (World::new("functions-otlp"), Daemon::start(), Otlp::start());
    let settings = [
        ("AWS_XRAY_DAEMON_ADDRESS", &*daemon.address()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.endpoint()),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
    ];
    let events = world.start_with("api-events", &settings);
    events.invoke(&event(&opened()), LIMIT).unwrap();
    let spans = otlp.spans();
    let named: BTreeMap<_, _> = spans.iter().map(|span| (span.span_id.clone(), span)).collect();
    until("every document", || (daemon.documents().len() >= named.len()).then_some(()));
    for document in daemon.documents() {
        let span = named[document["id"].as_str().unwrap()];
        assert_eq!(span.parent_id.as_deref(), document["parent_id"].as_str());
        assert_eq!(
            format!("1-{}-{}", &span.trace_id.split_at(8).0, &span.trace_id.split_at(8).1),
            document["trace_id"]
        );
        for (key, value) in document["annotations"].as_object().into_iter().flatten() {
            assert_eq!(&span.attributes[key], value);
        }
    }
    assert_eq!(daemon.documents().len(), spans.len());
    assert!(spans.iter().any(|span| span.name == "SecurityHub.BatchImportFindings"));
    let resource = &spans[0].resource;
    assert_eq!(resource["service.name"], "tattletrail-api-events");
    assert_eq!(resource["faas.name"], "tattletrail-test");
    assert_eq!(resource["deployment.environment.name"], "test");
    assert_eq!(dropped(&events), 0);
}

#[test]
fn an_endpoint_that_hangs_costs_its_budget_once() {
    let (world, otlp) = (World::new("functions-otlp-hangs"), Otlp::of(Manner::Hangs));
    let events = telling(&world, &otlp);
    for record in opened_in(3) {
        let begun = Instant::now();
        assert_eq!(events.invoke(&event(&record), LIMIT).unwrap()["matched"], 1);
        assert!(begun.elapsed() < BUDGET + SLACK, "{:?}", begun.elapsed());
    }
    assert_eq!(world.findings().len(), 3);
    assert!(otlp.requests().len() < 3, "it is left alone after a failure: {:?}", otlp.requests());
    until("the line", || (dropped(&events) > 0).then_some(()));
    let told =
        events.output().iter().filter(|line| line.contains("were not taken by the OTLP endpoint")).count();
    assert_eq!(told, otlp.requests().len(), "{:?}", events.output());
}

#[test]
fn one_that_refuses_or_is_not_there_changes_nothing() {
    let refusing = Otlp::of(Manner::Refuses("500 Internal Server Error"));
    for (name, endpoint) in
        [("functions-otlp-refuses", refusing.endpoint()), ("functions-otlp-nobody", "http://127.0.0.1:9")]
    {
        let world = World::new(name);
        let events = world.start_with("api-events", &[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]);
        for record in opened_in(2) {
            assert_eq!(events.invoke(&event(&record), LIMIT).unwrap()["matched"], 1);
        }
        assert_eq!(world.findings().len(), 2);
        until("the line", || (dropped(&events) > 0).then_some(()));
    }
}

#[test]
fn its_key_may_be_in_a_parameter() {
    let world = World::new("functions-otlp-key");
    let otlp = Otlp::of(Manner::Wants("x-honeycomb-team", "key=1"));
    let parameter = json!({"Name": "/tattletrail/otlp", "Value": "x-honeycomb-team=key%3D1", "Type": "SecureString",
        "Overwrite": true});
    world.aws.call("ssm", "put_parameter", parameter);
    let with_key = |name: &str| {
        let settings =
            [("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.endpoint()), ("TATTLETRAIL_OTLP_HEADERS_PARAMETER", name)];
        world.start_with("api-events", &settings)
    };
    // A busy machine may not read it in time, and then it is read again half a minute later.
    let (with, mut records) = (with_key("/tattletrail/otlp"), opened_in(100).into_iter());
    let mut next = || event(&records.next().unwrap());
    until("a span", || {
        with.invoke(&next(), LIMIT).unwrap();
        std::thread::sleep(Duration::from_millis(500));
        (!otlp.spans().is_empty()).then_some(())
    });
    let names: BTreeSet<_> = otlp.spans().into_iter().map(|span| span.name).collect();
    assert!(names.contains("finding") && names.contains("invocation"), "{names:?}");
    // A parameter that is not there turns traces off, says so once, and stops nothing else.
    let without = with_key("/tattletrail/nothing");
    let told = || without.output().iter().filter(|line| line.contains("off for want of a key")).count();
    until("the line", || {
        assert_eq!(without.invoke(&next(), LIMIT).unwrap()["matched"], 1);
        std::thread::sleep(Duration::from_millis(500));
        (told() > 0).then_some(())
    });
    assert_eq!(without.invoke(&next(), LIMIT).unwrap()["matched"], 1);
    assert_eq!(told(), 1, "{:?}", without.output());
}
