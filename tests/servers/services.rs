//! The AWS services below the functions, as far as what is built relies on how they behave.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{finding, finding_with, import};
use crate::harness::aws::Aws;
use crate::harness::root;
use crate::harness::servers::{ACCOUNT, Ministack, Moto};

/// Asks again and again until there is an answer.
fn until<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "{what} does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no text `{key}` in {value}"))
}

#[test]
fn a_topic_delivers_a_batch_to_a_queue() {
    let aws = Ministack::shared().aws();
    let queue = aws.call("sqs", "create_queue", json!({"QueueName": "servers-alerts"}));
    let url = text(&queue, "QueueUrl");
    let topic = aws.call("sns", "create_topic", json!({"Name": "servers-alerts"}));
    let topic = text(&topic, "TopicArn");
    let arn = format!("arn:aws:sqs:us-east-1:{ACCOUNT}:servers-alerts");
    aws.call("sns", "subscribe", json!({"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn}));
    let entries = json!([{"Id": "1", "Message": "first", "Subject": "s"}, {"Id": "2", "Message": "second"}]);
    let published =
        aws.call("sns", "publish_batch", json!({"TopicArn": topic, "PublishBatchRequestEntries": entries}));
    assert_eq!(published["Successful"].as_array().unwrap().len(), 2, "{published}");
    let mut got: Vec<String> = (0..2).map(|_| receive(&aws, url)).collect();
    got.sort();
    assert_eq!(got, ["first", "second"]);
}

/// The text of one message of a topic, taken from a queue.
fn receive(aws: &Aws, url: &str) -> String {
    let parameters = json!({"QueueUrl": url, "MaxNumberOfMessages": 1, "WaitTimeSeconds": 1});
    let message = until("a message", || {
        aws.call("sqs", "receive_message", parameters.clone()).pointer("/Messages/0").cloned()
    });
    let receipt = text(&message, "ReceiptHandle");
    aws.call("sqs", "delete_message", json!({"QueueUrl": url, "ReceiptHandle": receipt}));
    let envelope: Value = serde_json::from_str(text(&message, "Body")).unwrap();
    text(&envelope, "Message").to_owned()
}

#[test]
fn a_transaction_is_refused_as_a_whole_and_says_why() {
    let aws = Ministack::shared().aws();
    let key = json!([{"AttributeName": "pk", "KeyType": "HASH"}]);
    let definitions = json!([{"AttributeName": "pk", "AttributeType": "S"}]);
    aws.call(
        "dynamodb",
        "create_table",
        json!({"TableName": "servers-lock", "KeySchema": key, "AttributeDefinitions": definitions,
            "BillingMode": "PAY_PER_REQUEST"}),
    );
    let put = |pk: &str| {
        json!({"Put": {"TableName": "servers-lock", "Item": {"pk": {"S": pk}},
            "ConditionExpression": "attribute_not_exists(pk)"}})
    };
    let write =
        |items: Value| aws.try_call("dynamodb", "transact_write_items", json!({"TransactItems": items}));
    write(json!([put("a")])).unwrap();
    let error = write(json!([put("b"), put("a")])).unwrap_err();
    assert_eq!(error["code"], "TransactionCanceledException", "{error}");
    let reasons = error["response"]["CancellationReasons"].as_array().unwrap();
    let codes: Vec<_> = reasons.iter().map(|reason| text(reason, "Code")).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    let count = aws.call("dynamodb", "scan", json!({"TableName": "servers-lock"}));
    assert_eq!(count["Count"], 1, "nothing of a refused transaction stays");
}

#[test]
fn metrics_are_read_back() {
    let aws = Ministack::shared().aws();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let datum =
        |value: f64| json!({"MetricName": "Findings", "Value": value, "Unit": "Count", "Timestamp": now});
    let data = json!([datum(2.0), datum(3.0)]);
    aws.call("cloudwatch", "put_metric_data", json!({"Namespace": "servers", "MetricData": data}));
    let stat =
        json!({"Metric": {"Namespace": "servers", "MetricName": "Findings"}, "Period": 60, "Stat": "Sum"});
    let query = json!({"MetricDataQueries": [{"Id": "m", "MetricStat": stat}],
        "StartTime": now - 600, "EndTime": now + 600});
    let sum = until("a metric", || {
        let answer = aws.call("cloudwatch", "get_metric_data", query.clone());
        answer["MetricDataResults"][0]["Values"].as_array()?.iter().map(Value::as_f64).sum::<Option<f64>>()
    });
    assert!((sum - 5.0).abs() < f64::EPSILON, "{sum}");
}

#[test]
fn objects_are_read_back_as_they_were() {
    let aws = Ministack::shared().aws();
    aws.call("s3", "create_bucket", json!({"Bucket": "servers-logs"}));
    let bytes = json!({"$base64": "H4sIAAAAAAAA/wMAAAAAAAAAAAA="});
    let object = json!({"Bucket": "servers-logs", "Key": "AWSLogs/a b+c.json.gz"});
    let mut put = object.clone();
    put["Body"] = bytes.clone();
    aws.call("s3", "put_object", put);
    assert_eq!(aws.call("s3", "get_object", object)["Body"], bytes);
    let missing =
        aws.try_call("s3", "get_object", json!({"Bucket": "servers-logs", "Key": "no"})).unwrap_err();
    assert_eq!(missing["code"], "NoSuchKey");
}

#[test]
fn accounts_and_regions_are_apart() {
    let aws = Ministack::shared().aws();
    aws.call("sqs", "create_queue", json!({"QueueName": "servers-apart"}));
    for other in [aws.account("444455556666"), aws.region("eu-west-1")] {
        let error =
            other.try_call("sqs", "get_queue_url", json!({"QueueName": "servers-apart"})).unwrap_err();
        assert_eq!(error["code"], "AWS.SimpleQueueService.NonExistentQueue");
    }
}

#[test]
fn a_second_opinion_takes_the_findings_too() {
    let aws = Moto::shared().aws();
    let other = finding_with(&[("/Id", "other".into())]);
    let answer = import(&aws, &[finding(), other]).unwrap();
    assert_eq!((&answer["SuccessCount"], &answer["FailedCount"]), (&json!(2), &json!(0)));
    let found = aws.call("securityhub", "get_findings", json!({}));
    assert_eq!(found["Findings"].as_array().unwrap().len(), 2);
}

#[test]
fn a_queue_feeds_a_function() {
    let aws = Ministack::shared().aws();
    let bootstrap = root().join("tests/servers/bootstrap.py").display().to_string();
    aws.call(
        "lambda",
        "create_function",
        json!({"FunctionName": "servers-fed", "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 5,
            "Role": format!("arn:aws:iam::{ACCOUNT}:role/servers"),
            "Code": {"ZipFile": {"$zip": {"bootstrap": bootstrap}}}}),
    );
    let answer = json!({"answer": {"fed": true}}).to_string();
    let invoked = aws.call("lambda", "invoke", json!({"FunctionName": "servers-fed", "Payload": answer}));
    assert_eq!(text(&invoked, "Payload"), r#"{"fed": true}"#);
    let url = aws.call("sqs", "create_queue", json!({"QueueName": "servers-feed"}));
    let url = text(&url, "QueueUrl");
    let source = format!("arn:aws:sqs:us-east-1:{ACCOUNT}:servers-feed");
    let mapping = json!({"FunctionName": "servers-fed", "EventSourceArn": source});
    aws.call("lambda", "create_event_source_mapping", mapping);
    aws.call("sqs", "send_message", json!({"QueueUrl": url, "MessageBody": "hello"}));
    let counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
    let ask = json!({"QueueUrl": url, "AttributeNames": counts});
    until("the end of the message", || {
        let answer = aws.call("sqs", "get_queue_attributes", ask.clone());
        counts.iter().all(|count| answer["Attributes"][count] == "0").then_some(())
    });
}
