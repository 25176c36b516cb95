//! A deployment: its servers, its table, its topic with a queue behind it, and the functions in it.

use serde_json::json;

use crate::harness::aws::Aws;
use crate::harness::deployment::{calling, new_queue, new_table, queue_arn};
use crate::harness::lambda::Lambda;
use crate::harness::security_hub::SecurityHub;
use crate::harness::servers::{ACCOUNT, Ministack, Server};

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
        new_table(&aws, name);
        let topic = aws.call("sns", "create_topic", json!({"Name": name}));
        let topic = topic["TopicArn"].as_str().unwrap().to_owned();
        let alerts = new_queue(&aws, name);
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
        new_queue(&self.aws, &format!("{}-{suffix}", self.name))
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
        Lambda::start(&calling(function_name), &[&all, settings].concat())
    }
}
