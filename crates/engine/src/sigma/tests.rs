//! Both answers of every modifier and construct: a selection, a record it matches, and one it does not.

use super::*;
use crate::event::Event;
use crate::json::Document;
use crate::record::CloudTrailRecord;

/// The one rule of a text.
fn one(text: String) -> Result<CompiledRule, Vec<RuleError>> {
    let mut parsed = parse(&RuleSource::new("t.yml", text))?;
    match parsed.pop() {
        Some(Parsed::Rule(rule)) if parsed.is_empty() => Ok(*rule),
        other => panic!("not one rule: {other:?}"),
    }
}

/// Compiles a rule with these lines as its `detection:`.
fn rule(detection: &str) -> CompiledRule {
    let indented = detection.replace('\n', "\n    ");
    let text = format!(
        "title: t\nlogsource:\n    product: aws\n    service: cloudtrail\ndetection:\n    {indented}\n"
    );
    one(text).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

/// Compiles a rule with this one selection.
fn selection(yaml: &str) -> CompiledRule {
    rule(&format!("sel: {yaml}\ncondition: sel"))
}

fn matches(rule: &CompiledRule, json: &str) -> bool {
    let record = CloudTrailRecord::parse(json).unwrap();
    rule.matches(&Event::new(&record))
}

/// Each row: a selection in flow style, a record it matches, a record it does not match.
fn check(rows: &[(&str, &str, &str)]) {
    for (yaml, yes, no) in rows {
        let rule = selection(yaml);
        assert!(matches(&rule, yes), "{yaml} should match {yes}");
        assert!(!matches(&rule, no), "{yaml} should not match {no}");
    }
}

#[test]
fn values_compare_by_text() {
    check(&[
        ("{a: x}", r#"{"a":"X"}"#, r#"{"a":"xy"}"#),
        ("{a: 'x*z'}", r#"{"a":"xyyz"}"#, r#"{"a":"xyy"}"#),
        ("{a: 'x?z'}", r#"{"a":"xéz"}"#, r#"{"a":"xz"}"#),
        (r"{a: 'x\*'}", r#"{"a":"x*"}"#, r#"{"a":"xy"}"#),
        (r"{a: 'x\y'}", r#"{"a":"x\\y"}"#, r#"{"a":"xy"}"#),
        ("{a: 'ÄÖ'}", r#"{"a":"äö"}"#, r#"{"a":"ao"}"#),
        ("{a: 'ΟΔΟΣ'}", r#"{"a":"ΟΔΟΣ"}"#, r#"{"a":"ΟΔΟ"}"#),
        ("{a: 'ΟΔΟΣ'}", r#"{"a":"οδος"}"#, r#"{"a":"οδο"}"#),
        ("{a: 22}", r#"{"a":22}"#, r#"{"a":220}"#),
        ("{a: 22}", r#"{"a":"22"}"#, r#"{"a":null}"#),
        ("{a: -1}", r#"{"a":-1}"#, r#"{"a":1}"#),
        ("{a: 1.5}", r#"{"a":1.5}"#, r#"{"a":1}"#),
        ("{a: false}", r#"{"a":false}"#, r#"{"a":true}"#),
        ("{a: 'false'}", r#"{"a":false}"#, r#"{"b":false}"#),
        ("{a: False}", r#"{"a":"false"}"#, r#"{"a":0}"#),
        ("{a: 012345678901}", r#"{"a":"012345678901"}"#, r#"{"a":"12345678901"}"#),
        ("{a: ''}", r#"{"a":""}"#, r#"{"a":null}"#),
        ("{a: ''}", r#"{"a":""}"#, "{}"),
        ("{a: null}", "{}", r#"{"a":""}"#),
        ("{a: null}", r#"{"a":null}"#, r#"{"a":[]}"#),
        ("{a.b: null}", r#"{"a":null}"#, r#"{"a":{"b":0}}"#),
        ("{a: '*'}", r#"{"a":""}"#, r#"{"a":null}"#),
        ("{a: [x, null]}", "{}", r#"{"a":"y"}"#),
        ("{a: [x, y]}", r#"{"a":"Y"}"#, r#"{"a":"z"}"#),
        ("{a: x, b: y}", r#"{"a":"x","b":"y"}"#, r#"{"a":"x"}"#),
        ("[{a: x}, {b: y}]", r#"{"b":"y"}"#, r#"{"a":"y"}"#),
    ]);
}

#[test]
fn modifiers_do_what_they_say() {
    check(&[
        ("{a|contains: b}", r#"{"a":"aBc"}"#, r#"{"a":"ac"}"#),
        ("{a|contains: 'ΔΟΣ'}", r#"{"a":"οδοσ-"}"#, r#"{"a":"οδο"}"#),
        ("{a|contains: '*'}", r#"{"a":[]}"#, r#"{"a":null}"#),
        ("{a|contains: 'b*d'}", r#"{"a":"abcde"}"#, r#"{"a":"adb"}"#),
        ("{a|startswith: ab}", r#"{"a":"ABc"}"#, r#"{"a":"cab"}"#),
        ("{a|endswith: bc}", r#"{"a":"aBC"}"#, r#"{"a":"bca"}"#),
        ("{a|contains|all: [x, y]}", r#"{"a":"yx"}"#, r#"{"a":"x"}"#),
        ("{a|all|startswith: [x, xy]}", r#"{"a":"xyz"}"#, r#"{"a":"xz"}"#),
        ("{a|cased: Ab}", r#"{"a":"Ab"}"#, r#"{"a":"ab"}"#),
        ("{a|contains|cased: B}", r#"{"a":"aBc"}"#, r#"{"a":"abc"}"#),
        ("{a|hour: 22}", r#"{"a":"2026-11-21T22:30:00Z"}"#, r#"{"a":"2026-11-21T21:30:00Z"}"#),
        ("{a|hour|gte: 22}", r#"{"a":"2026-11-21T23:00:00Z"}"#, r#"{"a":"2026-11-21T09:00:00Z"}"#),
        ("{a|hour: [1, 2]}", r#"{"a":"2026-11-21T03:00:00+01:00"}"#, r#"{"a":"2 o'clock"}"#),
        ("{a|minute|lt: 5}", r#"{"a":"2026-11-21T22:04:59Z"}"#, r#"{"a":"2026-11-21T22:05:00Z"}"#),
        ("{a|day: 21}", r#"{"a":"2026-11-21T22:04:59Z"}"#, r#"{"a":"2026-11-22T22:05:00Z"}"#),
        ("{a|week: 47}", r#"{"a":"2026-11-21T22:04:59Z"}"#, r#"{"a":"2026-11-23T00:00:00Z"}"#),
        ("{a|month|neq: 12}", r#"{"a":"2026-11-21T22:04:59Z"}"#, r#"{"a":"2026-12-22T22:05:00Z"}"#),
        ("{a|year|gt: 2025}", r#"{"a":"2026-11-21T22:04:59Z"}"#, r#"{"a":"2025-11-22T22:05:00Z"}"#),
        ("{a|re: 'b+$'}", r#"{"a":"abb"}"#, r#"{"a":"ABB"}"#),
        ("{a|re|i: 'b+$'}", r#"{"a":"ABB"}"#, r#"{"a":"bba"}"#),
        ("{a|re|m: '^b'}", r#"{"a":"a\nb"}"#, r#"{"a":"ab"}"#),
        ("{a|re|s: 'a.b'}", r#"{"a":"a\nb"}"#, r#"{"a":"ab"}"#),
        ("{a|re: 'a.b'}", r#"{"a":"axb"}"#, r#"{"a":"a\nb"}"#),
        ("{a|cidr: 10.0.0.0/8}", r#"{"a":"10.1.2.3"}"#, r#"{"a":"11.0.0.1"}"#),
        ("{a|cidr: 'fd00::/8'}", r#"{"a":"fd12::1"}"#, r#"{"a":"fe80::1"}"#),
        ("{a|cidr: [10.0.0.0/8, 192.0.2.1]}", r#"{"a":"192.0.2.1"}"#, r#"{"a":"AWS Internal"}"#),
        ("{a|exists: true}", r#"{"a":null}"#, r#"{"b":1}"#),
        ("{a|exists: false}", r#"{"b":1}"#, r#"{"a":null}"#),
        ("{a.b|exists: true}", r#"{"a":[{"b":1}]}"#, r#"{"a":{"c":1}}"#),
        ("{a|gt: 5}", r#"{"a":6}"#, r#"{"a":5}"#),
        ("{a|gte: 5}", r#"{"a":"5"}"#, r#"{"a":4}"#),
        ("{a|lt: 0.5}", r#"{"a":0.25}"#, r#"{"a":"few"}"#),
        ("{a|lte: -5}", r#"{"a":-5}"#, r#"{"a":-4}"#),
        ("{a|neq: x}", r#"{"a":"y"}"#, r#"{"a":"X"}"#),
        ("{a|neq: [x, y]}", "{}", r#"{"a":"y"}"#),
        ("{a|neq: null}", r#"{"a":"y"}"#, "{}"),
        ("{a|windash|contains: ' -f'}", r#"{"a":"rm /f"}"#, r#"{"a":"rm f"}"#),
        ("{a|contains|windash: ' -f'}", r#"{"a":"rm –f"}"#, r#"{"a":"rm+f"}"#),
        ("{a|base64: foo}", r#"{"a":"Zm9v"}"#, r#"{"a":"foo"}"#),
        ("{a|base64offset|contains: bar}", r#"{"a":"Zm9vYmFyCg=="}"#, r#"{"a":"Zm9v"}"#),
        ("{a|wide|base64: ab}", r#"{"a":"YQBiAA=="}"#, r#"{"a":"YWI="}"#),
        ("{a|utf16le|base64: ab}", r#"{"a":"YQBiAA=="}"#, r#"{"a":"YWI="}"#),
        ("{a|utf16be|base64: ab}", r#"{"a":"AGEAYg=="}"#, r#"{"a":"YWI="}"#),
        ("{a|utf16|base64: ab}", r#"{"a":"//5hAGIA"}"#, r#"{"a":"YWI="}"#),
    ]);
}

#[test]
fn fields_compare_with_fields() {
    check(&[
        ("{a|fieldref: b.c}", r#"{"a":"x","b":{"c":"X"}}"#, r#"{"a":"x","b":{"c":"y"}}"#),
        ("{a|contains|fieldref: b}", r#"{"a":"ΟΔΟΣ-Σ1","b":"οδος"}"#, r#"{"a":"ΟΔΟ","b":"οδος"}"#),
        ("{a|fieldref: b}", r#"{"a":["y","x"],"b":"x"}"#, r#"{"a":"x"}"#),
        ("{a|fieldref|startswith: b}", r#"{"a":"xy","b":"X"}"#, r#"{"a":"yx","b":"x"}"#),
        ("{a|endswith|fieldref: b}", r#"{"a":"xy","b":"y"}"#, r#"{"a":"yx","b":"y"}"#),
        ("{a|fieldref|contains: b}", r#"{"a":"axb","b":"x"}"#, r#"{"a":"axb"}"#),
        ("{a|fieldref|cased: b}", r#"{"a":"x","b":"x"}"#, r#"{"a":"x","b":"X"}"#),
        ("{a|fieldref|neq: b}", r#"{"a":"x","b":"y"}"#, r#"{"a":"x","b":"x"}"#),
        ("{a|fieldref|neq: b}", r#"{"a":"x","b":"y"}"#, r#"{"a":"x"}"#),
    ]);
}

#[test]
fn lists_hold_if_a_member_does() {
    check(&[
        ("{a: x}", r#"{"a":["y","x"]}"#, r#"{"a":["y"]}"#),
        ("{a.b: x}", r#"{"a":[{"b":"y"},{"b":"x"}]}"#, r#"{"a":[{"c":"x"}]}"#),
        ("{a.b.c: 1}", r#"{"a":[{"b":[{"c":1}]}]}"#, r#"{"a":[{"b":[]}]}"#),
        ("{a|all: [x, y]}", r#"{"a":["y","x"]}"#, r#"{"a":["x"]}"#),
        ("{'a[0]': x}", r#"{"a":["x","y"]}"#, r#"{"a":["y","x"]}"#),
        ("{'a[-1].b': x}", r#"{"a":[{"b":"y"},{"b":"x"}]}"#, r#"{"a":[{"b":"x"},{"b":"y"}]}"#),
        ("{a|contains: '\"b\":\"x'}", r#"{"a":{"b":"xy"}}"#, r#"{"a":{"b":"yx"}}"#),
        ("{a.b.c: x}", r#"{"a.b":{"c":"x"}}"#, r#"{"a":{"b":"x"}}"#),
        ("{a.b.c: x}", r#"{"a":{"b.c":"x"}}"#, r#"{"a":{"c":"x"}}"#),
        ("{a.b.c: x}", r#"{"a.b.c":"x"}"#, r#"{"a.b":"x"}"#),
        (r"{'a\[0\]': x}", r#"{"a[0]":"x"}"#, r#"{"a":["x"]}"#),
    ]);
}

#[test]
fn keywords_are_looked_for_everywhere() {
    check(&[
        ("[foo, bar]", r#"{"a":{"b":["xBARx"]}}"#, r#"{"foo":"a"}"#),
        ("foo", r#"{"a":"foo"}"#, r#"{"a":"fo"}"#),
        ("[22]", r#"{"a":[{"b":1220}]}"#, r#"{"a":2}"#),
        ("{'|all': [foo, bar]}", r#"{"a":"foo","b":"bar"}"#, r#"{"a":"foo"}"#),
        ("{'|re': 'fo+$'}", r#"{"a":"xfoo"}"#, r#"{"a":"foox"}"#),
        ("[{a: x}, foo]", r#"{"b":"foo"}"#, r#"{"b":"x"}"#),
    ]);
}

#[test]
fn a_block_looks_at_one_element_at_a_time() {
    let both = r#"{"a":[{"p":22,"c":"0.0.0.0/0"}]}"#;
    let apart = r#"{"a":[{"p":22,"c":"10.0.0.0/8"},{"p":80,"c":"0.0.0.0/0"}]}"#;
    check(&[
        ("{'a[any]': {p: 22, c: 0.0.0.0/0}}", both, apart),
        ("{'a[any]': [{p: 22, c: 0.0.0.0/0}, {p: 443}]}", both, apart),
        ("{'a[none]': {p: 22, c: 0.0.0.0/0}}", apart, both),
        ("{'a[none]': {p: 22}}", "{}", apart),
        ("{'a[all]': {p: 22}}", both, apart),
        ("{'a[all]': {p: 22}}", both, r#"{"a":[]}"#),
        ("{'a[all_or_empty]': {p: 22}}", "{}", apart),
        ("{'a[all_or_empty]': {p: 22}}", r#"{"a":[]}"#, apart),
        ("{'a[any]': {p: 22}}", r#"{"a":{"p":22}}"#, r#"{"a":null}"#),
        ("{'a[all]': {'.|startswith': x}}", r#"{"a":["x","xy"]}"#, r#"{"a":["x","y"]}"#),
        ("{'a[all]|startswith': x}", r#"{"a":["x","xy"]}"#, r#"{"a":["x","y"]}"#),
        (
            "{'a.items[any]': {'r[any]': {c: z}, p: 1}}",
            r#"{"a":{"items":[{"p":1,"r":[{"c":"z"}]}]}}"#,
            r#"{"a":{"items":[{"p":1,"r":[]},{"p":2,"r":[{"c":"z"}]}]}}"#,
        ),
        (
            "{'a[any]': {s: {p|lte: 22}, t: {p|gte: 22}, n: {c: x}, condition: s and t and not n}}",
            both,
            r#"{"a":[{"p":1},{"p":80}]}"#,
        ),
    ]);
}

#[test]
fn conditions_bind_as_written() {
    let text = "a: {a: 1}\nb: {b: 1}\nc: {c: 1}\n";
    let rows = [
        ("a or b and not c", r#"{"a":1,"c":1}"#, r#"{"b":1,"c":1}"#),
        ("(a or b) and c", r#"{"a":1,"c":1}"#, r#"{"a":1}"#),
        ("not (a or b) and c", r#"{"c":1}"#, r#"{"c":1,"a":1}"#),
        ("1 of them", r#"{"b":1}"#, "{}"),
        ("any of them", r#"{"c":1}"#, "{}"),
        ("all of them", r#"{"a":1,"b":1,"c":1}"#, r#"{"a":1,"b":1}"#),
        ("not 1 of them", "{}", r#"{"b":1}"#),
        ("not not a or b and c", r#"{"a":1}"#, r#"{"b":1}"#),
        ("[a and b, c]", r#"{"c":1}"#, r#"{"a":1}"#),
    ];
    for (condition, yes, no) in rows {
        let rule = rule(&format!("{text}condition: {}", quoted(condition)));
        assert!(matches(&rule, yes), "{condition} should match {yes}");
        assert!(!matches(&rule, no), "{condition} should not match {no}");
    }
}

/// A condition as YAML; a list stays one.
fn quoted(condition: &str) -> String {
    if condition.starts_with('[') { condition.to_owned() } else { format!("'{condition}'") }
}

#[test]
fn them_leaves_out_names_that_start_with_an_underscore() {
    let rule = rule("_a: {a: 1}\nb: {b: 1}\ncondition: 1 of them or (_a and b)");
    assert!(!matches(&rule, r#"{"a":1}"#));
    assert!(matches(&rule, r#"{"b":1}"#));
}

#[test]
fn an_exposure_rule_names_a_derived_field_anywhere() {
    assert!(selection("{exposure.effect: opened}").is_exposure());
    assert!(selection("{a|fieldref: exposure.facet}").is_exposure());
    assert!(!selection("{a: exposure}").is_exposure());
    let record = CloudTrailRecord::parse("{}").unwrap();
    let change = Document::parse(br#"{"network":{"services":["rdp","ssh"]}}"#).unwrap();
    let rule = selection("{exposure.network.services: ssh}");
    assert!(rule.matches(&Event::with_exposure(&record, change.root())));
    assert!(!rule.matches(&Event::new(&record)));
}

#[test]
fn a_rule_says_what_it_looks_at_and_needs() {
    let rule = rule(
        "s: {eventName: [A, b], x|contains: y, 'l[any]': {z: 1}}\nf: {x: q, e|fieldref: g}\ncondition: s and not f",
    );
    let fields: Vec<&str> = rule.evidence_fields().map(FieldPath::as_str).collect();
    assert_eq!(fields, ["eventName", "x", "l", "e", "g"]);
    let names: Vec<String> = rule.required_event_names().unwrap().into_iter().collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(rule.required_event_sources(), None);
    let record = CloudTrailRecord::parse(r#"{"x":"q"}"#).unwrap();
    let holds: Vec<(&str, bool)> =
        rule.selections(&Event::new(&record)).map(|(name, _, holds)| (name, holds)).collect();
    assert_eq!(holds, [("s", false), ("f", false)]);
}

#[test]
fn a_rule_without_id_gets_one_from_its_text() {
    let rule = selection("{a: 1}");
    let id = rule.info().id.as_str();
    assert!(id.starts_with("sha-") && id.len() == 36, "{id}");
    assert_eq!(id.get(4..), rule.info().hash.as_str().get(..32));
}

#[test]
fn no_nesting_overflows_the_stack() {
    let load = |detection: String| {
        let text =
            format!("title: t\nlogsource: {{product: aws, service: cloudtrail}}\ndetection: {detection}\n");
        one(text).map(|_| ()).map_err(|errors| errors[0].to_string())
    };
    for depth in [100, 10_000] {
        let block =
            format!("{{s: {}{{x: 1}}{}, condition: s}}", "{'a[any]': ".repeat(depth), "}".repeat(depth));
        assert!(load(block).is_err(), "{depth} blocks");
        let parens = format!("{{s: {{a: 1}}, condition: '{}s{}'}}", "(".repeat(depth), ")".repeat(depth));
        assert!(load(parens).unwrap_err().contains("nests too deeply"), "{depth} parentheses");
        let nots = format!("{{s: {{a: 1}}, condition: '{}s'}}", "not ".repeat(depth));
        assert!(load(nots).unwrap_err().contains("nests too deeply"), "{depth} nots");
        assert!(load(format!("\n {}x", "- ".repeat(depth))).is_err(), "{depth} lists");
        assert!(load("[".repeat(depth)).is_err(), "{depth} brackets");
        let steps: Vec<String> = (1..depth).map(|level| format!("{}a:", " ".repeat(level))).collect();
        assert!(load(format!("\n{}", steps.join("\n"))).is_err(), "{depth} mappings");
    }
}
