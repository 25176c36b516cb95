//! Which records a scan is asked about.

use jiff::{Timestamp, civil};
use tattletrail_engine::record::CloudTrailRecord;

/// Bounds on time, account and Region; an empty list bounds nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    /// The earliest event time, included.
    pub(super) from: Option<Timestamp>,
    /// The latest event time, not included.
    pub(super) to: Option<Timestamp>,
    pub(super) accounts: Vec<String>,
    pub(super) regions: Vec<String>,
}

impl Filter {
    /// True if the record is asked about. One without a readable time is, whatever the bounds on time: it must not
    /// disappear.
    pub(super) fn admits(&self, record: &CloudTrailRecord) -> bool {
        if self.from.is_some() || self.to.is_some() {
            let time = record.event_time().and_then(|text| text.parse::<Timestamp>().ok());
            let early = time.zip(self.from).is_some_and(|(time, from)| time < from);
            let late = time.zip(self.to).is_some_and(|(time, to)| time >= to);
            if early || late {
                return false;
            }
        }
        let among = |wanted: &[String], own: Option<String>| {
            wanted.is_empty() || own.is_none_or(|own| wanted.contains(&own))
        };
        among(&self.accounts, record.account().map(|account| account.to_string()))
            && among(&self.regions, record.region().map(|region| region.to_string()))
    }
}

/// A point in time as people write one: RFC 3339, or a date for its first moment (UTC).
pub(crate) fn parse_time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let date: civil::Date = text.parse().map_err(|_| {
        "expected a date such as 2026-11-20 (its first moment, UTC) or a time such as 2026-11-20T09:30:00Z".to_owned()
    })?;
    date.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|error| error.to_string())
}
