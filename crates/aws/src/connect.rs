//! From the environment to what delivers. What is missing is told before anything is read.

use std::error::Error;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::ProvideCredentials as _;
use clap::Args;
use tattletrail_cli::kit::load_rules;
use tattletrail_cli::{Console, Exit};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::Level;
use tattletrail_engine::render::text::neutralise;
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_runtime::function::Function;
use tattletrail_runtime::health::Source;
use tattletrail_runtime::rules::{self, RulesFrom, RulesSettings};
use tattletrail_runtime::settings::Settings;
use tattletrail_runtime::sink::rehearsal::Stage;
use tokio::runtime::{Builder, Runtime};

/// The least time for one call: a queue is asked to wait for messages.
const LEAST_TIMEOUT: Duration = Duration::from_secs(10);

/// How a run delivers.
#[derive(Debug, Args)]
pub(crate) struct DeliveryArguments {
    /// Send nothing and write nothing: show what would be sent, and to which sink
    #[arg(long, visible_alias = "show")]
    pub(crate) dry_run: bool,

    /// How long to go on trying a sink or the ledger that does not answer
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=600))]
    timeout: u16,
}

impl DeliveryArguments {
    /// How long one step may take.
    pub(crate) fn step(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout))
    }
}

/// The rules that the functions' settings name: the built-in ones, those of a file, or those that are in S3 or `AppConfig` now.
/// What is wrong with the settings, [`connect`] tells.
///
/// Unlike a function, a command without the rules that are set does nothing: somebody is there to try again, and the built-in
/// rules would find something else.
pub(crate) fn rules_of_functions(step: Duration, console: &mut Console) -> Result<RuleSet, Exit> {
    let settings = Settings::from_environment().ok().and_then(|settings| settings.rules);
    let elsewhere = match settings {
        None => return load_rules(&[], console),
        Some(RulesSettings { from: RulesFrom::File(path), sha256: None, .. }) => {
            return load_rules(&[path], console);
        }
        Some(elsewhere) => elsewhere,
    };
    fetch(&elsewhere, step).map_err(|problem| {
        console.say(&format!("tattletrail: {}\n", neutralise(&problem)));
        Exit::Usage
    })
}

fn fetch(settings: &RulesSettings, step: Duration) -> Result<RuleSet, String> {
    runtime()?.block_on(async {
        let config = load(step).await?;
        let fetched = rules::fetch(settings, &config).await.map_err(|error| error.to_string())?;
        Ok(fetched.engine.rules().clone())
    })
}

fn runtime() -> Result<Runtime, String> {
    Builder::new_current_thread().enable_all().build().map_err(|error| format!("can't start: {error}"))
}

/// What a run works with.
#[derive(Debug)]
pub(crate) struct Connection {
    /// What runs whatever waits for the network.
    pub(crate) runtime: Runtime,
    /// What delivers.
    pub(crate) function: Function,
    /// What AWS is called with.
    pub(crate) config: SdkConfig,
    /// What would be sent comes here, in a dry run.
    pub(crate) stage: Option<Stage>,
    /// Without a table nothing is remembered.
    pub(crate) has_table: bool,
}

/// What a command needs.
#[derive(Debug)]
pub(crate) struct Needs {
    /// Nothing is sent and written.
    pub(crate) dry_run: bool,
    /// AWS is called even in a dry run without a ledger.
    pub(crate) calls_aws: bool,
    /// In the place of what is set.
    pub(crate) min_level: Option<Level>,
    /// How long one step may take.
    pub(crate) step: Duration,
}

/// Connects, or says what is missing.
pub(crate) fn connect(engine: Engine, needs: &Needs, console: &mut Console) -> Result<Connection, Exit> {
    try_connect(engine, needs).map_err(|problem| {
        console.say(&format!("tattletrail: {}\n", neutralise(&problem)));
        Exit::Usage
    })
}

fn try_connect(engine: Engine, needs: &Needs) -> Result<Connection, String> {
    let mut settings = Settings::from_environment().map_err(|error| error.to_string())?;
    if let Some(level) = needs.min_level {
        settings.min_level = level;
    }
    if !has_sink(&settings) {
        return Err("there is no sink to send to: set TATTLETRAIL_SECURITY_HUB, TATTLETRAIL_TOPIC_ARN or \
                    TATTLETRAIL_EVENT_BUS, or leave TATTLETRAIL_METRICS on (docs/functions.md, \"Configuration\")"
            .to_owned());
    }
    let runtime = runtime()?;
    let has_table = settings.ledger_table.is_some();
    let config = if needs.calls_aws || !needs.dry_run || has_table {
        runtime.block_on(load(needs.step))?
    } else {
        // Never used for a call, and made without asking anybody.
        SdkConfig::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("none")).build()
    };
    let function = Function::assemble(Source::Command, engine, &settings, &config);
    let stage = needs.dry_run.then(Stage::default);
    let function = match &stage {
        Some(stage) => function.rehearsing(stage),
        None => function,
    };
    Ok(Connection { runtime, function, config, stage, has_table })
}

fn has_sink(settings: &Settings) -> bool {
    settings.security_hub.is_some()
        || settings.metrics.is_some()
        || settings.topic_arn.is_some()
        || settings.event_bus.is_some()
}

/// What AWS is called with. A missing Region or missing credentials would fail every call, late and one by one.
async fn load(step: Duration) -> Result<SdkConfig, String> {
    // The SDK by itself waits for an answer for ever, and here nobody comes who ends that.
    let timeout = TimeoutConfig::builder().operation_timeout(step.max(LEAST_TIMEOUT)).build();
    let loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeout);
    let config = loader.load().await;
    if config.region().is_none() {
        return Err("no AWS Region is set: set AWS_REGION, or AWS_PROFILE to a profile with one".to_owned());
    }
    let advice =
        "sign in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    let Some(provider) = config.credentials_provider() else {
        return Err(format!("no AWS credentials are set: {advice}"));
    };
    match provider.provide_credentials().await {
        Ok(_) => Ok(config),
        Err(error) => Err(format!("no AWS credentials: {}; {advice}", whole(&error))),
    }
}

/// An error with what it comes from.
fn whole(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}
