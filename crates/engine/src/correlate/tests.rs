//! What correlations find, whatever order records come in, and against an obvious twin.

use proptest::prelude::*;

use super::*;
use crate::engine::{Engine, Read};
use crate::record::CloudTrailRecord;
use crate::ruleset::{RuleSet, RuleSource};

/// Three rules about one call each, and a correlation with these lines.
fn engine(correlation: &str) -> Engine {
    Engine::new(rules(correlation).unwrap_or_else(|errors| panic!("{}", errors[0])))
}

fn rule(name: &str) -> String {
    format!(
        "title: {name}\nid: id-{name}\nname: {name}\nlogsource: {{product: aws, service: cloudtrail}}\n\
         detection: {{s: {{eventName: {name}}}, condition: s}}\n---\n"
    )
}

fn rules(correlation: &str) -> Result<RuleSet, Vec<crate::ruleset::RuleError>> {
    let text = format!(
        "{}{}{}title: c\nid: c\nlevel: high\ncorrelation:\n  {}\n",
        rule("a"),
        rule("b"),
        rule("c1"),
        correlation.replace('\n', "\n  ")
    );
    RuleSet::from_sources([RuleSource::new("t.yml", text)])
}

/// `a 10 alice`: the call, the second, who did it.
fn record(id: usize, line: &str) -> CloudTrailRecord {
    let words: Vec<&str> = line.split(' ').collect();
    let time = jiff::Timestamp::from_second(1_800_000_000 + words[1].parse::<i64>().unwrap()).unwrap();
    let ip = words.get(3).map_or(String::new(), |ip| format!(r#","sourceIPAddress":"{ip}""#));
    let text = format!(
        r#"{{"eventID":"e{id}","eventTime":"{time}","eventName":"{}","userIdentity":{{"userName":"{}"}}{ip}}}"#,
        words[0], words[2]
    );
    CloudTrailRecord::parse(&text).unwrap()
}

fn run(
    engine: &Engine,
    mut correlator: Correlator,
    records: &[CloudTrailRecord],
) -> (Vec<Finding>, Correlated) {
    let mut findings = Vec::new();
    for record in records {
        let Read::Done(found) = engine.read(record.clone()) else { panic!("it waits") };
        for finding in &found.findings {
            assert!(!engine.rules().is_silent(&finding.rule.id), "{} is there to be counted", finding.title);
        }
        for sighting in found.sightings {
            findings.extend(correlator.add(engine.rules(), sighting));
        }
    }
    let (rest, counts) = correlator.finish(engine.rules());
    findings.extend(rest);
    (findings, counts)
}

/// The findings in words: group, events, first and last second.
fn found(correlation: &str, lines: &[&str]) -> Vec<String> {
    let engine = engine(correlation);
    let records: Vec<_> = lines.iter().enumerate().map(|(id, line)| record(id, line)).collect();
    told(&run(&engine, Correlator::default(), &records).0)
}

fn told(findings: &[Finding]) -> Vec<String> {
    let second = |time: &Option<String>| {
        time.as_deref()
            .map(|time| time.parse::<jiff::Timestamp>().unwrap().as_second() - 1_800_000_000)
            .unwrap()
    };
    let one = |finding: &Finding| {
        let several = finding.several.as_ref().unwrap();
        let group: Vec<&str> = several.group.iter().map(|field| field.value.as_str()).collect();
        format!("{} {} {}-{}", group.join(","), several.events, second(&several.first), second(&several.last))
    };
    findings.iter().map(one).collect()
}

const COUNT: &str =
    "type: event_count\nrules: [a]\ngroup-by: [userIdentity.userName]\ntimespan: 1m\ncondition: {gte: 3}";

#[test]
fn many_events_of_one_group_are_one_finding() {
    let lines = ["a 0 al", "a 30 al", "a 60 al", "a 90 al", "a 30 bo", "b 31 bo", "a 60 bo"];
    assert_eq!(found(COUNT, &lines), ["al 4 0-90"]);
    assert_eq!(found(COUNT, &["a 0 al", "a 30 al", "a 61 al"]), [""; 0], "the first is too old");
    let twice = ["a 0 al", "a 0 al", "a 0 al", "a 200 al", "a 200 al", "a 201 al"];
    assert_eq!(found(COUNT, &twice), ["al 3 0-0", "al 3 200-201"]);
}

#[test]
fn a_window_slides_over_every_boundary() {
    let five = COUNT.replace("1m", "5m");
    assert_eq!(found(&five, &["a 299 al", "a 301 al", "a 310 al"]), ["al 3 299-310"]);
    assert_eq!(found(&five, &["a 9000 al", "a 1000 al", "a 1010 al"]), [""; 0], "they are hours apart");
    assert_eq!(found(&five, &["a 1300 al", "a 1000 al", "a 1010 al"]), ["al 3 1000-1300"]);
}

#[test]
fn values_are_counted_once_each() {
    let values = "type: value_count\nrules: [a, b]\ngroup-by: userIdentity.userName\ntimespan: 1m\n\
                  condition: {field: sourceIPAddress, gte: 2}";
    assert_eq!(found(values, &["a 0 al 192.0.2.1", "a 1 al 192.0.2.1"]), [""; 0]);
    assert_eq!(found(values, &["a 0 al 192.0.2.1", "b 1 al 192.0.2.2", "a 2 al"]), ["al 2 0-1"]);
    let distinct = values.replace("sourceIPAddress", "eventName");
    assert_eq!(found(&distinct, &["a 0 al", "b 1 al"]), ["al 2 0-1"]);
}

#[test]
fn rules_keep_company_in_any_order_or_in_theirs() {
    let company = "type: temporal\nrules: [a, b]\ngroup-by: [userIdentity.userName]\ntimespan: 1m";
    assert_eq!(found(company, &["b 0 al", "a 50 al", "a 0 bo", "b 61 bo", "a 9 cy"]), ["al 2 0-50"]);
    let order = company.replace("temporal", "temporal_ordered");
    assert_eq!(found(&order, &["b 0 al", "a 50 al"]), [""; 0]);
    assert_eq!(found(&order, &["b 0 al", "a 50 al", "b 70 al"]), ["al 2 50-70"]);
    assert_eq!(found(&order, &["b 7 al", "a 7 al"]), ["al 2 7-7"], "a second has no order");
    let two_of_three = "type: temporal\nrules: [a, b, c1]\ntimespan: 1m\ncondition: {gte: 2}";
    assert_eq!(found(two_of_three, &["a 0 al", "c1 9 bo"]), [" 2 0-9"]);
    let three = "type: temporal_ordered\nrules: [a, b, c1]\ntimespan: 1m";
    assert_eq!(found(three, &["a 0 x", "a 30 x", "b 40 x", "b 80 x", "c1 85 x"]), [" 4 30-85"]);
    assert_eq!(found(three, &["a 0 x", "b 40 x", "c1 85 x"]), [""; 0], "the first is too old");
}

#[test]
fn one_event_cannot_follow_itself() {
    let text = "title: a\nid: 1\nname: a\nlogsource: {product: aws, service: cloudtrail}\ndetection: {s: {eventName: x}, \
                condition: s}\n---\ntitle: b\nid: 2\nname: b\nlogsource: {product: aws, service: cloudtrail}\ndetection: \
                {s: {eventName: x}, condition: s}\n---\ntitle: c\nid: c\ncorrelation: {type: temporal_ordered, \
                rules: [a, b], timespan: 1m}\n";
    let engine = Engine::new(RuleSet::from_sources([RuleSource::new("t.yml", text)]).unwrap());
    let one = [record(0, "x 0 al")];
    assert_eq!(told(&run(&engine, Correlator::default(), &one).0), [""; 0]);
    let two = [record(0, "x 0 al"), record(1, "x 0 al")];
    assert_eq!(told(&run(&engine, Correlator::default(), &two).0), [" 2 0-0"]);
}

#[test]
fn fields_go_by_other_names_in_other_rules() {
    let aliases = "type: temporal\nrules: [a, b]\ngroup-by: [who]\ntimespan: 1m\naliases:\n  who:\n    \
                   a: userIdentity.userName\n    b: sourceIPAddress";
    assert_eq!(found(aliases, &["a 0 x 192.0.2.1", "b 1 y x", "b 2 z z"]), ["x 2 0-1"]);
}

#[test]
fn what_is_counted_may_be_counted_again() {
    let text = "title: c\nid: c\ncorrelation: {type: event_count, rules: [a], group-by: [sourceIPAddress], timespan: 1m, \
                condition: {gte: 2}}\n---\ntitle: o\nid: o\ncorrelation: {type: temporal_ordered, rules: [c, b], \
                group-by: [userIdentity.userName], timespan: 10m}\n";
    let sources = ["a", "b"].map(|name| RuleSource::new(format!("{name}.yml"), rule(name)));
    let sources = sources.into_iter().chain([RuleSource::new("t.yml", text)]);
    let engine = Engine::new(RuleSet::from_sources(sources).unwrap());
    let lines = ["a 0 al 192.0.2.1", "a 10 al 192.0.2.1", "b 300 al 192.0.2.9", "b 300 bo"];
    let records: Vec<_> = lines.iter().enumerate().map(|(id, line)| record(id, line)).collect();
    let (findings, counts) = run(&engine, Correlator::default(), &records);
    assert_eq!(told(&findings), ["al 2 10-300"]);
    assert_eq!(counts.sightings, 4);
}

#[test]
fn what_is_let_go_is_forgotten() {
    let engine = engine(COUNT);
    let mut correlator = Correlator::bounded(10);
    for at in 0..1_000 {
        let Read::Done(found) = engine.read(record(at, &format!("a {at} user{at}"))) else {
            panic!("it waits")
        };
        for sighting in found.sightings {
            assert!(correlator.add(engine.rules(), sighting).is_empty());
        }
        let sizes =
            [correlator.facts.len(), correlator.known.len(), correlator.hits, correlator.groups.len()];
        assert!(sizes.iter().all(|size| *size <= 11), "{sizes:?}");
    }
    // One that comes after its time was let go.
    let Read::Done(found) = engine.read(record(1_000, "a 1 late")) else { panic!("it waits") };
    for sighting in found.sightings {
        correlator.add(engine.rules(), sighting);
    }
    assert_eq!(correlator.finish(engine.rules()).1.late, 1);
}

#[test]
fn what_has_no_time_is_counted_as_such() {
    let engine = engine(COUNT);
    let records = [CloudTrailRecord::parse(r#"{"eventName":"a","eventTime":"soon"}"#).unwrap()];
    let (findings, counts) = run(&engine, Correlator::default(), &records);
    assert_eq!((findings.len(), counts.sightings, counts.untimed), (0, 1, 1));
}

#[test]
fn rules_that_stand_alone_as_well_say_so() {
    let generate = format!("{COUNT}\ngenerate: true");
    let engine = engine(&generate);
    let found = engine.process(&record(0, "a 0 al")).found;
    assert_eq!((found.findings.len(), found.sightings.len()), (1, 1));
    assert_eq!(engine.process(&record(0, "b 0 al")).found.findings.len(), 1, "nobody counts it");
}

#[test]
fn documents_that_name_nothing_are_refused() {
    let fault =
        |text: &str| rules(text).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for (text, expected) in [
        (
            COUNT.replace("[a]", "[aa]"),
            "found `aa`, expected the id or the name of a rule\n  help: did you mean `a`",
        ),
        (COUNT.replace("[a]", "[c]"), "counts itself"),
        (COUNT.replace("event_count", "event_cuont"), "did you mean `event_count`"),
        (COUNT.replace("1m", "1 minute"), "found the timespan `1 minute`"),
        (COUNT.replace("gte", "gtee"), "did you mean `gte`"),
        (COUNT.replace("event_count", "value_count"), "found a `value_count` without `field`"),
        (COUNT.replace("event_count", "temporal").replace("gte: 3", "gte: 2"), "no number of rules up to 1"),
        (COUNT.replace("timespan: 1m\n", ""), "without `timespan`"),
        (COUNT.replace("group-by", "groupby"), "did you mean `group-by`"),
    ] {
        let told = fault(&text);
        assert!(told.contains(expected), "{text}\n{told}");
    }
}

/// How the twin judges: every pair of ends of a window, nothing remembered between them.
fn twin(kind: &str, lines: &[(usize, i64, usize)], span: i64, least: usize) -> Vec<i64> {
    let mut fires = Vec::new();
    for now in 0..400 {
        let inside: Vec<_> = lines.iter().filter(|(_, at, _)| (now - span..=now).contains(at)).collect();
        if !inside.iter().any(|(_, at, _)| *at == now) {
            continue;
        }
        let holds = match kind {
            "event_count" => inside.len() >= least,
            "temporal" => (0..2).all(|call| inside.iter().any(|(found, ..)| *found == call)),
            _ => inside.iter().any(|a| {
                a.0 == 0 && inside.iter().any(|b| b.0 == 1 && b.1 == now && b.2 != a.2 && a.1 <= b.1)
            }),
        };
        if holds {
            fires.push(now);
        }
    }
    fires
}

/// The first fire of each run of fires that are no further apart than the span.
fn beginnings(fires: &[i64], span: i64) -> Vec<i64> {
    let mut last = None;
    fires
        .iter()
        .copied()
        .filter(|now| {
            let begins = last.is_none_or(|last| now - last > span);
            last = Some(*now);
            begins
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_finds_what_the_twin_finds_in_any_order(
        calls in prop::collection::vec((0_usize..2, 0_i64..300), 0..40),
        shuffle in any::<u64>(),
        span in 1_i64..60,
        least in 1_usize..5,
        kind in prop::sample::select(vec!["event_count", "temporal", "temporal_ordered"]),
    ) {
        let condition = if kind == "event_count" { format!("\ncondition: {{gte: {least}}}") } else { String::new() };
        let engine = engine(&format!("type: {kind}\nrules: [a, b]\ntimespan: {span}s{condition}"));
        let mut records: Vec<_> = calls.iter().enumerate()
            .map(|(id, (call, at))| record(id, &format!("{} {at} x", ["a", "b"][*call]))).collect();
        let in_order = run(&engine, Correlator::default(), &records).0;
        let mut seed = shuffle;
        for place in (1..records.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            records.swap(place, (seed >> 33) as usize % (place + 1));
        }
        let shuffled = run(&engine, Correlator::default(), &records).0;
        prop_assert_eq!(format!("{in_order:?}"), format!("{shuffled:?}"));
        let lines: Vec<_> = calls.iter().enumerate().map(|(id, (call, at))| (*call, *at, id)).collect();
        let wanted = beginnings(&twin(kind, &lines, span, least), span);
        let fired: Vec<i64> = in_order.iter().map(|finding| {
            finding.event.time.as_deref().unwrap().parse::<jiff::Timestamp>().unwrap().as_second() - 1_800_000_000
        }).collect();
        prop_assert_eq!(fired, wanted);
    }

    /// With little memory and records in order, nothing is missed and nothing told twice.
    #[test]
    fn little_memory_is_enough_for_records_in_order(
        mut times in prop::collection::vec(0_i64..3_000, 0..80),
        least in 1_usize..4,
    ) {
        times.sort_unstable();
        let engine = engine(&format!("type: event_count\nrules: [a]\ntimespan: 30s\ncondition: {{gte: {least}}}"));
        let records: Vec<_> =
            times.iter().enumerate().map(|(id, at)| record(id, &format!("a {at} x"))).collect();
        let whole = run(&engine, Correlator::default(), &records).0.len();
        // More than any thirty seconds hold.
        let busiest = times.iter().map(|at| times.iter().filter(|it| (at - 30..=*at).contains(*it)).count()).max();
        let little = run(&engine, Correlator::bounded(4 * busiest.unwrap_or(1).max(4)), &records).0.len();
        prop_assert_eq!(whole, little);
    }
}
