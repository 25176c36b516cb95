//! The rows. In a profile no two of them have the same series.

use super::dimension::{APPLICATION, LEVEL, RULE_ID, SOURCE};
use super::name::{
    EXPOSURE_SECONDS, FINDINGS, FINDINGS_CLOSED, OPEN_EXPOSURES, SERIES_FOLDED, TIME_TO_DETECT,
};
use super::{Dimension, Home, Metric, Profile, Reading, Unit};

const BOTH: &[Profile] = &Profile::ALL;
const STANDARD: &[Profile] = &[Profile::Standard];
const FREE: &[Profile] = &[Profile::Free];

const NONE: &[Dimension] = &[];
const BY_LEVEL: &[Dimension] = &[each(LEVEL)];
const HIGH: &[Dimension] = &[only(LEVEL, "high")];
const CRITICAL: &[Dimension] = &[only(LEVEL, "critical")];
const BY_APPLICATION: &[Dimension] = &[each(APPLICATION)];
const BY_RULE: &[Dimension] = &[each(APPLICATION), each(RULE_ID)];
const BY_SOURCE: &[Dimension] = &[each(SOURCE)];

/// All metrics of all profiles.
pub const TABLE: &[Metric] = &[
    count(FINDINGS, NONE, BOTH, "findings that opened"),
    count(FINDINGS, BY_LEVEL, STANDARD, "findings that opened, by the rule's level"),
    count(FINDINGS, HIGH, FREE, "findings of the level high that opened"),
    count(FINDINGS, CRITICAL, FREE, "findings of the level critical that opened"),
    count(FINDINGS, BY_RULE, STANDARD, "findings that opened, under each of their applications"),
    count(FINDINGS_CLOSED, NONE, BOTH, "findings that closed"),
    count(FINDINGS_CLOSED, BY_LEVEL, STANDARD, "findings that closed, by the rule's level"),
    count(FINDINGS_CLOSED, BY_RULE, STANDARD, "findings that closed, under each of their applications"),
    seconds(EXPOSURE_SECONDS, NONE, BOTH, "how long each exposure that closed had stood open"),
    seconds(EXPOSURE_SECONDS, BY_RULE, STANDARD, "the same, under each application of the finding"),
    seconds(TIME_TO_DETECT, NONE, BOTH, "from the call to the metric, for each finding"),
    seconds(TIME_TO_DETECT, BY_APPLICATION, STANDARD, "the same, under each application of the finding"),
    gauge(OPEN_EXPOSURES, NONE, BOTH, "exposures that stand open, told by the schedule"),
    gauge(OPEN_EXPOSURES, BY_RULE, STANDARD, "the same, under each application of the finding"),
    count(SERIES_FOLDED, NONE, STANDARD, "findings that were counted under a rule `_other`"),
    health("Received", BY_SOURCE, STANDARD, "records, and what should have been one"),
    health("Received", NONE, FREE, "records, and what should have been one, of all functions"),
    health("Matched", BY_SOURCE, STANDARD, "records with findings"),
    health("Suppressed", BY_SOURCE, STANDARD, "records whose findings filters suppressed"),
    health("Unmatched", BY_SOURCE, STANDARD, "records without findings"),
    health("Undecidable", BY_SOURCE, STANDARD, "records that do not show what they did"),
    health("Copies", BY_SOURCE, STANDARD, "records that were taken in before"),
    health("Rejected", BY_SOURCE, STANDARD, "what should have been a record and is none"),
    health("Rejected", NONE, FREE, "what should have been a record and is none, of all functions"),
    health("Skipped", BY_SOURCE, STANDARD, "what is no record and need not be"),
    health("Undelivered", BY_SOURCE, STANDARD, "records whose findings are not with every sink"),
    health("Undelivered", NONE, FREE, "records whose findings are not with every sink, of all functions"),
    health("Opened", BY_SOURCE, STANDARD, "findings that opened, or were told again"),
    health("Closed", BY_SOURCE, STANDARD, "findings that closed"),
    health("Refreshed", BY_SOURCE, STANDARD, "open findings that Security Hub was told again"),
    health("EndsOfNothing", BY_SOURCE, STANDARD, "ends of what was never raised"),
    health("AlreadyEnded", BY_SOURCE, STANDARD, "beginnings that came after their end"),
    health("BelowLevel", BY_SOURCE, STANDARD, "findings below the least level"),
    health("Experimental", BY_SOURCE, STANDARD, "findings of rules on trial"),
    health("SinkRefused", BY_SOURCE, STANDARD, "findings that a sink will never take"),
    health("SinkFailed", BY_SOURCE, STANDARD, "findings that a sink did not take this time"),
    health("ReportsSent", BY_SOURCE, STANDARD, "error reports that were taken"),
    health("ReportsDropped", BY_SOURCE, STANDARD, "error reports that nobody got"),
    health("SpansDropped", BY_SOURCE, STANDARD, "spans that nobody got"),
    seldom("RulesLoaded", BY_SOURCE, STANDARD, "bundles of rules from S3 or AppConfig that came into use"),
    seldom("RulesRefused", BY_SOURCE, STANDARD, "looks that found no rules to use where they are set to be"),
    seldom("RulesRefused", NONE, BOTH, "looks that found no rules to use, of all functions"),
];

const fn each(name: &'static str) -> Dimension {
    Dimension { name, only: None }
}

const fn only(name: &'static str, value: &'static str) -> Dimension {
    Dimension { name, only: Some(value) }
}

type Dimensions = &'static [Dimension];
type Profiles = &'static [Profile];

const fn count(
    name: &'static str,
    dimensions: Dimensions,
    profiles: Profiles,
    meaning: &'static str,
) -> Metric {
    let (home, unit, read) = (Home::Detection, Unit::Count, Reading::Sum);
    Metric { home, name, dimensions, unit, read, profiles, seldom: false, meaning }
}

const fn gauge(
    name: &'static str,
    dimensions: Dimensions,
    profiles: Profiles,
    meaning: &'static str,
) -> Metric {
    Metric { read: Reading::Maximum, ..count(name, dimensions, profiles, meaning) }
}

const fn seconds(
    name: &'static str,
    dimensions: Dimensions,
    profiles: Profiles,
    meaning: &'static str,
) -> Metric {
    Metric { unit: Unit::Seconds, read: Reading::Percentile, ..count(name, dimensions, profiles, meaning) }
}

const fn health(
    name: &'static str,
    dimensions: Dimensions,
    profiles: Profiles,
    meaning: &'static str,
) -> Metric {
    Metric { home: Home::Health, ..count(name, dimensions, profiles, meaning) }
}

const fn seldom(
    name: &'static str,
    dimensions: Dimensions,
    profiles: Profiles,
    meaning: &'static str,
) -> Metric {
    Metric { seldom: true, ..health(name, dimensions, profiles, meaning) }
}
