//! From the settings to everything that is needed. Faults are told at the start: a function that is set up wrong must not
//! take in anything.

use std::time::Duration;

use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use tattletrail_engine::ids::{AccountId, Region};

use super::Function;
use crate::calls::Traced;
use crate::dispatch::{Dispatcher, Policy};
use crate::health::{Health, Source};
use crate::late::Late;
use crate::ledger::{Ledger, Memory, Overlay, Table};
use crate::observe::Observer;
use crate::rejected::Rejects;
use crate::rules::{self, InUse, Rules, RulesError};
use crate::settings::{RejectedTo, Settings, SettingsError};
use crate::sink::Sink;
use crate::sink::cloudwatch::CloudWatch;
use crate::sink::event_bus::EventBus;
use crate::sink::rehearsal::Stage;
use crate::sink::security_hub::{self, SecurityHub};
use crate::sink::sns::Sns;

/// The configuration of a client whose calls are traced, under the name that X-Ray has for its service.
macro_rules! traced {
    ($sdk:ident, $config:expr, $service:literal) => {
        $sdk::config::Builder::from($config).interceptor(Traced($service)).build()
    };
}

/// Why a function does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The rules.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The Region.
    #[error("AWS_REGION is not set, expected the Region in which the function runs")]
    NoRegion,
}

impl Function {
    /// Starts a function with what its environment says. Nothing is asked of the network, unless the rules are there, and no
    /// client is made before it is needed.
    pub async fn start(observer: &Observer) -> Result<Self, StartError> {
        let settings = Settings::from_environment()?;
        let config = sdk_config().await;
        config.region().ok_or(StartError::NoRegion)?;
        let health = Health { source: observer.source(), profile: settings.metrics_profile };
        let (rules, lookout) = rules::begin(settings.rules.as_ref(), &config, health)?;
        let mut function = Self::assemble(observer.source(), rules, &settings, &config);
        function.lookout = lookout;
        function.dispatcher.policy.traces_in = observer.console().map(Region::from);
        match &function.lookout {
            Some(lookout) => lookout.begin(&function.dispatcher.rules).await,
            None => rules::tell(&function.dispatcher.rules.get()),
        }
        Ok(function)
    }

    /// A function of its parts. Nothing is asked of the network, and no client is made before it is needed.
    pub fn assemble(
        source: Source,
        rules: impl Into<Rules>,
        settings: &Settings,
        config: &SdkConfig,
    ) -> Self {
        let dispatcher = Dispatcher {
            rules: InUse::new(rules.into()),
            ledger: ledger(settings, config),
            sinks: sinks(settings, config),
            policy: policy(settings),
        };
        let health = Health { source, profile: settings.metrics_profile };
        Self { health, dispatcher, lookout: None, rejects: rejects(settings, config), store: store(config) }
    }

    /// The same function without effects: its ledger is read and not written, and what its sinks would be sent goes to
    /// `stage` instead.
    #[must_use]
    pub fn rehearsing(mut self, stage: &Stage) -> Self {
        let below = match self.dispatcher.ledger {
            Ledger::Table(table) => Some(table),
            Ledger::Memory(_) | Ledger::Overlay(_) => None,
        };
        self.dispatcher.ledger = Ledger::Overlay(Overlay::new(below));
        let names = self.dispatcher.sinks.iter().map(Sink::name);
        self.dispatcher.sinks = names.map(|name| Sink::Rehearsal(stage.in_place_of(name))).collect();
        self
    }

    /// What delivers.
    pub fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
}

/// Lambda sets the Region. Where it is not set nothing else is asked: the SDK would ask the network.
pub(crate) async fn sdk_config() -> SdkConfig {
    let region = EnvironmentVariableRegionProvider::new();
    aws_config::defaults(BehaviorVersion::latest()).region(region).load().await
}

fn policy(settings: &Settings) -> Policy {
    Policy {
        min_level: settings.min_level,
        topic_min_level: settings.topic_min_level,
        experimental_to: settings.experimental_to.clone(),
        application: settings.application.clone(),
        traces_in: None,
        keep: Duration::from_secs(u64::from(settings.ledger_days) * 24 * 60 * 60),
    }
}

fn ledger(settings: &Settings, config: &SdkConfig) -> Ledger {
    match &settings.ledger_table {
        Some(name) => Ledger::Table(Table::new(traced!(aws_sdk_dynamodb, config, "DynamoDB"), name.clone())),
        None => Ledger::Memory(Memory::default()),
    }
}

fn rejects(settings: &Settings, config: &SdkConfig) -> Option<Rejects> {
    Some(match settings.rejected.clone()? {
        RejectedTo::Queue(url) => {
            let config = traced!(aws_sdk_sqs, config, "SQS");
            Rejects::Queue { client: Late::new(|| aws_sdk_sqs::Client::from_conf(config)), url }
        }
        RejectedTo::Bucket { bucket, prefix } => Rejects::Bucket { client: store(config), bucket, prefix },
    })
}

/// Stand-ins for S3 have no names of hosts for buckets.
pub(crate) fn store(config: &SdkConfig) -> Late<aws_sdk_s3::Client> {
    let own_endpoint =
        std::env::var_os("AWS_ENDPOINT_URL_S3").is_some() || std::env::var_os("AWS_ENDPOINT_URL").is_some();
    let config = traced!(aws_sdk_s3, config, "S3").to_builder().force_path_style(own_endpoint).build();
    Late::new(|| aws_sdk_s3::Client::from_conf(config))
}

/// What `AppConfig` is asked with.
pub(crate) fn configurations(config: &SdkConfig) -> Late<aws_sdk_appconfigdata::Client> {
    let config = traced!(aws_sdk_appconfigdata, config, "AppConfigData");
    Late::new(|| aws_sdk_appconfigdata::Client::from_conf(config))
}

fn sinks(settings: &Settings, config: &SdkConfig) -> Vec<Sink> {
    let mut sinks = Vec::new();
    if let Some(hub) = &settings.security_hub {
        let base = traced!(aws_sdk_securityhub, config, "SecurityHub");
        let sts = traced!(aws_sdk_sts, config, "STS");
        let own_region = config.region().map_or_else(Region::default, |region| Region::from(region.as_ref()));
        let place = security_hub::Settings {
            home: hub.home.clone(),
            own_account: AccountId::from(hub.account.as_str()),
            own_region,
            region: hub.region.as_deref().map(Region::from),
        };
        sinks.push(Sink::SecurityHub(SecurityHub::new(&base, &sts, place)));
    }
    if let Some(metrics) = &settings.metrics {
        let config = traced!(aws_sdk_cloudwatch, config, "CloudWatch");
        sinks.push(Sink::CloudWatch(CloudWatch::new(&config, metrics.clone())));
    }
    if let Some(topic) = &settings.topic_arn {
        sinks.push(Sink::Sns(Sns::new(&traced!(aws_sdk_sns, config, "SNS"), topic.clone())));
    }
    if let Some(bus) = &settings.event_bus {
        let config = traced!(aws_sdk_eventbridge, config, "EventBridge");
        sinks.push(Sink::EventBus(EventBus::new(&config, bus.clone())));
    }
    sinks
}
