//! Metrics as CloudWatch has them, by profile.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tattletrail_engine::metrics::{DETECTION, FREE_SERIES, HEALTH, Home, Profile};

use super::LIMIT;
use super::payloads::{closed, event, opened};
use super::readings::health;
use super::schedule::schedule;
use super::world::World;

/// A series: its name and its dimensions.
type Series = (String, Vec<(String, String)>);

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The series that were put into the namespace of findings.
fn published(world: &World) -> BTreeSet<Series> {
    let answer = world.aws.call("cloudwatch", "list_metrics", json!({"Namespace": world.namespace()}));
    let metrics = answer["Metrics"].as_array().unwrap().iter();
    let pairs = |metric: &Value| -> Vec<_> {
        let dimensions = metric["Dimensions"].as_array().cloned().unwrap_or_default();
        dimensions.iter().map(|own| (text(&own["Name"]), text(&own["Value"]))).collect()
    };
    metrics.map(|metric| (text(&metric["MetricName"]), pairs(metric))).collect()
}

/// The series that lines of health declare.
fn declared(lines: &[Value]) -> BTreeSet<Series> {
    let mut all = BTreeSet::new();
    for line in lines {
        for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            let names = directive["Dimensions"][0].as_array().unwrap();
            let dimensions: Vec<_> = names.iter().map(|name| (text(name), text(&line[text(name)]))).collect();
            let metrics = directive["Metrics"].as_array().unwrap();
            all.extend(metrics.iter().map(|metric| (text(&metric["Name"]), dimensions.clone())));
        }
    }
    all
}

/// True if the profile has the series.
fn has(profile: Profile, home: Home, (name, dimensions): &Series) -> bool {
    let dimensions: Vec<_> = dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    profile.find(home, name, &dimensions).is_some()
}

/// What all three functions publish of an exposure that opens and ends, and of a schedule between.
fn series_of(world: &World, profile: Profile) -> (BTreeSet<Series>, BTreeSet<Series>) {
    let settings = [("TATTLETRAIL_METRICS_PROFILE", profile.as_str())];
    let events = world.start_with("api-events", &settings);
    events.invoke(&event(&opened()), LIMIT).unwrap();
    let files = world.start_with("trail-files", &settings);
    files.invoke(&schedule(), LIMIT).unwrap();
    events.invoke(&event(&closed()), LIMIT).unwrap();
    let lines = [health(&events, 2), health(&files, 1)].concat();
    (published(world), declared(&lines))
}

#[test]
fn the_free_profile_publishes_no_more_than_is_free() {
    let (findings, health) = series_of(&World::new("functions-free-metrics"), Profile::Free);
    assert!(findings.iter().all(|series| has(Profile::Free, Home::Detection, series)), "{findings:?}");
    assert!(health.iter().all(|series| has(Profile::Free, Home::Health, series)), "{health:?}");
    // No finding of it is critical.
    assert_eq!(findings.len() + health.len(), FREE_SERIES - 1, "{findings:?} {health:?}");
}

#[test]
fn the_standard_profile_publishes_what_the_table_has() {
    let (findings, health) = series_of(&World::new("functions-metrics"), Profile::Standard);
    assert!(findings.iter().all(|series| has(Profile::Standard, Home::Detection, series)), "{findings:?}");
    assert!(health.iter().all(|series| has(Profile::Standard, Home::Health, series)), "{health:?}");
    let names: BTreeSet<_> = findings.iter().chain(&health).map(|(name, _)| name.as_str()).collect();
    for expected in
        ["Findings", "FindingsClosed", "ExposureSeconds", "TimeToDetect", "OpenExposures", "Received"]
    {
        assert!(names.contains(expected), "no {expected} in {names:?}");
    }
}

#[test]
fn every_metric_is_documented() {
    let path = crate::harness::root().join("docs/functions.md");
    let text = std::fs::read_to_string(path).unwrap();
    for profile in Profile::ALL {
        for metric in profile.metrics() {
            assert!(
                text.contains(&format!("`{}`", metric.name)),
                "{} is not in docs/functions.md",
                metric.name
            );
        }
    }
    assert!(text.contains(DETECTION) && text.contains(HEALTH));
    let fixed = |profile: Profile, home| -> usize {
        let has_values = |name: &str| match name {
            "Level" => 5,
            "Source" => 1,
            _ => 0,
        };
        profile.metrics().filter(|metric| metric.home == home).map(|metric| metric.series(has_values)).sum()
    };
    let own = (fixed(Profile::Standard, Home::Detection), fixed(Profile::Standard, Home::Health));
    assert!(text.contains(&format!("`standard` has {} series", own.0)), "{own:?}");
    assert!(text.contains(&format!("and {} for each function", own.1)), "{own:?}");
}
