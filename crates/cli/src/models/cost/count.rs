//! How many of everything a deployment has.

use tattletrail_engine::finding::Level;
use tattletrail_engine::metrics::{Metric, Profile, Reading, SOURCES, dimension, name};

use super::prices::FREE_DASHBOARD;
use crate::models::render::files::{alarms, contributors, dashboards, metrics};
use crate::models::render::outline::Outline;
use crate::models::render::settings::Settings;

/// Days and hours of a month.
const DAYS: f64 = 365.0 / 12.0;
const HOURS: f64 = DAYS * 24.0;

/// Pairs of application and rule with a series of their own: the default of `TATTLETRAIL_METRICS_MAX_SERIES`.
const MOST_PAIRS: usize = 200;

/// Bytes of a line of a finding, and of what an invocation logs otherwise: its line of health, and those of Lambda. As
/// measured over the sample trail, rounded up.
const FINDING_BYTES: f64 = 1000.0;
const INVOCATION_BYTES: f64 = 1800.0;

/// What a deployment is given to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    /// Findings on a day.
    pub(super) findings: f64,
    /// Events that are taken in, in a month; each an invocation.
    pub(super) events: f64,
    /// How often each dashboard is opened on a day.
    pub(super) looks: f64,
}

/// What there is of each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Counts {
    /// Series, if each has a value in every hour.
    pub(super) series: usize,
    /// Months of series, as they are paid for.
    pub(super) months: f64,
    pub(super) alarms: usize,
    pub(super) small_dashboards: usize,
    pub(super) large_dashboards: usize,
    pub(super) calls: f64,
    pub(super) log_gb: f64,
    pub(super) read_gb: f64,
    pub(super) contributors: usize,
}

/// Counts all of it.
pub(super) fn count(outlines: &[Outline<'_>], profile: Profile, load: Load, settings: &Settings) -> Counts {
    let all = dashboards(outlines, profile, settings);
    let large = all.iter().filter(|(_, body)| metrics(body) > FREE_DASHBOARD).count();
    let questions: usize =
        all.iter().map(|(_, body)| body.to_string().matches("\"type\":\"log\"").count()).sum();
    let findings = load.findings * DAYS;
    let log_gb = (load.events * INVOCATION_BYTES + findings * FINDING_BYTES) / 1e9;
    Counts {
        series: profile.metrics().map(|metric| series(metric, outlines)).sum(),
        months: profile.metrics().map(|metric| months(metric, outlines, findings)).sum(),
        alarms: alarms(profile, settings),
        small_dashboards: all.len() - large,
        large_dashboards: large,
        // One for each finding at most, and one a day for what stands open.
        calls: findings + DAYS,
        log_gb,
        // Each question reads the seven days that a dashboard shows.
        read_gb: log_gb * 7.0 / DAYS * small(questions) * load.looks * DAYS,
        contributors: match profile {
            Profile::Free => 1,
            Profile::Standard => contributors(settings),
        },
    }
}

/// How many series a metric has at most.
fn series(metric: &Metric, outlines: &[Outline<'_>]) -> usize {
    let names: Vec<&str> = metric.dimensions.iter().map(|own| own.name).collect();
    if names.contains(&dimension::RULE_ID) {
        let is_of_exposures = metric.name != name::FINDINGS;
        let of = |outline: &Outline<'_>| {
            outline.rules().into_iter().filter(|rule| rule.is_exposure || !is_of_exposures).count()
        };
        return outlines.iter().map(of).sum::<usize>().min(MOST_PAIRS);
    }
    metric.series(|name| match name {
        dimension::LEVEL => Level::ALL.len(),
        dimension::SOURCE => SOURCES.len(),
        _ => outlines.len(),
    })
}

/// For how many months of a series it is paid: a series is paid for by the hour, and only in hours in which it has a value.
fn months(metric: &Metric, outlines: &[Outline<'_>], findings: f64) -> f64 {
    let most = small(series(metric, outlines));
    match (metric.home, metric.read) {
        (tattletrail_engine::metrics::Home::Health, _) => most,
        // Once a day.
        (_, Reading::Maximum) => most * DAYS / HOURS,
        // A finding is an hour of one series at most, of each application once.
        _ => most.min(findings * small(outlines.len().max(1)) / HOURS),
    }
}

/// A count as a number with a fraction.
fn small(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
