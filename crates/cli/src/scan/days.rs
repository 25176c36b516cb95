//! Over which days the records span that were read.

use jiff::civil::Date;

/// The first and the last day (UTC), as `2026-11-20`; none before the first record with a readable time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days(Option<(String, String)>);

impl Days {
    /// Takes in the time of a record.
    pub(super) fn see(&mut self, time: Option<&str>) {
        // Most times lie between two that were seen: those cost two comparisons.
        let Some(day) = time.and_then(|time| time.get(..10)) else { return };
        if let Some((first, last)) = &self.0
            && (first.as_str()..=last.as_str()).contains(&day)
        {
            return;
        }
        if day.parse::<Date>().is_err() {
            return;
        }
        match &mut self.0 {
            None => self.0 = Some((day.to_owned(), day.to_owned())),
            Some((first, _)) if day < first.as_str() => day.clone_into(first),
            Some((_, last)) => day.clone_into(last),
        }
    }

    /// Takes in what others have seen.
    pub(super) fn join(&mut self, other: &Self) {
        if let Some((first, last)) = &other.0 {
            self.see(Some(first));
            self.see(Some(last));
        }
    }

    /// The first and the last.
    pub(crate) fn ends(&self) -> Option<(&str, &str)> {
        self.0.as_ref().map(|(first, last)| (first.as_str(), last.as_str()))
    }

    /// How many days that makes, with both; 0 if there are none.
    pub(crate) fn count(&self) -> u32 {
        let date = |text: &str| text.parse::<Date>().ok();
        let Some((first, last)) = self.ends().and_then(|(first, last)| Some((date(first)?, date(last)?)))
        else {
            return 0;
        };
        first.until(last).map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_span_from_the_first_to_the_last() {
        let mut days = Days::default();
        assert_eq!((days.count(), days.ends()), (0, None));
        for time in [
            "2026-11-20T23:59:59Z",
            "2026-10-31T00:00:00Z",
            "2026-11-01",
            "nonsense-1",
            "2026",
            "9999-99-99x",
        ] {
            days.see(Some(time));
        }
        days.see(None);
        assert_eq!((days.count(), days.ends()), (21, Some(("2026-10-31", "2026-11-20"))));
        let mut others = Days::default();
        others.see(Some("2026-11-21T00:00:00Z"));
        assert_eq!(others.count(), 1);
        days.join(&others);
        days.join(&Days::default());
        assert_eq!(days.count(), 22);
    }
}
