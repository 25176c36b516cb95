//! What the same records come to under two sets of rules.
//!
//! The records are read once for each set, through the engine, the state and the order of time of a scan. Of rules that are
//! the same in both sets, findings are counted; of the others they are kept until the other set has had its turn. So memory
//! grows with what the changed rules find, and not with the logs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::{Finding, Level, RuleInfo, Status};
use tattletrail_engine::ids::{EventId, FindingId, RuleId};
use tattletrail_engine::ruleset::RuleChange;
use tattletrail_engine::timeline::Told;

use crate::Console;
use crate::scan::days::Days;
use crate::scan::{InputArguments, Tally, read_all};

/// What the records came to.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The days that the records span.
    pub(super) days: Days,
    /// How many findings there are under each set.
    pub(super) counts: Counts,
    /// Rules with findings, by id, and how many under each set.
    pub(super) rules: BTreeMap<RuleId, Counted>,
    /// Findings under the new set only, in the order of time.
    pub(super) new: Vec<Seen>,
    /// Findings under the old set only.
    pub(super) gone: Vec<Seen>,
    /// The same finding, told otherwise: as it was and as it is.
    pub(super) changed: Vec<(Seen, Seen)>,
}

/// The findings of one rule.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) rule: Arc<RuleInfo>,
    pub(super) counts: Counts,
}

/// How many findings there are under each set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) old: u64,
    pub(super) new: u64,
}

/// One of the sets.
#[derive(Debug, Clone, Copy)]
enum Side {
    Old,
    New,
}

/// What is compared of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) id: FindingId,
    pub(super) rule: RuleId,
    pub(super) time: Option<String>,
    pub(super) event: Option<EventId>,
    pub(super) level: Level,
    pub(super) status: Status,
    pub(super) title: String,
    pub(super) resource: String,
}

/// A finding is known by its id, the record, and the how many-th of both it is.
type Key = (FindingId, Option<EventId>, usize);

/// The findings of one pass, in their order.
#[derive(Debug, Default)]
struct Pass {
    order: Vec<Key>,
    seen: BTreeMap<Key, Seen>,
}

impl Pass {
    fn add(&mut self, finding: &Finding) {
        let (id, event) = (finding.id.clone(), finding.event.id.clone());
        let first = (id.clone(), event.clone(), 0);
        let last = (id.clone(), event.clone(), usize::MAX);
        let key = (id, event, self.seen.range(first..=last).count());
        self.order.push(key.clone());
        self.seen.insert(key, Seen::of(finding));
    }
}

impl Seen {
    fn of(finding: &Finding) -> Self {
        Self {
            id: finding.id.clone(),
            rule: finding.rule.id.clone(),
            time: finding.event.time.clone(),
            event: finding.event.id.clone(),
            level: finding.rule.level,
            status: finding.status,
            title: finding.title.clone(),
            resource: finding.resource.arn.as_str().to_owned(),
        }
    }

    /// True if both say the same.
    fn says_as(&self, other: &Self) -> bool {
        (self.level, self.status, &self.title) == (other.level, other.status, &other.title)
    }
}

/// Reads the records under both sets; the tally is that of the second reading.
pub(super) fn replay(
    input: &InputArguments,
    [old, new]: [&Engine; 2],
    changes: &[RuleChange],
    console: &Console,
) -> (History, Tally) {
    let differing: BTreeSet<&RuleId> = changes.iter().map(|change| &change.info().id).collect();
    let mut history = History::default();
    let mut read = |engine: &Engine, side: Side| {
        let mut pass = Pass::default();
        let tally = read_all(input, engine, Level::Informational, (console, None), &mut |told, _| {
            let Told::Finding(finding) = told else { return };
            history.count(&finding, side);
            if differing.contains(&finding.rule.id) {
                pass.add(&finding);
            }
        });
        (pass, tally)
    };
    let (before, _) = read(old, Side::Old);
    let (after, tally) = read(new, Side::New);
    history.days = tally.days.clone();
    history.compare(before, after);
    (history, tally)
}

impl History {
    /// The rules that find something else now.
    pub(super) fn differing(&self) -> BTreeSet<&RuleId> {
        let by_count = self.rules.values().filter(|counted| counted.counts.old != counted.counts.new);
        let mut rules: BTreeSet<&RuleId> = by_count.map(|counted| &counted.rule.id).collect();
        rules.extend(self.new.iter().chain(&self.gone).map(|seen| &seen.rule));
        rules.extend(self.changed.iter().map(|(_, is)| &is.rule));
        rules
    }

    fn count(&mut self, finding: &Finding, side: Side) {
        let new_one = || Counted { rule: Arc::clone(&finding.rule), counts: Counts::default() };
        let counted = self.rules.entry(finding.rule.id.clone()).or_insert_with(new_one);
        // A rule is shown as it is now.
        counted.rule = Arc::clone(&finding.rule);
        for counts in [&mut counted.counts, &mut self.counts] {
            match side {
                Side::Old => counts.old += 1,
                Side::New => counts.new += 1,
            }
        }
    }

    fn compare(&mut self, mut before: Pass, mut after: Pass) {
        for key in &after.order {
            match (before.seen.remove(key), after.seen.remove(key)) {
                (Some(was), Some(is)) if was.says_as(&is) => {}
                (Some(was), Some(is)) => self.changed.push((was, is)),
                (None, Some(is)) => self.new.push(is),
                (_, None) => {}
            }
        }
        self.gone.extend(before.order.iter().filter_map(|key| before.seen.remove(key)));
    }
}
