//! Generated rules on generated records: the same verdicts, or a known reason.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::explained::reason;
use super::leaf::{Leaf, members, reached};
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

impl Tally {
    fn count(&mut self, reasons: Reasons) {
        for reason in reasons {
            *self.reasons.entry(reason).or_default() += 1;
        }
    }
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
    let mut explainer = Explainer::default();
    for _ in 0..RECORDS {
        let record = record(&mut random, &made);
        let (ours, theirs) = both.judge_one(&record);
        tally.pairs += 1;
        tally.matched += usize::from(ours);
        if ours != theirs {
            tally.differ += 1;
            match explainer.rule(&made, &record) {
                Ok(reasons) => tally.count(reasons),
                Err(wrong) => tally.unexplained.push(wrong),
            }
        }
    }
}

/// Finds out which leaves of a rule differ, and why.
#[derive(Default)]
struct Explainer {
    /// By what a leaf is as a selection: most are asked more than once.
    loaded: HashMap<String, Both>,
}

type Reasons = Vec<&'static str>;

impl Explainer {
    /// A rule differs because of its leaves: at least one of them does, and each that does has its reason.
    fn rule(&mut self, made: &Made, record: &Value) -> Result<Reasons, String> {
        let mut reasons = Vec::new();
        for leaf in &made.leaves {
            reasons.extend(self.leaf(leaf, record)?);
        }
        if reasons.is_empty() {
            return Err(format!("no leaf differs, but the rule: {} on {record}", made.detection));
        }
        Ok(reasons)
    }

    /// The reasons for which a leaf differs, if it does.
    fn leaf(&mut self, leaf: &Leaf, record: &Value) -> Result<Reasons, String> {
        let selection = leaf.selection();
        let both = self.loaded.entry(selection.to_string());
        let both = both.or_insert_with(|| Both::rule(&json!({ "s": selection, "condition": "s" })).unwrap());
        let (ours, theirs) = both.judge_one(record);
        if ours == theirs {
            return Ok(Vec::new());
        }
        let within = if leaf.is_block() { self.members(leaf, record)? } else { Vec::new() };
        if !within.is_empty() {
            return Ok(within);
        }
        match reason(leaf, record, ours) {
            Some(reason) => Ok(vec![reason]),
            None => Err(format!("ours {ours}, theirs {theirs}: {} on {record}", leaf.selection())),
        }
    }

    /// A block differs because of what it asks of an element, which is asked of it here as of a record.
    fn members(&mut self, block: &Leaf, record: &Value) -> Result<Reasons, String> {
        let mut reasons = Vec::new();
        let empty_list = json!([]);
        let within_lists = reached(record, block.path()).into_iter().filter_map(Value::as_array).flatten();
        let has_list = within_lists.into_iter().any(Value::is_array);
        let elements = members(record, block.path()).into_iter().chain(has_list.then_some(&empty_list));
        for element in elements {
            let alone = if element.is_object() { element.clone() } else { json!({}) };
            for leaf in block.inner() {
                reasons.extend(self.leaf(&leaf, &alone)?);
            }
            if block.inner().is_empty() {
                let leaf = Leaf { key: "element".into(), value: block.value.clone() };
                reasons.extend(self.leaf(&leaf, &json!({ "element": element }))?);
            }
        }
        Ok(reasons)
    }
}
