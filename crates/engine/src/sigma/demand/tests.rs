use super::*;
use crate::ruleset::{RuleSet, RuleSource};

fn demands_of(detection: &str) -> Vec<String> {
    let text = format!(
        "title: t\nid: 1\nlogsource: {{product: aws, service: cloudtrail}}\ndetection: {{{detection}}}\n"
    );
    let rules = RuleSet::from_sources([RuleSource::new("a.yml", text)]).unwrap();
    rules.rules()[0].demands().iter().map(told).collect()
}

fn told(demand: &Demand) -> String {
    let shape = |shape: &Shape| {
        let text = |text: &Text| format!("{}{}", if text.cased { "=" } else { "" }, text.text);
        match shape {
            Shape::Is(word) => text(word),
            Shape::Begins(word) => format!("{}*", text(word)),
            Shape::Ends(word) => format!("*{}", text(word)),
            Shape::Anything => "*".to_owned(),
        }
    };
    let field = |(field, shapes): (&&str, &Vec<Shape>)| {
        format!("{field}: {}", shapes.iter().map(shape).collect::<Vec<_>>().join("|"))
    };
    demand.0.iter().map(field).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_all_ask_for_is_asked_for_together() {
    let told = demands_of("s: {eventSource: a.b, eventName: [Put, Get*], x: y}, condition: s");
    assert_eq!(told, ["eventName: put|get*, eventSource: a.b"]);
    let told = demands_of("s: {eventName|cased: Put}, t: {eventName: [a, b]}, condition: s and t");
    assert_eq!(told, ["eventName: =Put"]);
}

#[test]
fn one_of_several_is_an_alternative() {
    let told =
        demands_of("s: {eventSource: a}, t: {eventName: b}, u: {userAgent: '*z'}, condition: s and (t or u)");
    assert_eq!(told, ["eventName: b, eventSource: a", "eventSource: a, userAgent: *z"]);
    let told = demands_of("s: [{eventName: a, errorCode: x}, {eventName: b}], condition: s");
    assert_eq!(told, ["errorCode: x, eventName: a", "eventName: b"]);
}

#[test]
fn what_a_bus_cannot_ask_lets_more_through() {
    // The middle of a text, whatever its capitals; a regular expression; several beginnings.
    assert_eq!(demands_of("s: {userAgent|contains: kali}, condition: s"), ["userAgent: *"]);
    assert_eq!(demands_of("s: {userAgent|re: '^a'}, condition: s"), ["userAgent: *"]);
    assert_eq!(demands_of("s: {eventName: 'a*b'}, condition: s"), ["eventName: a*"]);
    assert_eq!(demands_of("s: {eventName: ['a', '*b*']}, condition: s"), ["eventName: *"]);
    assert_eq!(demands_of("s: {eventName: 'groß'}, condition: s"), ["eventName: *"]);
}

#[test]
fn what_may_be_missing_is_not_demanded() {
    for detection in [
        "s: {errorCode: null}, condition: s",
        "s: {errorCode: [a, null]}, condition: s",
        "s: {eventName|neq: a}, condition: s",
        "s: {eventName: a}, condition: not s",
        "s: {eventName: a}, t: {x: y}, condition: s or t",
        "s: {requestParameters.eventName: a}, condition: s",
        "s: ['word'], condition: s",
    ] {
        assert!(demands_of(detection).iter().any(String::is_empty), "{detection}");
    }
}

#[test]
fn many_alternatives_become_fewer_and_wider() {
    let lists: Vec<String> = (0..4)
        .map(|list| {
            let ways: Vec<String> =
                (0..10).map(|way| format!("{{eventName: n{list}{way}, x{list}: {way}}}")).collect();
            format!("s{list}: [{}]", ways.join(", "))
        })
        .collect();
    let told = demands_of(&format!("{}, condition: all of them", lists.join(", ")));
    assert!(told.len() <= MOST && !told.iter().any(String::is_empty), "{told:?}");
}

#[test]
fn shapes_fit_as_the_matcher_does() {
    let text = |text: &str, cased| Text { text: text.to_owned(), cased };
    assert!(Shape::Begins(text("put", false)).fits("PutObject"));
    assert!(!Shape::Begins(text("put", true)).fits("PutObject"));
    assert!(Shape::Ends(text("object", false)).fits("PutObject"));
    assert!(!Shape::Ends(text("object", false)).fits("ject"));
    assert!(!Shape::Is(text("put", false)).fits("PutObject"));
    assert!(!Shape::Begins(text("ä", true)).fits("x"));
}
