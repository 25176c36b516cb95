//! The rules of a function: those that it was built with, or those of a bundle from elsewhere.
//!
//! In: what is set. Out: the rules in use, which others may replace between two invocations where they come from a place on
//! the network. A file beside a function is deployed with it, so that one with a fault ends the start; what is on the network
//! changes by itself, so that a fault there is told, and the function works on.

// Where they come from, as it is set.
mod from;

// Whether bytes are rules to work with.
mod judged;

// The set that is in use.
mod in_use;

// A place on the network.
mod source;

// A bundle in S3.
mod object;

// A bundle in AppConfig.
mod app_config;

// Whether there are others now.
mod lookout;

// Bundles and services for tests.
#[cfg(test)]
mod samples;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_config::SdkConfig;
use tattletrail_engine::engine::Engine;
use tattletrail_engine::ruleset::BundleError;
use tattletrail_telemetry::names::field;

pub use from::{NoPlace, RulesFrom};
pub use in_use::InUse;
pub use judged::{Refusal, Rules, judge};
pub use lookout::Lookout;
pub use source::Trouble;

use crate::health::Health;
use source::{Answer, Found, Source};

/// What is set about rules that are not the built-in ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesSettings {
    /// Where they come from.
    pub from: RulesFrom,
    /// The only hash that their bundle may have.
    pub sha256: Option<String>,
    /// How old a look at the place may be.
    pub max_age: Duration,
}

/// Why there are no rules to work with.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The bundle could not be read.
    #[error("can't read the bundle `{}`: {source}", path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The place of the bundle does not say what is in it.
    #[error("can't fetch the bundle `{from}`: {source}")]
    Away {
        /// The place.
        from: String,
        /// Why.
        source: Trouble,
    },
    /// It is not one that this version takes.
    #[error("can't load the bundle `{from}`: {source}")]
    Refused {
        /// The place.
        from: String,
        /// Why.
        source: Refusal,
    },
    /// The built-in rules do not load.
    #[error(transparent)]
    BuiltIn(#[from] BundleError),
}

impl From<Engine> for Rules {
    /// Rules of which nobody says which they are.
    fn from(engine: Engine) -> Self {
        Self { engine, hash: String::new(), version: String::new() }
    }
}

/// The rules to begin with, and who looks for others: without settings those that were there, and right, when the function was
/// built. They are also there until the place of the settings has said what is in it.
pub(crate) fn begin(
    settings: Option<&RulesSettings>,
    config: &SdkConfig,
    health: Health,
) -> Result<(Rules, Option<Lookout>), RulesError> {
    let Some(settings) = settings else { return Ok((built_in()?, None)) };
    if let RulesFrom::File(path) = &settings.from {
        return Ok((file(path, settings)?, None));
    }
    let lookout = Source::of(settings, config).map(|source| Lookout::new(settings, source, health));
    Ok((built_in()?, lookout))
}

/// The rules of these settings and no others, for who can wait and would rather have none.
pub async fn fetch(settings: &RulesSettings, config: &SdkConfig) -> Result<Rules, RulesError> {
    let from = || settings.from.to_string();
    let asked = match (&settings.from, Source::of(settings, config)) {
        (RulesFrom::File(path), _) => return file(path, settings),
        (_, Some(mut source)) => source.ask().await,
        (_, None) => Ok(Answer::Unchanged),
    };
    match asked {
        Ok(Answer::New(Found { content, version })) => content
            .and_then(|bytes| judge(bytes, version, settings.sha256.as_deref()))
            .map_err(|source| RulesError::Refused { from: from(), source }),
        Ok(Answer::Unchanged) => Err(RulesError::Away { from: from(), source: Trouble::nothing() }),
        Err(source) => Err(RulesError::Away { from: from(), source }),
    }
}

/// Says which rules are in use, and how many correlations are not among them: an invocation sees too little to count events.
pub(crate) fn tell(rules: &Rules) {
    let (set, hash, version) = (rules.engine.rules(), &*rules.hash, &*rules.version);
    let count = set.len();
    tracing::info!(
        { field::RULES_HASH } = hash,
        { field::RULES_VERSION } = version,
        { field::COUNT } = count,
        "these rules are in use"
    );
    let count = set.left_out().len();
    if count > 0 {
        tracing::info!(count, "functions do not run correlations; `tattletrail scan` does");
    }
}

fn built_in() -> Result<Rules, BundleError> {
    let hash = tattletrail_rules::header()?.sha256;
    Ok(Rules { engine: Engine::new(tattletrail_rules::load()?), hash, version: "built-in".to_owned() })
}

fn file(path: &Path, settings: &RulesSettings) -> Result<Rules, RulesError> {
    let bytes = fs::read(path).map_err(|source| RulesError::Unreadable { path: path.to_owned(), source })?;
    judge(bytes, "file".to_owned(), settings.sha256.as_deref())
        .map_err(|source| RulesError::Refused { from: settings.from.to_string(), source })
}

#[cfg(test)]
mod tests;
