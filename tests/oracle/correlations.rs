//! Generated correlations over generated events: they fire at the same times for the same groups.
//!
//! There every event that completes a window is told; here windows that overlap are one finding. So theirs are put
//! together by the same rule first. Events are in order, which they need and we do not. Of rules in their order only the
//! first firing of a group is compared: there any event tells again what is still in the window, here only one that ends
//! a chain.

use std::collections::BTreeMap;

use rsigma_eval::{CorrelationConfig, CorrelationEngine, JsonEvent};
use serde_json::{Value, json};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::Level;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::sigma::RuleSource;
use tattletrail_engine::timeline::{Timeline, Told};

use super::random::Random;

/// The times at which each group fires first, again once it has been quiet.
type Firings = BTreeMap<String, Vec<usize>>;

const NAMES: [&str; 3] = ["first", "second", "third"];
const TIMESPAN: usize = 60;
const CORRELATIONS: u64 = 1_000;
const EVENTS: usize = 40;

/// The rules of the events, and a correlation of some of them.
fn rules(random: &mut Random) -> String {
    let kind = random.pick(&["event_count", "value_count", "temporal", "temporal_ordered"]);
    let count = if kind.starts_with("temporal") { 2 + random.below(2) } else { 1 + random.below(3) };
    // There a temporal correlation fires for any of its rules unless it says how many.
    let condition = match kind {
        "event_count" => json!({ "gte": 2 + random.below(4) }),
        "value_count" => json!({ "field": "sourceIPAddress", "gte": 2 + random.below(2) }),
        _ => json!({ "gte": count }),
    };
    let mut documents: Vec<Value> = NAMES.iter().enumerate().map(|(place, name)| rule(place, name)).collect();
    documents.push(json!({
        "title": "correlation",
        "id": "99999999-2222-4333-8444-555555555555",
        "correlation": {
            "type": kind,
            "rules": NAMES[..count],
            "group-by": ["userIdentity.userName"],
            "timespan": "1m",
            "condition": condition,
        },
    }));
    let texts: Vec<String> = documents.iter().map(Value::to_string).collect();
    texts.join("\n---\n")
}

fn rule(place: usize, name: &str) -> Value {
    json!({
        "title": name,
        "id": format!("{place}1111111-2222-4333-8444-555555555555"),
        "name": name,
        "logsource": { "product": "aws", "service": "cloudtrail" },
        "detection": { "selection": { "eventName": name }, "condition": "selection" },
    })
}

/// Events in the order of their times, each with its second.
fn events(random: &mut Random) -> Vec<(usize, Value)> {
    let mut second = 0;
    let mut events = Vec::new();
    for place in 0..EVENTS {
        second += random.pick(&[0, 1, 5, 10, 20, 30, TIMESPAN, 61]);
        let event = json!({
            "eventID": format!("{place:08}-2222-4333-8444-555555555555"),
            "eventTime": time(second),
            "eventName": random.pick(&["first", "second", "third", "other"]),
            "sourceIPAddress": random.pick(&["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
            "userIdentity": { "userName": random.pick(&["al", "bo"]) },
        });
        events.push((second, event));
    }
    events
}

fn time(second: usize) -> String {
    format!("2026-11-21T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

fn ours(text: &str, events: &[(usize, Value)]) -> Firings {
    let rules =
        RuleSet::from_sources([RuleSource::new("t.yml", text)]).unwrap_or_else(|e| panic!("{}", e[0]));
    let engine = Engine::new(rules);
    let mut firings = Firings::new();
    let mut tell = |told: Told<'_>| {
        let Told::Finding(finding) = told else { return };
        let Some(several) = &finding.several else { return };
        let fired = finding.event.time.clone().unwrap();
        let second = events.iter().find(|(second, _)| time(*second) == fired).unwrap().0;
        firings.entry(several.group[0].value.clone()).or_default().push(second);
    };
    let mut timeline = Timeline::new(&engine, Level::Informational);
    for (_, event) in events {
        timeline.add(engine.read(CloudTrailRecord::parse(&event.to_string()).unwrap()), &mut tell);
    }
    timeline.finish(&mut tell);
    firings
}

fn theirs(text: &str, events: &[(usize, Value)]) -> Firings {
    let parsed = rsigma_parser::parse_sigma_yaml(text).unwrap();
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let mut engine = CorrelationEngine::new(CorrelationConfig::default());
    engine.add_collection(&parsed).unwrap();
    let mut firings = Firings::new();
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for (second, event) in events {
        let at = 1_795_000_000 + i64::try_from(*second).unwrap();
        for found in engine.process_event_at(&JsonEvent::borrow(event), at) {
            let Some(body) = found.as_correlation() else { continue };
            let group = body.group_key[0].1.clone();
            let before = last.insert(group.clone(), *second);
            if before.is_none_or(|before| second - before > TIMESPAN) {
                firings.entry(group).or_default().push(*second);
            }
        }
    }
    firings
}

#[test]
fn generated_correlations_fire_as_they_do_elsewhere() {
    let (mut fired, mut quiet) = (0, 0);
    for seed in 0..CORRELATIONS {
        let mut random = Random::new(seed);
        let (text, events) = (rules(&mut random), events(&mut random));
        let (mut ours, mut theirs) = (ours(&text, &events), theirs(&text, &events));
        if text.contains("temporal_ordered") {
            ours.values_mut().chain(theirs.values_mut()).for_each(|times| times.truncate(1));
        }
        assert_eq!(ours, theirs, "seed {seed}:\n{text}\n{events:#?}");
        fired += ours.values().map(Vec::len).sum::<usize>();
        quiet += 2 - ours.len();
    }
    println!("{CORRELATIONS} correlations of {EVENTS} events: {fired} firings, {quiet} groups without any");
    assert!(fired > 400 && quiet > 50, "both are common");
}
