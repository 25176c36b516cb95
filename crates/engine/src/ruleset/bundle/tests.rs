use super::*;
use crate::event::Event;
use crate::json::Document;
use crate::record::CloudTrailRecord;
use crate::ruleset::RuleSource;

/// A rule with a value of every kind, so that the bytes of all of them are in the bundle.
const EVERYTHING: &str = r"
title: t
id: 11111111-2222-4333-8444-555555555555
description: d
status: test
references: [r]
tags: [attack.t1530, attack.collection]
logsource: {product: aws, service: cloudtrail}
detection:
  text: {eventName: [Put*, '*Put', '*u*', 'P?t', '*'], eventSource|cased: s3, ä: Ü}
  numbers: {a|gt: 1.5, b|gte: 1, c|lt: 2, d|lte: 3}
  others: {e|re|i|m|s: '^p', f|cidr: 10.0.0.0/8, g|cidr: '2001:db8::/32', h: null, i|exists: true}
  fields: {j|fieldref: k.l, m|fieldref|startswith: n, o|fieldref|endswith: p, q|fieldref|contains|cased: r}
  words: [one, two]
  block:
    't[any]': {u: 1, 'v[-1]': 2, .: 3}
    'w[none]': {x: {y: 1}, z: {y: 2}, condition: x or not z}
    'a.b[all]': {c|contains|all: [d, e]}
    'a.c[all_or_empty]': {c|neq: d}
  condition: text and not (1 of f* or all of o*) or numbers and words and block
falsepositives: [f]
level: high
";

fn rules() -> RuleSet {
    let behaviour = "title: t\nid: b\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  s: {exposure.effect: opened}\n  condition: s\n";
    RuleSet::from_sources([RuleSource::new("a.yml", EVERYTHING), RuleSource::new("b.yml", behaviour)])
        .unwrap()
}

/// A bundle with these sections and a right hash.
fn bundle(sections: &[(u8, &str, &[u8])]) -> Vec<u8> {
    let mut payload = Vec::new();
    for (flags, name, content) in sections {
        payload.extend([*flags, u8::try_from(name.len()).unwrap()]);
        payload.extend(name.bytes());
        payload.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        payload.extend(*content);
    }
    Header::of(2, &payload).before(&payload)
}

/// The bytes of the two sections of these rules.
fn contents(rules: &[CompiledRule]) -> [Vec<u8>; 2] {
    let bytes: Vec<Vec<u8>> = rules.iter().map(|rule| rule.to_bytes().unwrap()).collect();
    let lengths = bytes.iter().map(|bytes| u32::try_from(bytes.len()).unwrap());
    let entries: Vec<_> = rules.iter().zip(lengths).map(|(rule, length)| Entry::of(rule, length)).collect();
    [postcard::to_stdvec(&entries).unwrap(), bytes.concat()]
}

fn bundle_of([index, rules]: &[Vec<u8>; 2]) -> Vec<u8> {
    bundle(&[(1, INDEX, index), (1, RULES, rules), (1, EXTRAS, &extras())])
}

/// What there is beside the rules: nothing.
fn extras() -> Vec<u8> {
    postcard::to_stdvec(&Extras::default()).unwrap()
}

fn error(bytes: &[u8]) -> String {
    RuleSet::check_bundle(bytes.to_vec()).unwrap_err().to_string()
}

#[test]
fn a_change_of_the_compiled_form_is_another_rule_version() {
    let bytes = rules().to_bundle().unwrap();
    let (header, _) = Header::read(&bytes).unwrap();
    let known = (2, "2c2b8f2e869232313d9545596474cf5c44ef8a8541c2cea0f5cebf11efc6a82c");
    assert_eq!(
        (header.rule_version, header.sha256.as_str()),
        known,
        "compiled rules are written otherwise: count RULE_VERSION up, and write both here"
    );
}

#[test]
fn the_same_rules_are_the_same_bytes() {
    let bytes = rules().to_bundle().unwrap();
    assert_eq!(rules().to_bundle().unwrap(), bytes);
    let again = RuleSet::from_bundle(bytes.clone()).unwrap();
    assert_eq!(again.to_bundle().unwrap(), bytes);
    for (one, other) in again.rules().iter().zip(rules().rules()) {
        assert_eq!(format!("{:?}", one.info()), format!("{:?}", other.info()));
        assert_eq!(one.required_event_names(), other.required_event_names());
        let fields = |rule: &CompiledRule| rule.evidence_fields().cloned().collect::<Vec<_>>();
        assert_eq!(format!("{:?}", fields(one)), format!("{:?}", fields(other)));
    }
    assert_eq!(format!("{:?}", again.record), format!("{:?}", rules().record));
    assert_eq!(format!("{:?}", again.exposure), format!("{:?}", rules().exposure));
}

#[test]
fn what_is_wrong_is_told() {
    let bytes = rules().to_bundle().unwrap();
    for (place, value, told) in [
        (0, b'X', "not a bundle of rules"),
        (8, 2, "format version 2, expected at most 1: made by a newer tattletrail"),
        (8, 0, "format version 0, expected 1: made by an older tattletrail"),
        (60, 0, "damaged"),
        (200, 0xff, "damaged"),
    ] {
        let mut bytes = bytes.clone();
        bytes[place] = value;
        assert!(error(&bytes).contains(told), "{place}: {}", error(&bytes));
    }
    assert_eq!(error(b""), "not a bundle of rules, expected a file that `tattletrail rules bundle` wrote");
    assert_eq!(error(b"title: a rule"), error(b""));
    let (length, more) = (bytes.len(), [&bytes[..], b"\n"].concat());
    assert!(
        error(&bytes[..length - 1])
            .starts_with(&format!("found {} bytes, expected {length}: the end", length - 1))
    );
    assert!(error(&more).starts_with(&format!("found {} bytes, expected {length}: there is", length + 1)));
}

#[test]
fn an_unknown_section_is_passed_over_unless_it_is_required() {
    let [index, rules] = contents(&rules().rules);
    let extras = extras();
    let known = [(1, INDEX, index.as_slice()), (1, RULES, rules.as_slice()), (1, EXTRAS, extras.as_slice())];
    let with =
        |more: &[(u8, &'static str, &'static [u8])]| bundle(&[&known[..1], more, &known[1..]].concat());
    assert_eq!(RuleSet::check_bundle(with(&[(0, "notes", b"x")])).unwrap().len(), 2);
    let told = "found the required section `news`, which this tattletrail does not know; update it";
    assert_eq!(error(&with(&[(1, "news", b"x")])), told);
    assert!(error(&with(&[(1, RULES, b"")])).starts_with("found 2 sections `rules`, expected one"));
    assert!(error(&bundle(&[])).starts_with("found 0 sections `index`, expected one"));
}

#[test]
fn rules_other_than_the_header_and_the_index_say_are_told() {
    let [first, second] = rules().rules.try_into().unwrap();
    let told = |rules: &[CompiledRule]| error(&bundle_of(&contents(rules)));
    let one = told(std::slice::from_ref(&first));
    assert_eq!(one, "found 1 rules, expected 2; make the bundle anew from the rules");
    assert!(told(&[second.clone(), first.clone()]).starts_with("the rule `11111111-"), "out of order");
    assert!(
        told(&[second.clone(), second.clone()]).starts_with("the rule `b` is out of order or there twice")
    );
    let [index, rules] = contents(&[first.clone(), second.clone()]);
    let longer = [&rules[..], &[0]].concat();
    assert!(error(&bundle_of(&[index.clone(), longer])).starts_with("the sections do not fill the bundle"));
    let longer = [&index[..], &[0]].concat();
    assert!(error(&bundle_of(&[longer, rules.clone()])).starts_with("the section `index` cannot be read"));
    let [other, _] = contents(&[second, first]);
    assert!(error(&bundle_of(&[other, rules])).starts_with("rule 1 cannot be read"));
}

#[test]
fn filters_come_along_and_correlations_are_named() {
    let rule = "title: t\nid: r\nname: r\nlogsource: {product: aws, service: cloudtrail}\ndetection: {s: {eventName: a}, condition: s}\n";
    let filter = "title: f\nid: f\nowner: o\nreason: r\nexpires: 2027-01-31\nlogsource: {product: aws, service: cloudtrail}\nfilter: {rules: [r], s: {awsRegion: x}, condition: not s}\n";
    let correlation =
        "title: c\nid: c\ncorrelation: {type: event_count, rules: [r], timespan: 1m, condition: {gte: 2}}\n";
    let sources = [("r.yml", rule), ("f.yml", filter), ("c.yml", correlation)];
    let set = RuleSet::from_sources(sources.map(|(path, text)| RuleSource::new(path, text))).unwrap();
    let again = RuleSet::check_bundle(set.to_bundle().unwrap()).unwrap();
    assert_eq!((again.len(), again.filters().len(), again.correlations().len()), (1, 1, 0));
    assert_eq!(again.left_out(), [RuleId::from("c")]);
    assert!(
        again.is_silent(&RuleId::from("r")),
        "what is there to be counted does not find anything by itself"
    );
    assert_eq!(RuleSet::from_bundle(again.to_bundle().unwrap()).unwrap().left_out(), again.left_out());
    let judged = |text: &str| {
        let record = CloudTrailRecord::parse(text).unwrap();
        let event = Event::new(&record);
        again.judge(&again.rules()[0], &event).suppressed.map(|filter| filter.info().id.clone())
    };
    let time = r#""eventTime":"2027-01-31T23:59:59Z""#;
    assert_eq!(judged(&format!(r#"{{"awsRegion":"x",{time}}}"#)), Some(RuleId::from("f")));
    assert_eq!(judged(&format!(r#"{{"awsRegion":"y",{time}}}"#)), None);
}

/// Whoever makes a bundle by hand can leave a rule out, but not by breaking it.
#[test]
fn a_rule_that_cannot_be_read_is_not_silent() {
    let [index, mut bytes] = contents(&rules().rules);
    bytes.fill(0xff);
    let broken = bundle_of(&[index, bytes]);
    assert!(error(&broken).starts_with("rule 1 cannot be read"));
    let set = RuleSet::from_bundle(broken).unwrap();
    let change = Document::parse(br#"{"effect":"closed"}"#).unwrap();
    let record = CloudTrailRecord::parse("{}").unwrap();
    let found = set.matches(&Event::with_exposure(&record, change.root()));
    let titles: Vec<_> = found.iter().map(|rule| rule.info().title.as_str()).collect();
    assert_eq!(titles, ["A rule of the bundle cannot be read"; 2]);
}

/// Bytes with a right hash may still be anything: whatever loads can be used, and written again.
#[test]
fn no_bytes_make_it_panic_or_take_memory() {
    let [index, rules] = contents(&rules().rules);
    for end in 0..rules.len() {
        use_it(&bundle_of(&[index.clone(), rules[..end].to_vec()]));
    }
    let mut state = 0x9e37_79b9_u32;
    for place in 0..index.len() + rules.len() {
        for _ in 0..6 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [mut index, mut rules] = [index.clone(), rules.clone()];
            let byte = state.to_le_bytes()[3];
            match index.get_mut(place) {
                Some(there) => *there = byte,
                None => rules[place - index.len()] = byte,
            }
            use_it(&bundle_of(&[index, rules]));
        }
    }
    let payload = bundle_of(&[index, rules]).split_off(64);
    for place in 0..payload.len() {
        let mut changed = payload.clone();
        changed[place] ^= 1 << (place % 8);
        use_it(&Header::of(2, &changed).before(&changed));
    }
}

fn use_it(bytes: &[u8]) {
    let record = CloudTrailRecord::parse(r#"{"eventName":"Put","a":{"b":[1]}}"#).unwrap();
    if let Ok(rules) = RuleSet::from_bundle(bytes.to_vec()) {
        rules.matches(&Event::new(&record));
    }
    if let Ok(rules) = RuleSet::check_bundle(bytes.to_vec()) {
        rules.to_bundle().unwrap();
    }
}

/// Lengths that no memory would hold.
#[test]
fn what_bytes_promise_is_not_believed() {
    for promised in [[0xff; 9].as_slice(), &[0xff, 0xff, 0xff, 0xff, 0x0f], &[2, 36, 0xff, 0xff, 0xff, 0x7f]]
    {
        let index = bundle_of(&[promised.to_vec(), Vec::new()]);
        assert!(error(&index).starts_with("the section `index` cannot be read"));
        let length = u32::try_from(promised.len()).unwrap();
        let entry = |length| Entry::<String> { length, exposure: false, names: None, sources: None };
        let index = postcard::to_stdvec(&vec![entry(length), entry(0)]).unwrap();
        assert!(error(&bundle_of(&[index, promised.to_vec()])).starts_with("rule 1 cannot be read"));
    }
}
