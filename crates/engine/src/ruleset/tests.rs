use proptest::prelude::*;

use super::*;
use crate::json::Document;
use crate::record::CloudTrailRecord;

fn source(path: &str, id: &str, detection: &str) -> RuleSource {
    let text = format!(
        "title: t\nid: {id}\nlogsource: {{product: aws, service: cloudtrail}}\ndetection: {{{detection}}}\n"
    );
    RuleSource::new(path, text)
}

fn ids(rules: &[&CompiledRule]) -> Vec<String> {
    rules.iter().map(|rule| rule.info().id.to_string()).collect()
}

#[test]
fn matches_come_in_order_of_path_whatever_index_found_them() {
    let rules = RuleSet::from_sources([
        source("d.yml", "4", "s: {eventName: Other}, condition: s"),
        source("c.yml", "3", "s: {eventName: Put}, condition: s"),
        source("b.yml", "2", "s: {eventSource: S3}, condition: s"),
        source("a.yml", "1", "s: {eventSource: IAM}, condition: not s"),
        source("e.yml", "5", "s: {eventName: put, exposure.effect: opened}, condition: s"),
    ])
    .unwrap();
    let record = CloudTrailRecord::parse(r#"{"eventName":"PUT","eventSource":"s3"}"#).unwrap();
    assert_eq!(ids(&rules.matches(&Event::new(&record))), ["1", "2", "3"]);
    let change = Document::parse(br#"{"effect":"opened"}"#).unwrap();
    let event = Event::with_exposure(&record, change.root());
    let mut found = Vec::new();
    rules.for_each_match(&event, Scope::Exposure, |rule| found.push(rule));
    assert_eq!(ids(&found), ["5"]);
    assert_eq!(ids(&rules.matches(&event)), ["1", "2", "3", "5"]);
}

#[test]
fn all_errors_of_all_files_come_back_together() {
    let errors = RuleSet::from_sources([
        source("b.yml", "1", "s: {a: 1}, condition: s"),
        source("a.yml", "1", "s: {a: 1}, condition: s"),
        source("c.yml", "2", "s: {a|re: '('}, t: {b|cidr: x}, condition: s and u"),
    ])
    .unwrap_err();
    let told: Vec<String> = errors.iter().map(|error| format!("{}:{}", error.path, error.message)).collect();
    assert_eq!(told.len(), 4, "{told:#?}");
    assert_eq!(told[0], "b.yml:found the id `1`, which a.yml has too, expected one of its own");
    assert_eq!(errors[0].line, 2);
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["put", "Get", "*", "P*", "list", ""]).prop_map(str::to_owned)
}

/// A selection over few fields and few words, so that it often matches.
fn selection() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "eventName",
        "eventName|contains",
        "eventName|cased",
        "eventName|neq",
        "eventSource",
        "eventSource|startswith",
        "a",
        "exposure.facet",
    ]);
    let item =
        (key, prop::collection::vec(word(), 1..3)).prop_map(|(key, words)| format!("{key}: {words:?}"));
    prop::collection::btree_map(0..3, item, 1..3).prop_map(|items| {
        let mut keys = std::collections::BTreeSet::new();
        let items: Vec<String> = items
            .into_values()
            .filter(|item| keys.insert(item.split(':').next().map(str::to_owned)))
            .collect();
        format!("{{{}}}", items.join(", "))
    })
}

fn detection() -> impl Strategy<Value = String> {
    let condition = prop::sample::select(vec![
        "s and t",
        "s or t",
        "not s and t",
        "s and not t",
        "1 of them",
        "all of them",
        "not (s or t)",
        "not s or t",
    ]);
    (selection(), selection(), condition)
        .prop_map(|(s, t, condition)| format!("s: {s}, t: {t}, condition: {condition}"))
}

fn record() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        r#""put""#,
        r#""GET""#,
        r#""list""#,
        r#""""#,
        "null",
        "22",
        r#"["put","list"]"#,
        r#"{"put":1}"#,
    ]);
    let field = prop::sample::select(vec!["eventName", "eventSource", "a"]);
    prop::collection::btree_map(field, value, 0..4).prop_map(|fields| {
        let fields: Vec<String> =
            fields.iter().map(|(field, value)| format!("\"{field}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    })
}

/// True if an event bus that asks for what the rule demands lets the record through. It looks at texts and at lists of them.
fn is_let_through(rule: &CompiledRule, record: &serde_json::Value) -> bool {
    let fits = |field: &str, shapes: &[crate::sigma::Shape]| {
        let one = |value: &serde_json::Value| {
            value.as_str().is_some_and(|text| shapes.iter().any(|shape| shape.fits(text)))
        };
        match &record[field] {
            serde_json::Value::Array(members) => members.iter().any(one),
            value => one(value),
        }
    };
    rule.demands().iter().any(|demand| demand.0.iter().all(|(field, shapes)| fits(field, shapes)))
}

proptest! {
    #[test]
    fn what_matches_is_what_was_demanded(detection in detection(), records in prop::collection::vec(record(), 1..8)) {
        let rules = RuleSet::from_sources([source("a.yml", "1", &detection)]).unwrap();
        for text in &records {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            // CloudTrail writes texts there.
            let is_odd = |field: &str| value[field].is_number() || value[field].is_object();
            if is_odd("eventName") || is_odd("eventSource") {
                continue;
            }
            let record = CloudTrailRecord::parse(text).unwrap();
            let rule = &rules.rules()[0];
            if rule.matches(&Event::new(&record)) {
                prop_assert!(is_let_through(rule, &value), "{detection}\n{text}\n{:?}", rule.demands());
            }
        }
    }

    #[test]
    fn the_index_hides_no_match(
        detections in prop::collection::vec(detection(), 1..6),
        records in prop::collection::vec(record(), 1..8),
    ) {
        let sources = detections.iter().enumerate().map(|(id, text)| source(&format!("{id}.yml"), &id.to_string(), text));
        let rules = RuleSet::from_sources(sources).unwrap();
        let change = Document::parse(br#"{"facet":"put"}"#).unwrap();
        for text in &records {
            let record = CloudTrailRecord::parse(text).unwrap();
            let event = Event::with_exposure(&record, change.root());
            for scope in [Scope::Record, Scope::Exposure] {
                let mut found = Vec::new();
                rules.for_each_match(&event, scope, |rule| found.push(rule));
                prop_assert_eq!(ids(&found), ids(&rules.matches_unindexed(&event, scope)), "{}", text);
            }
        }
    }

    #[test]
    fn a_bundle_gives_the_rules_it_was_made_of(
        detections in prop::collection::vec(detection(), 1..6),
        records in prop::collection::vec(record(), 1..8),
    ) {
        let sources = detections.iter().enumerate().map(|(id, text)| source(&format!("{id}.yml"), &id.to_string(), text));
        let rules = RuleSet::from_sources(sources).unwrap();
        let again = RuleSet::from_bundle(rules.to_bundle().unwrap()).unwrap();
        let change = Document::parse(br#"{"facet":"put"}"#).unwrap();
        for text in &records {
            let record = CloudTrailRecord::parse(text).unwrap();
            let event = Event::with_exposure(&record, change.root());
            prop_assert_eq!(ids(&rules.matches(&event)), ids(&again.matches(&event)), "{}", text);
        }
    }
}

/// A detection of each kind, with a record that it matches.
const KINDS: [(&str, &str); 13] = [
    ("s: {a: p*}, condition: s", r#"{"a":"PUT"}"#),
    ("s: {a|endswith|cased: ut}, condition: s", r#"{"a":"put"}"#),
    ("s: {a: 'p?t*x'}, condition: s", r#"{"a":"püt, x"}"#),
    ("s: {a: Ü}, condition: s", r#"{"a":"ü"}"#),
    ("s: {a|re|i: '^p[^u]t$'}, condition: s", r#"{"a":"PÜT"}"#),
    ("s: {a|cidr: 10.0.0.0/8}, condition: s", r#"{"a":"10.1.2.3"}"#),
    ("s: {a|gt: 0.1000000000000000055}, condition: s", r#"{"a":0.2}"#),
    ("s: {a|lt: .inf}, condition: s", r#"{"a":0.2}"#),
    ("s: {a: null, b|exists: true}, condition: s", r#"{"b":1}"#),
    ("s: {a|fieldref|contains: b.c}, condition: s", r#"{"a":"put","b":{"c":"U"}}"#),
    ("s: [put, get], condition: s", r#"{"a":{"b":"input"}}"#),
    ("'s': {'a[any]': {b: 1, 'c[-1]': 2}}, condition: s", r#"{"a":[{"b":1,"c":[1,2]}]}"#),
    ("s: {'a[all]': {x: {b: 1}, y: {b.c: 2}, condition: x and not y}}, condition: s", r#"{"a":[{"b":1}]}"#),
];

#[test]
fn every_kind_of_detection_can_be_bundled() {
    for (detection, text) in KINDS {
        let rules = RuleSet::from_sources([source("a.yml", "1", detection)]).unwrap();
        let again = RuleSet::from_bundle(rules.to_bundle().unwrap()).unwrap();
        for (rules, text) in [(&rules, text), (&again, text)] {
            let record = CloudTrailRecord::parse(text).unwrap();
            assert_eq!(ids(&rules.matches(&Event::new(&record))), ["1"], "{detection}");
            let other = CloudTrailRecord::parse(r#"{"a":"nothing of all that"}"#).unwrap();
            assert!(rules.matches(&Event::new(&other)).is_empty(), "{detection}");
        }
        assert_eq!(rules.to_bundle().unwrap(), again.to_bundle().unwrap());
    }
}

#[test]
fn a_rule_has_the_hash_of_its_text_also_out_of_a_bundle() {
    let hash = |text: String| {
        let rules = RuleSet::from_sources([RuleSource::new("a.yml", text)]).unwrap();
        let again = RuleSet::from_bundle(rules.to_bundle().unwrap()).unwrap();
        assert_eq!(rules.rules()[0].info().hash, again.rules()[0].info().hash);
        rules.rules()[0].info().hash.clone()
    };
    let text = source("a.yml", "1", "s: {a: put}, condition: s").text;
    let one = hash(text.clone());
    assert_eq!(hash(text.replace('\n', "\r\n")), one);
    assert_ne!(hash(text.replace("put", "pot")), one);
}
