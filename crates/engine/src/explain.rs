//! What a rule makes of one record by itself, and why: [`crate::engine::Engine::process`] told clause by clause.
//!
//! A rule about behaviour looks at the record once. A rule about exposures looks once at each change that the record
//! makes, or at none; an end is looked at as the beginning that it undoes.

use crate::event::Event;
use crate::exposure::{self, Derived, ExposureChange};
use crate::finding::Status;
use crate::json::Document;
use crate::record::CloudTrailRecord;
use crate::sigma::{CompiledRule, Explanation, RuleWords};

/// Every look of a rule at a record.
#[derive(Debug)]
pub struct RecordExplanation {
    /// True if the rule matches in one of them.
    pub matches: bool,
    /// The looks, in the order of the changes.
    pub looks: Vec<Look>,
    /// Why there was nothing to look at.
    pub nothing: Option<String>,
}

/// One look.
#[derive(Debug)]
pub struct Look {
    /// The change of exposure that was looked at; `None` where it was the record alone.
    pub change: Option<ExposureChange>,
    /// What a match comes to.
    pub status: Status,
    /// The verdict.
    pub explanation: Explanation,
}

/// What the rule, with the words of its text, makes of the record.
pub fn explain(rule: &CompiledRule, words: &RuleWords, record: &CloudTrailRecord) -> RecordExplanation {
    if !rule.is_exposure() {
        let explanation = rule.explain(words, &Event::new(record));
        let matches = explanation.matches;
        let looks = vec![Look { change: None, status: Status::Open, explanation }];
        return RecordExplanation { matches, looks, nothing: None };
    }
    let derived = exposure::derive(record);
    let nothing = derived.changes.is_empty().then(|| why_nothing(record, &derived));
    let looks: Vec<Look> =
        derived.changes.into_iter().map(|change| look(rule, words, record, change)).collect();
    RecordExplanation { matches: looks.iter().any(|look| look.explanation.matches), looks, nothing }
}

fn look(rule: &CompiledRule, words: &RuleWords, record: &CloudTrailRecord, change: ExposureChange) -> Look {
    let beginning = ExposureChange { effect: change.effect.beginning(), ..change.clone() };
    let document = Document::from_serialize(&beginning);
    let explanation = rule.explain(words, &Event::with_exposure(record, document.root()));
    let status = if change.effect.ends() { Status::Closed } else { Status::Open };
    Look { change: Some(change), status, explanation }
}

fn why_nothing(record: &CloudTrailRecord, derived: &Derived) -> String {
    if let Some(reason) = derived.undecidable {
        return format!("what the call did cannot be told from the record: {reason}");
    }
    match record.error_code() {
        Some(code) if record.failed() => {
            format!("the call failed ({code}), and a failed call changes nothing")
        }
        _ => "the call does not change who can reach what, as far as the record shows by itself".to_owned(),
    }
}
