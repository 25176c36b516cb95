use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use tattletrail_engine::finding::{Level, Status};
use tattletrail_engine::metrics::Home;
use tattletrail_engine::threat_model::Attribution;

use super::super::samples::{self, at_once, letters, parcels, soon};
use super::super::stand_in::{Answer, StandIn};
use super::*;

/// A minute after the calls of the samples.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_247_981 + 60)
}

fn facts(rule: &str) -> Facts {
    Facts { rule: rule.into(), ..samples::parcel("f").facts }
}

fn closed(rule: &str, seconds: Option<i64>) -> Facts {
    Facts { status: Status::Closed, exposure_seconds: seconds, ..facts(rule) }
}

/// Data by name and dimensions, as `Findings[Level=high]`.
fn by_name(facts: &[Facts], most: usize) -> BTreeMap<String, Vec<(u32, u32)>> {
    named(&aggregate(&facts.iter().collect::<Vec<_>>(), now(), &mut Series::new(most), Profile::Standard))
}

fn named(data: &[Datum]) -> BTreeMap<String, Vec<(u32, u32)>> {
    let name = |datum: &Datum| {
        let dimensions: Vec<_> =
            datum.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}[{}]", datum.name, dimensions.join(","))
    };
    data.iter().map(|datum| (name(datum), datum.values.clone())).collect()
}

#[test]
fn open_findings_are_counted_three_times_over() {
    let low = Facts { level: Level::Low, ..facts("r2") };
    let data = by_name(&[facts("r1"), facts("r1"), low], 10);
    let expected = [
        ("Findings[Application=shop,RuleId=r1]", vec![(1, 2)]),
        ("Findings[Application=shop,RuleId=r2]", vec![(1, 1)]),
        ("Findings[Level=high]", vec![(1, 2)]),
        ("Findings[Level=low]", vec![(1, 1)]),
        ("Findings[]", vec![(1, 3)]),
        ("TimeToDetect[Application=shop]", vec![(60, 3)]),
        ("TimeToDetect[]", vec![(60, 3)]),
    ];
    assert_eq!(data, expected.map(|(name, values)| (name.to_owned(), values)).into());
}

#[test]
fn closed_findings_tell_how_long_they_stood() {
    let data = by_name(&[closed("r1", Some(30)), closed("r1", Some(30)), closed("r2", None)], 10);
    let expected = [
        ("ExposureSeconds[Application=shop,RuleId=r1]", vec![(30, 2)]),
        ("ExposureSeconds[]", vec![(30, 2)]),
        ("FindingsClosed[Application=shop,RuleId=r1]", vec![(1, 2)]),
        ("FindingsClosed[Application=shop,RuleId=r2]", vec![(1, 1)]),
        ("FindingsClosed[Level=high]", vec![(1, 3)]),
        ("FindingsClosed[]", vec![(1, 3)]),
        ("TimeToDetect[Application=shop]", vec![(60, 3)]),
        ("TimeToDetect[]", vec![(60, 3)]),
    ];
    assert_eq!(data, expected.map(|(name, values)| (name.to_owned(), values)).into());
}

#[test]
fn what_has_no_series_of_its_own_is_counted_together_and_said() {
    let data = by_name(&[facts("r1"), facts("r2"), facts("r2"), facts("r3"), closed("r4", None)], 1);
    assert_eq!(data["Findings[Application=shop,RuleId=r2]"], [(1, 2)]);
    assert_eq!(data["Findings[Application=shop,RuleId=_other]"], [(1, 2)]);
    assert_eq!(data["FindingsClosed[Application=shop,RuleId=_other]"], [(1, 1)]);
    assert_eq!(data["SeriesFolded[]"], [(1, 3)]);
}

/// A finding of these applications.
fn of(applications: &[&str], rule: &str) -> Facts {
    let own = |name: &&str| Attribution { application: (*name).into(), vectors: vec!["v".into()] };
    Facts { applications: applications.iter().map(own).collect(), ..facts(rule) }
}

#[test]
fn a_finding_counts_under_each_of_its_applications_and_once_in_the_totals() {
    let both = of(&["a", "b"], "r1");
    let closed = Facts { status: Status::Closed, exposure_seconds: Some(30), ..both.clone() };
    let data = by_name(&[both, closed], 10);
    for total in ["Findings[]", "Findings[Level=high]", "FindingsClosed[]", "FindingsClosed[Level=high]"] {
        assert_eq!(data[total], [(1, 1)], "{total}");
    }
    assert_eq!((&data["ExposureSeconds[]"], &data["TimeToDetect[]"]), (&vec![(30, 1)], &vec![(60, 2)]));
    for own in ["a", "b"] {
        for metric in ["Findings", "FindingsClosed"] {
            assert_eq!(data[&format!("{metric}[Application={own},RuleId=r1]")], [(1, 1)]);
        }
        assert_eq!(data[&format!("ExposureSeconds[Application={own},RuleId=r1]")], [(30, 1)]);
        assert_eq!(data[&format!("TimeToDetect[Application={own}]")], [(60, 2)]);
    }
    assert!(!data.keys().any(|name| name.contains("=shop")), "{data:?}");
}

#[test]
fn two_applications_without_a_series_are_one_finding_of_others() {
    let data = by_name(&[of(&["a", "b"], "r1")], 0);
    assert_eq!(data["Findings[Application=_other,RuleId=_other]"], [(1, 1)]);
    assert_eq!(data["TimeToDetect[Application=_other]"], [(60, 1)]);
    assert_eq!(data["SeriesFolded[]"], [(1, 1)]);
}

/// Two applications with two rules: so much of one stands open, and nothing of the other any more.
fn census() -> Census {
    let pair = |application: &str, rule: &str| (application.to_owned(), rule.to_owned());
    let by_rule = [(pair("a", "r1"), 3), (pair("a", "r2"), 0), (pair("b", "r1"), 2)];
    Census { open: 4, by_rule: by_rule.into() }
}

#[test]
fn what_stands_open_is_a_value_for_the_whole_and_for_each_series() {
    let data = named(&standing(&census(), &mut Series::new(10), Profile::Standard));
    let expected = [
        ("OpenExposures[Application=a,RuleId=r1]", vec![(3, 1)]),
        ("OpenExposures[Application=a,RuleId=r2]", vec![(0, 1)]),
        ("OpenExposures[Application=b,RuleId=r1]", vec![(2, 1)]),
        ("OpenExposures[]", vec![(4, 1)]),
    ];
    assert_eq!(data, expected.map(|(name, values)| (name.to_owned(), values)).into());
    let folded = named(&standing(&census(), &mut Series::new(1), Profile::Standard));
    assert_eq!(folded["OpenExposures[Application=_other,RuleId=_other]"], [(2, 1)]);
    assert_eq!(folded["OpenExposures[Application=a,RuleId=_other]"], [(0, 1)]);
}

#[test]
fn what_is_published_is_what_the_table_has() {
    let everything: Vec<_> = Level::ALL
        .into_iter()
        .flat_map(|level| {
            let open = Facts { level, ..of(&["a", "b"], "r1") };
            let closed = Facts { status: Status::Closed, exposure_seconds: Some(1), ..open.clone() };
            [open, closed, facts("r2")]
        })
        .collect();
    for profile in Profile::ALL {
        let mut series = Series::new(1);
        let facts: Vec<_> = everything.iter().collect();
        let mut data = aggregate(&facts, now(), &mut series, profile);
        data.extend(standing(&census(), &mut series, profile));
        let mut found = std::collections::BTreeSet::new();
        for datum in &data {
            let metric = profile.find(Home::Detection, datum.name, &datum.dimensions);
            let metric = metric.unwrap_or_else(|| panic!("{profile:?} has no {datum:?}"));
            assert_eq!(metric.unit, datum.unit);
            found.insert((metric.name, metric.meaning));
        }
        let expected = profile.metrics().filter(|metric| metric.home == Home::Detection);
        assert_eq!(found, expected.map(|metric| (metric.name, metric.meaning)).collect());
        let is_free = profile == Profile::Free;
        assert!(!is_free || data.len() == 7, "seven series, and three of health: {data:?}");
    }
}

#[test]
fn a_time_that_is_missing_or_to_come_makes_no_value_below_nought() {
    let future = Facts { event_time: Some("2126-01-01T00:00:00Z".to_owned()), ..facts("r") };
    let none = Facts { event_time: Some("yesterday".to_owned()), ..facts("r") };
    assert_eq!(by_name(&[future, none], 10)["TimeToDetect[]"], [(0, 1)]);
}

#[test]
fn more_values_than_one_datum_holds_make_more_data() {
    let all: Vec<_> = (0..400).map(|seconds| closed("r", Some(seconds))).collect();
    let data = aggregate(&all.iter().collect::<Vec<_>>(), now(), &mut Series::new(9), Profile::Standard);
    let sizes = data.iter().filter(|datum| datum.name == "ExposureSeconds" && datum.dimensions.is_empty());
    assert_eq!(sizes.map(|datum| datum.values.len()).collect::<Vec<_>>(), [150, 150, 100]);
}

async fn delivered(server: &StandIn, parcels: &[Parcel], until: Deadline) -> Vec<Outcome> {
    let config = samples::config!(aws_sdk_cloudwatch, server.url.clone());
    let settings = MetricSettings {
        namespace: "Tattletrail/Detection".to_owned(),
        max_series: 50,
        profile: Profile::Standard,
    };
    let sink = CloudWatch::with_clock(&config, settings, now);
    sink.deliver(&parcels.iter().collect::<Vec<_>>(), until).await
}

/// An empty map in CBOR is one byte, which is no text: no content at all is an answer as well.
fn taken() -> Answer {
    Answer::Reply(200, "application/cbor", String::new())
}

fn refused(status: u16) -> Answer {
    Answer::Reply(status, "application/cbor", String::new())
}

#[tokio::test]
async fn a_delivery_is_one_call() {
    let server = StandIn::answering(|_| taken());
    assert_eq!(letters(&delivered(&server, &parcels(["a", "b", "c"]), soon()).await), "ddd");
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].path.ends_with("/PutMetricData"), "{}", requests[0].path);
    let has = |text: &str| requests[0].body.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(has("Tattletrail/Detection") && has("TimeToDetect") && has("RuleId") && has("Count"));
}

#[tokio::test]
async fn nothing_is_counted_without_parcels() {
    let server = StandIn::answering(|_| taken());
    assert!(delivered(&server, &[], soon()).await.is_empty());
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn parcels_share_the_outcome_of_the_call() {
    let server = StandIn::scripted([refused(503), Answer::HangUp, taken()]);
    assert_eq!(letters(&delivered(&server, &parcels(["a", "b"]), soon()).await), "dd");
    let busy = StandIn::answering(|_| refused(503));
    assert_eq!(letters(&delivered(&busy, &parcels(["a", "b"]), at_once()).await), "ff");
    let denied = StandIn::answering(|_| refused(403));
    assert_eq!(letters(&delivered(&denied, &parcels(["a", "b"]), soon()).await), "ff");
    assert_eq!(denied.requests().len(), 1);
}

proptest! {
    #[test]
    fn nothing_is_lost_and_series_stay_bounded(
        given in proptest::collection::vec((0..8_u8, 0..9_u8, any::<bool>()), 0..80), most in 0..12_usize,
    ) {
        let mut series = Series::new(most);
        let mut pairs = std::collections::BTreeSet::new();
        for delivery in given.chunks(20) {
            let fact = |(application, rule, is_open): &(u8, u8, bool)| Facts {
                application: application.to_string(),
                ..if *is_open { facts(&rule.to_string()) } else { closed(&rule.to_string(), Some(1)) }
            };
            let facts: Vec<_> = delivery.iter().map(fact).collect();
            let data = aggregate(&facts.iter().collect::<Vec<_>>(), now(), &mut series, Profile::Standard);
            let sum = |name, dimensions| -> u32 {
                let data = data.iter().filter(|datum| datum.name == name && datum.dimensions.len() == dimensions);
                data.flat_map(|datum| &datum.values).map(|(_, count)| *count).sum()
            };
            let open = u32::try_from(delivery.iter().filter(|given| given.2).count()).unwrap();
            let all = u32::try_from(delivery.len()).unwrap();
            for dimensions in [0, 1, 2] {
                prop_assert_eq!(sum("Findings", dimensions), open);
                prop_assert_eq!(sum("FindingsClosed", dimensions), all - open);
            }
            prop_assert_eq!(sum("ExposureSeconds", 2), all - open);
            pairs.extend(data.iter().filter(|d| d.dimensions.len() == 2).map(|d| d.dimensions.clone()));
        }
        prop_assert!(pairs.len() <= 2 * most + 1);
    }

    #[test]
    fn calls_hold_all_data_and_not_too_many(count in 0..5000_u32) {
        let rules: Vec<_> = (0..count).map(|rule| facts(&rule.to_string())).collect();
        let data = aggregate(&rules.iter().collect::<Vec<_>>(), now(), &mut Series::new(usize::MAX), Profile::Standard);
        let calls = calls(data.clone(), now());
        prop_assert!(calls.iter().all(|call| (1..=1000).contains(&call.body.len())));
        prop_assert_eq!(calls.iter().map(|call| call.body.len()).sum::<usize>(), data.len());
    }
}
