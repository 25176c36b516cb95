//! Where rules come from, when they are not the built-in ones: what is set, as it is written.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// How a bundle's file ends.
const ENDING: &str = ".ttrules";

/// Before the version of an object.
const VERSION: &str = "?versionId=";

/// The place of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulesFrom {
    /// A file beside the function: `/opt/rules.ttrules`.
    File(PathBuf),
    /// An object in S3: `s3://BUCKET/KEY`, with `?versionId=ID` one version of it and no other.
    #[expect(missing_docs, reason = "the names say it")]
    Object { bucket: String, key: String, version: Option<String> },
    /// A configuration of `AppConfig`, by names or ids: `appconfig:APPLICATION/ENVIRONMENT/PROFILE`.
    #[expect(missing_docs, reason = "the names say it")]
    AppConfig { application: String, environment: String, profile: String },
}

/// What is written is no place of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the path of a bundle, which ends in `.ttrules`, or s3://BUCKET/KEY (with ?versionId=ID for one version), or \
     appconfig:APPLICATION/ENVIRONMENT/PROFILE"
)]
pub struct NoPlace;

impl FromStr for RulesFrom {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        if let Some(place) = text.strip_prefix("s3://") {
            return object(place).ok_or(NoPlace);
        }
        if let Some(place) = text.strip_prefix("appconfig:") {
            return app_config(place).ok_or(NoPlace);
        }
        if text.ends_with(ENDING) { Ok(Self::File(PathBuf::from(text))) } else { Err(NoPlace) }
    }
}

fn object(place: &str) -> Option<RulesFrom> {
    let (bucket, key) = place.split_once('/')?;
    let (key, version) = match key.split_once(VERSION) {
        Some((key, version)) => (key, Some(version.to_owned())),
        None => (key, None),
    };
    let is_whole = !bucket.is_empty() && !key.is_empty() && version.as_deref() != Some("");
    is_whole.then(|| RulesFrom::Object { bucket: bucket.to_owned(), key: key.to_owned(), version })
}

fn app_config(place: &str) -> Option<RulesFrom> {
    let parts: Vec<_> = place.split('/').collect();
    match parts.as_slice() {
        [application, environment, profile] if !parts.contains(&"") => Some(RulesFrom::AppConfig {
            application: (*application).to_owned(),
            environment: (*environment).to_owned(),
            profile: (*profile).to_owned(),
        }),
        _ => None,
    }
}

impl fmt::Display for RulesFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Object { bucket, key, version: None } => write!(f, "s3://{bucket}/{key}"),
            Self::Object { bucket, key, version: Some(version) } => {
                write!(f, "s3://{bucket}/{key}{VERSION}{version}")
            }
            Self::AppConfig { application, environment, profile } => {
                write!(f, "appconfig:{application}/{environment}/{profile}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_what_it_says_and_says_what_it_is() {
        let object = |key: &str, version: Option<&str>| RulesFrom::Object {
            bucket: "rules".to_owned(),
            key: key.to_owned(),
            version: version.map(str::to_owned),
        };
        for (text, place) in [
            ("/opt/rules.ttrules", RulesFrom::File("/opt/rules.ttrules".into())),
            ("s3://rules/a/b.ttrules", object("a/b.ttrules", None)),
            ("s3://rules/a?versionId=3HL4", object("a", Some("3HL4"))),
            (
                "appconfig:app/prod/rules",
                RulesFrom::AppConfig {
                    application: "app".to_owned(),
                    environment: "prod".to_owned(),
                    profile: "rules".to_owned(),
                },
            ),
        ] {
            assert_eq!(text.parse(), Ok(place.clone()));
            assert_eq!(place.to_string(), text);
        }
    }

    #[test]
    fn half_a_place_is_none() {
        for text in [
            "",
            "/opt/rules",
            "s3://rules",
            "s3://rules/",
            "s3:///a",
            "s3://rules/a?versionId=",
            "appconfig:a/b",
            "appconfig:a//c",
            "appconfig:a/b/c/d",
            "https://rules.s3.amazonaws.com/a",
        ] {
            assert_eq!(text.parse::<RulesFrom>(), Err(NoPlace), "{text}");
        }
    }
}
