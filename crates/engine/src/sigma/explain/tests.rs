use proptest::prelude::*;

use super::*;
use crate::json::Document;
use crate::record::CloudTrailRecord;
use crate::ruleset::{RuleSet, RuleSource};

fn text(detection: &str) -> String {
    format!("title: t\nid: 1\nlogsource: {{product: aws, service: cloudtrail}}\ndetection: {{{detection}}}\n")
}

/// What is made of a record, and that it is what the matcher makes of it.
fn explain(detection: &str, record: &str) -> Explanation {
    let text = text(detection);
    let rules = RuleSet::from_sources([RuleSource::new("a.yml", text.as_str())]).unwrap();
    let record = CloudTrailRecord::parse(record).unwrap();
    let change = Document::parse(br#"{"facet":"put","parties":["put","x"]}"#).unwrap();
    let event = Event::with_exposure(&record, change.root());
    let rule = &rules.rules()[0];
    let explanation = rule.explain(&RuleWords::of(&text), &event);
    assert_eq!(explanation.matches, rule.matches(&event), "{text}\n{record:?}");
    for (name, at, holds) in rule.selections(&event) {
        check_selection(&explanation.clause, name, at.line, holds);
    }
    explanation
}

fn check_selection(clause: &Clause, wanted: &str, at: usize, verdict: bool) {
    if matches!(&clause.asks, Asks::Selection { name, line } if name == wanted && *line == at) {
        assert_eq!(clause.holds, verdict, "{wanted}");
    }
    // The selections of a block are others.
    if !matches!(clause.asks, Asks::Block { .. }) {
        clause.parts.iter().for_each(|part| check_selection(part, wanted, at, verdict));
    }
}

/// The fields that decide, with what was found.
fn decisive(explanation: &Explanation) -> Vec<String> {
    let one = |clause: &&Clause| match &clause.asks {
        Asks::Field(field) => {
            let found: Vec<String> =
                field.found.iter().map(|found| format!("{}={}", found.path, found.value)).collect();
            format!(
                "{}: {} <- {}",
                field.field.as_deref().unwrap_or("-"),
                field.expected.join("|"),
                found.join(" ")
            )
        }
        Asks::Block { key, .. } => key.clone(),
        other => format!("{other:?}"),
    };
    explanation.decisive().iter().map(one).collect()
}

#[test]
fn the_smallest_set_that_failed_is_named() {
    let rule =
        "s: {eventName: [Put, Get], a|contains: x, errorCode: null}, f: {b: 1}, condition: s and not f";
    let told = decisive(&explain(rule, r#"{"eventName":"Put","a":"axa","errorCode":"Denied"}"#));
    assert_eq!(told, [r#"errorCode: null <- errorCode="Denied""#]);
    let told = decisive(&explain(rule, r#"{"eventName":"Put","a":"axa","b":1}"#));
    assert_eq!(told, ["b: 1 <- b=1"]);
    let told = decisive(&explain(rule, r#"{"a":"axa","b":1}"#));
    assert_eq!(told, [r#"eventName: "Put"|"Get" <- "#, "b: 1 <- b=1"]);
    let told = decisive(&explain("s: [{a: 1, b: 2, c: 3}, {d: 4}], condition: s", r#"{"a":1}"#));
    assert_eq!(told, ["d: 4 <- "]);
    // Of a match: what would have to be otherwise for there to be none.
    let told = decisive(&explain("s: {a: 1}, t: {b: 2}, condition: s or t", r#"{"a":1,"b":2}"#));
    assert_eq!(told, ["a: 1 <- a=1", "b: 2 <- b=2"]);
}

#[test]
fn the_element_that_decides_has_its_place() {
    let rule = "s: {'a.items[any]': {port: 22, cidr: 0.0.0.0/0}}, condition: s";
    let record = r#"{"a":{"items":[{"port":22,"cidr":"10.0.0.0/8"},{"port":443,"cidr":"::/0"}]}}"#;
    let told = decisive(&explain(rule, record));
    assert_eq!(told, [r#"cidr: "0.0.0.0/0" <- a.items[0].cidr="10.0.0.0/8""#]);
    assert_eq!(decisive(&explain(rule, "{}")), ["a.items[any]"]);
    let plain = explain("s: {a.port: 22}, condition: s", r#"{"a":[{"port":[1,22]},{"port":3}]}"#);
    let told = decisive(&plain);
    assert_eq!(told, ["a.port: 22 <- a[0].port[0]=1 a[0].port[1]=22 a[1].port=3"]);
}

#[test]
fn another_field_is_shown_with_its_value() {
    let told = decisive(&explain("s: {a|fieldref: b.c}, condition: s", r#"{"a":"x","b":{"c":"y"}}"#));
    assert_eq!(told, [r#"a|fieldref: the value of "b.c": "y" <- a="x""#]);
}

/// Values of rules of all kinds.
fn member() -> impl Strategy<Value = String> {
    let scalar = "[put, Get]|put|'p*'|'*'|'?et'|null|22|''|true";
    let scalars: Vec<&'static str> = scalar.split('|').collect();
    let field = prop::sample::select(vec![
        "a",
        "a.b",
        "a.b.c",
        "'a.b[0]'",
        "'a[-1]'",
        "b",
        "'b.c'",
        "eventName",
        "exposure.facet",
        "exposure.parties",
    ]);
    let special = prop::sample::select(vec![
        "'b|fieldref': a",
        "'b|fieldref|neq': a.b",
        "'a|neq': put",
        "'a.b|exists': true",
        "'a|exists': false",
        "'a|contains|all': [p, t]",
        "'b|re': '^p'",
        "'a.b|gte': 22",
        "'b|cidr': 10.0.0.0/8",
        "'b|cased': put",
        "'b|neq': [put, null]",
        "'|contains|all': [put, et]",
    ]);
    let plain = (field, prop::sample::select(scalars)).prop_map(|(field, value)| format!("{field}: {value}"));
    let block = (
        prop::sample::select(vec!["a", "a.b", "b", "c"]),
        prop::sample::select(vec!["any", "all", "none", "all_or_empty"]),
        prop::sample::select(vec![
            "put",
            "{b: put}",
            "{b: 22, c: null}",
            "{b: {x: 1}}",
            "[{b: put}, {c: 22}]",
            "{x: {b: put}, y: {c|contains: e}, condition: x and not y}",
            "{'b[any]': put}",
            "{'b[none]': {c: put}}",
        ]),
    )
        .prop_filter("a mapping as a value", |(_, _, body)| *body != "{b: {x: 1}}")
        .prop_map(|(field, quantifier, body)| format!("'{field}[{quantifier}]': {body}"));
    prop_oneof![plain, special.prop_map(str::to_owned), block]
}

fn selection() -> impl Strategy<Value = String> {
    let mapping = prop::collection::vec(member(), 1..4).prop_map(|members| {
        let mut keys = std::collections::BTreeSet::new();
        let members: Vec<String> = members
            .into_iter()
            .filter(|member| keys.insert(member.split(": ").next().map(str::to_owned)))
            .collect();
        format!("{{{}}}", members.join(", "))
    });
    let mapping = mapping.boxed();
    let list = prop::collection::vec(mapping.clone(), 1..3).prop_map(|maps| format!("[{}]", maps.join(", ")));
    prop_oneof![4 => mapping, 1 => list, 1 => Just("[put, 'g?t']".to_owned())]
}

fn detection() -> impl Strategy<Value = String> {
    let condition = prop::sample::select(vec![
        "s and t",
        "s or t",
        "not s and t",
        "s and not 1 of t*",
        "1 of them",
        "all of them",
        "not (s or t)",
        "[s, t]",
    ]);
    (selection(), selection(), condition)
        .prop_map(|(s, t, condition)| format!("s: {s}, t: {t}, condition: {condition}"))
}

/// JSON of few names and few words, nested a little.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        r#""put""#,
        r#""GET""#,
        r#""pet""#,
        r#""""#,
        "null",
        "22",
        "true",
        "[]",
        "{}",
        r#""10.1.2.3""#,
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 3, |inner| {
        let names = prop::sample::select(vec!["a", "b", "c", "b.c"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::btree_map(names, inner, 0..3).prop_map(|members| {
                let members: Vec<String> =
                    members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

fn record() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec!["a", "b", "c", "a.b", "eventName"]);
    prop::collection::btree_map(names, json(), 0..4).prop_map(|members| {
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

/// Turns the outcome of a clause that decides; the clauses above follow.
fn turned(clause: &Clause, decisive: &[&Clause]) -> bool {
    if decisive.iter().any(|one| std::ptr::eq(*one, clause)) {
        return !clause.holds;
    }
    let mut parts = clause.parts.iter().map(|part| turned(part, decisive));
    match &clause.asks {
        _ if clause.parts.is_empty() => clause.holds,
        Asks::Any => parts.any(|holds| holds),
        Asks::Not => !parts.all(|holds| holds),
        Asks::Block { elements: Elements::None, .. } => !parts.any(|holds| holds),
        Asks::Block { .. } => parts.any(|holds| holds),
        Asks::List { elements: Elements::Any | Elements::None, .. } => parts.any(|holds| holds),
        _ => parts.all(|holds| holds),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn the_explanation_is_what_the_matcher_says(detection in detection(), records in prop::collection::vec(record(), 1..6)) {
        for record in &records {
            let explanation = explain(&detection, record);
            let decisive = explanation.decisive();
            prop_assert!(!decisive.is_empty());
            prop_assert_eq!(turned(&explanation.clause, &decisive), !explanation.matches, "{} {}", detection, record);
        }
    }
}
