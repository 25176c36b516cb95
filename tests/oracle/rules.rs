//! Generated rules: the `detection` of each, and the leaves in it.

use serde_json::{Map, Value, json};

use super::leaf::Leaf;
use super::random::Random;
use super::words::{
    CHAINS, INNER, LISTS, NETWORKS, NUMBERS, PATHS, PATTERNS, REGEXES, SECRETS, SWITCHES, TEXTS, Takes,
};

/// A rule.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) detection: Value,
    pub(super) leaves: Vec<Leaf>,
}

/// A rule with one to four selections and a condition that names them all.
pub(super) fn rule(random: &mut Random) -> Made {
    let count = 1 + random.below(4);
    let mut detection = Map::new();
    let mut names = Vec::new();
    for place in 0..count {
        let name = format!("{}_{place}", random.pick(&["sel", "sel", "filter", "_own"]));
        detection.insert(name.clone(), selection(random));
        names.push(name);
    }
    let leaves = detection.values().flat_map(Leaf::all_of).collect();
    detection.insert("condition".into(), condition(random, &names));
    Made { detection: detection.into(), leaves }
}

fn selection(random: &mut Random) -> Value {
    match random.below(20) {
        0..=1 => keywords(random),
        2 => json!({ "|all": [random.pick(&TEXTS[..8]), random.pick(&["admin", "22", "*amazon*"])] }),
        3..=5 => (0..2).map(|_| mapping(random, &PATHS, true)).collect(),
        _ => mapping(random, &PATHS, true),
    }
}

fn keywords(random: &mut Random) -> Value {
    (0..=random.below(2))
        .map(|_| if random.chance(90) { random.pick(&PATTERNS).into() } else { number(random) })
        .collect()
}

fn mapping(random: &mut Random, paths: &[&str], outside: bool) -> Value {
    let mut entries = Map::new();
    for _ in 0..=random.below(3) {
        if outside && random.chance(12) {
            let key = format!("{}[{}]", random.pick(&LISTS), random.pick(&QUANTIFIERS));
            entries.insert(key, body(random));
        } else {
            let path = random.pick(paths);
            // What `fieldref` names in a block is another matter in each engine, so that is left out there.
            let (chain, values) = loop {
                let (chain, takes) = random.pick(&CHAINS);
                if outside || takes != Takes::Field {
                    break (chain, values(random, takes, chain));
                }
            };
            entries.insert(format!("{path}{chain}"), values);
        }
    }
    entries.into()
}

const QUANTIFIERS: [&str; 5] = ["any", "any", "all", "none", "all_or_empty"];

/// What the elements of a list must be. Not a list of mappings: that is taken for texts there.
fn body(random: &mut Random) -> Value {
    match random.below(10) {
        0 => random.pick(&PATTERNS).into(),
        1 => {
            let names = ["a".to_owned(), "b".to_owned()];
            let mut body = Map::new();
            for name in &names {
                body.insert(name.clone(), mapping(random, &INNER, false));
            }
            body.insert("condition".into(), condition(random, &names));
            body.into()
        }
        _ => mapping(random, &INNER, false),
    }
}

/// One value, or a list of them.
fn values(random: &mut Random, takes: Takes, chain: &str) -> Value {
    let count = match takes {
        Takes::Texts => 2,
        Takes::Truth => 1,
        _ if random.chance(30) => 2 + random.below(2),
        _ => 1,
    };
    let mut values: Vec<Value> = (0..count).map(|_| value(random, takes)).collect();
    // The same value twice says nothing new, but both must take it.
    if chain.contains("all") || values.len() > 1 { values.into() } else { values.remove(0) }
}

fn value(random: &mut Random, takes: Takes) -> Value {
    match takes {
        Takes::Any => match random.below(6) {
            0 => number(random),
            1 => random.chance(50).into(),
            2 => Value::Null,
            _ => random.pick(&PATTERNS).into(),
        },
        Takes::Text | Takes::Texts => random.pick(&PATTERNS).into(),
        Takes::Number => number(random),
        Takes::Truth => random.chance(60).into(),
        Takes::Regex => random.pick(&REGEXES).0.into(),
        Takes::Network => random.pick(&NETWORKS).0.into(),
        Takes::Field => random.pick(&PATHS).into(),
        Takes::Switch => random.pick(&SWITCHES).0.into(),
        Takes::Secret => random.pick(&SECRETS).into(),
    }
}

/// A number as JSON writes it.
pub(super) fn number(random: &mut Random) -> Value {
    serde_json::from_str(random.pick(&NUMBERS)).unwrap()
}

/// A condition that names every selection, since our engine takes no other.
fn condition(random: &mut Random, names: &[String]) -> Value {
    let patterns = ["1 of them", "all of them", "any of them", "not 1 of them", "not all of them"];
    let all_public = names.iter().all(|name| !name.starts_with('_'));
    if all_public && random.chance(20) {
        return random.pick(&patterns).into();
    }
    let has = |head: &str| names.iter().any(|name| name.starts_with(head));
    if names.iter().all(|name| name.starts_with("sel_") || name.starts_with("filter_"))
        && has("sel_")
        && has("filter_")
        && random.chance(60)
    {
        let (one, other) = (random.pick(&["1", "all", "any"]), random.pick(&["1", "all"]));
        return format!("{one} of sel_* {} {other} of filter_*", random.pick(&["and not", "or", "and"]))
            .into();
    }
    tree(random, names).into()
}

/// All names in an expression; more than one stand in parentheses, or rely on how the operators bind.
fn tree(random: &mut Random, names: &[String]) -> String {
    let not = if random.chance(25) { "not " } else { "" };
    let [first, rest @ ..] = names else { return String::new() };
    if rest.is_empty() {
        return format!("{not}{first}");
    }
    let (head, tail) = names.split_at(1 + random.below(names.len() - 1));
    let (left, right) = (tree(random, head), tree(random, tail));
    let operator = random.pick(&["and", "and", "or"]);
    if random.chance(50) {
        format!("{not}({left} {operator} {right})")
    } else {
        format!("{left} {operator} {right}")
    }
}
