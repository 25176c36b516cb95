//! A deployment on this machine: its servers, its table, its topic with a queue behind it, and the commands and functions
//! that work with them.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::aws::Aws;
use super::lambda::Lambda;
use super::security_hub::SecurityHub;
use super::servers::{ACCOUNT, Ministack};
use super::{binary, root};

/// The longest to wait for messages.
const LIMIT: Duration = Duration::from_secs(20);

/// One deployment.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) hub: SecurityHub,
    pub(crate) aws: Aws,
    name: &'static str,
    topic: String,
    /// Where alerts come out.
    queue: String,
}

/// What a run of a command came to.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Finished {
    /// Standard output as JSON, one value per line.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}

impl Deployment {
    /// One with a name that no other has.
    pub(crate) fn new(name: &'static str) -> Self {
        let aws = Ministack::shared().aws();
        new_table(&aws, name);
        let answer = aws.call("sns", "create_topic", json!({"Name": name}));
        let topic = answer["TopicArn"].as_str().expect("an ARN").to_owned();
        let queue = new_queue(&aws, name);
        let subscription = json!({"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue_arn(name)});
        aws.call("sns", "subscribe", subscription);
        Self { hub: SecurityHub::start(&[]), aws, name, topic, queue }
    }

    /// What commands and functions find in their environment.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", Ministack::shared().endpoint()),
            ("AWS_ENDPOINT_URL_SECURITYHUB", self.hub.endpoint()),
            ("TATTLETRAIL_LEDGER_TABLE", self.name.to_owned()),
            ("TATTLETRAIL_SECURITY_HUB", "own".to_owned()),
            ("TATTLETRAIL_ACCOUNT_ID", ACCOUNT.to_owned()),
            ("TATTLETRAIL_METRICS_NAMESPACE", format!("Tattletrail/{}", self.name)),
            ("TATTLETRAIL_TOPIC_ARN", self.topic.clone()),
            ("TATTLETRAIL_TOPIC_MIN_LEVEL", "high".to_owned()),
        ]
    }

    /// `tattletrail` with these arguments, signed in here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = signed_in(arguments);
        command.envs(self.environment());
        command
    }

    /// Runs `tattletrail` to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        finish(&mut self.command(arguments))
    }

    /// Starts `tattletrail`; its output is dropped.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command starts")
    }

    /// Starts a function.
    pub(crate) fn function(&self, name: &str) -> Lambda {
        let environment = self.environment();
        let pairs: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Lambda::start(&calling(name), &pairs)
    }

    /// The alerts since the last time; waits until there are so many, and sees that no other follows.
    pub(crate) fn alerts(&self, count: usize) -> Vec<Value> {
        let (mut alerts, end) = (Vec::new(), Instant::now() + LIMIT);
        loop {
            let messages = self.receive(&self.queue);
            for message in &messages {
                let asked = json!({"QueueUrl": self.queue, "ReceiptHandle": message["ReceiptHandle"]});
                self.aws.call("sqs", "delete_message", asked);
                let envelope: Value = parsed(&message["Body"]);
                alerts.push(parsed(&envelope["Message"]));
            }
            if messages.is_empty() && alerts.len() >= count {
                return alerts;
            }
            assert!(Instant::now() < end, "{} of {count} alerts came", alerts.len());
        }
    }

    /// The findings of the rule about SSH in Security Hub.
    pub(crate) fn findings(&self) -> Vec<Value> {
        let state = self.hub.state();
        let all = state["findings"].as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|it| it["Title"].as_str().unwrap_or_default().contains("SSH")).collect()
    }

    /// How many calls Security Hub has had.
    pub(crate) fn calls(&self) -> usize {
        self.hub.state()["calls"].as_array().map_or(0, Vec::len)
    }

    /// How many rows the ledger has.
    pub(crate) fn rows(&self) -> u64 {
        let answer = self.aws.call("dynamodb", "scan", json!({"TableName": self.name, "Select": "COUNT"}));
        answer["Count"].as_u64().expect("a count")
    }

    /// A queue with these messages, and their attributes that are text.
    pub(crate) fn queue_of(&self, name: &str, messages: &[(String, &[(&str, &str)])]) -> String {
        let url = new_queue(&self.aws, name);
        for (body, attributes) in messages {
            let attributes: serde_json::Map<_, _> = attributes
                .iter()
                .map(|(name, value)| {
                    ((*name).to_owned(), json!({"DataType": "String", "StringValue": value}))
                })
                .collect();
            let asked = json!({"QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes});
            self.aws.call("sqs", "send_message", asked);
        }
        url
    }

    /// The bodies that can be received from a queue now; they stay in it.
    pub(crate) fn bodies(&self, url: &str) -> Vec<String> {
        let mut bodies = Vec::new();
        loop {
            let messages = self.receive(url);
            if messages.is_empty() {
                return bodies;
            }
            bodies.extend(messages.iter().map(|message| message["Body"].as_str().expect("text").to_owned()));
        }
    }

    fn receive(&self, url: &str) -> Vec<Value> {
        let asked =
            json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1, "VisibilityTimeout": 5});
        self.aws.call("sqs", "receive_message", asked)["Messages"].as_array().cloned().unwrap_or_default()
    }
}

/// `tattletrail` with these arguments and credentials for stand-ins, and nothing else in its environment.
pub(crate) fn signed_in(arguments: &[&str]) -> Command {
    assert!(aws_binary().is_file());
    let mut command = Command::new(binary());
    command.args(arguments).env_clear().stdin(Stdio::null());
    command.env("AWS_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ACCESS_KEY_ID", ACCOUNT).env("AWS_SECRET_ACCESS_KEY", "secret");
    command
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command) -> Finished {
    let output = command.output().expect("the command starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Finished { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// The binary that `publish` and `redrive` are in. It is beside [`binary`].
pub(crate) fn aws_binary() -> PathBuf {
    calling("tattletrail-aws")
}

/// A binary that calls AWS, built with the profile of the tests. All of them are built in one selection: in another Cargo
/// would make them anew, under the feet of whoever runs one.
pub(crate) fn calling(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--locked", "--quiet"]).current_dir(root());
        build.args(["-p", "tattletrail-aws", "-p", "api-events", "-p", "trail-logs", "-p", "trail-files"]);
        build.args(["-p", "tattletrail-panicking"]);
        assert!(build.status().expect("cargo runs").success(), "what calls AWS does not build");
        binary().parent().expect("a folder").to_owned()
    });
    folder.join(name)
}

/// A record of a call about SSH from everywhere, at a minute of 10 o'clock.
pub(crate) fn ssh_record(number: u32, minute: u32, action: &str) -> Value {
    json!({
        "eventVersion": "1.09", "eventSource": "ec2.amazonaws.com", "eventName": action, "awsRegion": "us-east-1",
        "eventID": format!("0a1b2c3d-0000-4000-8000-{number:012}"), "eventType": "AwsApiCall",
        "eventTime": format!("2026-11-20T10:{minute:02}:00Z"), "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/alice"), "accountId": ACCOUNT},
        "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.31.0",
        "requestParameters": {"groupId": format!("sg-{:017x}", number / 2), "ipPermissions": {"items": [{
            "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}},
    })
}

/// What EventBridge makes of a record.
pub(crate) fn event_of(record: &Value) -> String {
    json!({"version": "0", "id": "1", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2",
        "account": ACCOUNT, "region": "us-east-1", "detail": record})
    .to_string()
}

/// A table for a ledger.
pub(crate) fn new_table(aws: &Aws, name: &str) {
    let keys = [("pk", "HASH"), ("sk", "RANGE")];
    let schema = keys.map(|(name, kind)| json!({"AttributeName": name, "KeyType": kind}));
    let types = keys.map(|(name, _)| json!({"AttributeName": name, "AttributeType": "S"}));
    let table = json!({"TableName": name, "KeySchema": schema, "AttributeDefinitions": types,
        "BillingMode": "PAY_PER_REQUEST"});
    aws.call("dynamodb", "create_table", table);
}

/// A queue; its URL.
pub(crate) fn new_queue(aws: &Aws, name: &str) -> String {
    let answer = aws.call("sqs", "create_queue", json!({"QueueName": name}));
    answer["QueueUrl"].as_str().expect("a URL").to_owned()
}

/// The ARN of a queue, by its name.
pub(crate) fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{name}")
}

fn parsed(text: &Value) -> Value {
    serde_json::from_str(text.as_str().expect("text")).expect("JSON")
}
