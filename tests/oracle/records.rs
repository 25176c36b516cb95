//! Generated records for a rule: each field has what the rule asks for in about half of the cases, else anything.

use serde_json::{Map, Value, json};

use super::leaf::Leaf;
use super::random::Random;
use super::rules::{Made, number};
use super::words::{NETWORKS, REGEXES, SWITCHES, TEXTS};
use crate::harness::base64::base64;

/// A record that the rule may match or not.
pub(super) fn record(random: &mut Random, rule: &Made) -> Value {
    let mut record = json!({ "eventVersion": "1.11" });
    for leaf in &rule.leaves {
        add(random, &mut record, leaf);
    }
    if random.chance(30) {
        record["eventName"] = text(random);
    }
    record
}

/// Puts a value where the leaf looks for it.
fn add(random: &mut Random, record: &mut Value, leaf: &Leaf) {
    if leaf.path().is_empty() {
        for word in leaf.values() {
            let place = random.pick(&["additionalEventData", "errorMessage", "resources"]);
            let found = scalar_or_list(random, &Leaf { key: leaf.key.clone(), value: word.clone() });
            put(random, record, place, found);
        }
        return;
    }
    let value = match random.below(100) {
        0..=9 => return,
        10..=14 => Value::Null,
        _ if leaf.is_block() => elements(random, leaf),
        _ => scalar_or_list(random, leaf),
    };
    if random.chance(2) && leaf.path().contains('.') && !leaf.path().contains('[') {
        record[leaf.path()] = value;
    } else {
        put(random, record, leaf.path(), value);
    }
}

/// The list that a block looks at.
fn elements(random: &mut Random, block: &Leaf) -> Value {
    let element = |random: &mut Random| {
        let inner = block.inner();
        if inner.is_empty() || random.chance(5) {
            let text = Leaf { key: "|contains".into(), value: block.value.clone() };
            return if inner.is_empty() { fitting(random, &text) } else { anything(random) };
        }
        let mut element = json!({});
        for leaf in &inner {
            add(random, &mut element, leaf);
        }
        element
    };
    if random.chance(10) {
        return element(random);
    }
    (0..random.below(4)).map(|_| element(random)).collect()
}

fn scalar_or_list(random: &mut Random, leaf: &Leaf) -> Value {
    let value = if random.chance(60) { fitting(random, leaf) } else { anything(random) };
    match random.below(20) {
        0 => json!([value, anything(random)]),
        1 => json!([anything(random), value]),
        _ => value,
    }
}

fn anything(random: &mut Random) -> Value {
    match random.below(20) {
        0..=2 => number(random),
        3..=4 => random.chance(50).into(),
        5 => Value::Null,
        6 => json!([]),
        7 => json!({ "name": text(random) }),
        _ => text(random),
    }
}

fn text(random: &mut Random) -> Value {
    random.pick(&TEXTS).into()
}

/// A value of which the leaf is likely to hold.
fn fitting(random: &mut Random, leaf: &Leaf) -> Value {
    let values = leaf.values();
    let written = values[random.below(values.len())];
    let Value::String(pattern) = written else { return beside(random, written) };
    if leaf.has("re") {
        return REGEXES.iter().find(|(regex, _)| regex == pattern).unwrap().1.into();
    }
    if leaf.has("cidr") {
        return NETWORKS.iter().find(|(network, _)| network == pattern).unwrap().1.into();
    }
    if leaf.has("fieldref") {
        return text(random);
    }
    let found = match SWITCHES.iter().find(|(switch, _)| switch == pattern) {
        Some((_, other)) if leaf.has("windash") && random.chance(60) => (*other).to_owned(),
        _ => filled(random, pattern),
    };
    let found = encoded(random, leaf, &found);
    let around = |random: &mut Random, wanted: bool| if wanted { random.pick(&["", "x", "-"]) } else { "" };
    let begins = leaf.has("startswith") || !leaf.has("contains") && !leaf.has("endswith");
    let ends = leaf.has("endswith") || !leaf.has("contains") && !leaf.has("startswith");
    let keyword = leaf.key.is_empty() || leaf.key == "|all";
    let text = format!("{}{found}{}", around(random, !begins || keyword), around(random, !ends || keyword));
    if leaf.has("base64") || leaf.has("base64offset") {
        return text.into();
    }
    match random.below(6) {
        0 => text.to_uppercase().into(),
        1 => text.to_lowercase().into(),
        _ => text.into(),
    }
}

/// A number near the written one; anything else as it is, or as a text.
fn beside(random: &mut Random, written: &Value) -> Value {
    match written.as_f64() {
        Some(number) if random.chance(30) => json!(number + random.pick(&[-1.0, 0.5, 1.0])),
        _ if !written.is_null() && random.chance(20) => written.to_string().into(),
        _ => written.clone(),
    }
}

/// A text that a pattern fits: wildcards filled, escapes undone.
fn filled(random: &mut Random, pattern: &str) -> String {
    let mut text = String::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '*' => text.push_str(random.pick(&["", "ab", "-é.", "x"])),
            '?' => text.push_str(random.pick(&["o", "ü", "c"])),
            '\\' => text.push(characters.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\')),
            other => text.push(other),
        }
    }
    text
}

/// The text as a leaf about Base64 looks for it.
fn encoded(random: &mut Random, leaf: &Leaf, text: &str) -> String {
    let around = if leaf.has("base64offset") { random.pick(&["", "a", "ab", "abc"]) } else { "" };
    let behind = if leaf.has("base64offset") { random.pick(&["", "z", "yz"]) } else { "" };
    let text = format!("{around}{text}{behind}");
    if leaf.has("wide") {
        return base64(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    }
    if leaf.has("base64") || leaf.has("base64offset") { base64(text.as_bytes()) } else { text }
}

/// Puts a value at a path; some objects on the way are lists of objects.
fn put(random: &mut Random, below: &mut Value, path: &str, value: Value) {
    if let Value::Array(items) = below {
        let count = items.len();
        match items.get_mut(random.below(count.max(1))) {
            Some(item) => put(random, item, path, value),
            None => items.push(value),
        }
        return;
    }
    if !below.is_object() {
        *below = Map::new().into();
    }
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let (name, value) = match name.strip_suffix("[0]") {
        Some(name) => {
            (name, if random.chance(60) { json!([value, "other"]) } else { json!(["other", value]) })
        }
        None => (name, value),
    };
    if rest.is_empty() {
        below[name] = value;
        return;
    }
    if below.get(name).is_none_or(|next| !next.is_object() && !next.is_array()) {
        below[name] = if random.chance(12) { json!([{}, {}]) } else { json!({}) };
    }
    put(random, &mut below[name], rest, value);
}
