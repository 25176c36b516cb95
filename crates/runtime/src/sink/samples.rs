//! Parcels for the tests of the sinks.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tattletrail_engine::finding::{Level, Status};
use tattletrail_engine::render::alert::{Alert, TECHNIQUE};
use tattletrail_engine::render::asff;

use super::Outcome;
use crate::deadline::Deadline;
use crate::parcel::{Facts, Origin, Parcel};

/// The Region of clients.
pub(super) const REGION: &str = "eu-central-1";

/// What clients sign with.
pub(super) const KEY: (&str, &str) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

/// A configuration for a client of a stand-in, for any SDK crate.
macro_rules! config {
    ($sdk:ident, $url:expr) => {
        $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new($crate::sink::samples::REGION))
            .credentials_provider($sdk::config::Credentials::new(
                $crate::sink::samples::KEY.0,
                $crate::sink::samples::KEY.1,
                None,
                None,
                "test",
            ))
            .endpoint_url($url)
            .build()
    };
}
pub(super) use config;

/// Long enough for a few retries.
pub(super) fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

/// Too short for many.
pub(super) fn at_once() -> Deadline {
    Deadline::after(Duration::from_millis(400))
}

/// A parcel in every form.
pub(super) fn parcel(finding: &str) -> Parcel {
    let (account, region) = ("111122223333", "us-east-1");
    Parcel {
        finding: finding.into(),
        facts: Facts {
            status: Status::Open,
            level: Level::High,
            rule: "5f6e0000-0000-4000-8000-000000000001".into(),
            account: account.into(),
            region: region.into(),
            application: "shop".to_owned(),
            applications: Vec::new(),
            event_time: Some("2026-11-21T07:59:41Z".to_owned()),
            exposure_seconds: None,
            origin: Origin::default(),
        },
        asff: Some(json!({
            "Id": finding,
            "AwsAccountId": account,
            "ProductArn": asff::product_arn(account, region),
            "Title": "a \u{1f642} title",
            "ProductFields": {"tattletrail/RuleId": "r"},
        })),
        alert: Some(Alert {
            subject: "[HIGH] open: Port open: sg-0abc".to_owned(),
            text: "What: a port\nSince: now\n".to_owned(),
            json: json!({"schema": "tattletrail.alert/1", "finding_id": finding, "event": {"id": "e1"}}),
            attributes: BTreeMap::from([
                ("level".to_owned(), "high".to_owned()),
                (TECHNIQUE.to_owned(), r#"["T1686.001"]"#.to_owned()),
            ]),
        }),
        ocsf: Some(json!({
            "class_uid": 2004,
            "finding_info": {"uid": finding},
            "resources": [{"uid": "arn:aws:ec2:us-east-1:111122223333:security-group/sg-0abc"}],
        })),
        sinks: BTreeMap::new(),
    }
}

/// Parcels of findings with these names.
pub(super) fn parcels<'a>(findings: impl IntoIterator<Item = &'a str>) -> Vec<Parcel> {
    findings.into_iter().map(parcel).collect()
}

/// One letter for each outcome: done, refused, failed.
pub(super) fn letters(outcomes: &[Outcome]) -> String {
    let letter = |outcome: &Outcome| match outcome {
        Outcome::Done => 'd',
        Outcome::Refused(_) => 'r',
        Outcome::Failed(_) => 'f',
    };
    outcomes.iter().map(letter).collect()
}
