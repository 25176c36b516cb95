//! Every metric that the functions publish, once: what publishes them takes names and units from here, and so does whatever
//! draws them, alarms on them or adds up what they cost.
//!
//! Technique, tactic and attack vector follow from the rule, so that they are no dimensions: each pair of application and rule
//! is a series that is paid for, and whoever draws a vector knows its rules and adds up their series.
//!
//! Sources: CloudWatch pricing (ten custom metrics are free; a series is a metric with its dimensions).

// The rows.
mod table;

pub use table::TABLE;

/// The namespace of metrics about findings, where no other is set.
pub const DETECTION: &str = "Tattletrail/Detection";

/// The namespace of metrics about the functions themselves.
pub const HEALTH: &str = "Tattletrail/Health";

/// The most series of the profile `free`, over all functions: so many custom metrics cost nothing.
pub const FREE_SERIES: usize = 10;

/// Names of metrics about findings.
pub mod name {
    /// Findings that opened.
    pub const FINDINGS: &str = "Findings";
    /// Findings that closed.
    pub const FINDINGS_CLOSED: &str = "FindingsClosed";
    /// How long what closed had stood open.
    pub const EXPOSURE_SECONDS: &str = "ExposureSeconds";
    /// From the call to the metric.
    pub const TIME_TO_DETECT: &str = "TimeToDetect";
    /// Exposures that stand open.
    pub const OPEN_EXPOSURES: &str = "OpenExposures";
    /// Findings that were counted under a rule `_other`.
    pub const SERIES_FOLDED: &str = "SeriesFolded";
}

/// Names of dimensions.
pub mod dimension {
    /// The application; `_other` for those that have no series of their own.
    pub const APPLICATION: &str = "Application";
    /// The rule's id; `_other` for those that have no series of their own.
    pub const RULE_ID: &str = "RuleId";
    /// The rule's level.
    pub const LEVEL: &str = "Level";
    /// The function.
    pub const SOURCE: &str = "Source";
}

/// The values of [`dimension::SOURCE`].
pub const SOURCES: [&str; 3] = ["api-events", "trail-logs", "trail-files"];

/// Series of one name with the same dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its namespace.
    pub home: Home,
    /// Its name.
    pub name: &'static str,
    /// Its dimensions, in the order of their names: together they are one series for each combination of values.
    pub dimensions: &'static [Dimension],
    /// What its values are.
    pub unit: Unit,
    /// How it is read.
    pub read: Reading,
    /// The profiles that have it.
    pub profiles: &'static [Profile],
    /// True where it has values only while something out of the ordinary happens. A series exists, and is paid for, in the
    /// hours that have values (CloudWatch pricing, custom metrics): what is counted as series leaves it out.
    pub seldom: bool,
    /// What it counts.
    pub meaning: &'static str,
}

/// One dimension of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimension {
    /// Its name.
    pub name: &'static str,
    /// Its value, where there is a series for this one alone; `None` where each value has one.
    pub only: Option<&'static str>,
}

/// Whose namespace it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Home {
    /// Of findings: [`DETECTION`], or what is set.
    Detection,
    /// Of the functions: [`HEALTH`].
    Health,
}

/// What values are, in CloudWatch's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Unit {
    Count,
    Seconds,
}

impl Unit {
    /// CloudWatch's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
        }
    }
}

/// How a metric is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// Values add up.
    Sum,
    /// Each value is the whole: the greatest of a period counts.
    Maximum,
    /// Values are of single cases: percentiles tell of them.
    Percentile,
}

/// Which metrics there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// All of them.
    #[default]
    Standard,
    /// No more than [`FREE_SERIES`].
    Free,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 2] = [Self::Standard, Self::Free];

    /// The profile's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Free => "free",
        }
    }

    /// The profile of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == word)
    }

    /// The metrics of the profile, in the order of the table.
    pub fn metrics(self) -> impl Iterator<Item = &'static Metric> {
        TABLE.iter().filter(move |metric| metric.profiles.contains(&self))
    }

    /// The metric that a series of this name and these dimensions is of; `None` where the profile has none.
    pub fn find<V: AsRef<str>>(
        self,
        home: Home,
        name: &str,
        dimensions: &[(&str, V)],
    ) -> Option<&'static Metric> {
        self.metrics().find(|metric| metric.home == home && metric.name == name && metric.fits(dimensions))
    }
}

impl Metric {
    /// True if a series with these dimensions is one of the metric's.
    fn fits<V: AsRef<str>>(&self, dimensions: &[(&str, V)]) -> bool {
        let is_one = |own: &Dimension| {
            dimensions
                .iter()
                .any(|(name, value)| *name == own.name && own.only.is_none_or(|only| only == value.as_ref()))
        };
        self.dimensions.len() == dimensions.len() && self.dimensions.iter().all(is_one)
    }

    /// How many series it is at all times, where there are so many values of each dimension.
    pub fn series(&self, values: impl Fn(&'static str) -> usize) -> usize {
        if self.seldom {
            return 0;
        }
        self.dimensions.iter().filter(|own| own.only.is_none()).map(|own| values(own.name)).product()
    }
}

#[cfg(test)]
mod tests;
