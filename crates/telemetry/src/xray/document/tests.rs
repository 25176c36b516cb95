use std::borrow::Cow;
use std::time::Duration;

use opentelemetry::InstrumentationScope;
use opentelemetry::trace::{SpanContext, SpanKind, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};

use super::*;

const TRACE: &str = "6b014dbabd862e3fe1be46a994272793";

fn span(name: &'static str, id: u64, parent: u64, attributes: Vec<KeyValue>) -> SpanData {
    let trace = TraceId::from_hex(TRACE).unwrap();
    let own = SpanId::from_bytes(id.to_be_bytes());
    let start = UNIX_EPOCH + Duration::from_micros(1_795_247_546_734_001 + id);
    SpanData {
        span_context: SpanContext::new(trace, own, TraceFlags::SAMPLED, false, TraceState::NONE),
        parent_span_id: SpanId::from_bytes(parent.to_be_bytes()),
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: Cow::Borrowed(name),
        start_time: start,
        end_time: start + Duration::from_millis(5),
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::default(),
    }
}

fn documents(spans: Vec<SpanData>) -> Vec<Value> {
    let documents = Documents { service: "tattletrail-api-events".to_owned(), version: "0.1.0".to_owned() };
    let trace = Finished { spans, dropped: 0 };
    documents.of(&trace).iter().map(|bytes| serde_json::from_slice(bytes).unwrap()).collect()
}

fn finding(id: u64) -> SpanData {
    let said = vec![
        KeyValue::new(field::FINDING_ID, format!("f-{id}")),
        KeyValue::new(field::RULE_ID, "r-1"),
        KeyValue::new(field::TECHNIQUE, "T1562.008"),
        KeyValue::new(field::SEVERITY, "high"),
        KeyValue::new(field::EVENT_ID, "e-1"),
        KeyValue::new(field::APPLICATION, "cruddur shop"),
        KeyValue::new(field::VECTORS, "cruddur:a shop:b"),
        KeyValue::new(field::STATUS, "open"),
    ];
    span(names::span::FINDING, id, 1, said)
}

#[test]
fn a_span_under_lambda_is_a_subsegment() {
    let [document] = documents(vec![span("invocation", 1, 7, Vec::new())]).try_into().unwrap();
    let expected = json!({
        "name": "invocation", "id": "0000000000000001", "trace_id": "1-6b014dba-bd862e3fe1be46a994272793",
        "start_time": 1_795_247_546.734_002, "end_time": 1_795_247_546.739_002, "type": "subsegment",
        "parent_id": "0000000000000007", "aws": {"xray": {"sdk": "tattletrail", "sdk_version": "0.1.0"}},
    });
    assert_eq!(document, expected);
}

#[test]
fn one_without_a_parent_is_a_segment_of_the_function() {
    let [document] = documents(vec![span("invocation", 1, 0, Vec::new())]).try_into().unwrap();
    assert_eq!(document["name"], "tattletrail-api-events");
    assert_eq!(document["origin"], "AWS::Lambda::Function");
    assert!(document.get("type").is_none() && document.get("parent_id").is_none());
}

#[test]
fn findings_are_indexed_up_to_the_service_s_limit_and_told_beyond_it() {
    let documents = documents((1..=12).map(finding).collect());
    assert_eq!(
        documents[0]["annotations"],
        json!({
            "finding_id": "f-1", "rule_id": "r-1", "technique": "T1562.008", "severity": "high", "event_id": "e-1",
            "application": "cruddur shop",
        })
    );
    assert_eq!(
        documents[0]["metadata"]["tattletrail"],
        json!({"status": "open", "vectors": "cruddur:a shop:b"})
    );
    let annotations = documents.iter().filter_map(|document| document["annotations"].as_object());
    assert_eq!(
        annotations.map(Map::len).sum::<usize>(),
        48,
        "eight findings, and no ninth: X-Ray indexes 50"
    );
    assert_eq!(documents[11]["metadata"]["tattletrail"]["finding_id"], "f-12");
}

#[test]
fn a_call_is_named_after_its_service_and_says_how_it_went() {
    let said = |status: i64| {
        vec![
            KeyValue::new(field::AWS_SERVICE, "SecurityHub"),
            KeyValue::new(field::OPERATION, "BatchImportFindings"),
            KeyValue::new(field::REGION, "eu-west-1"),
            KeyValue::new(field::AWS_REQUEST_ID, "q-1"),
            KeyValue::new(field::HTTP_STATUS, status),
        ]
    };
    let failed = |status| {
        let mut span = span("call", 2, 1, said(status));
        span.status = Status::error("ThrottlingException");
        span
    };
    let document = |span| documents(vec![span]).remove(0);
    let good = document(span("call", 2, 1, said(200)));
    assert_eq!((&good["name"], &good["namespace"]), (&json!("SecurityHub"), &json!("aws")));
    assert_eq!(good["aws"]["operation"], "BatchImportFindings");
    assert_eq!(good["aws"]["region"], "eu-west-1");
    assert_eq!(good["aws"]["request_id"], "q-1");
    assert!(good.get("fault").is_none() && good.get("error").is_none());
    assert_eq!(document(failed(429))["throttle"], true);
    assert_eq!(document(failed(403))["error"], true);
    let fault = document(failed(500));
    assert_eq!(fault["fault"], true);
    assert_eq!(fault["cause"]["exceptions"][0]["message"], "ThrottlingException");
}

#[test]
fn a_document_stays_below_64_kb_and_its_name_within_the_letters() {
    let long = "é<\"".repeat(40_000);
    let said = (0..128).map(|number| KeyValue::new(format!("key{number}"), long.clone())).collect();
    let mut span = span("invocation", 1, 7, said);
    span.name = Cow::Owned(long.clone());
    let documents = Documents { service: long, version: "1".to_owned() };
    let bytes = documents.of(&Finished { spans: vec![span], dropped: 0 }).remove(0);
    assert!(bytes.len() <= MOST_BYTES, "{}", bytes.len());
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(document["name"].as_str().unwrap().chars().count(), MOST_NAME);
    assert!(!document["name"].as_str().unwrap().contains(['<', '"']));
}
