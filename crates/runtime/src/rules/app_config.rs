//! A bundle in `AppConfig`: what is deployed there, when it is deployed.
//!
//! A session is asked with the token of its last answer, each of which holds once and for a day; an answer without content
//! says that nothing is new (`AppConfig` API reference, `GetLatestConfiguration`). A session that fails is begun anew, and
//! begins with the whole content: whoever asks has to know it again.

use std::time::Duration;

use aws_sdk_appconfigdata::Client;
use aws_sdk_appconfigdata::error::ProvideErrorMetadata as _;

use super::Refusal;
use super::source::{Answer, Found, MOST_BYTES, Trouble};
use crate::late::Late;

/// How often a session may be asked (`AppConfig` API reference, `StartConfigurationSession`).
const LEAST_SECONDS: u64 = 15;
const MOST_SECONDS: u64 = 86_400;

/// What `AppConfig` says of a token that is too old, among others.
const STALE: &str = "BadRequestException";

/// A configuration that holds a bundle.
#[derive(Debug)]
pub(super) struct AppConfig {
    client: Late<Client>,
    /// Application, environment, profile.
    names: [String; 3],
    interval: i32,
    /// What the session is asked with the next time.
    token: Option<String>,
    pause: Duration,
}

impl AppConfig {
    pub(super) fn new(client: Late<Client>, names: [String; 3], max_age: Duration) -> Self {
        let interval = max_age.as_secs().clamp(LEAST_SECONDS, MOST_SECONDS);
        let interval = i32::try_from(interval).unwrap_or(i32::MAX);
        Self { client, names, interval, token: None, pause: Duration::ZERO }
    }

    /// What the service wants to wait until it is asked again.
    pub(super) fn pause(&self) -> Duration {
        self.pause
    }

    pub(super) async fn ask(&mut self) -> Result<Answer, Trouble> {
        // Taken: one whose answer is lost may have been used.
        if let Some(token) = self.token.take() {
            let answer = self.latest(token).await;
            if answer.as_ref().err().is_none_or(|trouble| trouble.0 != STALE) {
                return answer;
            }
        }
        let token = self.begin().await?;
        self.latest(token).await
    }

    async fn begin(&self) -> Result<String, Trouble> {
        let [application, environment, profile] = &self.names;
        let begun = self
            .client
            .start_configuration_session()
            .application_identifier(application)
            .environment_identifier(environment)
            .configuration_profile_identifier(profile)
            .required_minimum_poll_interval_in_seconds(self.interval)
            .send()
            .await;
        let begun = begun.map_err(|error| Trouble::of(error.code()))?;
        begun.initial_configuration_token.ok_or_else(|| Trouble("a session without a token".to_owned()))
    }

    async fn latest(&mut self, token: String) -> Result<Answer, Trouble> {
        let latest = self.client.get_latest_configuration().configuration_token(token).send().await;
        let latest = latest.map_err(|error| Trouble::of(error.code()))?;
        self.token = latest.next_poll_configuration_token;
        self.pause = Duration::from_secs(latest.next_poll_interval_in_seconds.try_into().unwrap_or_default());
        let bytes = latest.configuration.unwrap_or_default().into_inner();
        if bytes.is_empty() {
            return Ok(Answer::Unchanged);
        }
        let is_fit = bytes.len() <= MOST_BYTES;
        let content = if is_fit { Ok(bytes) } else { Err(Refusal::TooLarge { most: MOST_BYTES }) };
        Ok(Answer::New(Found { content, version: latest.version_label.unwrap_or_default() }))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_appconfigdata::config::{BehaviorVersion, Builder, Credentials, Region};

    use super::super::samples::{Replay, Reply, reply};
    use super::*;

    fn configuration(replay: &Replay) -> AppConfig {
        let config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("a", "s", None, None, "test"))
            .retry_config(aws_sdk_appconfigdata::config::retry::RetryConfig::disabled())
            .http_client(replay.client());
        let client = Late::new(|| Client::from_conf(config.build()));
        AppConfig::new(client, ["app", "prod", "rules"].map(str::to_owned), Duration::from_secs(1))
    }

    fn session(token: &str) -> Reply {
        reply(201, &[], format!(r#"{{"InitialConfigurationToken":"{token}"}}"#).as_bytes())
    }

    fn latest(next: &str, label: &str, content: &[u8]) -> Reply {
        let headers = [
            ("next-poll-configuration-token", next),
            ("next-poll-interval-in-seconds", "30"),
            ("version-label", label),
        ];
        reply(200, &headers, content)
    }

    fn version(answer: Result<Answer, Trouble>) -> String {
        match answer.unwrap() {
            Answer::New(found) => {
                format!("{} {}", found.version, found.content.map_or(0, |bytes| bytes.len()))
            }
            Answer::Unchanged => "unchanged".to_owned(),
        }
    }

    #[tokio::test]
    async fn each_answer_has_the_token_of_the_next_question() {
        let answers =
            [session("t0"), latest("t1", "v1", b"abc"), latest("t2", "", b""), latest("t3", "v2", b"abcd")];
        let replay = Replay::of(answers);
        let mut configuration = configuration(&replay);
        assert_eq!(version(configuration.ask().await), "v1 3");
        assert_eq!(version(configuration.ask().await), "unchanged");
        assert_eq!(version(configuration.ask().await), "v2 4");
        assert_eq!(configuration.pause(), Duration::from_secs(30));
        let asked = replay.asked();
        assert!(asked[0].uri.ends_with("/configurationsessions"), "{asked:?}");
        assert_eq!(
            asked[0].body,
            r#"{"ApplicationIdentifier":"app","ConfigurationProfileIdentifier":"rules","EnvironmentIdentifier":"prod","RequiredMinimumPollIntervalInSeconds":15}"#
        );
        for (asked, token) in asked[1..].iter().zip(["t0", "t1", "t2"]) {
            assert!(asked.uri.ends_with(&format!("/configuration?configuration_token={token}")), "{asked:?}");
        }
    }

    #[tokio::test]
    async fn a_token_that_is_too_old_is_a_new_session_and_so_is_one_whose_answer_is_lost() {
        let stale = reply(400, &[("x-amzn-errortype", "BadRequestException")], b"{}");
        let down = reply(500, &[("x-amzn-errortype", "InternalServerException")], b"{}");
        let replay = Replay::of([
            session("a0"),
            latest("a1", "v1", b"abc"),
            stale,
            session("b0"),
            latest("b1", "v1", b"abc"),
            down,
            session("c0"),
            latest("c1", "v1", b"abc"),
        ]);
        let mut configuration = configuration(&replay);
        assert_eq!(version(configuration.ask().await), "v1 3");
        assert_eq!(version(configuration.ask().await), "v1 3", "the new session begins with everything");
        assert_eq!(configuration.ask().await.unwrap_err(), Trouble("InternalServerException".to_owned()));
        assert_eq!(version(configuration.ask().await), "v1 3");
        assert_eq!(replay.asked().len(), 8);
    }
}
