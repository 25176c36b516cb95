//! What the table promises whoever draws from it.

use std::collections::BTreeSet;

use super::*;
use crate::finding::Level;

/// The fewest values that a dimension may have: one application with one rule.
fn fewest(name: &str) -> usize {
    match name {
        dimension::LEVEL => Level::ALL.len(),
        dimension::SOURCE => SOURCES.len(),
        _ => 1,
    }
}

#[test]
fn the_free_profile_is_free_however_many_applications_and_rules_there_are() {
    let many = |name: &str| fewest(name) * 1000;
    let series: usize = Profile::Free.metrics().map(|metric| metric.series(many)).sum();
    assert_eq!(series, FREE_SERIES);
}

#[test]
fn a_profile_has_each_series_once() {
    for profile in Profile::ALL {
        let mut seen = BTreeSet::new();
        for metric in profile.metrics() {
            let dimensions: Vec<_> = metric.dimensions.iter().map(|own| (own.name, own.only)).collect();
            assert!(seen.insert((metric.home, metric.name, dimensions)), "{metric:?} is there twice");
            let given: Vec<_> =
                metric.dimensions.iter().map(|own| (own.name, own.only.unwrap_or("x"))).collect();
            assert_eq!(profile.find(metric.home, metric.name, &given), Some(metric));
        }
    }
}

#[test]
fn what_a_profile_lacks_is_not_found() {
    let find = |profile: Profile, name, dimensions: &[(&str, &str)]| {
        profile.find(Home::Detection, name, dimensions).is_some()
    };
    assert!(find(Profile::Free, name::FINDINGS, &[("Level", "high")]));
    assert!(!find(Profile::Free, name::FINDINGS, &[("Level", "low")]));
    assert!(find(Profile::Standard, name::FINDINGS, &[("Level", "low")]));
    assert!(!find(Profile::Standard, name::FINDINGS, &[("Application", "a")]));
    assert!(!find(Profile::Standard, "Received", &[("Source", "api-events")]), "it is at home elsewhere");
    assert!(!find(Profile::Standard, "Anything", &[]));
}

#[test]
fn a_row_keeps_to_the_limits_of_cloudwatch() {
    for metric in TABLE {
        assert!(metric.dimensions.is_sorted_by_key(|own| own.name), "{metric:?}");
        assert!(!metric.profiles.is_empty() && !metric.meaning.is_empty(), "{metric:?}");
        assert!(metric.name.chars().all(|letter| letter.is_ascii_alphanumeric()), "{metric:?}");
    }
}

#[test]
fn a_profile_is_known_by_its_name() {
    for profile in Profile::ALL {
        assert_eq!(Profile::from_word(profile.as_str()), Some(profile));
    }
    assert_eq!(Profile::from_word("Free"), None);
}
