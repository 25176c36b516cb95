//! Alarms of a deployment, by profile, as a template of CloudFormation.
//!
//! CloudWatch counts the metrics that an alarm looks at, not the alarm: each alarm here looks at one.
//!
//! Source: CloudFormation, `AWS::CloudWatch::Alarm`; CloudWatch pricing, "Alarms".

use serde_json::{Value, json};
use tattletrail_engine::metrics::{Home, Profile, dimension, name};

use super::settings::Settings;
use super::template::{TOPIC, logical, resource, sub, template, topic};

/// An alarm on one metric.
#[derive(Debug)]
struct Alarm<'s> {
    name: String,
    says: String,
    namespace: &'s str,
    metric: &'static str,
    dimensions: Vec<(&'static str, String)>,
    stat: &'static str,
    period: u32,
    /// So many of so many periods.
    of: (u32, u32),
    threshold: u32,
    is_below: bool,
    /// `breaching` where silence is what is feared.
    missing: &'static str,
}

/// The template of a profile's alarms.
pub(super) fn alarms(profile: Profile, settings: &Settings) -> Value {
    let all = all(profile, settings);
    let resources =
        all.iter().map(|alarm| (format!("{}Alarm", logical(&alarm.name)), alarm.resource(settings)));
    let description = format!("Alarms of Tattletrail, metrics profile {}", profile.as_str());
    template(&description, &[topic()], resources.collect())
}

fn all(profile: Profile, settings: &Settings) -> Vec<Alarm<'_>> {
    let mut all = findings(settings);
    all.extend(health(profile, settings));
    for function in settings.functions() {
        let end =
            function.strip_prefix(&settings.function_prefix).unwrap_or(&function).trim_start_matches('-');
        let errors = "The function fails; its log says why, and what it was given is tried again";
        all.push(lambda(&format!("errors-{end}"), errors, "Errors", &function));
        if profile == Profile::Standard {
            let throttles = "The function is called more often than it may run";
            all.push(lambda(&format!("throttles-{end}"), throttles, "Throttles", &function));
        }
    }
    all.push(dead_letters(settings));
    if profile == Profile::Standard {
        all.extend(beside(settings));
    }
    all
}

fn count<'s>(name: &str, says: &str, namespace: &'s str, metric: &'static str) -> Alarm<'s> {
    Alarm {
        name: name.to_owned(),
        says: says.to_owned(),
        namespace,
        metric,
        dimensions: Vec::new(),
        stat: "Sum",
        period: 300,
        of: (1, 1),
        threshold: 1,
        is_below: false,
        missing: "notBreaching",
    }
}

/// What is found.
fn findings(settings: &Settings) -> Vec<Alarm<'_>> {
    let namespace = settings.namespace(Home::Detection);
    let level = |level: &str, says: &str| Alarm {
        dimensions: vec![(dimension::LEVEL, level.to_owned())],
        ..count(&format!("findings-{level}"), says, namespace, name::FINDINGS)
    };
    let open = Alarm {
        stat: "Maximum",
        period: 86_400,
        of: (2, 2),
        ..count("open-exposures", "Something has stood open for two days", namespace, name::OPEN_EXPOSURES)
    };
    vec![
        level("critical", "Data or machines are open to anyone now, or somebody is at work: wake somebody"),
        level("high", "An exposure that gets found, or an attack under way: look today"),
        open,
    ]
}

/// What the functions count about themselves.
fn health(profile: Profile, settings: &Settings) -> Vec<Alarm<'_>> {
    let namespace = settings.namespace(Home::Health);
    // Where there is a series for each function, the first way in is the one that is never silent.
    let by = match profile {
        Profile::Free => Vec::new(),
        Profile::Standard => vec![(dimension::SOURCE, "api-events".to_owned())],
    };
    let one = |name: &str, says: &str, metric: &'static str| Alarm {
        dimensions: by.clone(),
        ..count(name, says, namespace, metric)
    };
    let mut all = vec![
        Alarm {
            period: 3600,
            of: (2, 2),
            is_below: true,
            missing: "breaching",
            ..one(
                "silence",
                "No record for two hours: CloudTrail, EventBridge or the function has stopped",
                "Received",
            )
        },
        one("undelivered", "Findings are not with every sink", "Undelivered"),
        one("rejected", "Something came in that is no record", "Rejected"),
    ];
    if profile == Profile::Standard {
        for source in ["trail-logs", "trail-files"] {
            for (alarm, metric) in [("undelivered", "Undelivered"), ("rejected", "Rejected")] {
                let dimensions = vec![(dimension::SOURCE, source.to_owned())];
                let says = format!("{metric} of {source}");
                all.push(Alarm {
                    dimensions,
                    ..count(&format!("{alarm}-{source}"), &says, namespace, metric)
                });
            }
        }
    }
    all
}

fn lambda<'s>(name: &str, says: &str, metric: &'static str, function: &str) -> Alarm<'s> {
    Alarm {
        dimensions: vec![("FunctionName", function.to_owned())],
        ..count(name, says, "AWS/Lambda", metric)
    }
}

fn dead_letters(settings: &Settings) -> Alarm<'_> {
    let says = "Events were given up; `tattletrail redrive` shows and processes them again";
    Alarm {
        dimensions: vec![("QueueName", settings.name("dead-letters"))],
        stat: "Maximum",
        ..count("dead-letters", says, "AWS/SQS", "ApproximateNumberOfMessagesVisible")
    }
}

/// What only the profile `standard` looks at.
fn beside(settings: &Settings) -> Vec<Alarm<'_>> {
    let late = "Half of the findings came later than 15 minutes after the call";
    let trail = vec![("LogGroupName", settings.trail_log_group.clone())];
    vec![
        Alarm {
            stat: "p50",
            period: 3600,
            of: (2, 3),
            threshold: 900,
            ..count("late", late, settings.namespace(Home::Detection), name::TIME_TO_DETECT)
        },
        Alarm {
            dimensions: trail,
            period: 3600,
            of: (2, 2),
            is_below: true,
            missing: "breaching",
            ..count(
                "trail-silence",
                "The trail has written nothing for two hours",
                "AWS/Logs",
                "IncomingLogEvents",
            )
        },
    ]
}

impl Alarm<'_> {
    fn resource(&self, settings: &Settings) -> Value {
        let dimensions: Vec<Value> = self
            .dimensions
            .iter()
            .map(|(name, value)| json!({ "Name": name, "Value": sub(value) }))
            .collect();
        let operator = if self.is_below { "LessThanThreshold" } else { "GreaterThanOrEqualToThreshold" };
        let mut properties = json!({
            "AlarmName": sub(&settings.name(&self.name)),
            "AlarmDescription": self.says,
            "Namespace": self.namespace,
            "MetricName": self.metric,
            "Dimensions": dimensions,
            "Period": self.period,
            "EvaluationPeriods": self.of.1,
            "DatapointsToAlarm": self.of.0,
            "Threshold": self.threshold,
            "ComparisonOperator": operator,
            "TreatMissingData": self.missing,
            "AlarmActions": [{ "Ref": TOPIC }],
            "OKActions": [{ "Ref": TOPIC }],
        });
        let stat = if self.stat.starts_with('p') { "ExtendedStatistic" } else { "Statistic" };
        if let Some(properties) = properties.as_object_mut() {
            properties.insert(stat.to_owned(), self.stat.into());
        }
        resource("AWS::CloudWatch::Alarm", &properties)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_of_ours_is_one_of_its_profile() {
        let settings = Settings::default();
        for profile in Profile::ALL {
            for alarm in all(profile, &settings) {
                let home = [Home::Detection, Home::Health]
                    .into_iter()
                    .find(|home| settings.namespace(*home) == alarm.namespace);
                let Some(home) = home else { continue };
                assert!(profile.find(home, alarm.metric, &alarm.dimensions).is_some(), "{alarm:?}");
            }
        }
    }
}
