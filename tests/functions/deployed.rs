//! Functions in the stand-in of AWS itself, which runs their binaries as Lambda does and brings them their events.

use serde_json::{Value, json};

use super::payloads::{closed, event, opened};
use super::readings::until;
use super::world::World;
use crate::harness::base64::{base64, gzip};
use crate::harness::deployment::{calling, queue_arn};
use crate::harness::servers::ACCOUNT;

impl World {
    /// Deploys a function under the name of this deployment; its ARN.
    fn deploy(&self, function_name: &str) -> String {
        let variables: serde_json::Map<_, _> =
            self.environment().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let binary = calling(function_name).display().to_string();
        let made = self.aws.call(
            "lambda",
            "create_function",
            json!({"FunctionName": self.name, "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 60,
                "Role": format!("arn:aws:iam::{ACCOUNT}:role/tattletrail"), "MemorySize": 256,
                "Environment": {"Variables": variables},
                "Code": {"ZipFile": {"$zip": {"bootstrap": binary}}}}),
        );
        made["FunctionArn"].as_str().unwrap().to_owned()
    }

    /// Lets a queue feed the function; its URL.
    fn fed_by(&self, suffix: &str) -> String {
        let url = self.queue(suffix);
        let source = queue_arn(&format!("{}-{suffix}", self.name));
        let mapping = json!({"FunctionName": self.name, "EventSourceArn": source,
            "FunctionResponseTypes": ["ReportBatchItemFailures"]});
        self.aws.call("lambda", "create_event_source_mapping", mapping);
        url
    }
}

#[test]
fn an_event_of_a_bus_and_an_invocation_reach_the_function() {
    let world = World::new("functions-deployed");
    let arn = world.deploy("api-events");
    // The bus refuses sources that begin with `aws.`, as EventBridge does.
    let rule = json!({"Name": world.name, "EventPattern": json!({"source": ["test.ec2"]}).to_string()});
    world.aws.call("events", "put_rule", rule);
    let targets = json!({"Rule": world.name, "Targets": [{"Id": "1", "Arn": arn}]});
    world.aws.call("events", "put_targets", targets);
    let entry = json!({"Source": "test.ec2", "DetailType": "AWS API Call via CloudTrail",
        "Detail": opened().to_string()});
    let put = world.aws.call("events", "put_events", json!({ "Entries": [entry] }));
    assert_eq!(put["FailedEntryCount"], 0, "{put}");
    let finding = until("the finding", || world.findings().pop());
    assert_eq!(world.alerts(1)[0]["finding_id"], finding["Id"]);
    // The same again, invoked: all that comes of it is an answer.
    let invoke = |payload: Vec<u8>| {
        let call = json!({"FunctionName": world.name, "Payload": String::from_utf8(payload).unwrap()});
        let answer = world.aws.call("lambda", "invoke", call);
        assert_eq!(answer["FunctionError"], Value::Null, "{answer}");
        serde_json::from_str::<Value>(answer["Payload"].as_str().unwrap()).unwrap()
    };
    assert_eq!(invoke(event(&opened()))["copies"], 1);
    assert_eq!(invoke(event(&closed()))["closed"], 1);
    let [ended] = world.findings().try_into().unwrap();
    assert_eq!((&ended["Id"], &ended["RecordState"]), (&finding["Id"], &json!("ARCHIVED")));
    assert_eq!(world.metric("Findings", &finding), Some((1.0, 1.0)));
    assert_eq!(world.metric("ExposureSeconds", &finding), Some((600.0, 1.0)));
}

#[test]
fn a_trail_file_reaches_the_function_through_a_queue() {
    let world = World::new("functions-fed");
    world.deploy("trail-files");
    let queue = world.fed_by("files");
    world.aws.call("s3", "create_bucket", json!({"Bucket": world.name}));
    let target =
        json!({"QueueArn": queue_arn(&format!("{}-files", world.name)), "Events": ["s3:ObjectCreated:*"]});
    let notify =
        json!({"Bucket": world.name, "NotificationConfiguration": {"QueueConfigurations": [target]}});
    world.aws.call("s3", "put_bucket_notification_configuration", notify);
    let file = base64(&gzip(&json!({"Records": [opened()]}).to_string()));
    let object = json!({"Bucket": world.name, "Key": "AWSLogs/a b.json.gz", "Body": {"$base64": file}});
    world.aws.call("s3", "put_object", object);
    until("the finding", || world.findings().pop());
    assert_eq!(world.alerts(1).len(), 1);
    // Nothing is left to be delivered again.
    let counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
    until("the end of the messages", || {
        let ask = json!({"QueueUrl": queue, "AttributeNames": counts});
        let answer = world.aws.call("sqs", "get_queue_attributes", ask);
        counts.iter().all(|count| answer["Attributes"][count] == "0").then_some(())
    });
}

#[test]
fn a_line_of_a_log_group_reaches_the_function() {
    let world = World::new("functions-logged");
    let arn = world.deploy("trail-logs");
    let (group, stream) = ("aws-cloudtrail-logs", "trail");
    world.aws.call("logs", "create_log_group", json!({"logGroupName": group}));
    world.aws.call("logs", "create_log_stream", json!({"logGroupName": group, "logStreamName": stream}));
    let filter =
        json!({"logGroupName": group, "filterName": world.name, "filterPattern": "", "destinationArn": arn});
    world.aws.call("logs", "put_subscription_filter", filter);
    let now = u64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    for record in [opened(), opened()] {
        let lines = json!([{"timestamp": now, "message": record.to_string()}]);
        let put = json!({"logGroupName": group, "logStreamName": stream, "logEvents": lines});
        world.aws.call("logs", "put_log_events", put);
    }
    let finding = until("the finding", || world.findings().pop());
    assert_eq!(world.alerts(1).len(), 1);
    assert_eq!(world.metric("Findings", &finding), Some((1.0, 1.0)));
}
