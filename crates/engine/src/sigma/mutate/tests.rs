//! The mutants of every construct: which there are, and what they make of records.

use super::*;
use crate::event::Event;
use crate::json::Document;
use crate::record::CloudTrailRecord;
use crate::ruleset::{RuleSet, RuleSource};

fn source(detection: &str) -> RuleSource {
    let indented = detection.replace('\n', "\n  ");
    let text =
        format!("title: t\nlogsource: {{ product: aws, service: cloudtrail }}\ndetection:\n  {indented}\n");
    RuleSource::new("t.yml", text)
}

fn rules(detection: &str) -> RuleSet {
    RuleSet::from_sources([source(detection)]).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

fn mutants(detection: &str) -> Vec<Mutant> {
    rules(detection).rules()[0].mutants(&RuleWords::of(&source(detection).text))
}

/// Every mutant as `line:column clause mutation`; `detection:` is on line 3.
fn told(detection: &str) -> Vec<String> {
    let one = |mutant: &Mutant| {
        let (at, mutation) = (mutant.at, mutant.mutation.as_str());
        format!("{}:{} {} {mutation}", at.line, at.column, mutant.clause)
    };
    mutants(detection).iter().map(one).collect()
}

fn find(detection: &str, clause: &str, mutation: Mutation) -> Mutant {
    let all = mutants(detection);
    let found = all.iter().find(|mutant| mutant.clause == clause && mutant.mutation == mutation);
    found.cloned().unwrap_or_else(|| panic!("no {clause} {mutation:?} in {:?}", told(detection)))
}

fn matches(rule: &CompiledRule, json: &str) -> bool {
    let record = CloudTrailRecord::parse(json).unwrap();
    rule.matches(&Event::new(&record))
}

const EVERYTHING: &str = "\
selection:
  eventName: [Put, Get]
  a.b|contains: x
  items[any]:
    fromPort: 22
    to: 1
either:
  - c: 1
    d: 2
  - e: 3
  - word
deep:
  list[none]:
    inner: { f: 1, g: 2 }
    other: { h: 3 }
    condition: inner and not other
  tags[all]|startswith: t
filter_one:
  i: 1
condition: selection and (either or deep) and not 1 of filter_*";

#[test]
fn every_clause_has_its_mutants_with_names_and_places() {
    let expected = "\
        4:3 selection drop, 4:3 selection negate, \
        5:5 selection.eventName drop, 5:5 selection.eventName negate, \
        5:17 selection.eventName=Put drop value, 5:22 selection.eventName=Get drop value, \
        6:5 selection.a.b|contains drop, 6:5 selection.a.b|contains negate, \
        7:5 selection.items[any] drop, 7:5 selection.items[any] negate, \
        8:7 selection.items[any].fromPort drop, 8:7 selection.items[any].fromPort negate, \
        9:7 selection.items[any].to drop, 9:7 selection.items[any].to negate, \
        10:3 either drop, 10:3 either negate, \
        11:7 either[0] drop, 11:7 either[0] negate, \
        11:7 either[0].c drop, 11:7 either[0].c negate, \
        12:7 either[0].d drop, 12:7 either[0].d negate, \
        13:7 either[1].e drop, 13:7 either[1].e negate, \
        14:7 either.keywords drop, 14:7 either.keywords negate, \
        15:3 deep drop, 15:3 deep negate, \
        16:5 deep.list[none] drop, 16:5 deep.list[none] negate, \
        17:7 deep.list[none].inner drop, 17:7 deep.list[none].inner negate, \
        17:16 deep.list[none].inner.f drop, 17:16 deep.list[none].inner.f negate, \
        17:22 deep.list[none].inner.g drop, 17:22 deep.list[none].inner.g negate, \
        18:7 deep.list[none].other drop, 18:7 deep.list[none].other negate, \
        20:5 deep.tags[all]|startswith drop, 20:5 deep.tags[all]|startswith negate, \
        20:5 deep.tags[all]|startswith.element negate, \
        21:3 filter_one drop, 21:3 filter_one negate";
    assert_eq!(told(EVERYTHING), expected.split(", ").collect::<Vec<_>>());
}

#[test]
fn what_would_leave_nothing_or_be_there_twice_is_left_out() {
    assert_eq!(told("s: { a: x }\ncondition: s"), ["4:3 s negate"]);
    assert_eq!(told("s: [{ a: x }]\ncondition: not not s"), ["4:3 s negate"]);
    // The only field of a selection is its term, unless the condition names it twice.
    let twice = "s: { a: x }\nt: { b: y, c: z }\ncondition: s or (t and s)";
    assert_eq!(
        told(twice),
        [
            "4:3 s drop",
            "4:3 s negate",
            "4:3 s#2 drop",
            "4:3 s#2 negate",
            "4:8 s.a drop",
            "4:8 s.a negate",
            "5:3 t drop",
            "5:3 t negate",
            "5:8 t.b drop",
            "5:8 t.b negate",
            "5:14 t.c drop",
            "5:14 t.c negate",
        ]
    );
}

/// A detection, a clause, what is done to it, and a record with the verdicts of the rule and of its mutant.
const VERDICTS: [(&str, &str, Mutation, &str, bool); 19] = [
    ("s: {a: x, b: y}\ncondition: s", "s.b", Mutation::Drop, r#"{"a":"x"}"#, false),
    ("s: {a: x, b: y}\ncondition: s", "s.b", Mutation::Negate, r#"{"a":"x","b":"y"}"#, true),
    ("s: {a: x, b: null}\ncondition: s", "s.b", Mutation::Negate, r#"{"a":"x","b":1}"#, false),
    ("s: {a: x, b|neq: y}\ncondition: s", "s.b|neq", Mutation::Negate, r#"{"a":"x","b":"y"}"#, false),
    ("s: {a: [x, y]}\ncondition: s", "s.a=y", Mutation::DropValue, r#"{"a":"y"}"#, true),
    (
        "s: {a|contains|all: [x, y]}\ncondition: s",
        "s.a|contains|all=y",
        Mutation::DropValue,
        r#"{"a":"x"}"#,
        false,
    ),
    ("s: [{a: x, b: y}, {c: z}]\ncondition: s", "s[0]", Mutation::Drop, r#"{"a":"x","b":"y"}"#, true),
    ("s: [{a: x, b: y}, {c: z}]\ncondition: s", "s[0].a", Mutation::Drop, r#"{"b":"y"}"#, false),
    ("s: [{a: x, b: y}, {c: z}]\ncondition: s", "s[1].c", Mutation::Drop, r#"{"c":"z"}"#, true),
    ("s: [{a: x}, word]\ncondition: s", "s.keywords", Mutation::Drop, r#"{"c":"a word"}"#, true),
    ("s: {a: x}\nf: {b: y}\ncondition: s and not f", "f", Mutation::Drop, r#"{"a":"x","b":"y"}"#, false),
    ("s: {a: x}\nf: {b: y}\ncondition: s and not f", "f", Mutation::Negate, r#"{"a":"x"}"#, true),
    (
        "s: {a: x}\nf: {b: y, c: z}\ncondition: s and not f",
        "f.c",
        Mutation::Drop,
        r#"{"a":"x","b":"y"}"#,
        true,
    ),
    (
        "s: {a: x}\nf1: {b: y}\nf2: {c: z}\ncondition: s and not 1 of f*",
        "f2",
        Mutation::Drop,
        r#"{"a":"x","c":"z"}"#,
        false,
    ),
    ("s: {a: x}\nt: {b: y}\ncondition: 1 of them", "t", Mutation::Drop, r#"{"b":"y"}"#, true),
    ("s: {a: x}\nt: {b: y}\ncondition: [s, t]", "t", Mutation::Drop, r#"{"b":"y"}"#, true),
    ("s: {'l[any]': {a: 1, b: 2}}\ncondition: s", "s.l[any].b", Mutation::Drop, r#"{"l":[{"a":1}]}"#, false),
    ("s: {'l[any]': {a: 1}, c: 1}\ncondition: s", "s.l[any]", Mutation::Drop, r#"{"c":1}"#, false),
    (
        "s: {'l[all]': {x: {a: 1}, y: {b: 2}, condition: x and not y}}\ncondition: s",
        "s.l[all].y",
        Mutation::Drop,
        r#"{"l":[{"a":1,"b":2}]}"#,
        false,
    ),
];

#[test]
fn a_mutant_does_what_its_name_says() {
    for (detection, clause, mutation, record, verdict) in VERDICTS {
        let mutant = find(detection, clause, mutation);
        assert_eq!(matches(&rules(detection).rules()[0], record), verdict, "{detection}");
        assert_ne!(matches(&mutant.rule, record), verdict, "{clause} of {detection}");
    }
}

#[test]
fn the_only_field_of_a_selection_named_twice_is_gone_from_both_places() {
    let detection = "s: { a: x }\nt: { b: y }\ncondition: (s and t) or not s";
    let mutant = find(detection, "s.a", Mutation::Drop);
    assert!(matches(&mutant.rule, r#"{"b":"y"}"#));
    assert!(!matches(&mutant.rule, "{}"));
}

#[test]
fn no_mutant_is_the_rule_or_another_mutant() {
    let detections = VERDICTS.iter().map(|(detection, ..)| *detection).chain([EVERYTHING]);
    for detection in detections {
        let form = |rule: &CompiledRule| sonic_rs::to_string(rule.logic()).unwrap();
        let mut seen = vec![form(&rules(detection).rules()[0])];
        for mutant in mutants(detection) {
            let this = form(&mutant.rule);
            assert!(!seen.contains(&this), "{} {:?} of {detection}", mutant.clause, mutant.mutation);
            seen.push(this);
        }
    }
}

#[test]
fn the_case_that_is_missing_fits_what_was_done() {
    let detection = "s: {a: x, b: y}\nf: {c: 1, d: 2}\nt: {e: 1}\ncondition: (s or t) and not f";
    let wanted = |clause: &str| find(detection, clause, Mutation::Drop).wanted;
    assert_eq!(wanted("s.a"), "a record that matches but for this clause, with `match: false`");
    assert_eq!(wanted("t"), "a record that matches by this alternative alone, with `match: true`");
    assert_eq!(wanted("f"), "a record that this alone leaves out, with `match: false`");
    assert_eq!(wanted("f.c"), "a record that would be left out but for this clause, with `match: true`");
}

#[test]
fn a_mutant_is_tried_on_what_its_rule_is_tried_on() {
    let detection = "s: {exposure.reach: world, a: x}\ncondition: s";
    for mutant in mutants(detection) {
        assert!(mutant.rule.is_exposure(), "{}", mutant.clause);
    }
    let record = CloudTrailRecord::parse(r#"{"a":"x"}"#).unwrap();
    let change = Document::parse(br#"{"reach":"broad"}"#).unwrap();
    let event = Event::with_exposure(&record, change.root());
    let mutant = find(detection, "s.exposure.reach", Mutation::Drop).rule;
    assert_eq!(rules(detection).matches(&event).len(), 0);
    assert_eq!(rules(detection).with_rule(0, mutant).matches(&event).len(), 1);
    assert!(mutants("s: {a: x, b: y}\ncondition: s").iter().all(|mutant| !mutant.rule.is_exposure()));
}

#[test]
fn the_index_tries_a_mutant_on_all_that_it_can_match() {
    let detection = "s: {eventName: Put, eventSource: S3}\nt: {eventName: Get}\ncondition: s or not t";
    let records = [
        r#"{"eventName":"Put","eventSource":"S3"}"#,
        r#"{"eventName":"Get","eventSource":"S3"}"#,
        r#"{"eventName":"List","eventSource":"S3"}"#,
        r#"{"eventSource":"IAM"}"#,
    ];
    for mutant in mutants(detection) {
        let set = rules(detection).with_rule(0, mutant.rule.clone());
        for text in records {
            let record = CloudTrailRecord::parse(text).unwrap();
            let found = !set.matches(&Event::new(&record)).is_empty();
            assert_eq!(found, matches(&mutant.rule, text), "{} on {text}", mutant.clause);
        }
    }
}

#[test]
fn an_explanation_of_a_mutant_comes_to_its_verdict() {
    for (detection, clause, mutation, record, verdict) in VERDICTS {
        let mutant = find(detection, clause, mutation);
        let record = CloudTrailRecord::parse(record).unwrap();
        let words = RuleWords::of(&source(detection).text);
        let explained = mutant.rule.explain(&words, &Event::new(&record));
        assert_eq!(explained.matches, !verdict, "{clause} of {detection}");
    }
}

#[test]
fn what_the_surface_decides_has_no_mutant_of_its_own() {
    let dropped = |selection: &str| {
        let all = told(&format!("s: {{ {selection} }}\ncondition: s"));
        all.iter().any(|mutant| mutant.ends_with("s.exposure.effect drop"))
    };
    let both = "exposure.surface: [bucket_acl, bucket_policy]";
    assert!(!dropped(&format!("{both}, exposure.effect: opened")));
    assert!(!dropped("exposure.surface: bucket_cors, exposure.effect: [opened, weakened]"));
    assert!(dropped(&format!("{both}, exposure.effect: weakened")));
    assert!(dropped("exposure.surface: [bucket_acl, bucket_cors], exposure.effect: opened"));
    assert!(dropped("exposure.surface: 'bucket_*', exposure.effect: opened"));
    assert!(dropped("exposure.reach: world, exposure.effect: opened"));
}
