//! Which rules are asked for.

use std::path::Path;

use tattletrail_engine::attack;
use tattletrail_engine::finding::{Level, RuleInfo};
use tattletrail_engine::ids::TechniqueId;
use tattletrail_engine::sigma::CompiledRule;

use super::Row;

/// What a rule must be; everything that is left open admits all.
#[derive(Debug)]
pub(super) struct Filter {
    /// An id of any version of ATT&CK, in capitals.
    pub(super) technique: Option<String>,
    pub(super) service: Option<String>,
    pub(super) least: Option<Level>,
    pub(super) status: Option<String>,
    pub(super) application: Option<String>,
}

impl Filter {
    /// True if the rule is as asked.
    pub(super) fn admits(&self, row: &Row<'_>) -> bool {
        let info = row.info;
        let is_of = |name: &str| row.services.iter().any(|one| one.eq_ignore_ascii_case(name));
        self.technique.as_deref().is_none_or(|id| has_technique(info, id))
            && self.service.as_deref().is_none_or(is_of)
            && self.least.is_none_or(|least| info.level >= least)
            && self.application.as_deref().is_none_or(|name| row.is_of(name))
            && self.status.as_deref().is_none_or(|status| info.status.eq_ignore_ascii_case(status))
    }
}

/// Reads a technique's id, for the command line.
pub(super) fn technique(text: &str) -> Result<String, String> {
    let id = text.trim().to_ascii_uppercase();
    match attack::resolve(&id) {
        Some(_) => Ok(id),
        None => Err("expected the id of a technique, such as T1562 or T1685.002".to_owned()),
    }
}

/// A rule's techniques by every id that they have or had; an id stands for its sub-techniques too.
fn has_technique(info: &RuleInfo, asked: &str) -> bool {
    let current = attack::resolve(asked);
    let wanted: Vec<&str> = current.iter().map(TechniqueId::as_str).chain([asked]).collect();
    let stands_for = |wanted: &str, id: &str| {
        id.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    info.techniques.iter().any(|technique| {
        let former = attack::former_ids(technique.as_str());
        std::iter::once(technique.as_str())
            .chain(former.iter().copied())
            .any(|id| wanted.iter().any(|wanted| stands_for(wanted, id)))
    })
}

/// The service that a rule is listed under, if it is about one.
pub(in crate::workbench) fn service(rule: &CompiledRule) -> Option<String> {
    services(rule).into_iter().next()
}

/// The folder of the rule, where rules stand by service (`aws/cloudtrail/<service>/`), then the sources it asks for.
pub(super) fn services(rule: &CompiledRule) -> Vec<String> {
    let sources = rule.required_event_sources().unwrap_or_default();
    let plain = sources.iter().map(|source| source.trim_end_matches(".amazonaws.com").to_owned());
    folder(rule.info()).into_iter().chain(plain).collect()
}

/// The folder of a rule, where rules stand by service.
pub(in crate::workbench) fn folder(info: &RuleInfo) -> Option<String> {
    let parts: Vec<&str> = Path::new(&info.path).iter().filter_map(|part| part.to_str()).collect();
    parts.windows(4).find_map(|window| match window {
        ["aws", "cloudtrail", folder, _file] => Some((*folder).to_owned()),
        _ => None,
    })
}
