//! From the facts of a delivery to data, without a clock or a client.

use std::collections::BTreeMap;
use std::time::SystemTime;

use tattletrail_engine::finding::Status;

use super::series::{self, Pair, Series};
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
    pub dimensions: Vec<(&'static str, String)>,
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

/// What values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "CloudWatch's own words")]
pub enum Unit {
    Count,
    Seconds,
}

/// Counts facts. The same facts, time and series make the same data, in the same order.
///
/// `Findings` (open) by nothing, by `Level`, and by `Application` and `RuleId`; `FindingsClosed` by nothing and by
/// `Level`; `ExposureSeconds` of closed ones by nothing and by `Application` and `RuleId`; `TimeToDetect` in seconds;
/// `SeriesFolded`, the findings that were counted under a rule `_other`.
#[must_use]
pub fn aggregate(facts: &[&Facts], now: SystemTime, series: &mut Series) -> Vec<Datum> {
    let mut wanted: BTreeMap<Pair, u32> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| has_series(fact)) {
        add(wanted.entry(pair(fact)).or_default());
    }
    series.admit(&wanted);
    let mut counts = Counts::default();
    for fact in facts {
        count(&mut counts, fact, now, series);
    }
    counts.data()
}

fn has_series(fact: &Facts) -> bool {
    fact.status == Status::Open || fact.exposure_seconds.is_some()
}

fn pair(fact: &Facts) -> Pair {
    (series::value(&fact.application), series::value(fact.rule.as_str()))
}

fn count(counts: &mut Counts, fact: &Facts, now: SystemTime, series: &Series) {
    let level = || vec![("Level", fact.level.as_str().to_owned())];
    let own = pair(fact);
    let (application, rule) = series.of(&own);
    let is_folded = has_series(fact) && rule != own.1;
    let by_rule = vec![("Application", application), ("RuleId", rule)];
    match fact.status {
        Status::Open => {
            counts.one("Findings", Vec::new());
            counts.one("Findings", level());
            counts.one("Findings", by_rule);
        }
        Status::Closed => {
            counts.one("FindingsClosed", Vec::new());
            counts.one("FindingsClosed", level());
            if let Some(seconds) = fact.exposure_seconds {
                counts.seconds("ExposureSeconds", Vec::new(), seconds);
                counts.seconds("ExposureSeconds", by_rule, seconds);
            }
        }
    }
    if is_folded {
        counts.one("SeriesFolded", Vec::new());
    }
    if let Some(seconds) = since(fact.event_time.as_deref(), now) {
        counts.seconds("TimeToDetect", Vec::new(), seconds);
    }
}

/// Seconds from the call to now; clocks that disagree make none negative.
fn since(event_time: Option<&str>, now: SystemTime) -> Option<i64> {
    let then: jiff::Timestamp = event_time?.parse().ok()?;
    let now = jiff::Timestamp::try_from(now).ok()?;
    Some(now.as_second().saturating_sub(then.as_second()).max(0))
}

type Key = (&'static str, Vec<(&'static str, String)>);

/// Values and how often each was seen, by metric and dimensions.
#[derive(Debug, Default)]
struct Counts(BTreeMap<Key, (Unit, BTreeMap<u32, u32>)>);

impl Counts {
    /// One more of what is counted: the sum is what matters, so that each is a value of 1.
    fn one(&mut self, name: &'static str, dimensions: Vec<(&'static str, String)>) {
        self.value(name, dimensions, Unit::Count, 1);
    }

    /// A hundred and thirty years are as good as any longer time.
    fn seconds(&mut self, name: &'static str, dimensions: Vec<(&'static str, String)>, seconds: i64) {
        let seconds = u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
        self.value(name, dimensions, Unit::Seconds, seconds);
    }

    fn value(&mut self, name: &'static str, dimensions: Vec<(&'static str, String)>, unit: Unit, value: u32) {
        let (_, values) = self.0.entry((name, dimensions)).or_insert_with(|| (unit, BTreeMap::new()));
        add(values.entry(value).or_default());
    }

    fn data(self) -> Vec<Datum> {
        let mut data = Vec::new();
        for ((name, dimensions), (unit, values)) in self.0 {
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
