//! CloudWatch: `PutMetricData`. Findings are counted, so that alarms and dashboards can be made of them.
//!
//! Which metrics there are is told by [`tattletrail_engine::metrics`].
//! What each delivery counts goes in one call. A call whose answer is lost is made again, so that counts may be too high
//! and are never too low.
//!
//! Sources: CloudWatch API reference, `PutMetricData` (1000 data and 1 MB a call), `MetricDatum` (150 values) and
//! `Dimension`.

// From facts to data.
mod aggregate;

// Which application and rule have a series of their own.
mod series;

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use aws_sdk_cloudwatch::config::retry::RetryConfig;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use aws_sdk_cloudwatch::{Client, Config};
use tattletrail_engine::metrics::{Profile, Unit};

pub use self::aggregate::{Datum, aggregate, standing};
pub use self::series::Series;
use super::Outcome;
use super::courier::{self, Courier, Entry, Limits, Verdict, batches};
use super::patience::{self, Fault};
use crate::census::Census;
use crate::deadline::Deadline;
use crate::late::Late;
use crate::parcel::{Facts, Parcel};

/// What a call takes: 1000 data; of 1 MB (of the smaller kind) something is left for what stands around them.
const CALL: Limits = Limits { entries: 1000, bytes: 900_000 };

/// What is counted, and under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricSettings {
    /// The namespace, such as `Tattletrail/Detection`.
    pub namespace: String,
    /// How many pairs of application and rule have a series of their own: each is paid for. The rest is counted together,
    /// under the rule `_other`. The bound is one of each running copy of a function, from its start to its end; several
    /// functions and copies may each choose other pairs.
    pub max_series: usize,
    /// Which metrics there are.
    pub profile: Profile,
}

/// Metrics.
#[derive(Debug)]
pub struct CloudWatch {
    client: Late<Client>,
    namespace: String,
    profile: Profile,
    series: Mutex<Series>,
    now: fn() -> SystemTime,
}

impl CloudWatch {
    /// Metrics through a client whose own retries are turned off: see the crate's `patience`.
    pub fn new(config: &Config, settings: MetricSettings) -> Self {
        Self::with_clock(config, settings, SystemTime::now)
    }

    /// The same with a clock of the caller's.
    pub fn with_clock(config: &Config, settings: MetricSettings, now: fn() -> SystemTime) -> Self {
        let config = config.to_builder().retry_config(RetryConfig::disabled()).build();
        let client = Late::new(|| Client::from_conf(config));
        let series = Mutex::new(Series::new(settings.max_series));
        Self { client, namespace: settings.namespace, profile: settings.profile, series, now }
    }

    /// Counts parcels. All have the same outcome, that of the calls.
    pub async fn deliver(&self, parcels: &[&Parcel], until: Deadline) -> Vec<Outcome> {
        let now = (self.now)();
        let facts: Vec<&Facts> = parcels.iter().map(|parcel| &parcel.facts).collect();
        let data = {
            let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
            aggregate(&facts, now, &mut series, self.profile)
        };
        let outcome = self.put(data, now, until).await;
        vec![outcome; parcels.len()]
    }

    /// Tells how much stands open.
    pub async fn tell_standing(&self, census: &Census, until: Deadline) -> Outcome {
        let data = {
            let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
            standing(census, &mut series, self.profile)
        };
        self.put(data, (self.now)(), until).await
    }

    async fn put(&self, data: Vec<Datum>, now: SystemTime, until: Deadline) -> Outcome {
        let calls = self::calls(data, now);
        worst(courier::send(self, &calls, until).await)
    }
}

impl Courier for CloudWatch {
    type Body = Vec<MetricDatum>;

    /// An entry is a call.
    const LIMITS: Limits = Limits { entries: 1, bytes: usize::MAX };

    async fn call(&self, batch: &[&Entry<Vec<MetricDatum>>], until: Deadline) -> Result<Vec<Verdict>, Fault> {
        let data = batch.iter().flat_map(|entry| entry.body.clone()).collect();
        let call =
            self.client.put_metric_data().namespace(&self.namespace).set_metric_data(Some(data)).send();
        patience::within(until, call).await?;
        Ok(vec![Verdict::Done; batch.len()])
    }
}

/// Data in calls, each within the limits.
fn calls(data: Vec<Datum>, now: SystemTime) -> Vec<Entry<Vec<MetricDatum>>> {
    // Data have no order of their own: each stands for a finding of its own name.
    let entry = |(at, datum): (usize, Datum)| Entry {
        finding: at.to_string().into(),
        bytes: datum.bytes(),
        body: datum,
    };
    let entries: Vec<_> = data.into_iter().enumerate().map(entry).collect();
    let call = |(at, batch): (usize, Vec<usize>)| {
        let data = batch.iter().filter_map(|at| entries.get(*at));
        let body = data.map(|entry| metric_datum(&entry.body, now)).collect();
        Entry { finding: at.to_string().into(), bytes: 0, body }
    };
    batches(&entries, CALL).into_iter().enumerate().map(call).collect()
}

fn metric_datum(datum: &Datum, now: SystemTime) -> MetricDatum {
    let dimension =
        |(name, value): &(&'static str, String)| Dimension::builder().name(*name).value(value).build();
    MetricDatum::builder()
        .metric_name(datum.name)
        .set_dimensions(Some(datum.dimensions.iter().map(dimension).collect::<Vec<_>>()))
        .timestamp(DateTime::from(now))
        .unit(match datum.unit {
            Unit::Count => StandardUnit::Count,
            Unit::Seconds => StandardUnit::Seconds,
        })
        .set_values(Some(datum.values.iter().map(|(value, _)| f64::from(*value)).collect()))
        .set_counts(Some(datum.values.iter().map(|(_, count)| f64::from(*count)).collect()))
        .build()
}

/// The outcome that all parcels share.
fn worst(outcomes: Vec<Outcome>) -> Outcome {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Done => 0,
        Outcome::Refused(_) => 1,
        Outcome::Failed(_) => 2,
    };
    outcomes.into_iter().max_by_key(rank).unwrap_or(Outcome::Done)
}

#[cfg(test)]
mod tests;
