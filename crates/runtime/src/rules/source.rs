//! A place on the network that a bundle comes from: asked again and again, it says only what is new.

use aws_config::SdkConfig;
use std::time::Duration;

use super::app_config::AppConfig;
use super::object::Object;
use super::{Refusal, RulesFrom, RulesSettings};

/// The most of a bundle that is read: forty times the built-in rules, and little enough for the smallest function.
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A place, and what of it was seen.
#[derive(Debug)]
pub(super) enum Source {
    Object(Object),
    AppConfig(AppConfig),
}

/// What a place says.
#[derive(Debug)]
pub(super) enum Answer {
    /// What was seen the last time is still what there is.
    Unchanged,
    /// Something is there that was not there the last time.
    New(Found),
}

/// What is in a place.
#[derive(Debug)]
pub(super) struct Found {
    /// The bytes, unless they are too many.
    pub(super) content: Result<Vec<u8>, Refusal>,
    /// What the place calls them.
    pub(super) version: String,
}

/// A place did not say what is in it: the service's code, or words of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Trouble(pub(super) String);

impl Trouble {
    /// What a service says, which may be nothing.
    pub(super) fn of(code: Option<&str>) -> Self {
        Self(code.unwrap_or("no answer").to_owned())
    }

    /// The place is empty.
    pub(super) fn nothing() -> Self {
        Self("nothing is there".to_owned())
    }

    /// The time was over.
    pub(super) fn late() -> Self {
        Self("no answer in time".to_owned())
    }
}

impl Source {
    /// The place of these settings, unless it is a file.
    pub(super) fn of(settings: &RulesSettings, config: &SdkConfig) -> Option<Self> {
        match settings.from.clone() {
            RulesFrom::File(_) => None,
            RulesFrom::Object { bucket, key, version } => {
                let client = crate::function::store(config);
                Some(Self::Object(Object::new(client, bucket, key, version)))
            }
            RulesFrom::AppConfig { application, environment, profile } => {
                let client = crate::function::configurations(config);
                let names = [application, environment, profile];
                Some(Self::AppConfig(AppConfig::new(client, names, settings.max_age)))
            }
        }
    }

    /// What is there, if that is new.
    pub(super) async fn ask(&mut self) -> Result<Answer, Trouble> {
        match self {
            Self::Object(object) => object.ask().await,
            Self::AppConfig(configuration) => configuration.ask().await,
        }
    }

    /// For how long the place does not want to be asked again.
    pub(super) fn pause(&self) -> Duration {
        match self {
            Self::Object(_) => Duration::ZERO,
            Self::AppConfig(configuration) => configuration.pause(),
        }
    }
}
