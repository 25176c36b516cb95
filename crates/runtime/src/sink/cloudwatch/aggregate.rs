//! From the facts of a delivery to data, without a clock or a client.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use tattletrail_engine::finding::Status;
use tattletrail_engine::metrics::{Home, Profile, Unit, dimension, name};

use super::series::{self, Pair, Series};
use crate::census::Census;
use crate::parcel::Facts;

/// Values of one datum: API reference, `MetricDatum`, `Values`.
const MOST_VALUES: usize = 150;

/// What a datum counts for besides its texts and values: names of members, a time, a unit.
const DATUM_BYTES: usize = 200;

/// What a value and its count count for, written as numbers of eight bytes with their heads.
const VALUE_BYTES: usize = 20;

/// Values of one metric with the same dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datum {
    /// The metric.
    pub name: &'static str,
    /// Names and values of its dimensions.
    pub dimensions: Dimensions,
    /// What the values are.
    pub unit: Unit,
    /// Each value once, and how often it was seen; at most 150.
    pub values: Vec<(u32, u32)>,
}

impl Datum {
    /// About as many bytes as it takes in a call, and not less.
    pub(super) fn bytes(&self) -> usize {
        let dimensions = self.dimensions.iter().map(|(name, value)| name.len() + value.len() + 32);
        DATUM_BYTES + self.name.len() + dimensions.sum::<usize>() + self.values.len() * VALUE_BYTES
    }
}

/// Counts facts. The same facts, time, series and profile make the same data, in the same order.
///
/// A finding counts once in what has no dimension or a level, and under each of its applications in what has one. What is
/// counted is told by [`tattletrail_engine::metrics::TABLE`]; `SeriesFolded` are findings that count under a rule `_other`.
#[must_use]
pub fn aggregate(facts: &[&Facts], now: SystemTime, series: &mut Series, profile: Profile) -> Vec<Datum> {
    let mut wanted: BTreeMap<Pair, u32> = BTreeMap::new();
    for pair in facts.iter().flat_map(|fact| pairs(fact)) {
        add(wanted.entry(pair).or_default());
    }
    series.admit(&wanted);
    let mut counts = Counts::of(profile);
    for fact in facts {
        count(&mut counts, fact, now, series);
    }
    counts.data()
}

/// What stands open, as it is now.
#[must_use]
pub fn standing(census: &Census, series: &mut Series, profile: Profile) -> Vec<Datum> {
    let own = |((application, rule), open): (&(String, String), &u32)| {
        ((series::value(application), series::value(rule)), *open)
    };
    let wanted: BTreeMap<Pair, u32> = census.by_rule.iter().map(own).collect();
    series.admit(&wanted);
    let mut by_rule: BTreeMap<Pair, u32> = BTreeMap::new();
    for (pair, open) in &wanted {
        let count = by_rule.entry(series.of(pair)).or_default();
        *count = count.saturating_add(*open);
    }
    let mut counts = Counts::of(profile);
    counts.value(name::OPEN_EXPOSURES, Vec::new(), census.open);
    for (pair, open) in by_rule {
        counts.value(name::OPEN_EXPOSURES, dimensions(&pair), open);
    }
    counts.data()
}

/// An application and the rule, for each application of a finding.
fn pairs(fact: &Facts) -> BTreeSet<Pair> {
    let rule = series::value(fact.rule.as_str());
    fact.applications().into_iter().map(|application| (series::value(application), rule.clone())).collect()
}

fn dimensions((application, rule): &Pair) -> Dimensions {
    vec![(dimension::APPLICATION, application.clone()), (dimension::RULE_ID, rule.clone())]
}

fn count(counts: &mut Counts, fact: &Facts, now: SystemTime, series: &Series) {
    let own = pairs(fact);
    // Two that have no series of their own may be counted under the same one: once.
    let under: BTreeSet<Pair> = own.iter().map(|pair| series.of(pair)).collect();
    let event = match fact.status {
        Status::Open => name::FINDINGS,
        Status::Closed => name::FINDINGS_CLOSED,
    };
    counts.value(event, Vec::new(), 1);
    counts.value(event, vec![(dimension::LEVEL, fact.level.as_str().to_owned())], 1);
    for pair in &under {
        counts.value(event, dimensions(pair), 1);
    }
    if let Some(stood) = fact.exposure_seconds.filter(|_| fact.status == Status::Closed) {
        counts.value(name::EXPOSURE_SECONDS, Vec::new(), seconds(stood));
        for pair in &under {
            counts.value(name::EXPOSURE_SECONDS, dimensions(pair), seconds(stood));
        }
    }
    if own.iter().any(|pair| series.of(pair).1 != pair.1) {
        counts.value(name::SERIES_FOLDED, Vec::new(), 1);
    }
    if let Some(late) = since(fact.event_time.as_deref(), now) {
        counts.value(name::TIME_TO_DETECT, Vec::new(), seconds(late));
        let applications: BTreeSet<&String> = under.iter().map(|(application, _)| application).collect();
        for application in applications {
            let by_application = vec![(dimension::APPLICATION, application.clone())];
            counts.value(name::TIME_TO_DETECT, by_application, seconds(late));
        }
    }
}

/// Seconds from the call to now; clocks that disagree make none negative.
fn since(event_time: Option<&str>, now: SystemTime) -> Option<i64> {
    let then: jiff::Timestamp = event_time?.parse().ok()?;
    let now = jiff::Timestamp::try_from(now).ok()?;
    Some(now.as_second().saturating_sub(then.as_second()).max(0))
}

/// A hundred and thirty years are as good as any longer time.
fn seconds(seconds: i64) -> u32 {
    u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
}

/// A metric by its name, with its dimensions.
type Key = (&'static str, Dimensions);

type Dimensions = Vec<(&'static str, String)>;

/// Values and how often each was seen, by metric and dimensions.
#[derive(Debug)]
struct Counts {
    profile: Profile,
    values: BTreeMap<Key, (Unit, BTreeMap<u32, u32>)>,
}

impl Counts {
    fn of(profile: Profile) -> Self {
        Self { profile, values: BTreeMap::new() }
    }

    /// One more value, where the profile has such a metric. Of what is counted the sum matters: each is a value of 1.
    fn value(&mut self, name: &'static str, dimensions: Dimensions, value: u32) {
        let Some(metric) = self.profile.find(Home::Detection, name, &dimensions) else { return };
        let (_, values) =
            self.values.entry((name, dimensions)).or_insert_with(|| (metric.unit, BTreeMap::new()));
        add(values.entry(value).or_default());
    }

    fn data(self) -> Vec<Datum> {
        let mut data = Vec::new();
        for ((name, dimensions), (unit, values)) in self.values {
            let values: Vec<_> = values.into_iter().collect();
            for values in values.chunks(MOST_VALUES) {
                let (dimensions, values) = (dimensions.clone(), values.to_vec());
                data.push(Datum { name, dimensions, unit, values });
            }
        }
        data
    }
}

fn add(count: &mut u32) {
    *count = count.saturating_add(1);
}
