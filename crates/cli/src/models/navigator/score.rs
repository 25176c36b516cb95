//! What is known of each technique: the vectors that name it, their rules, and what was found.

use std::collections::{BTreeMap, BTreeSet};

use tattletrail_engine::finding::Finding;
use tattletrail_engine::ids::{RuleId, TechniqueId};

use crate::models::chosen::Chosen;

/// A vector that names a technique.
#[derive(Debug)]
pub(super) struct About {
    /// `cruddur: public-avatars`
    pub(super) name: String,
    /// The vector's title.
    pub(super) title: String,
    /// The titles of its rules.
    pub(super) rules: Vec<String>,
}

/// What is known of one technique.
#[derive(Debug, Default)]
pub(super) struct Score {
    pub(super) vectors: Vec<About>,
    /// The rules of those vectors.
    pub(super) rules: BTreeSet<RuleId>,
    pub(super) findings: u64,
}

impl Score {
    /// True if vectors name the technique, and none of them has a rule.
    pub(super) fn is_gap(&self) -> bool {
        !self.vectors.is_empty() && self.rules.is_empty()
    }
}

/// By technique.
#[derive(Debug, Default)]
pub(super) struct Scores(pub(super) BTreeMap<TechniqueId, Score>);

impl Scores {
    /// What the models say.
    pub(super) fn of(chosen: &Chosen) -> Self {
        let mut scores = Self::default();
        for model in chosen.models() {
            for vector in &model.vectors {
                let ids: BTreeSet<&TechniqueId> = vector.techniques.iter().map(|one| &one.id).collect();
                for id in ids {
                    let score = scores.0.entry(id.clone()).or_default();
                    score.rules.extend(chosen.rules_of(vector).map(|info| info.id.clone()));
                    score.vectors.push(About {
                        name: format!("{}: {}", model.application, vector.id),
                        title: vector.title.clone(),
                        rules: chosen.rules_of(vector).map(|info| info.title.clone()).collect(),
                    });
                }
            }
        }
        scores
    }

    /// Counts a finding for each technique of its rule, whether or not a vector names that.
    pub(super) fn found(&mut self, finding: &Finding) {
        for id in &finding.rule.techniques {
            self.0.entry(id.clone()).or_default().findings += 1;
        }
    }
}
