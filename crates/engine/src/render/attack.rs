//! What the formats ask of ATT&CK.

use crate::attack;
use crate::ids::TechniqueId;

/// The version of ATT&CK that technique and tactic ids are written in.
pub const ATTACK_VERSION: &str = attack::VERSION;

/// The ids that the same techniques had in older versions, sorted; none where nothing was renamed.
pub(super) fn former_ids(techniques: &[TechniqueId]) -> Vec<&'static str> {
    let mut former: Vec<_> =
        techniques.iter().flat_map(|id| attack::former_ids(id.as_str())).copied().collect();
    former.sort_unstable();
    former
}

/// The id and the name of a tactic.
pub(super) fn tactic(short_name: &str) -> Option<(&'static str, &'static str)> {
    attack::tactic(short_name).map(|tactic| (tactic.id, tactic.title))
}

/// The name of a technique.
pub(super) fn technique_name(id: &str) -> Option<&'static str> {
    attack::technique(id).map(|technique| technique.name)
}

/// The technique that a sub-technique belongs to.
pub(super) fn parent(technique: &TechniqueId) -> Option<&str> {
    technique.as_str().split_once('.').map(|(parent, _)| parent)
}
