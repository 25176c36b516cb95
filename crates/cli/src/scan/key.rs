//! What the S3 key of a trail file says about its records, and which files it lets a scan skip.
//!
//! Source: AWS CloudTrail user guide, "CloudTrail log file names":
//! `AWSLogs/[o-ORG/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz`,
//! where the time is that of the delivery.

use std::path::Path;

use jiff::{SignedDuration, Timestamp, civil};

use super::filter::Filter;

/// How far a record's time may lie from the delivery in the file's name before `--from` and `--to` trust the name.
/// Deliveries take minutes; a day leaves room for the slow ones and for archives grouped by hand.
const SLACK: SignedDuration = SignedDuration::from_hours(24);

/// The parts of a trail file's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TrailKey {
    account: String,
    region: String,
    delivered: Timestamp,
}

impl TrailKey {
    /// The key in a path, if folders and file name agree on it in every part.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let [.., above, account, kind, region, _year, _month, _day, name] = parts.as_slice() else {
            return None;
        };
        let logs = *above == "AWSLogs" || above.starts_with("o-");
        let rest = name
            .strip_prefix(account)?
            .strip_prefix("_CloudTrail_")?
            .strip_prefix(region)?
            .strip_prefix('_')?;
        let twelve_digits = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        if !logs || *kind != "CloudTrail" || !twelve_digits {
            return None;
        }
        let time = civil::DateTime::strptime("%Y%m%dT%H%MZ", rest.split('_').next()?).ok()?;
        let delivered = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        Some(Self { account: (*account).to_owned(), region: (*region).to_owned(), delivered })
    }

    /// When the file was delivered.
    pub(super) fn delivered(&self) -> Timestamp {
        self.delivered
    }

    /// True if no record of the file can pass the filter.
    pub(super) fn is_ruled_out_by(&self, filter: &Filter) -> bool {
        let other = |wanted: &[String], own: &String| !wanted.is_empty() && !wanted.contains(own);
        let before = filter.from.is_some_and(|from| self.delivered + SLACK < from);
        let after = filter.to.is_some_and(|to| self.delivered - SLACK > to);
        before || after || other(&filter.accounts, &self.account) || other(&filter.regions, &self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "b/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T0910Z_AbCdEfGh01234567.json.gz";

    #[test]
    fn a_key_is_read_only_if_folders_and_name_agree() {
        assert_eq!(TrailKey::of(Path::new(KEY)).unwrap().account, "111122223333");
        assert!(TrailKey::of(Path::new(&KEY.replace("AWSLogs/", "AWSLogs/o-exampleorg1/"))).is_some());
        assert!(TrailKey::of(Path::new(&KEY.replacen("eu-west-1", "eu-west-2", 1))).is_none());
        assert!(TrailKey::of(Path::new(&KEY.replace("CloudTrail/", "CloudTrail-Digest/"))).is_none());
        assert!(
            TrailKey::of(Path::new("111122223333_CloudTrail_eu-west-1_20261120T0910Z_x.json.gz")).is_none()
        );
    }

    #[test]
    fn only_files_that_can_hold_nothing_wanted_are_ruled_out() {
        let key = TrailKey::of(Path::new(KEY)).unwrap();
        let from = |text: &str| Filter { from: Some(text.parse().unwrap()), ..Filter::default() };
        let to = |text: &str| Filter { to: Some(text.parse().unwrap()), ..Filter::default() };
        assert!(!key.is_ruled_out_by(&from("2026-11-20T10:00:00Z")));
        assert!(key.is_ruled_out_by(&from("2026-11-22T10:00:00Z")));
        assert!(!key.is_ruled_out_by(&to("2026-11-20T08:00:00Z")));
        assert!(key.is_ruled_out_by(&to("2026-11-19T08:00:00Z")));
        assert!(key.is_ruled_out_by(&Filter { regions: vec!["us-east-1".into()], ..Filter::default() }));
        assert!(!key.is_ruled_out_by(&Filter { accounts: vec!["111122223333".into()], ..Filter::default() }));
    }
}
