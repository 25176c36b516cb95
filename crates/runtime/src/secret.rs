//! A secret: by its value, or by the name of a parameter that holds it.
//!
//! A parameter is read once, when it is first needed. What is in AWS Secrets Manager has a name there, too:
//! `/aws/reference/secretsmanager/NAME` (Systems Manager user guide, "Referencing AWS Secrets Manager secrets from Parameter
//! Store parameters").

use std::fmt;
use std::time::Duration;

use aws_sdk_ssm::error::ProvideErrorMetadata as _;
use tattletrail_telemetry::names::field;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::function::sdk_config;

/// How long a parameter that could not be read this time is left alone.
const PAUSE: Duration = Duration::from_secs(30);

/// What says that a parameter will not be read the next time either.
///
/// Source: Systems Manager API reference, `GetParameter`, errors; "Common errors".
const FOR_GOOD: &[&str] = &[
    "ParameterNotFound",
    "ParameterVersionNotFound",
    "InvalidKeyId",
    "ValidationException",
    "AccessDenied",
    "AccessDeniedException",
    "UnrecognizedClientException",
];

/// Where a secret is.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// Here.
    Value(String),
    /// In a parameter of Systems Manager, by its name or ARN.
    Parameter(String),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(_) => f.write_str("Value(…)"),
            Self::Parameter(name) => f.debug_tuple("Parameter").field(name).finish(),
        }
    }
}

/// A secret that is fetched when it is first needed.
#[derive(Debug)]
pub struct Safe {
    /// What it is for, in words for a log: `error reports`.
    purpose: &'static str,
    state: Mutex<State>,
}

enum State {
    Known(String),
    /// Not read before then.
    Unread(String, Option<Instant>),
    /// There is none.
    Missing,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(_) => "Known(…)",
            Self::Unread(..) => "Unread",
            Self::Missing => "Missing",
        })
    }
}

/// What became of the wish for a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Opened {
    /// Here it is.
    Is(String),
    /// Not this time.
    NotNow,
    /// There is none.
    Never,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Is(_) => "Is(…)",
            Self::NotNow => "NotNow",
            Self::Never => "Never",
        })
    }
}

/// What became of the reading of a parameter.
enum Reading {
    Is(String),
    /// It can't be read, now or later.
    Never(String),
    /// Not this time.
    NotNow(String),
}

impl Safe {
    /// Keeps a secret for a purpose. Nothing is read yet; that there is none is said here and now.
    pub fn new(purpose: &'static str, secret: Option<Secret>) -> Self {
        let state = match secret {
            Some(Secret::Value(value)) => State::Known(value),
            Some(Secret::Parameter(name)) => State::Unread(name, None),
            None => {
                tracing::warn!({ field::WHY } = format!("{purpose}: no key is set"), "off for want of a key");
                State::Missing
            }
        };
        Self { purpose, state: Mutex::new(state) }
    }

    /// The secret, if it is to be had within the limit. What is never to be had is said once, in the log.
    pub async fn open(&self, limit: Duration) -> Opened {
        let mut state = self.state.lock().await;
        let name = match &*state {
            State::Known(value) => return Opened::Is(value.clone()),
            State::Missing => return Opened::Never,
            State::Unread(_, Some(until)) if *until > Instant::now() => return Opened::NotNow,
            State::Unread(name, _) => name.clone(),
        };
        let reading = tokio::time::timeout(limit, Box::pin(read(&name))).await;
        let reading = reading.unwrap_or_else(|_| Reading::NotNow("no answer in time".to_owned()));
        let (next, opened) = self.after(name, reading);
        *state = next;
        opened
    }

    /// What a reading makes of an unread secret.
    fn after(&self, name: String, reading: Reading) -> (State, Opened) {
        let why = |why: &str| format!("{}: `{name}`: {why}", self.purpose);
        match reading {
            Reading::Is(value) => (State::Known(value.clone()), Opened::Is(value)),
            Reading::Never(reason) => {
                tracing::error!({ field::WHY } = why(&reason), "off for want of a key");
                (State::Missing, Opened::Never)
            }
            Reading::NotNow(reason) => {
                tracing::warn!({ field::WHY } = why(&reason), "a key can't be read now");
                (State::Unread(name, Some(Instant::now() + PAUSE)), Opened::NotNow)
            }
        }
    }
}

async fn read(name: &str) -> Reading {
    let client = aws_sdk_ssm::Client::new(&sdk_config().await);
    let asked = client.get_parameter().name(name).with_decryption(true).send().await;
    match asked {
        Ok(answer) => {
            let value = answer.parameter.and_then(|parameter| parameter.value).unwrap_or_default();
            let value = value.trim();
            if value.is_empty() {
                Reading::Never("it is empty".to_owned())
            } else {
                Reading::Is(value.to_owned())
            }
        }
        Err(error) => match error.code() {
            Some(code) if FOR_GOOD.contains(&code) => Reading::Never(code.to_owned()),
            Some(code) => Reading::NotNow(code.to_owned()),
            None => Reading::NotNow("no answer".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_value_is_itself_and_is_never_shown() {
        let secret = Secret::Value("hunter2".to_owned());
        assert!(!format!("{secret:?}").contains("hunter2"));
        let safe = Safe::new("error reports", Some(secret));
        assert_eq!(safe.open(Duration::ZERO).await, Opened::Is("hunter2".to_owned()));
        assert!(!format!("{safe:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn none_is_none() {
        assert_eq!(Safe::new("error reports", None).open(Duration::ZERO).await, Opened::Never);
    }

    #[test]
    fn the_name_of_a_parameter_is_no_secret() {
        let secret = Secret::Parameter("/tattletrail/rollbar".to_owned());
        assert_eq!(format!("{secret:?}"), r#"Parameter("/tattletrail/rollbar")"#);
    }
}
