//! One line of health for each invocation, in CloudWatch's embedded metric format: it needs no network, and it is there
//! even when nothing else works.
//!
//! Every count is a member of the line; those that the profile has are metrics, too.
//!
//! Source: CloudWatch user guide, "Specification: Embedded metric format".

use std::collections::BTreeMap;
use std::io::Write as _;

use serde_json::{Map, Value, json};
use tattletrail_engine::metrics::{self, Home, Profile, dimension};

use crate::counts::Counts;
use crate::parcel::SinkName;

/// Where the records of a function come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Source {
    ApiEvents,
    TrailLogs,
    TrailFiles,
    /// No function: a person with the command.
    Command,
}

impl Source {
    /// The function's name, which is the dimension `Source`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiEvents => "api-events",
            Self::TrailLogs => "trail-logs",
            Self::TrailFiles => "trail-files",
            Self::Command => "tattletrail",
        }
    }
}

/// What a function tells of itself, and which of it are metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The function.
    pub source: Source,
    /// Which metrics there are.
    pub profile: Profile,
}

impl Health {
    /// The line of an invocation.
    pub fn line(self, counts: &Counts, millis: i64) -> Value {
        let by_sink = |map: &BTreeMap<SinkName, u64>| -> Value {
            map.iter()
                .map(|(sink, count)| (sink.as_str().to_owned(), Value::from(*count)))
                .collect::<Map<_, _>>()
                .into()
        };
        let mut line = self.counts_line(&of(counts), millis);
        line.insert("rejected_by_reason".to_owned(), json!(counts.rejected));
        line.insert("skipped_by_kind".to_owned(), json!(counts.skipped));
        line.insert("sent".to_owned(), by_sink(&counts.sent));
        line.insert("refused".to_owned(), by_sink(&counts.refused));
        line.insert("failed".to_owned(), by_sink(&counts.failed));
        line.into()
    }

    /// Writes the line to standard output, which is the function's log.
    pub fn write(self, counts: &Counts) {
        put(&self.line(counts, jiff::Timestamp::now().as_millisecond()));
    }

    /// Writes a line of what became of error reports.
    pub fn write_reports(self, sent: u64, dropped: u64) {
        self.write_counts(&[("ReportsSent", sent), ("ReportsDropped", dropped)]);
    }

    /// Writes a line of spans that nobody got.
    pub fn write_spans_dropped(self, dropped: u64) {
        self.write_counts(&[("SpansDropped", dropped)]);
    }

    /// Writes a line of rules that took the place of others.
    pub fn write_rules_loaded(self) {
        self.write_counts(&[("RulesLoaded", 1)]);
    }

    /// Writes a line of rules that are asked for and not in use.
    pub fn write_rules_refused(self) {
        self.write_counts(&[("RulesRefused", 1)]);
    }

    fn write_counts(self, counts: &[(&str, u64)]) {
        put(&self.counts_line(counts, jiff::Timestamp::now().as_millisecond()).into());
    }

    /// A line of these counts.
    fn counts_line(self, counts: &[(&str, u64)], millis: i64) -> Map<String, Value> {
        let mut line = Map::new();
        // Without these two a log group in JSON format takes the line for one of the level that it filters out.
        line.insert("level".to_owned(), "INFO".into());
        let time = jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
        line.insert("timestamp".to_owned(), time.to_string().into());
        let directives = self.directives(counts);
        if !directives.is_empty() {
            line.insert("_aws".to_owned(), json!({"Timestamp": millis, "CloudWatchMetrics": directives}));
        }
        line.insert(dimension::SOURCE.to_owned(), self.source.as_str().into());
        line.extend(counts.iter().map(|(name, count)| ((*name).to_owned(), Value::from(*count))));
        line
    }

    /// Which counts are metrics: of the function, and of all functions together.
    fn directives(self, counts: &[(&str, u64)]) -> Vec<Value> {
        let sets = [vec![(dimension::SOURCE, self.source.as_str())], Vec::new()];
        let directive = |dimensions: &Vec<(&str, &str)>| {
            let metrics =
                counts.iter().filter_map(|(name, _)| self.profile.find(Home::Health, name, dimensions));
            let metrics: Vec<_> =
                metrics.map(|metric| json!({"Name": metric.name, "Unit": metric.unit.as_str()})).collect();
            let names: Vec<_> = dimensions.iter().map(|(name, _)| name).collect();
            (!metrics.is_empty())
                .then(|| json!({"Namespace": metrics::HEALTH, "Dimensions": [names], "Metrics": metrics}))
        };
        sets.iter().filter_map(directive).collect()
    }
}

/// The counts of an invocation by name.
fn of(counts: &Counts) -> [(&'static str, u64); 18] {
    [
        ("Received", counts.received),
        ("Matched", counts.matched),
        ("Suppressed", counts.suppressed),
        ("Unmatched", counts.unmatched),
        ("Undecidable", counts.undecidable),
        ("Copies", counts.copies),
        ("Rejected", counts.all_rejected()),
        ("Skipped", counts.skipped.values().sum()),
        ("Undelivered", counts.undelivered),
        ("Opened", counts.opened),
        ("Closed", counts.closed),
        ("Refreshed", counts.refreshed),
        ("EndsOfNothing", counts.ends_of_nothing),
        ("AlreadyEnded", counts.already_ended),
        ("BelowLevel", counts.below_level),
        ("Experimental", counts.experimental),
        ("SinkRefused", counts.refused.values().sum()),
        ("SinkFailed", counts.failed.values().sum()),
    ]
}

fn put(line: &Value) {
    let line = format!("{line}\n");
    // A log that can't be written to leaves nowhere to say so.
    drop(std::io::stdout().lock().write_all(line.as_bytes()));
}

#[cfg(test)]
mod tests {
    use tattletrail_engine::metrics::Metric;

    use super::*;

    fn of_profile(profile: Profile) -> Health {
        Health { source: Source::TrailLogs, profile }
    }

    /// The metrics that a line declares, as the table has them; each is a number on the root of the line.
    fn declared(health: Health, line: &Value) -> Vec<&'static Metric> {
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().cloned().unwrap_or_default();
        let mut declared = Vec::new();
        for directive in &directives {
            assert_eq!(directive["Namespace"], metrics::HEALTH);
            let value = |name: &Value| {
                let name =
                    metrics::TABLE.iter().flat_map(|metric| metric.dimensions).find(|own| *name == own.name);
                name.map(|own| (own.name, line[own.name].as_str().unwrap())).unwrap()
            };
            let dimensions: Vec<_> =
                directive["Dimensions"][0].as_array().unwrap().iter().map(value).collect();
            for metric in directive["Metrics"].as_array().unwrap() {
                let name = metric["Name"].as_str().unwrap();
                assert!(line[name].is_u64(), "{metric}");
                declared
                    .push(health.profile.find(Home::Health, name, &dimensions).expect("it is in the table"));
            }
        }
        declared
    }

    #[test]
    fn the_lines_declare_what_the_table_has_and_nothing_else() {
        for profile in Profile::ALL {
            let health = of_profile(profile);
            let others = [
                ("ReportsSent", 2),
                ("ReportsDropped", 3),
                ("SpansDropped", 1),
                ("RulesLoaded", 1),
                ("RulesRefused", 1),
            ];
            let others = health.counts_line(&others, 0).into();
            let mut found = declared(health, &health.line(&Counts::default(), 0));
            found.extend(declared(health, &others));
            let mut expected: Vec<_> =
                profile.metrics().filter(|metric| metric.home == Home::Health).collect();
            found.sort_by_key(|metric| metric.name);
            expected.sort_by_key(|metric| metric.name);
            assert_eq!(found, expected, "{profile:?}");
        }
    }

    #[test]
    fn every_count_is_in_the_line_whatever_is_a_metric() {
        let mut counts = Counts { received: 3, matched: 2, ..Counts::default() };
        counts.sent.insert(SinkName::Sns, 2);
        let lines = Profile::ALL.map(|profile| of_profile(profile).line(&counts, 1_795_247_981_000));
        for (name, count) in of(&counts) {
            assert!(lines.iter().all(|line| line[name] == count), "{name}");
        }
        for line in lines {
            assert_eq!((&line["Received"], &line["sent"]["sns"]), (&3.into(), &2.into()));
            assert_eq!((&line["Source"], &line["level"]), (&"trail-logs".into(), &"INFO".into()));
            assert_eq!(line["timestamp"], "2026-11-21T07:59:41Z");
        }
    }

    #[test]
    fn a_line_without_metrics_is_a_line_all_the_same() {
        let line = Value::from(of_profile(Profile::Free).counts_line(&[("SpansDropped", 3)], 0));
        assert_eq!((line.get("_aws"), &line["SpansDropped"]), (None, &3.into()));
    }
}
