//! The gap of what has been imported and not been looked at.

use tattletrail_engine::threat_model::Gap;

use crate::models::draft::Item;

const GAP: &str = "Imported, not yet looked at";

/// The gap of a vector that has just been imported.
pub(in crate::models::import) fn ours(vector: &str) -> Item {
    Item::default()
        .with("vector", vector)
        .with("gap", GAP)
        .with("reason", "nobody has said yet which rule sees it, or why none does")
}

/// True for such a gap.
pub(in crate::models::import) fn is_ours(gap: &Gap) -> bool {
    gap.gap == GAP
}

/// A gap as it is.
pub(in crate::models::import) fn gap_of(gap: &Gap) -> Item {
    let vector = gap.vector.as_ref().map(|named| named.id.to_string()).unwrap_or_default();
    let item = Item::default().with("vector", vector).with("gap", gap.gap.clone());
    let rules = gap.rules.iter().map(|rule| rule.named().to_owned()).collect();
    let item = item.with("reason", gap.reason.clone()).with_list("rules", rules);
    item.with("until", gap.until.clone().unwrap_or_default())
}
