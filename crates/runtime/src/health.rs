//! One line of health for each invocation, in CloudWatch's embedded metric format: it needs no network, and it is there
//! even when nothing else works.
//!
//! Source: CloudWatch user guide, "Specification: Embedded metric format".

use std::io::Write as _;

use serde_json::{Map, Value, json};

use crate::counts::Counts;
use crate::parcel::SinkName;

/// The namespace of metrics about the functions themselves.
pub const NAMESPACE: &str = "Tattletrail/Health";

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

/// The line.
pub fn line(source: Source, counts: &Counts, millis: i64) -> Value {
    let mut members = Map::new();
    let mut names = Vec::new();
    let mut count = |name: &str, value: u64| {
        members.insert(name.to_owned(), value.into());
        names.push(json!({"Name": name, "Unit": "Count"}));
    };
    count("Received", counts.received);
    count("Matched", counts.matched);
    count("Suppressed", counts.suppressed);
    count("Unmatched", counts.unmatched);
    count("Undecidable", counts.undecidable);
    count("Copies", counts.copies);
    count("Rejected", counts.all_rejected());
    count("Skipped", counts.skipped.values().sum());
    count("Undelivered", counts.undelivered);
    count("Opened", counts.opened);
    count("Closed", counts.closed);
    count("Refreshed", counts.refreshed);
    count("EndsOfNothing", counts.ends_of_nothing);
    count("AlreadyEnded", counts.already_ended);
    count("BelowLevel", counts.below_level);
    count("Experimental", counts.experimental);
    count("SinkRefused", counts.refused.values().sum());
    count("SinkFailed", counts.failed.values().sum());
    let by_sink = |map: &std::collections::BTreeMap<SinkName, u64>| -> Value {
        map.iter()
            .map(|(sink, count)| (sink.as_str().to_owned(), Value::from(*count)))
            .collect::<Map<_, _>>()
            .into()
    };
    let directive = json!({"Namespace": NAMESPACE, "Dimensions": [["Source"]], "Metrics": names});
    let mut line = json!({
        // Without these two a log group in JSON format takes the line for one of the level that it filters out.
        "level": "INFO",
        "timestamp": jiff::Timestamp::from_millisecond(millis).unwrap_or_default().to_string(),
        "_aws": {"Timestamp": millis, "CloudWatchMetrics": [directive]},
        "Source": source.as_str(),
        "rejected_by_reason": counts.rejected,
        "skipped_by_kind": counts.skipped,
        "sent": by_sink(&counts.sent),
        "refused": by_sink(&counts.refused),
        "failed": by_sink(&counts.failed),
    });
    if let Some(line) = line.as_object_mut() {
        line.extend(members);
    }
    line
}

/// Writes the line to standard output, which is the function's log.
pub fn write(source: Source, counts: &Counts) {
    put(&line(source, counts, jiff::Timestamp::now().as_millisecond()));
}

/// Writes a line of what became of error reports.
pub fn write_reports(source: Source, sent: u64, dropped: u64) {
    write_counts(source, &[("ReportsSent", sent), ("ReportsDropped", dropped)]);
}

/// Writes a line of spans that nobody got.
pub fn write_spans_dropped(source: Source, dropped: u64) {
    write_counts(source, &[("SpansDropped", dropped)]);
}

fn write_counts(source: Source, counts: &[(&str, u64)]) {
    put(&counts_line(source, counts, jiff::Timestamp::now().as_millisecond()));
}

/// A line of these counts and no others.
fn counts_line(source: Source, counts: &[(&str, u64)], millis: i64) -> Value {
    let metrics: Vec<_> = counts.iter().map(|(name, _)| json!({"Name": name, "Unit": "Count"})).collect();
    let directive = json!({"Namespace": NAMESPACE, "Dimensions": [["Source"]], "Metrics": metrics});
    let mut line = json!({
        "level": "INFO",
        "timestamp": jiff::Timestamp::from_millisecond(millis).unwrap_or_default().to_string(),
        "_aws": {"Timestamp": millis, "CloudWatchMetrics": [directive]},
        "Source": source.as_str(),
    });
    if let Some(line) = line.as_object_mut() {
        line.extend(counts.iter().map(|(name, count)| ((*name).to_owned(), Value::from(*count))));
    }
    line
}

fn put(line: &Value) {
    let line = format!("{line}\n");
    // A log that can't be written to leaves nowhere to say so.
    drop(std::io::stdout().lock().write_all(line.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_a_number_on_the_root() {
        let mut counts = Counts { received: 3, matched: 2, ..Counts::default() };
        counts.sent.insert(SinkName::Sns, 2);
        let line = line(Source::TrailLogs, &counts, 1_795_247_981_000);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_u64(), "{metric}");
        }
        for dimension in directive["Dimensions"][0].as_array().unwrap() {
            assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension}");
        }
        assert_eq!(line["Received"], 3);
        assert_eq!(line["sent"]["sns"], 2);
        assert_eq!(line["timestamp"], "2026-11-21T07:59:41Z");
    }

    #[test]
    fn what_became_of_reports_is_counted_beside_the_rest() {
        let line =
            counts_line(Source::TrailLogs, &[("ReportsSent", 2), ("ReportsDropped", 3)], 1_795_247_981_000);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!((&line["ReportsSent"], &line["ReportsDropped"]), (&2.into(), &3.into()));
        assert_eq!(directive["Metrics"].as_array().unwrap().len(), 2);
        assert_eq!((&directive["Namespace"], &line["Source"]), (&NAMESPACE.into(), &"trail-logs".into()));
    }
}
