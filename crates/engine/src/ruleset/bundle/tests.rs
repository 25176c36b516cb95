use super::*;
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

/// The bytes of the rules.
fn content() -> Vec<u8> {
    postcard::to_stdvec(&rules().rules).unwrap()
}

fn error(bytes: &[u8]) -> String {
    RuleSet::from_bundle(bytes).unwrap_err().to_string()
}

#[test]
fn a_change_of_the_compiled_form_is_another_rule_version() {
    let bytes = rules().to_bundle().unwrap();
    let (header, _) = Header::read(&bytes).unwrap();
    let known = (1, "594d87539f6e472248a6849cbb65bfd869f16e06e79f7cf110b6ea19743d7049");
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
    let again = RuleSet::from_bundle(&bytes).unwrap();
    assert_eq!(
        format!("{:?}", again.rules),
        format!("{:?}", rules().rules)
            .replace("compiled: OnceLock(Some(Regex(\"^p\")))", "compiled: OnceLock(<uninit>)")
    );
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
    let content = content();
    let known = (1, RULES, content.as_slice());
    assert_eq!(RuleSet::from_bundle(&bundle(&[(0, "notes", b"x"), known])).unwrap().len(), 2);
    let told = "found the required section `correlations`, which this tattletrail does not know; update it";
    assert_eq!(error(&bundle(&[known, (1, "correlations", b"x")])), told);
    assert!(error(&bundle(&[known, known])).starts_with("found 2 sections `rules`, expected one"));
    assert!(error(&bundle(&[])).starts_with("found 0 sections `rules`, expected one"));
}

#[test]
fn rules_other_than_the_header_and_the_index_want_are_told() {
    let one = |set: &[CompiledRule]| postcard::to_stdvec(set).unwrap();
    let [first, second] = rules().rules.try_into().unwrap();
    let told = |rules: &[CompiledRule]| error(&bundle(&[(1, RULES, &one(rules))]));
    assert_eq!(told(&[first.clone()]), "found 1 rules, expected 2; make the bundle anew from the rules");
    assert!(told(&[second.clone(), first.clone()]).starts_with("the rule `11111111-"), "out of order");
    assert!(told(&[second.clone(), second]).starts_with("the rule `b` is out of order or there twice"));
    let more = [content(), vec![0]].concat();
    assert!(error(&bundle(&[(1, RULES, &more)])).starts_with("the section `rules` cannot be read"));
}

/// Bytes with a right hash may still be anything.
#[test]
fn no_bytes_make_it_panic_or_take_memory() {
    let content = content();
    for end in 0..content.len() {
        error(&bundle(&[(1, RULES, &content[..end])]));
    }
    let mut state = 0x9e37_79b9_u32;
    for place in 0..content.len() {
        for _ in 0..6 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let mut changed = content.clone();
            changed[place] = state.to_le_bytes()[3];
            // Whatever loads can be used and written again.
            if let Ok(rules) = RuleSet::from_bundle(&bundle(&[(1, RULES, &changed)])) {
                let record =
                    crate::record::CloudTrailRecord::parse(r#"{"eventName":"Put","a":{"b":[1]}}"#).unwrap();
                let event = crate::event::Event::new(&record);
                rules.matches(&event);
                rules.to_bundle().unwrap();
            }
        }
    }
    let payload = bundle(&[(1, RULES, &content)]).split_off(64);
    for place in 0..payload.len() {
        let mut changed = payload.clone();
        changed[place] ^= 1 << (place % 8);
        let _whatever = RuleSet::from_bundle(&Header::of(2, &changed).before(&changed));
    }
}

#[test]
fn what_bytes_promise_is_not_believed() {
    for promised in [[0xff; 9].as_slice(), &[0xff, 0xff, 0xff, 0xff, 0x0f], &[2, 36, 0xff, 0xff, 0xff, 0x7f]]
    {
        assert!(error(&bundle(&[(1, RULES, promised)])).starts_with("the section `rules` cannot be read"));
    }
}
