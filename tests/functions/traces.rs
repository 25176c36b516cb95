//! One trace for each invocation, under Lambda's own, from the payload to the last sink.

use std::collections::HashMap;

use serde_json::Value;

use super::LIMIT;
use super::payloads::{closed, event, opened, opened_in, record, subscription};
use super::world::World;
use crate::harness::daemon::Daemon;
use crate::harness::lambda::Lambda;

const ROOT: &str = "1-5bef4de7-ad49b0e87f6ef6c87fc2e700";

/// A function whose traces go to a daemon.
fn traced(world: &World, function: &str, daemon: &Daemon) -> Lambda {
    world.start_with(function, &[("AWS_XRAY_DAEMON_ADDRESS", &daemon.address())])
}

/// The root and the parent in Lambda's words.
fn parts(trace: &str) -> (&str, &str) {
    let value = |key: &str| trace.split(';').find_map(|part| part.strip_prefix(key)).unwrap();
    (value("Root="), value("Parent="))
}

fn named<'d>(documents: &'d [Value], name: &str) -> Vec<&'d Value> {
    documents.iter().filter(|document| document["name"] == name).collect()
}

/// Every document hangs under another, up to what Lambda names.
#[track_caller]
fn assert_chained(documents: &[Value], parent: Option<&str>) {
    let parents: HashMap<&str, Option<&str>> = documents
        .iter()
        .map(|document| (document["id"].as_str().unwrap(), document["parent_id"].as_str()))
        .collect();
    assert_eq!(parents.len(), documents.len(), "each has an id of its own");
    for document in documents {
        let (mut at, mut steps) = (document["parent_id"].as_str(), 0);
        while let Some(above) = at.and_then(|id| parents.get(id)) {
            at = *above;
            steps += 1;
            assert!(steps < 20, "{document}");
        }
        assert_eq!(at, parent, "{document}");
        assert!(document["end_time"].as_f64() >= document["start_time"].as_f64(), "{document}");
    }
}

#[test]
fn every_span_hangs_under_its_own_invocation() {
    let (world, daemon) = (World::new("functions-traces"), Daemon::start());
    let events = traced(&world, "api-events", &daemon);
    for (record, status) in [(opened(), "open"), (closed(), "closed")] {
        let pending = events.invoke_traced(&event(&record), LIMIT, None);
        let trace = pending.trace().to_owned();
        pending.wait().unwrap();
        let (root, parent) = parts(&trace);
        let documents = daemon.trace_until(root, |documents| !named(documents, "finding").is_empty());
        assert_chained(&documents, Some(parent));
        let [invocation] = named(&documents, "invocation").try_into().unwrap();
        assert_eq!(invocation["parent_id"], parent);
        assert!(documents.iter().all(|document| document["type"] == "subsegment"));
        for stage in ["decode", "derive", "match", "ledger"] {
            assert!(!named(&documents, stage).is_empty(), "{stage}: {documents:#?}");
        }
        assert_sinks(&documents);
        assert_finding(&world, &documents, &record, status, root);
    }
    let all = daemon.documents();
    assert!(all.iter().all(|document| document["trace_id"].as_str().unwrap().starts_with("1-5bef4de7-")));
}

/// Each sink was called once, and the call is under its delivery.
#[track_caller]
fn assert_sinks(documents: &[Value]) {
    let deliveries = named(documents, "deliver");
    for (service, operation, sink) in [
        ("SecurityHub", "BatchImportFindings", "security_hub"),
        ("SNS", "PublishBatch", "sns"),
        ("CloudWatch", "PutMetricData", "cloud_watch"),
    ] {
        let [call] = named(documents, service).try_into().unwrap();
        assert_eq!(call["namespace"], "aws");
        assert_eq!(call["aws"]["operation"], operation);
        assert_eq!(call["aws"]["region"], "us-east-1");
        assert_eq!(call["http"]["response"]["status"], 200);
        let delivery = deliveries.iter().find(|delivery| delivery["id"] == call["parent_id"]).unwrap();
        assert_eq!(delivery["metadata"]["tattletrail"]["sink"], sink);
        assert_eq!(
            delivery["metadata"]["tattletrail"]["taken"],
            delivery["metadata"]["tattletrail"]["findings"]
        );
    }
    assert!(!named(documents, "DynamoDB").is_empty());
}

/// The finding and its trace name each other.
#[track_caller]
fn assert_finding(world: &World, documents: &[Value], record: &Value, status: &str, root: &str) {
    let [finding] = world.findings().try_into().unwrap();
    let spans = named(documents, "finding");
    let span = spans.iter().find(|span| span["annotations"]["finding_id"] == finding["Id"]).unwrap();
    assert_eq!(span["annotations"]["event_id"], record["eventID"]);
    assert_eq!(span["annotations"]["severity"], "high");
    let application = finding["Resources"][0]["ApplicationName"].as_str().unwrap_or("default");
    let applications = span["annotations"]["application"].as_str().unwrap_or_default();
    assert!(applications.split(' ').any(|own| own == application), "{applications}");
    assert_eq!(span["annotations"]["technique"], "T1133 T1686.001");
    assert_eq!(span["metadata"]["tattletrail"]["status"], status);
    assert_eq!(finding["ProductFields"]["tattletrail/TraceId"], root);
    assert_eq!(finding["ProductFields"]["tattletrail/EventId"], record["eventID"]);
    assert_eq!(finding["ProductFields"]["tattletrail/RuleId"], span["annotations"]["rule_id"]);
    let link = finding["SourceUrl"].as_str().unwrap();
    assert!(link.ends_with(&format!("#xray:traces/{root}")), "{link}");
}

#[test]
fn what_is_called_learns_which_call_it_is_under() {
    let (world, daemon) = (World::new("functions-traces-header"), Daemon::start());
    let events = traced(&world, "api-events", &daemon);
    let lineage = format!("Root={ROOT};Parent=9a9197af755a6419;Sampled=1;Lineage=1:a87bd80c:0");
    events.invoke_traced(&event(&opened()), LIMIT, Some(&lineage)).wait().unwrap();
    let documents = daemon.trace_until(ROOT, |documents| !named(documents, "SecurityHub").is_empty());
    let [call] = named(&documents, "SecurityHub").try_into().unwrap();
    let state = world.hub.state();
    let header = state["calls"][0]["trace"].as_str().unwrap();
    let id = call["id"].as_str().unwrap();
    assert_eq!(header, format!("Root={ROOT};Parent={id};Sampled=1;Lineage=1:a87bd80c:0"));
}

#[test]
fn a_finding_has_a_trace_of_its_own_where_lambda_s_is_not_sampled() {
    let (world, daemon) = (World::new("functions-traces-own"), Daemon::start());
    let events = traced(&world, "api-events", &daemon);
    let not_sampled = format!("Root={ROOT};Parent=9a9197af755a6419;Sampled=0");
    let only_passed_on = format!("Root={ROOT}");
    let harmless = record(7, 0, "DescribeSecurityGroups");
    for trace in [&not_sampled, &only_passed_on] {
        events.invoke_traced(&event(&harmless), LIMIT, Some(trace)).wait().unwrap();
    }
    events.invoke_traced(&event(&opened()), LIMIT, Some(&not_sampled)).wait().unwrap();
    let [finding] = world.findings().try_into().unwrap();
    let own = finding["ProductFields"]["tattletrail/TraceId"].as_str().unwrap();
    assert_ne!(own, ROOT);
    let documents = daemon.trace_until(own, |documents| !named(documents, "finding").is_empty());
    assert_chained(&documents, None);
    let segments: Vec<_> = documents.iter().filter(|document| document.get("type").is_none()).collect();
    let [segment] = segments.try_into().unwrap();
    assert_eq!(segment["name"], "tattletrail-test");
    assert!(segment.get("parent_id").is_none());
    assert_eq!(daemon.documents().len(), documents.len(), "without a finding nothing is sent");
}

#[test]
fn a_hundred_records_lose_no_document() {
    let (world, daemon) = (World::new("functions-traces-many"), Daemon::start());
    let logs = traced(&world, "trail-logs", &daemon);
    let pending = logs.invoke_traced(&subscription(&opened_in(100)), LIMIT, None);
    let trace = pending.trace().to_owned();
    let answer = pending.wait().unwrap();
    let findings = usize::try_from(answer["opened"].as_u64().unwrap()).unwrap();
    assert!(findings >= 100);
    let (root, parent) = parts(&trace);
    let documents = daemon.trace_until(root, |documents| named(documents, "finding").len() >= findings);
    assert_eq!(named(&documents, "finding").len(), findings);
    assert_chained(&documents, Some(parent));
    let annotations = documents.iter().filter_map(|document| document["annotations"].as_object());
    assert_eq!(
        annotations.map(serde_json::Map::len).sum::<usize>(),
        48,
        "of 50 that X-Ray indexes of a trace"
    );
}
