//! What came out of a deployment: findings, alerts, metrics, and the functions' lines of health.

use std::time::{Duration, Instant, UNIX_EPOCH};

use serde_json::{Value, json};

use super::LIMIT;
use super::world::World;
use crate::harness::lambda::Lambda;

/// Asks again and again until there is an answer.
#[track_caller]
pub(super) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "{what} does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl World {
    /// The messages that are in a queue, taken out of it; waits until there are so many, and a moment for more.
    #[track_caller]
    pub(super) fn messages(&self, queue: &str, count: usize) -> Vec<Value> {
        let ask = json!({"QueueUrl": queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1});
        let mut got = Vec::new();
        until(&format!("message {count} of {queue}"), || {
            let answer = self.aws.call("sqs", "receive_message", ask.clone());
            let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
            for message in &messages {
                let receipt = json!({"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]});
                self.aws.call("sqs", "delete_message", receipt);
            }
            let was_empty = messages.is_empty();
            got.extend(messages);
            // One more question than needed: nothing may follow.
            (was_empty && got.len() >= count).then_some(())
        });
        got
    }

    /// The alerts that came out of the topic since the last time; waits until there are so many.
    #[track_caller]
    pub(super) fn alerts(&self, count: usize) -> Vec<Value> {
        let messages = self.messages(&self.alerts, count);
        let alert = |message: &Value| {
            let envelope: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
            serde_json::from_str(envelope["Message"].as_str().unwrap()).unwrap()
        };
        messages.iter().map(alert).collect()
    }

    /// The findings in Security Hub of the rule about SSH, with those of other rules left out.
    pub(super) fn findings(&self) -> Vec<Value> {
        let state = self.hub.state();
        let all = state["findings"].as_array().cloned().unwrap_or_default();
        all.into_iter().filter(is_about_ssh).collect()
    }

    /// The sum of a metric and how many values were put, for the rule of a finding; nothing where there is no metric.
    pub(super) fn metric(&self, name: &str, finding: &Value) -> Option<(f64, f64)> {
        let rule = &finding["ProductFields"]["tattletrail/RuleId"];
        let application = finding["Resources"][0]["ApplicationName"].as_str().unwrap_or("default");
        let dimensions =
            json!([{"Name": "Application", "Value": application}, {"Name": "RuleId", "Value": rule}]);
        let metric = json!({"Namespace": self.namespace(), "MetricName": name, "Dimensions": dimensions});
        let query = |id: &str, stat: &str| json!({"Id": id, "MetricStat": {"Metric": metric, "Period": 3600, "Stat": stat}});
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
        let ask = json!({"MetricDataQueries": [query("sum", "Sum"), query("count", "SampleCount")],
            "StartTime": now - 7200, "EndTime": now + 7200});
        let answer = self.aws.call("cloudwatch", "get_metric_data", ask);
        let total = |at: usize| -> Option<f64> {
            let values = answer["MetricDataResults"][at]["Values"].as_array()?;
            values.iter().map(Value::as_f64).sum::<Option<f64>>().filter(|_| !values.is_empty())
        };
        Some((total(0)?, total(1)?))
    }
}

/// True for a finding of the rule about SSH.
pub(super) fn is_about_ssh(finding: &Value) -> bool {
    finding["Title"].as_str().unwrap_or_default().contains("SSH")
}

/// The lines of health that a function has written, as soon as there are so many. Each adds up.
#[track_caller]
pub(super) fn health(lambda: &Lambda, count: usize) -> Vec<Value> {
    let is_health = |line: &&String| line.contains("\"Tattletrail/Health\"");
    let lines = lambda.output_until(|lines| lines.iter().filter(is_health).count() >= count);
    let read = |line: &String| serde_json::from_str(line).unwrap();
    let health: Vec<Value> = lines.iter().filter(is_health).map(read).collect();
    health.iter().for_each(adds_up);
    health
}

/// Every record that was received is in one of the counts of a line of health.
#[track_caller]
pub(super) fn adds_up(health: &Value) {
    let count = |name: &str| health[name].as_u64().unwrap_or_else(|| panic!("no count `{name}` in {health}"));
    let known = ["Matched", "Unmatched", "Undecidable", "Copies", "Rejected", "Undelivered"];
    assert_eq!(count("Received"), known.map(count).iter().sum::<u64>(), "{health}");
}

/// A count of several lines of health together.
pub(super) fn total(health: &[Value], name: &str) -> u64 {
    health.iter().filter_map(|line| line[name].as_u64()).sum()
}
