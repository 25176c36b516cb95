//! Metric filters and alarms of the CIS AWS Foundations Benchmark, for those whose auditors want them: Security Hub's
//! controls CloudWatch.1 to .14 ask for these very patterns, each with an alarm that notifies a topic with a subscriber.
//!
//! The rules of Tattletrail see the same and more; docs/coverage.md lists which rule stands for which filter.
//!
//! Source: Security Hub user guide, "Amazon CloudWatch controls": patterns word for word.

// The filters.
mod table;

use serde_json::{Value, json};

use super::settings::Settings;
use super::template::{TOPIC, TRAIL, resource, template, topic, trail};
use table::TABLE;

/// The namespace that the filters count in.
const NAMESPACE: &str = "Tattletrail/CIS";

/// A filter as Security Hub wants it.
#[derive(Debug)]
struct Filter {
    /// The number of its control, CloudWatch.N.
    control: u32,
    /// Its section in versions 1.2 and 1.4 of the benchmark; Security Hub has none of 1.4 for two.
    sections: (&'static str, Option<&'static str>),
    /// The metric, and a part of names.
    name: &'static str,
    /// What it counts.
    what: &'static str,
    /// Word for word.
    pattern: &'static str,
}

/// The template with all fourteen.
pub(super) fn filters(settings: &Settings) -> Value {
    let resources = TABLE.iter().flat_map(|filter| {
        let metric = filter.name;
        [(format!("{metric}Filter"), filter.resource()), (format!("{metric}Alarm"), filter.alarm())]
    });
    let description = "Metric filters and alarms for Security Hub's controls CloudWatch.1 to CloudWatch.14";
    template(description, &[topic(), trail(&settings.trail_log_group)], resources.collect())
}

impl Filter {
    fn resource(&self) -> Value {
        let transformation = json!({
            "MetricNamespace": NAMESPACE,
            "MetricName": self.name,
            "MetricValue": "1",
            "DefaultValue": 0,
        });
        let properties = json!({
            "FilterName": format!("tattletrail-cis-{}", self.name),
            "LogGroupName": { "Ref": TRAIL },
            "FilterPattern": self.pattern,
            "MetricTransformations": [transformation],
        });
        resource("AWS::Logs::MetricFilter", &properties)
    }

    fn alarm(&self) -> Value {
        let (old, new) = self.sections;
        let new = new.map_or(String::new(), |new| format!(", 1.4 {new}"));
        let properties = json!({
            "AlarmName": format!("tattletrail-cis-{}", self.name),
            "AlarmDescription": format!("{} (Security Hub CloudWatch.{}; CIS 1.2 {old}{new})", self.what, self.control),
            "Namespace": NAMESPACE,
            "MetricName": self.name,
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{ "Ref": TOPIC }],
        });
        resource("AWS::CloudWatch::Alarm", &properties)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_control_is_there_once_and_within_the_limits() {
        let controls: Vec<u32> = TABLE.iter().map(|filter| filter.control).collect();
        assert_eq!(controls, (1..=14).collect::<Vec<_>>());
        for filter in TABLE {
            assert!(filter.pattern.len() <= 1024, "{filter:?}");
            assert_eq!(
                filter.pattern.matches('(').count(),
                filter.pattern.matches(')').count(),
                "{filter:?}"
            );
        }
    }
}
