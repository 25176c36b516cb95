//! A deployment: its servers, its table, its topic with a queue behind it, and the functions in it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::json;

use crate::harness::aws::Aws;
use crate::harness::lambda::Lambda;
use crate::harness::root;
use crate::harness::security_hub::SecurityHub;
use crate::harness::servers::{ACCOUNT, Ministack, Server};

/// The function's binary, built with the profile of the tests.
pub(super) fn function(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let packages = ["-p", "api-events", "-p", "trail-logs", "-p", "trail-files"];
        let mut build = Command::new(cargo);
        build.args(["build", "--locked", "--quiet"]).args(packages).current_dir(root());
        assert!(build.status().expect("cargo runs").success(), "the functions do not build");
        let test = std::env::current_exe().expect("the path of this test");
        test.ancestors().nth(2).expect("target/<profile>/deps/<test>").to_owned()
    });
    folder.join(name)
}

/// One deployment. Its name is that of its table, its topic and the topic's queue.
#[derive(Debug)]
pub(super) struct World {
    pub(super) hub: SecurityHub,
    pub(super) aws: Aws,
    pub(super) name: &'static str,
    pub(super) topic: String,
    /// Where alerts arrive.
    pub(super) alerts: String,
    endpoint: String,
}

impl World {
    /// A deployment in the stand-in that all tests share.
    pub(super) fn new(name: &'static str) -> Self {
        Self::at(name, Ministack::shared())
    }

    /// A deployment in a stand-in.
    pub(super) fn at(name: &'static str, server: &Server) -> Self {
        let aws = server.aws();
        make_table(&aws, name);
        let topic = aws.call("sns", "create_topic", json!({"Name": name}));
        let topic = topic["TopicArn"].as_str().unwrap().to_owned();
        let alerts = make_queue(&aws, name);
        let subscription = json!({"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue_arn(name)});
        aws.call("sns", "subscribe", subscription);
        Self { hub: SecurityHub::start(&[]), aws, name, topic, alerts, endpoint: server.endpoint() }
    }

    /// The namespace of its metrics.
    pub(super) fn namespace(&self) -> String {
        format!("Tattletrail/{}", self.name)
    }

    /// A queue of this deployment; its URL.
    pub(super) fn queue(&self, suffix: &str) -> String {
        make_queue(&self.aws, &format!("{}-{suffix}", self.name))
    }

    /// What the functions are set up with.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.endpoint.clone()),
            ("AWS_ENDPOINT_URL_SECURITYHUB", self.hub.endpoint()),
            ("TATTLETRAIL_LEDGER_TABLE", self.name.to_owned()),
            ("TATTLETRAIL_SECURITY_HUB", "own".to_owned()),
            ("TATTLETRAIL_ACCOUNT_ID", ACCOUNT.to_owned()),
            ("TATTLETRAIL_METRICS_NAMESPACE", self.namespace()),
            ("TATTLETRAIL_TOPIC_ARN", self.topic.clone()),
            ("TATTLETRAIL_TOPIC_MIN_LEVEL", "high".to_owned()),
        ]
    }

    /// Starts a function.
    pub(super) fn start(&self, function_name: &str) -> Lambda {
        self.start_with(function_name, &[])
    }

    /// Starts a function with settings of its own.
    pub(super) fn start_with(&self, function_name: &str, settings: &[(&str, &str)]) -> Lambda {
        let environment = self.environment();
        let all: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Lambda::start(&function(function_name), &[&all, settings].concat())
    }
}

/// The ARN of a queue, by its name.
pub(super) fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{name}")
}

fn make_queue(aws: &Aws, name: &str) -> String {
    aws.call("sqs", "create_queue", json!({"QueueName": name}))["QueueUrl"].as_str().unwrap().to_owned()
}

fn make_table(aws: &Aws, name: &str) {
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let text = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    let table = json!({"TableName": name, "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
        "AttributeDefinitions": [text("pk"), text("sk")]});
    aws.call("dynamodb", "create_table", table);
}
