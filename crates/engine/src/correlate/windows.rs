//! Windows of time that slide over the events of one group: when they hold what a correlation asks for.
//!
//! A window ends at an event and begins a `timespan` before it, both ends counted. Events of one second have no order
//! (CloudTrail's clock has no finer hand): a window holds all of them. Windows that fire and overlap are one [`Episode`],
//! so that a burst of a thousand events is one finding.

use std::collections::HashMap;

use crate::sigma::correlation::{Correlation, CorrelationKind};

/// An event in a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    /// In seconds since 1970.
    pub(super) time: i64,
    pub(super) event: Box<str>,
    /// Which rule of the correlation.
    pub(super) place: usize,
    /// What is counted, where values are.
    pub(super) value: Option<Box<str>>,
    /// The place of what else is known.
    pub(super) facts: usize,
}

/// Windows that fire, each overlapping the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Episode {
    /// The first event of the first window that fires.
    pub(super) begins: usize,
    /// The last event of that window: the one that made it fire.
    pub(super) fires: usize,
    /// The last event of the last window that fires.
    pub(super) ends: usize,
}

/// Puts hits in order, each once.
pub(super) fn in_order(hits: &mut Vec<Hit>) {
    hits.sort_unstable();
    hits.dedup_by(|a, b| a.event == b.event && a.place == b.place && a.value == b.value);
}

/// The episodes of a group whose hits are in order.
pub(super) fn episodes(correlation: &Correlation, hits: &[Hit]) -> Vec<Episode> {
    let mut window = Window::new(correlation);
    let mut found: Vec<Episode> = Vec::new();
    let (mut begins, mut next) = (0, 0);
    while let Some(time) = hits.get(next).map(|hit| hit.time) {
        let second = hits.get(next..).unwrap_or_default().iter().take_while(|hit| hit.time == time).count();
        window.add(hits.get(next..next + second).unwrap_or_default());
        next += second;
        while let Some(old) = hits.get(begins).filter(|hit| time - hit.time > correlation.timespan) {
            window.remove(old);
            begins += 1;
        }
        if window.fires(time) {
            let last = next - 1;
            match found.last_mut().filter(|episode| follows(hits, episode.ends, time, correlation.timespan)) {
                Some(episode) => episode.ends = last,
                None => found.push(Episode { begins, fires: last, ends: last }),
            }
        }
    }
    found
}

fn follows(hits: &[Hit], ended: usize, time: i64, timespan: i64) -> bool {
    hits.get(ended).is_some_and(|hit| time - hit.time <= timespan)
}

/// What a window holds.
struct Window<'c, 'h> {
    correlation: &'c Correlation,
    /// Events, values or rules, and how often there is each.
    counted: HashMap<Counted<'h>, usize>,
    chains: Chains<'h>,
}

#[derive(PartialEq, Eq, Hash)]
enum Counted<'h> {
    Text(&'h str),
    Rule(usize),
}

impl<'c, 'h> Window<'c, 'h> {
    fn new(correlation: &'c Correlation) -> Self {
        Self { correlation, counted: HashMap::new(), chains: Chains::new(correlation.rules.len()) }
    }

    fn counted(&self, hit: &'h Hit) -> Option<Counted<'h>> {
        match self.correlation.kind {
            CorrelationKind::EventCount => Some(Counted::Text(&hit.event)),
            CorrelationKind::ValueCount => hit.value.as_deref().map(Counted::Text),
            CorrelationKind::Temporal => Some(Counted::Rule(hit.place)),
            CorrelationKind::TemporalOrdered => None,
        }
    }

    /// Takes in the hits of one second.
    fn add(&mut self, second: &'h [Hit]) {
        for hit in second {
            if let Some(counted) = self.counted(hit) {
                *self.counted.entry(counted).or_default() += 1;
            }
        }
        if self.correlation.kind == CorrelationKind::TemporalOrdered {
            self.chains.add(second);
        }
    }

    fn remove(&mut self, hit: &'h Hit) {
        let Some(counted) = self.counted(hit) else { return };
        if let Some(count) = self.counted.get_mut(&counted) {
            *count -= 1;
            if *count == 0 {
                self.counted.remove(&counted);
            }
        }
    }

    fn fires(&self, now: i64) -> bool {
        match self.correlation.kind {
            CorrelationKind::TemporalOrdered => {
                self.chains.last_begin(now).is_some_and(|begin| now - begin <= self.correlation.timespan)
            }
            CorrelationKind::Temporal if self.correlation.bounds.is_empty() => {
                self.counted.len() == self.correlation.rules.len()
            }
            _ => self.correlation.admits(self.counted.len()),
        }
    }
}

/// Events in the order of the rules: for each rule, the chains of different events up to it that began last.
struct Chains<'h> {
    links: Vec<Vec<Chain<'h>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chain<'h> {
    begin: i64,
    /// Its last event, which can't be the next one as well.
    event: &'h str,
    time: i64,
}

/// Two are enough: the next event differs from one of them.
const KEPT: usize = 2;

impl<'h> Chains<'h> {
    fn new(rules: usize) -> Self {
        Self { links: vec![Vec::new(); rules] }
    }

    /// Events of one second have no order, so they are tried until no chain gets longer.
    fn add(&mut self, second: &'h [Hit]) {
        let mut changed = true;
        while changed {
            changed = false;
            for hit in second {
                changed |= self.add_one(hit);
            }
        }
    }

    fn add_one(&mut self, hit: &'h Hit) -> bool {
        let begin = match hit.place.checked_sub(1) {
            None => Some(hit.time),
            Some(before) => {
                let chains = self.links.get(before).map_or(&[][..], Vec::as_slice);
                chains.iter().filter(|chain| chain.event != &*hit.event).map(|chain| chain.begin).max()
            }
        };
        let Some(begin) = begin else { return false };
        let chain = Chain { begin, event: &hit.event, time: hit.time };
        self.links.get_mut(hit.place).is_some_and(|chains| keep(chains, chain))
    }

    /// The latest begin of a chain of all rules whose last event is of this second.
    fn last_begin(&self, now: i64) -> Option<i64> {
        let whole = self.links.last()?;
        whole.iter().filter(|chain| chain.time == now).map(|chain| chain.begin).max()
    }
}

/// Keeps the chains that began last, of each event one; true if that changed any.
fn keep<'h>(chains: &mut Vec<Chain<'h>>, chain: Chain<'h>) -> bool {
    if let Some(same) = chains.iter_mut().find(|other| other.event == chain.event) {
        let later = chain.begin > same.begin;
        if later {
            *same = chain;
        }
        return later;
    }
    chains.push(chain);
    // Of two that began at once the newer is kept: it is the one that may end a chain now.
    chains.sort_by_key(|chain| std::cmp::Reverse((chain.begin, chain.time)));
    let dropped = chains.len() > KEPT && chains.pop() == Some(chain);
    !dropped
}
