//! Where the two engines differ, and why. A row says what of a leaf and a record it needs; docs/sigma.md has the same
//! list in words.

use serde_json::{Value, json};

use super::leaf::{Leaf, members, reached, scalars};
use super::theirs::Both;

/// A known difference: its reason, and whether it is this one. The last argument is our verdict.
pub(super) type Explained = (&'static str, fn(&Leaf, &Value, bool) -> bool);

/// The known differences: first what is read otherwise here on purpose, then what is a fault there.
pub(super) const EXPLAINED: [Explained; 23] = [
    ("choice: `neq` holds for an absent field", neq_of_absent),
    ("choice: `neq` of two fields needs both", neq_of_two),
    ("choice: a field that is `null` exists", null_exists),
    ("choice: `null` within a list is found", null_in_list),
    ("choice: numbers compare by their text", number_as_text),
    ("choice: a fraction has the text that the record has", fraction_as_text),
    ("choice: `yes`, `no`, `1`, `0` are no truths", truth_words),
    ("choice: an object has a text", object_as_text),
    ("choice: `*` is any value, an empty list too", anything),
    ("choice: fields compare by text, lists by member", field_by_text),
    ("choice: an IPv4 address written as IPv6 is one", mapped_address),
    ("choice: keywords look at numbers and truths", keyword_of_number),
    ("choice: letters of ASCII have their other form in ASCII", kelvin),
    ("choice: a sigma is one wherever it stands", sigma),
    ("choice: of lists in a list, each is asked", block_below_list),
    ("choice: a nested field goes before one with dots in its name", dotted),
    ("fault: `*` and `?` do not fit a new line", new_line),
    ("fault: `null` among other values does not hold for an absent field", null_among_others),
    ("fault: `startswith` and `endswith` with a wildcard have the wrong anchor", wrong_anchor),
    ("fault: `base64offset` keeps a letter that its neighbour decides", offset_letter),
    ("fault: `windash` exchanges any dash, no slash, and loses wildcards", any_dash),
    ("fault: of a list in an element only the first is asked", first_of_list),
    ("fault: keywords with `all` must be in one value", keywords_apart),
];

/// The reason for which a leaf has different verdicts on a record.
pub(super) fn reason(leaf: &Leaf, record: &Value, ours: bool) -> Option<&'static str> {
    EXPLAINED.iter().find(|(_, fits)| fits(leaf, record, ours)).map(|(reason, _)| *reason)
}

fn neq_of_absent(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    ours && leaf.has("neq") && !leaf.has("fieldref") && reached(record, leaf.path()).is_empty()
}

fn has_value(record: &Value, path: &str) -> bool {
    reached(record, path).iter().any(|value| !value.is_null())
}

/// The fields that a leaf compares.
fn compared(leaf: &Leaf) -> Vec<&str> {
    let others = leaf.values().into_iter().filter_map(Value::as_str);
    others.chain([leaf.path()]).collect()
}

fn neq_of_two(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    let both = || compared(leaf).iter().all(|path| has_value(record, path));
    !ours && leaf.has("neq") && leaf.has("fieldref") && !both()
}

fn null_exists(leaf: &Leaf, record: &Value, _: bool) -> bool {
    let found = reached(record, leaf.path());
    leaf.has("exists") && found.len() == 1 && found[0].is_null()
}

fn asks_null(leaf: &Leaf) -> bool {
    leaf.values().iter().any(|value| value.is_null())
}

fn null_in_list(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    let within = reached(record, leaf.path()) != [&Value::Null];
    ours != leaf.has("neq")
        && asks_null(leaf)
        && within
        && members(record, leaf.path()).contains(&&Value::Null)
}

fn null_among_others(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    ours && asks_null(leaf) && leaf.values().len() > 1 && reached(record, leaf.path()).is_empty()
}

fn number_as_text(leaf: &Leaf, record: &Value, _: bool) -> bool {
    let found = members(record, leaf.path());
    is_plain(leaf)
        && leaf
            .values()
            .iter()
            .filter(|value| value.is_number())
            .any(|wanted| found.iter().any(|found| same_number(found, wanted) && text(found) != text(wanted)))
}

/// True if values compare as they are.
fn is_plain(leaf: &Leaf) -> bool {
    matches!(leaf.key.split_once('|'), None | Some((_, "neq")))
}

fn same_number(found: &Value, wanted: &Value) -> bool {
    let number = found.as_f64().or_else(|| found.as_str().and_then(|text| text.parse().ok()));
    number == wanted.as_f64()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn fraction_as_text(leaf: &Leaf, record: &Value, _: bool) -> bool {
    let texts = leaf.values().iter().any(|value| value.is_string());
    texts
        && members(record, leaf.path())
            .iter()
            .any(|found| found.is_f64() && found.as_f64().unwrap().fract() == 0.0)
}

fn truth_words(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    let word = |found: &&Value| {
        found.as_str().is_some_and(|text| ["yes", "no", "1", "0"].contains(&text.to_lowercase().as_str()))
    };
    ours == leaf.has("neq")
        && leaf.values().iter().any(|value| value.is_boolean())
        && members(record, leaf.path()).iter().any(word)
}

fn object_as_text(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    let texts = ["exists", "cidr", "gt", "gte", "lt", "lte", "fieldref"].iter().all(|word| !leaf.has(word));
    ours != leaf.has("neq") && texts && members(record, leaf.path()).iter().any(|found| found.is_object())
}

/// True if a written value is a text with nothing but `*` in it, or with nothing that may be anywhere.
fn asks_anything(leaf: &Leaf) -> bool {
    let placed = ["contains", "startswith", "endswith"].iter().any(|word| leaf.has(word));
    let any = |text: &str| text.chars().all(|letter| letter == '*') && (placed || !text.is_empty());
    leaf.values().iter().any(|value| value.as_str().is_some_and(any))
}

fn anything(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    ours != leaf.has("neq")
        && asks_anything(leaf)
        && reached(record, leaf.path()).iter().any(|found| found.is_array() || found.is_object())
}

fn field_by_text(leaf: &Leaf, record: &Value, _: bool) -> bool {
    let other = |path: &&str| {
        let found = reached(record, path);
        found.len() > 1 || found.iter().any(|value| !value.is_string())
    };
    leaf.has("fieldref") && compared(leaf).iter().any(other)
}

fn mapped_address(leaf: &Leaf, record: &Value, _: bool) -> bool {
    let mapped = |found: &&Value| found.as_str().is_some_and(|text| text.starts_with("::ffff:"));
    leaf.has("cidr") && members(record, leaf.path()).iter().any(mapped)
}

fn is_keywords(leaf: &Leaf) -> bool {
    leaf.path().is_empty()
}

/// Both engines agree as soon as there are texts only.
fn keyword_of_number(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    if !ours || !leaf.key.is_empty() {
        return false;
    }
    let texts = Leaf { key: String::new(), value: as_texts(&leaf.value) };
    let both = Both::rule(&json!({ "s": texts.selection(), "condition": "s" })).unwrap();
    both.judge_one(&as_texts(record)) == (true, true)
}

/// The same with every number and truth as a text.
fn as_texts(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(as_texts).collect(),
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), as_texts(value))).collect(),
        Value::Null => Value::Null,
        scalar => text(scalar).into(),
    }
}

fn keywords_apart(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    ours && leaf.key == "|all" && scalars(record).len() > 1
}

/// The values that a leaf looks at.
fn looked_at<'r>(leaf: &Leaf, record: &'r Value) -> Vec<&'r Value> {
    if is_keywords(leaf) { scalars(record) } else { members(record, leaf.path()) }
}

fn has_letter(leaf: &Leaf, record: &Value, letters: &[char]) -> bool {
    let has = |found: &&Value| found.as_str().is_some_and(|text| text.contains(letters));
    looked_at(leaf, record).iter().any(has)
}

fn kelvin(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    ours == leaf.has("neq") && has_letter(leaf, record, &['\u{212A}'])
}

fn sigma(leaf: &Leaf, record: &Value, ours: bool) -> bool {
    let letters = ['Σ', 'σ', 'ς'];
    let written = leaf.values().iter().any(|value| value.as_str().is_some_and(|text| text.contains(letters)));
    ours != leaf.has("neq") && written && has_letter(leaf, record, &letters)
}

fn block_below_list(leaf: &Leaf, record: &Value, _: bool) -> bool {
    leaf.is_block() && reached(record, leaf.path()).len() > 1
}

fn first_of_list(leaf: &Leaf, record: &Value, _: bool) -> bool {
    let several =
        |element: &&Value| leaf.inner().iter().any(|inner| reached(element, inner.path()).len() > 1);
    leaf.is_block() && members(record, leaf.path()).iter().any(several)
}

fn dotted(leaf: &Leaf, record: &Value, _: bool) -> bool {
    let paths = if leaf.has("fieldref") { compared(leaf) } else { vec![leaf.path()] };
    let names: Vec<&String> = record.as_object().into_iter().flat_map(|entries| entries.keys()).collect();
    let hidden = |path: &&str| {
        let shorter =
            |name: &&&String| path.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'));
        record.get(*path).is_some() && names.iter().any(|name| shorter(&name))
    };
    paths.iter().any(hidden)
}

fn has_wildcard(leaf: &Leaf) -> bool {
    leaf.values().iter().any(|value| value.as_str().is_some_and(|text| text.contains(['*', '?'])))
}

fn new_line(leaf: &Leaf, record: &Value, _: bool) -> bool {
    let line = |found: &&Value| found.as_str().is_some_and(|text| text.contains('\n'));
    has_wildcard(leaf) && !leaf.has("re") && looked_at(leaf, record).iter().any(line)
}

fn wrong_anchor(leaf: &Leaf, _: &Value, _: bool) -> bool {
    has_wildcard(leaf) && (leaf.has("startswith") || leaf.has("endswith"))
}

fn offset_letter(leaf: &Leaf, _: &Value, ours: bool) -> bool {
    ours && leaf.has("base64offset")
}

fn any_dash(leaf: &Leaf, _: &Value, _: bool) -> bool {
    let other = |text: &str| text.contains(['/', '*', '?']) || text.contains("a-b");
    leaf.has("windash") && leaf.values().iter().any(|value| value.as_str().is_some_and(other))
}
