//! How a filter stands: its days, its hits, and what is odd about it.

use jiff::civil::Date;
use tattletrail_engine::ruleset::{CompiledFilter, RuleSet};

use crate::scan::Tally;
use crate::scan::summary::grouped;
use crate::workbench::check::lints::days_left;

/// How a filter stands.
#[derive(Debug)]
pub(super) struct Standing<'f> {
    pub(super) filter: &'f CompiledFilter,
    /// Below zero where it has ended.
    pub(super) days_left: i64,
    pub(super) state: State,
    /// The titles of the rules that it is about; `None` for all.
    pub(super) rules: Option<Vec<String>>,
    /// What it suppressed, and what it would have after its end; `None` where no logs were read.
    pub(super) hits: Option<(u64, u64)>,
    pub(super) last_hit: Option<String>,
    /// What somebody should look at.
    pub(super) notes: Vec<String>,
}

/// Whether a filter works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Right,
    Soon,
    Ended,
}

impl<'f> Standing<'f> {
    pub(super) fn of(
        filter: &'f CompiledFilter,
        rules: &RuleSet,
        today: Date,
        soon: u16,
        tally: Option<&Tally>,
    ) -> Self {
        let days_left = days_left(&filter.info().expires, today);
        let state = match days_left {
            ..0 => State::Ended,
            days if days < i64::from(soon) => State::Soon,
            _ => State::Right,
        };
        let hits = tally.and_then(|tally| tally.filters.of(&filter.info().id));
        let last_hit = hits.and_then(|hits| hits.last.clone());
        let hits = tally.map(|_| hits.map_or((0, 0), |hits| (hits.suppressed, hits.lapsed)));
        let mut one = Self {
            filter,
            days_left,
            state,
            rules: titles(filter, rules),
            hits,
            last_hit,
            notes: Vec::new(),
        };
        one.notes = one.notes();
        one
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let days = self.days_in_words();
        match self.state {
            State::Ended => notes.push(format!("it has ended ({days}); renew it or remove it")),
            State::Soon => notes.push(format!("it ends soon ({days})")),
            State::Right => {}
        }
        match self.hits {
            Some((0, 0)) => notes.push("it suppressed nothing in these logs; is it still needed?".to_owned()),
            Some((_, 0)) | None => {}
            Some((_, lapsed)) => {
                notes.push(format!("findings after its end, which are told again: {}", grouped(lapsed)));
            }
        }
        notes
    }

    pub(super) fn days_in_words(&self) -> String {
        match self.days_left {
            0 => "today is its last day".to_owned(),
            1 => "1 day left".to_owned(),
            -1 => "since yesterday".to_owned(),
            days @ ..0 => format!("since {} days", grouped(days.unsigned_abs())),
            days => format!("{} days left", grouped(days.unsigned_abs())),
        }
    }

    pub(super) fn hits_in_words(&self) -> Option<String> {
        let (hits, _) = self.hits?;
        let last = self.last_hit.as_ref().map(|last| format!(", the last at {last}")).unwrap_or_default();
        Some(format!("suppressed {}{last}", grouped(hits)))
    }

    pub(super) fn rules_in_words(&self) -> String {
        match &self.rules {
            None => "for all rules".to_owned(),
            Some(rules) => format!("for {}", rules.join(", ")),
        }
    }
}

fn titles(filter: &CompiledFilter, rules: &RuleSet) -> Option<Vec<String>> {
    let title = |named: &str| rules.named(named).map_or_else(|| named.to_owned(), |info| info.title.clone());
    Some(filter.named_rules()?.map(title).collect())
}
