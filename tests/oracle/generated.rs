//! Generated rules on generated records: the same verdicts, or a known reason.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::explained::reason;
use super::leaf::{Leaf, members};
use super::random::Random;
use super::records::record;
use super::rules::{Made, rule};
use super::theirs::Both;

/// So many by default; `TATTLETRAIL_ORACLE_RULES` says another number.
const RULES: usize = 3_000;
const RECORDS: usize = 20;

/// What came out.
#[derive(Debug, Default)]
struct Tally {
    pairs: usize,
    matched: usize,
    differ: usize,
    reasons: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

#[test]
fn generated_rules_match_as_they_do_elsewhere() {
    let rules = std::env::var("TATTLETRAIL_ORACLE_RULES").ok().map_or(RULES, |rules| rules.parse().unwrap());
    let mut tally = Tally::default();
    for seed in 0..rules {
        judge(u64::try_from(seed).unwrap(), &mut tally);
    }
    println!(
        "{} pairs, {} matched, {} differ and are explained: {:#?}",
        tally.pairs, tally.matched, tally.differ, tally.reasons
    );
    let shown: Vec<&str> = tally.unexplained.iter().take(20).map(String::as_str).collect();
    assert!(shown.is_empty(), "{} unexplained:\n{}", tally.unexplained.len(), shown.join("\n"));
    assert_eq!(tally.pairs, rules * RECORDS);
    assert!(
        tally.matched * 5 > tally.pairs && tally.matched * 5 < tally.pairs * 4,
        "both verdicts are common"
    );
    assert!(tally.differ * 10 < tally.pairs, "most verdicts are the same");
}

fn judge(seed: u64, tally: &mut Tally) {
    let mut random = Random::new(seed);
    let made = rule(&mut random);
    let both = Both::rule(&made.detection).unwrap_or_else(|error| panic!("{error}\n{}", made.detection));
    for _ in 0..RECORDS {
        let record = record(&mut random, &made);
        let (ours, theirs) = both.judge_one(&record);
        tally.pairs += 1;
        tally.matched += usize::from(ours);
        if ours != theirs {
            tally.differ += 1;
            explain(&made, &record, tally);
        }
    }
}

/// A rule differs because of its leaves: at least one of them does, and each that does has its reason.
fn explain(made: &Made, record: &Value, tally: &mut Tally) {
    let mut reasons = Vec::new();
    for leaf in &made.leaves {
        if let Err(wrong) = explain_leaf(leaf, record, &mut reasons) {
            tally.unexplained.push(wrong);
            return;
        }
    }
    if reasons.is_empty() {
        tally.unexplained.push(format!("no leaf differs, but the rule: {} on {record}", made.detection));
    }
    for reason in reasons {
        *tally.reasons.entry(reason).or_default() += 1;
    }
}

/// The reasons for which a leaf differs, if it does.
fn explain_leaf(leaf: &Leaf, record: &Value, reasons: &mut Vec<&'static str>) -> Result<(), String> {
    let both = Both::rule(&json!({ "s": leaf.selection(), "condition": "s" })).unwrap();
    let (ours, theirs) = both.judge_one(record);
    if ours == theirs {
        return Ok(());
    }
    if leaf.is_block() {
        let before = reasons.len();
        explain_members(leaf, record, reasons)?;
        if reasons.len() > before {
            return Ok(());
        }
    }
    match reason(leaf, record, ours) {
        Some(reason) => reasons.push(reason),
        None => return Err(format!("ours {ours}, theirs {theirs}: {} on {record}", leaf.selection())),
    }
    Ok(())
}

/// A block differs because of what it asks of an element, which is asked of it here as of a record.
fn explain_members(block: &Leaf, record: &Value, reasons: &mut Vec<&'static str>) -> Result<(), String> {
    for element in members(record, block.path()) {
        let alone = if element.is_object() { element.clone() } else { json!({}) };
        for leaf in block.inner() {
            explain_leaf(&leaf, &alone, reasons)?;
        }
        if block.inner().is_empty() {
            let leaf = Leaf { key: "element".into(), value: block.value.clone() };
            explain_leaf(&leaf, &json!({ "element": element }), reasons)?;
        }
    }
    Ok(())
}
