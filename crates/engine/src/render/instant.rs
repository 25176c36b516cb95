//! The time of a finding, as the formats want it: text with milliseconds, and milliseconds since 1970.

use jiff::Timestamp;

/// The time of the record that a finding comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instant(Option<Timestamp>);

impl Instant {
    /// Reads `eventTime`.
    pub(super) fn parse(text: Option<&str>) -> Self {
        // Formats with four digits for the year cannot say the others, and CloudTrail began in 2013.
        let sane = |time: &Timestamp| (0..=9999).contains(&year(*time));
        Self(text.and_then(|text| text.parse().ok()).filter(sane))
    }

    /// False where the record gave no time, or none that can be read.
    pub(super) fn is_known(self) -> bool {
        self.0.is_some()
    }

    /// RFC 3339 in UTC with milliseconds; the epoch where the time is not known.
    pub(super) fn text(self) -> String {
        format!("{:.3}", self.0.unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// Milliseconds since 1970; 0 where the time is not known.
    pub(super) fn millis(self) -> i64 {
        self.0.map_or(0, Timestamp::as_millisecond)
    }
}

fn year(time: Timestamp) -> i16 {
    jiff::tz::Offset::UTC.to_datetime(time).year()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc_with_milliseconds() {
        let text = |given| Instant::parse(Some(given)).text();
        assert_eq!(text("2026-11-21T07:59:41Z"), "2026-11-21T07:59:41.000Z");
        assert_eq!(text("2026-11-21T09:59:41.123456+02:00"), "2026-11-21T07:59:41.123Z");
        assert_eq!(Instant::parse(Some("2026-11-21T07:59:41Z")).millis(), 1_795_247_981_000);
    }

    #[test]
    fn what_is_no_time_is_the_epoch_and_says_so() {
        for given in [None, Some(""), Some("yesterday"), Some("-000001-01-01T00:00:00Z")] {
            let instant = Instant::parse(given);
            assert!(!instant.is_known(), "{given:?}");
            assert_eq!(instant.text(), "1970-01-01T00:00:00.000Z");
            assert_eq!(instant.millis(), 0);
        }
    }
}
