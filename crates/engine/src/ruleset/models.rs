//! Threat models beside the rules: which findings are whose.

use super::RuleSet;
use crate::finding::{Finding, RuleInfo};
use crate::ids::RuleId;
use crate::record::CloudTrailRecord;
use crate::sigma::reference::is_called;
use crate::threat_model::{Attribution, Tags, ThreatModel};

impl RuleSet {
    /// The threat models, by application.
    pub fn models(&self) -> &[ThreatModel] {
        &self.models
    }

    /// The rule, or correlation, that another document names, by id or name; `None` where it is not in this set.
    pub fn named(&self, name: &str) -> Option<&RuleInfo> {
        self.infos().find(|info| is_called(info, name))
    }

    /// The applications and vectors that name a rule, whatever their scope.
    pub fn named_in(&self, id: &RuleId) -> Vec<Attribution> {
        let by_model = self.links.models(id).chunk_by(|(a, _), (b, _)| a == b);
        let attribution = |chunk: &[(usize, usize)]| {
            let model = self.models.get(chunk.first()?.0)?;
            let vectors = chunk.iter().filter_map(|(_, vector)| model.vectors.get(*vector));
            let vectors = vectors.map(|vector| vector.id.clone()).collect();
            Some(Attribution { application: model.application.clone(), vectors })
        };
        by_model.filter_map(attribution).collect()
    }

    /// The finding, with the applications that it belongs to: those in whose models a vector names its rule, and whose scope
    /// it fits. `record` is what it comes from: tags are in that alone.
    #[must_use]
    pub(crate) fn attributed(&self, mut finding: Finding, record: Option<&CloudTrailRecord>) -> Finding {
        let places = self.links.models(&finding.rule.id);
        if places.is_empty() {
            return finding;
        }
        let wants_tags = self.models.iter().any(|model| !model.scope.tags.is_empty());
        let tags = record.filter(|_| wants_tags).map(Tags::of).unwrap_or_default();
        finding.applications = self.applications(places, &finding, &tags);
        finding
    }

    /// `places` are those of models and their vectors, sorted.
    fn applications(&self, places: &[(usize, usize)], finding: &Finding, tags: &Tags) -> Vec<Attribution> {
        let by_model = places.chunk_by(|(a, _), (b, _)| a == b);
        let attribution = |chunk: &[(usize, usize)]| {
            let (model, _) = chunk.first()?;
            self.models.get(*model)?.attribution(chunk.iter().map(|(_, vector)| *vector), finding, tags)
        };
        by_model.filter_map(attribution).collect()
    }
}
