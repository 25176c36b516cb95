//! What is said of a finding that is made: one line, once it is in the ledger.

use std::sync::Arc;

use tattletrail_engine::engine::Filtered;
use tattletrail_engine::finding::{EventInfo, Finding, RuleInfo, Status};
use tattletrail_engine::ids::{EventId, FindingId, TechniqueId};
use tattletrail_engine::threat_model::Attribution;

use crate::parcel;

/// A finding, as far as it is talked about.
#[derive(Debug)]
pub(super) struct Made {
    finding: FindingId,
    status: Status,
    rule: Arc<RuleInfo>,
    event: EventInfo,
    resource_type: &'static str,
    application: String,
    vectors: Option<String>,
}

impl Made {
    /// A finding; `application` is what it is counted under where no threat model has it.
    pub(super) fn of(finding: &Finding, application: &str) -> Self {
        let own = &finding.applications;
        Self {
            finding: finding.id.clone(),
            status: finding.status,
            rule: Arc::clone(&finding.rule),
            event: finding.event.clone(),
            resource_type: finding.resource.kind,
            application: parcel::names(own, application).join(" "),
            vectors: (!own.is_empty()).then(|| Attribution::told(own)),
        }
    }

    /// Which finding it is, and how it stands.
    pub(super) fn named(&self) -> (FindingId, Status) {
        (self.finding.clone(), self.status)
    }

    /// Says so: ids and words of ours, and nothing of what the record says about people and things. An account or Region
    /// that is not of their form is not repeated.
    pub(super) fn tell(&self) {
        let event_id = self.event.id.as_ref().map(EventId::as_str);
        tracing::info!(
            finding_id = self.finding.as_str(),
            rule_id = self.rule.id.as_str(),
            technique = self.rule.techniques.iter().map(TechniqueId::as_str).collect::<Vec<_>>().join(" "),
            severity = self.rule.level.as_str(),
            event_id,
            application = self.application.as_str(),
            vectors = self.vectors.as_deref(),
            account = self.event.account_number(),
            region = self.event.region_name(),
            resource_type = self.resource_type,
            correlation_id = self.event.shared_id.as_ref().map(EventId::as_str).or(event_id),
            rule_hash = self.rule.hash.as_str(),
            status = self.status.as_str(),
            event_source = self.event.source,
            "finding"
        );
    }
}

/// Says that a filter suppressed a match.
pub(super) fn tell_suppressed(filtered: &Filtered) {
    let (filter_id, rule_id) = (filtered.filter.id.as_str(), filtered.rule.id.as_str());
    let event_id = filtered.event.as_ref().map(EventId::as_str);
    tracing::info!(filter_id, rule_id, event_id, "suppressed");
}

/// Says that a filter would have suppressed a match, had it not ended.
pub(super) fn tell_lapsed(filtered: &Filtered) {
    let (filter_id, rule_id) = (filtered.filter.id.as_str(), filtered.rule.id.as_str());
    let event_id = filtered.event.as_ref().map(EventId::as_str);
    tracing::warn!(filter_id, rule_id, event_id, "not suppressed: the filter has ended");
}
