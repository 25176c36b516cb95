//! The other engine, and ours beside it.

use std::collections::BTreeSet;

use rsigma_eval::{Engine, JsonEvent};
use serde_json::{Value, json};
use tattletrail_engine::event::Event;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::{RuleSet, Scope};
use tattletrail_engine::sigma::RuleSource;

/// The same rules in both engines.
pub(super) struct Both {
    ours: RuleSet,
    theirs: Engine,
}

/// The ids of the rules that match.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdicts {
    pub(super) ours: BTreeSet<String>,
    pub(super) theirs: BTreeSet<String>,
}

impl Both {
    /// Loads rules; each needs an id. What does not load in one of them is the error.
    pub(super) fn load(sources: &[RuleSource]) -> Result<Self, String> {
        let ours = RuleSet::from_sources(sources.iter().cloned()).map_err(|errors| errors[0].to_string())?;
        let mut theirs = Engine::new();
        for source in sources {
            let parsed = rsigma_parser::parse_sigma_yaml(&source.text);
            let parsed = parsed.map_err(|error| format!("{}: {error}", source.path))?;
            if let Some(error) = parsed.errors.first() {
                return Err(format!("{}: {error}", source.path));
            }
            theirs.add_collection(&parsed).map_err(|error| format!("{}: {error}", source.path))?;
        }
        assert_eq!(theirs.rule_count(), ours.len());
        Ok(Self { ours, theirs })
    }

    /// One rule with this `detection`.
    pub(super) fn rule(detection: &Value) -> Result<Self, String> {
        let rule = json!({
            "title": "generated",
            "id": "11111111-2222-4333-8444-555555555555",
            "sigma-version": 3,
            "logsource": { "product": "aws", "service": "cloudtrail" },
            "detection": detection,
        });
        Self::load(&[RuleSource::new("generated.yml", serde_json::to_string_pretty(&rule).unwrap())])
    }

    /// How many rules there are.
    pub(super) fn len(&self) -> usize {
        self.ours.len()
    }

    /// What matches a record; in our engine the index must not change the answer.
    pub(super) fn judge(&self, record: &Value) -> Verdicts {
        let parsed = CloudTrailRecord::parse(&record.to_string()).unwrap();
        let event = Event::new(&parsed);
        let ours: BTreeSet<String> =
            self.ours.matches(&event).iter().map(|rule| rule.info().id.to_string()).collect();
        let unindexed = self.ours.matches_unindexed(&event, Scope::Record);
        assert_eq!(ours, unindexed.iter().map(|rule| rule.info().id.to_string()).collect());
        let theirs = self.theirs.evaluate(&JsonEvent::borrow(record));
        let theirs = theirs.into_iter().filter_map(|found| found.header.rule_id).collect();
        Verdicts { ours, theirs }
    }

    /// The verdicts of the one rule: ours, theirs.
    pub(super) fn judge_one(&self, record: &Value) -> (bool, bool) {
        let verdicts = self.judge(record);
        (!verdicts.ours.is_empty(), !verdicts.theirs.is_empty())
    }
}
