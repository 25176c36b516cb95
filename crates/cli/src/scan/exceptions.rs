//! What filters did in a scan: what each suppressed, and what it would have, had it not ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use tattletrail_engine::engine::Filtered;
use tattletrail_engine::ids::RuleId;
use tattletrail_engine::sigma::FilterInfo;

use super::summary::grouped;

/// The filters that had something to say.
#[derive(Debug, Default)]
pub struct FilterHits(BTreeMap<RuleId, Hits>);

/// What one filter did.
#[derive(Debug)]
pub struct Hits {
    filter: Arc<FilterInfo>,
    /// Matches that it suppressed.
    pub suppressed: u64,
    /// The time of the last of them.
    pub last: Option<String>,
    /// Matches after its end.
    pub lapsed: u64,
}

impl FilterHits {
    /// Counts a match that was suppressed.
    pub(super) fn suppressed(&mut self, filtered: &Filtered) {
        let hits = self.entry(filtered);
        hits.suppressed += 1;
        if hits.last < filtered.time {
            hits.last.clone_from(&filtered.time);
        }
    }

    /// Counts a match after the filter's end.
    pub(super) fn lapsed(&mut self, filtered: &Filtered) {
        self.entry(filtered).lapsed += 1;
    }

    fn entry(&mut self, filtered: &Filtered) -> &mut Hits {
        self.0.entry(filtered.filter.id.clone()).or_insert_with(|| Hits {
            filter: filtered.filter.clone(),
            suppressed: 0,
            last: None,
            lapsed: 0,
        })
    }

    /// What a filter did.
    pub fn of(&self, id: &RuleId) -> Option<&Hits> {
        self.0.get(id)
    }

    /// In words, for the summary: a line for each filter that ended too early or suppressed something.
    pub(super) fn words(&self) -> Vec<String> {
        let total: u64 = self.0.values().map(|hits| hits.suppressed).sum();
        let mut lines = Vec::new();
        if total > 0 {
            lines.push(format!("{} findings suppressed", grouped(total)));
        }
        for hits in self.0.values() {
            let filter = &hits.filter;
            if hits.suppressed > 0 {
                let (count, owner) = (grouped(hits.suppressed), &filter.owner);
                lines.push(format!("{count:>8}  {} ({owner}, until {})", filter.title, filter.expires));
            }
            if hits.lapsed > 0 {
                let (count, expires) = (grouped(hits.lapsed), &filter.expires);
                lines.push(format!("{count:>8}  not suppressed: \"{}\" ended on {expires}", filter.title));
            }
        }
        lines
    }
}
