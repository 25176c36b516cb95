//! Correlations over the time of events: many in short time, several in company, some in order.
//!
//! ```text
//! a match -> Sighting -> Correlator, in any order -> the end -> windows of each group -> findings
//! ```
//!
//! In: sightings, in whatever order records come. Out: findings, in the order of time, once there are no more records:
//! only then is it known what stood beside what. The answer does not depend on the order in which records came.
//!
//! Memory is bounded: beyond [`MAX_CORRELATED_EVENTS`] the older half is judged and let go; what comes later and is older
//! than that is judged by what comes with it, and counted.

use std::collections::{BTreeMap, HashMap};

use crate::finding::Finding;
use crate::limits::MAX_CORRELATED_EVENTS;
use crate::ruleset::{Role, RuleSet};

// An event that is counted.
mod sighting;

// Windows of time.
mod windows;

// A finding about several events.
mod told;

pub use sighting::Sighting;

use sighting::{Facts, Part};
use windows::{Episode, Hit, episodes, in_order};

/// What correlations came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Correlated {
    /// Events that were counted.
    pub sightings: u64,
    /// Events without a time, which no window can hold.
    pub untimed: u64,
    /// Events that came when later ones had been let go already.
    pub late: u64,
}

/// Remembers what correlations count.
#[derive(Debug, Default)]
pub struct Correlator {
    facts: Vec<Remembered>,
    known: HashMap<Remembered, usize>,
    /// By correlation and group.
    groups: BTreeMap<(usize, Box<str>), Group>,
    hits: usize,
    most: Option<usize>,
    /// What is older was let go.
    horizon: Option<i64>,
    counts: Correlated,
}

/// What is kept once for all events that have it in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Remembered {
    facts: Facts,
    /// What the event is to correlations that count correlations.
    outer: Vec<Part>,
}

#[derive(Debug, Default)]
struct Group {
    hits: Vec<Hit>,
    /// From when until when episodes were told.
    told: Option<(i64, i64)>,
}

impl Correlator {
    /// One that remembers so many events at most.
    #[cfg(test)]
    fn bounded(most: usize) -> Self {
        Self { most: Some(most), ..Self::default() }
    }

    /// Takes what was seen; gives what was found in what it had to let go.
    pub fn add(&mut self, rules: &RuleSet, sighting: Sighting) -> Vec<Finding> {
        self.counts.sightings += 1;
        let Some(time) = sighting.time.as_deref().and_then(seconds) else {
            self.counts.untimed += 1;
            return Vec::new();
        };
        if self.horizon.is_some_and(|horizon| time < horizon) {
            self.counts.late += 1;
        }
        let (direct, outer): (Vec<Part>, Vec<Part>) =
            sighting.parts.into_iter().partition(|part| part.direct);
        let facts = self.remember(sighting.facts, outer);
        for part in direct {
            self.enter(&part, time, &sighting.event, facts);
        }
        if self.hits > self.most.unwrap_or(MAX_CORRELATED_EVENTS) { self.let_go(rules) } else { Vec::new() }
    }

    /// Everything that was found, in the order of time.
    pub fn finish(mut self, rules: &RuleSet) -> (Vec<Finding>, Correlated) {
        let findings = self.judge(rules);
        (findings, self.counts)
    }

    fn remember(&mut self, facts: Facts, outer: Vec<Part>) -> usize {
        let remembered = Remembered { facts, outer };
        if let Some(place) = self.known.get(&remembered) {
            return *place;
        }
        let place = self.facts.len();
        self.facts.push(remembered.clone());
        self.known.insert(remembered, place);
        place
    }

    /// Forgets what no event has any more.
    fn forget(&mut self) {
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        for hit in self.groups.values_mut().flat_map(|group| &mut group.hits) {
            let next = places.len();
            hit.facts = *places.entry(hit.facts).or_insert(next);
        }
        let mut kept: Vec<(usize, Remembered)> = Vec::with_capacity(places.len());
        for (place, remembered) in std::mem::take(&mut self.facts).into_iter().enumerate() {
            kept.extend(places.get(&place).map(|new| (*new, remembered)));
        }
        kept.sort_by_key(|(place, _)| *place);
        self.facts = kept.into_iter().map(|(_, remembered)| remembered).collect();
        self.known = self.facts.iter().cloned().zip(0..).collect();
    }

    fn enter(&mut self, part: &Part, time: i64, event: &str, facts: usize) {
        let Role { correlation, place } = part.role;
        let values: Vec<Option<&str>> = if part.values.is_empty() {
            vec![None]
        } else {
            part.values.iter().map(|v| Some(&**v)).collect()
        };
        for group in &part.groups {
            let group = self.groups.entry((correlation, group.clone())).or_default();
            for value in &values {
                let value = value.map(Into::into);
                group.hits.push(Hit { time, event: event.into(), place, value, facts });
                self.hits += 1;
            }
        }
    }

    /// What is found in all groups; correlations come behind those that they count.
    fn judge(&mut self, rules: &RuleSet) -> Vec<Finding> {
        let mut findings = Vec::new();
        for correlation in rules.links().order() {
            let keys: Vec<_> =
                self.groups.keys().filter(|(place, _)| place == correlation).cloned().collect();
            for key in keys {
                self.judge_group(rules, &key, &mut findings);
            }
        }
        findings.sort_by(|a: &Finding, b| (&a.event.time, &a.id).cmp(&(&b.event.time, &b.id)));
        findings
    }

    fn judge_group(&mut self, rules: &RuleSet, key: &(usize, Box<str>), findings: &mut Vec<Finding>) {
        let Some(correlation) = rules.correlations().get(key.0) else { return };
        let Some(group) = self.groups.get_mut(key) else { return };
        in_order(&mut group.hits);
        let (hits, told) = (group.hits.clone(), group.told);
        let found = episodes(correlation, &hits);
        let goes_on = |episode: &Episode| {
            let begin = hits.get(episode.fires).map(|hit| hit.time);
            let span = correlation.timespan;
            told.zip(begin).is_some_and(|((from, to), begin)| from - span <= begin && begin <= to + span)
        };
        group.told = found.iter().fold(told, |told, episode| longer(told, episode, &hits));
        for episode in found.iter().filter(|episode| !goes_on(episode)) {
            self.count_outside(rules, correlation.info(), episode, &hits);
            if rules.is_silent(&correlation.info().id) {
                continue;
            }
            let facts = |hit: &Hit| self.facts.get(hit.facts).map(|remembered| &remembered.facts);
            findings.extend(told::finding(rules, correlation, &key.1, episode, &hits, &facts));
        }
    }

    /// What fires is an event for the correlations that count it: its groups are those of the event that made it fire.
    fn count_outside(
        &mut self,
        rules: &RuleSet,
        info: &crate::finding::RuleInfo,
        episode: &Episode,
        hits: &[Hit],
    ) {
        let Some(hit) = hits.get(episode.fires) else { return };
        for role in rules.links().roles(&info.id) {
            let outer = self.facts.get(hit.facts).map_or(&[][..], |remembered| remembered.outer.as_slice());
            let Some((groups, values)) = outer
                .iter()
                .find(|part| part.role == *role)
                .map(|part| (part.groups.clone(), part.values.clone()))
            else {
                continue;
            };
            let part = Part { role: *role, direct: true, groups, values };
            self.enter(&part, hit.time, &hit.event, hit.facts);
        }
    }

    /// Judges everything, and forgets the older half of it.
    fn let_go(&mut self, rules: &RuleSet) -> Vec<Finding> {
        let findings = self.judge(rules);
        let mut times: Vec<i64> =
            self.groups.values().flat_map(|group| group.hits.iter().map(|hit| hit.time)).collect();
        if times.is_empty() {
            return findings;
        }
        let middle = times.len() / 2;
        let horizon = *times.select_nth_unstable(middle).1;
        for group in self.groups.values_mut() {
            group.hits.retain(|hit| hit.time >= horizon);
        }
        self.groups.retain(|_, group| !group.hits.is_empty() || group.told.is_some());
        let left: usize = self.groups.values().map(|group| group.hits.len()).sum();
        if left == self.hits {
            // All of one second: none is older than the others, and no more can be known of them.
            self.groups.values_mut().for_each(|group| group.hits.clear());
        }
        self.hits = self.groups.values().map(|group| group.hits.len()).sum();
        self.forget();
        self.horizon = self.horizon.max(Some(horizon));
        findings
    }
}

/// The time over which episodes were told, with one more.
fn longer(told: Option<(i64, i64)>, episode: &Episode, hits: &[Hit]) -> Option<(i64, i64)> {
    let (from, to) = (hits.get(episode.fires)?.time, hits.get(episode.ends)?.time);
    Some(told.map_or((from, to), |(first, last)| (first.min(from), last.max(to))))
}

fn seconds(time: &str) -> Option<i64> {
    time.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}

#[cfg(test)]
mod tests;
