//! Configuration from the environment: read once, checked whole, every fault told at once with what to set.
//!
//! The table in `docs/functions.md` is [`VARIABLES`]; a test compares them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use http::Uri;
use tattletrail_engine::finding::Level;
use tattletrail_engine::metrics::{self, Profile};
use tattletrail_telemetry::errors::rollbar;
use tattletrail_telemetry::log::Share;

use crate::parcel::SinkName;
use crate::rules::{RulesFrom, RulesSettings};
use crate::secret::Secret;
use crate::sink::cloudwatch::MetricSettings;
use crate::sink::security_hub::Home;

/// Every variable that is read: name, what it may hold, default, meaning.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: "TATTLETRAIL_LEDGER_TABLE",
        holds: "name of a DynamoDB table",
        default: "none: memory",
        meaning: "where it is remembered what stands open and which sink has what. Without it each copy of a function \
                  remembers for itself, and nothing is promised across them",
    },
    Variable {
        name: "TATTLETRAIL_LEDGER_DAYS",
        holds: "1 to 3650",
        default: "90",
        meaning: "for how long what is settled is remembered; what stands open is never forgotten",
    },
    Variable {
        name: "TATTLETRAIL_SECURITY_HUB",
        holds: "`off`, `own`, `member` or `central`",
        default: "off",
        meaning: "where findings go in Security Hub: into this account and nowhere else, into the account they belong to by a \
                  role assumed there, or all into this account",
    },
    Variable {
        name: "TATTLETRAIL_ACCOUNT_ID",
        holds: "twelve digits",
        default: "none; needed for Security Hub",
        meaning: "the account in which the function runs, which Lambda does not tell it",
    },
    Variable {
        name: "TATTLETRAIL_SECURITY_HUB_ROLE",
        holds: "name of a role",
        default: "tattletrail-findings",
        meaning: "with `member`: the role assumed in each member account",
    },
    Variable {
        name: "TATTLETRAIL_SECURITY_HUB_EXTERNAL_ID",
        holds: "text",
        default: "none",
        meaning: "with `member`: the external id that the role asks for",
    },
    Variable {
        name: "TATTLETRAIL_SECURITY_HUB_REGION",
        holds: "an AWS Region",
        default: "the finding's own",
        meaning: "send all findings to this Region's Security Hub",
    },
    Variable {
        name: "TATTLETRAIL_METRICS",
        holds: "`on` or `off`",
        default: "on",
        meaning: "publish metrics of findings with PutMetricData",
    },
    Variable {
        name: "TATTLETRAIL_METRICS_NAMESPACE",
        holds: "a CloudWatch namespace",
        default: "Tattletrail/Detection",
        meaning: "the namespace of those metrics",
    },
    Variable {
        name: "TATTLETRAIL_METRICS_MAX_SERIES",
        holds: "0 to 10000",
        default: "200",
        meaning: "how many pairs of application and rule get metrics of their own; the others are counted as `_other`",
    },
    Variable {
        name: "TATTLETRAIL_METRICS_PROFILE",
        holds: "`standard` or `free`",
        default: "standard",
        meaning: "which metrics there are: all, or ten series over all functions, which CloudWatch does not charge for",
    },
    Variable {
        name: "TATTLETRAIL_TOPIC_ARN",
        holds: "ARN of an SNS topic",
        default: "none: off",
        meaning: "where alerts go",
    },
    Variable {
        name: "TATTLETRAIL_TOPIC_MIN_LEVEL",
        holds: "a level",
        default: "medium",
        meaning: "findings below this level make no alert",
    },
    Variable {
        name: "TATTLETRAIL_EVENT_BUS",
        holds: "name or ARN of an event bus",
        default: "none: off",
        meaning: "where OCSF events go, for SIEMs",
    },
    Variable {
        name: "TATTLETRAIL_RULES",
        holds: "path of a bundle, `s3://BUCKET/KEY`, or `appconfig:APPLICATION/ENVIRONMENT/PROFILE`",
        default: "none: the built-in rules",
        meaning: "the [bundle](rules.md#bundle) that holds the rules, instead of the built-in ones: such as \
                  `/opt/rules.ttrules` in a layer, or [in S3 or AppConfig](rules.md#rules-as-data)",
    },
    Variable {
        name: "TATTLETRAIL_RULES_SHA256",
        holds: "64 hexadecimal digits",
        default: "none: any bundle",
        meaning: "only the bundle of which `tattletrail rules bundle` tells this SHA-256 is taken",
    },
    Variable {
        name: "TATTLETRAIL_RULES_MAX_AGE",
        holds: "0 to 86400",
        default: "60",
        meaning: "for rules in S3 or AppConfig, after how many seconds an invocation looks whether there are others; with 0 \
                  each does. AppConfig is asked every 15 seconds at most",
    },
    Variable {
        name: "TATTLETRAIL_MIN_LEVEL",
        holds: "a level",
        default: "informational",
        meaning: "findings below this level go nowhere and are counted",
    },
    Variable {
        name: "TATTLETRAIL_EXPERIMENTAL_TO",
        holds: "`security_hub`, `cloud_watch`, `sns`, `event_bus`, with commas between",
        default: "none",
        meaning: "where findings of rules of the status `experimental` go; elsewhere they are only counted",
    },
    Variable {
        name: "TATTLETRAIL_APPLICATION",
        holds: "a short name",
        default: "default",
        meaning: "the application that findings are counted under",
    },
    Variable {
        name: "TATTLETRAIL_LOG_LEVEL",
        holds: "`error`, `warn`, `info`, `debug` or `trace`",
        default: "`AWS_LAMBDA_LOG_LEVEL`, else `RUST_LOG`, else info",
        meaning: "what is written to the log whatever happens: [levels](observability.md#levels)",
    },
    Variable {
        name: "TATTLETRAIL_LOG_SAMPLE",
        holds: "0 to 1",
        default: "0.01",
        meaning: "the share of invocations whose debug lines are written though nothing happens in them",
    },
    Variable {
        name: "TATTLETRAIL_REJECTED",
        holds: "URL of an SQS queue, or `s3://bucket/prefix`",
        default: "none: counted only",
        meaning: "where what could not be read goes, with the reason",
    },
    Variable {
        name: "TATTLETRAIL_OTLP_HEADERS_PARAMETER",
        holds: "name or ARN of an SSM parameter, or `/aws/reference/secretsmanager/NAME`",
        default: "none",
        meaning: "what holds more headers for the OTLP endpoint, as `OTEL_EXPORTER_OTLP_HEADERS` has them: \
                  `x-honeycomb-team=KEY`",
    },
    Variable {
        name: "TATTLETRAIL_ENVIRONMENT",
        holds: "a short name",
        default: "production",
        meaning: "the environment that errors are reported for",
    },
    Variable {
        name: "TATTLETRAIL_ERRORS",
        holds: "`log`, `rollbar` or `none`",
        default: "log",
        meaning: "where [error reports](observability.md#error-reports) go",
    },
    Variable {
        name: "TATTLETRAIL_ROLLBAR_TOKEN",
        holds: "an access token with the scope `post_server_item`",
        default: "none",
        meaning: "with `rollbar`: the token itself",
    },
    Variable {
        name: "TATTLETRAIL_ROLLBAR_TOKEN_PARAMETER",
        holds: "name or ARN of an SSM parameter, or `/aws/reference/secretsmanager/NAME`",
        default: "none",
        meaning: "with `rollbar`: what holds the token, instead of the token itself",
    },
    Variable {
        name: "TATTLETRAIL_ROLLBAR_ENDPOINT",
        holds: "an `https://` URL; `http://` on this machine only",
        default: "https://api.rollbar.com/api/1/item/",
        meaning: "with `rollbar`: where items are posted",
    },
];

/// One variable, as the documentation has it.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Variable {
    pub name: &'static str,
    pub holds: &'static str,
    pub default: &'static str,
    pub meaning: &'static str,
}

/// The configuration of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The ledger's table.
    pub ledger_table: Option<String>,
    /// Days for which what is settled is remembered.
    pub ledger_days: u32,
    /// Security Hub.
    pub security_hub: Option<SecurityHubSettings>,
    /// Metrics.
    pub metrics: Option<MetricSettings>,
    /// Which metrics there are, those of health included.
    pub metrics_profile: Profile,
    /// The topic for alerts.
    pub topic_arn: Option<String>,
    /// The least level that makes an alert.
    pub topic_min_level: Level,
    /// The bus for OCSF events.
    pub event_bus: Option<String>,
    /// The rules, if not the built-in ones.
    pub rules: Option<RulesSettings>,
    /// The least level that goes anywhere.
    pub min_level: Level,
    /// Where findings of experimental rules go.
    pub experimental_to: BTreeSet<SinkName>,
    /// The application that findings are counted under.
    pub application: String,
    /// Where rejected records go.
    pub rejected: Option<RejectedTo>,
    /// The environment that errors are reported for.
    pub environment: String,
    /// Where error reports go.
    pub errors: ErrorsTo,
}

/// Where error reports go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorsTo {
    /// Nowhere.
    None,
    /// Into the log.
    Log,
    /// To Rollbar.
    Rollbar {
        /// Where items are posted.
        endpoint: Uri,
        /// The access token; without one, reports are off and the log says so.
        token: Option<Secret>,
    },
}

/// Where findings go in Security Hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityHubSettings {
    /// Into which account.
    pub home: Home,
    /// Into which Region, if not the finding's own.
    pub region: Option<String>,
    /// The function's own account.
    pub account: String,
}

/// Where rejected records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RejectedTo {
    /// A queue, by its URL.
    Queue(String),
    /// A bucket and a prefix in it.
    Bucket {
        /// The bucket's name.
        bucket: String,
        /// Before the key; empty or ending in `/`.
        prefix: String,
    },
}

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    faults: Vec<String>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration is not usable: {}", self.faults.join("; "))
    }
}

impl Settings {
    /// Reads the process's environment.
    pub fn from_environment() -> Result<Self, SettingsError> {
        let own = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::from_variables(own)
    }

    /// Reads variables; those of other programs are passed over, and unknown ones of ours are faults: a misspelt setting
    /// must not go unnoticed.
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let own = variables.into_iter().filter(|(name, _)| name.starts_with("TATTLETRAIL_"));
        let mut reader = Reader { left: own.collect(), faults: Vec::new() };
        let settings = reader.settings();
        reader.refuse_the_rest();
        if reader.faults.is_empty() { Ok(settings) } else { Err(SettingsError { faults: reader.faults }) }
    }
}

struct Reader {
    left: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Reader {
    fn settings(&mut self) -> Settings {
        self.check_log();
        let profile = self.profile();
        Settings {
            ledger_table: self.text("LEDGER_TABLE"),
            ledger_days: self.number("LEDGER_DAYS", 1, 3650, 90),
            security_hub: self.security_hub(),
            metrics: self.metrics(profile),
            metrics_profile: profile,
            topic_arn: self.checked("TOPIC_ARN", "the ARN of a topic", |arn| {
                arn.starts_with("arn:") && arn.split(':').nth(2) == Some("sns")
            }),
            topic_min_level: self.level("TOPIC_MIN_LEVEL", Level::Medium),
            event_bus: self.text("EVENT_BUS"),
            rules: self.rules(),
            min_level: self.level("MIN_LEVEL", Level::Informational),
            experimental_to: self.experimental_to(),
            application: self.text("APPLICATION").unwrap_or_else(|| "default".to_owned()),
            rejected: self.rejected(),
            environment: self.text("ENVIRONMENT").unwrap_or_else(|| "production".to_owned()),
            errors: self.errors(),
        }
    }

    fn rules(&mut self) -> Option<RulesSettings> {
        let max_age = Duration::from_secs(u64::from(self.number("RULES_MAX_AGE", 0, 86_400, 60)));
        let is_hash = |hash: &str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let sha256 = self.checked("RULES_SHA256", "64 hexadecimal digits", is_hash);
        let Some(place) = self.text("RULES") else {
            // Whoever sets a hash wants the rules that have it, and not others.
            if let Some(hash) = &sha256 {
                self.fault("RULES_SHA256", hash, "nothing without TATTLETRAIL_RULES");
            }
            return None;
        };
        match place.parse::<RulesFrom>() {
            Ok(from) => {
                Some(RulesSettings { from, sha256: sha256.map(|hash| hash.to_ascii_lowercase()), max_age })
            }
            Err(expected) => {
                self.fault("RULES", &place, &expected.to_string());
                None
            }
        }
    }

    fn experimental_to(&mut self) -> BTreeSet<SinkName> {
        let text = self.text("EXPERIMENTAL_TO").unwrap_or_default();
        let mut sinks = BTreeSet::new();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let named = SinkName::ALL.into_iter().find(|sink| sink.as_str() == word);
            if named.is_none() {
                let known = SinkName::ALL.map(SinkName::as_str).join(", ");
                self.fault("EXPERIMENTAL_TO", word, &format!("some of {known}"));
            }
            sinks.extend(named);
        }
        sinks
    }

    /// A variable; one that is set to nothing is not set.
    fn text(&mut self, name: &str) -> Option<String> {
        let value = self.left.remove(&format!("TATTLETRAIL_{name}"))?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn fault(&mut self, name: &str, found: &str, expected: &str) {
        let found: String = found.chars().filter(|c| !c.is_control()).take(80).collect();
        self.faults.push(format!("TATTLETRAIL_{name} is `{found}`, expected {expected}"));
    }

    fn checked(&mut self, name: &str, expected: &str, is_fit: impl Fn(&str) -> bool) -> Option<String> {
        let value = self.text(name)?;
        if is_fit(&value) {
            return Some(value);
        }
        self.fault(name, &value, expected);
        None
    }

    fn number(&mut self, name: &str, least: u32, most: u32, default: u32) -> u32 {
        let Some(value) = self.text(name) else { return default };
        match value.parse() {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                self.fault(name, &value, &format!("a number from {least} to {most}"));
                default
            }
        }
    }

    fn level(&mut self, name: &str, default: Level) -> Level {
        let Some(value) = self.text(name) else { return default };
        Level::from_word(&value).unwrap_or_else(|| {
            let words: Vec<_> = Level::ALL.iter().map(|level| level.as_str()).collect();
            self.fault(name, &value, &format!("one of {}", words.join(", ")));
            default
        })
    }

    /// They hold since before there were settings: see [`crate::observe`].
    fn check_log(&mut self) {
        let is_level = |word: &str| {
            ["error", "warn", "info", "debug", "trace"].iter().any(|level| word.eq_ignore_ascii_case(level))
        };
        self.checked("LOG_LEVEL", "`error`, `warn`, `info`, `debug` or `trace`", is_level);
        // Read with the places that traces go to, before there are settings: here it is only checked.
        self.parameter("OTLP_HEADERS_PARAMETER");
        self.checked("LOG_SAMPLE", "a number from 0 to 1", |share| share.parse::<Share>().is_ok());
    }

    fn security_hub(&mut self) -> Option<SecurityHubSettings> {
        let word = self.text("SECURITY_HUB").unwrap_or_else(|| "off".to_owned());
        let role_name = self.text("SECURITY_HUB_ROLE").unwrap_or_else(|| "tattletrail-findings".to_owned());
        let external_id = self.text("SECURITY_HUB_EXTERNAL_ID");
        let region = self.text("SECURITY_HUB_REGION");
        let account = self.checked("ACCOUNT_ID", "twelve digits", |id| {
            id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())
        });
        let home = match word.as_str() {
            "off" => return None,
            "own" => Home::Own,
            "member" => Home::Member { role_name, external_id },
            "central" => Home::Central,
            other => {
                self.fault("SECURITY_HUB", other, "`off`, `own`, `member` or `central`");
                return None;
            }
        };
        if account.is_none() {
            self.fault("ACCOUNT_ID", "", "the function's own account: findings for Security Hub name it");
        }
        Some(SecurityHubSettings { home, region, account: account.unwrap_or_default() })
    }

    fn profile(&mut self) -> Profile {
        let word = self
            .checked("METRICS_PROFILE", "`standard` or `free`", |word| Profile::from_word(word).is_some());
        word.and_then(|word| Profile::from_word(&word)).unwrap_or_default()
    }

    fn metrics(&mut self, profile: Profile) -> Option<MetricSettings> {
        let word = self.text("METRICS").unwrap_or_else(|| "on".to_owned());
        // CloudWatch API reference, PutMetricData, `Namespace`.
        let namespace = self.checked("METRICS_NAMESPACE", "1 to 255 characters, not AWS/...", |name| {
            name.len() <= 255 && !name.starts_with("AWS/") && !name.starts_with(':')
        });
        let max_series = self.number("METRICS_MAX_SERIES", 0, 10_000, 200) as usize;
        match word.as_str() {
            "off" => return None,
            "on" => {}
            other => self.fault("METRICS", other, "`on` or `off`"),
        }
        let namespace = namespace.unwrap_or_else(|| metrics::DETECTION.to_owned());
        Some(MetricSettings { namespace, max_series, profile })
    }

    fn rejected(&mut self) -> Option<RejectedTo> {
        let value = self.text("REJECTED")?;
        if let Some(place) = value.strip_prefix("s3://") {
            let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
            if !bucket.is_empty() {
                let prefix = prefix.trim_end_matches('/');
                let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
                return Some(RejectedTo::Bucket { bucket: bucket.to_owned(), prefix });
            }
        } else if value.starts_with("https://") || value.starts_with("http://") {
            return Some(RejectedTo::Queue(value));
        }
        self.fault("REJECTED", &value, "the URL of a queue, or s3://bucket/prefix");
        None
    }

    fn errors(&mut self) -> ErrorsTo {
        let word = self.text("ERRORS").unwrap_or_else(|| "log".to_owned());
        let token = self.secret("ROLLBAR_TOKEN");
        let endpoint =
            self.checked("ROLLBAR_ENDPOINT", "an https:// URL, or http:// on this machine", |url| {
                rollbar::endpoint(url).is_some()
            });
        match word.as_str() {
            "log" => ErrorsTo::Log,
            "none" => ErrorsTo::None,
            "rollbar" => match rollbar::endpoint(endpoint.as_deref().unwrap_or(rollbar::ENDPOINT)) {
                Some(endpoint) => ErrorsTo::Rollbar { endpoint, token },
                None => ErrorsTo::None,
            },
            other => {
                self.fault("ERRORS", other, "`log`, `rollbar` or `none`");
                ErrorsTo::None
            }
        }
    }

    /// A secret by its value, or by the name of a parameter in the variable `…_PARAMETER`. Faults never quote a value.
    fn secret(&mut self, name: &str) -> Option<Secret> {
        let value = self.text(name);
        let by_name = format!("{name}_PARAMETER");
        let parameter = self.parameter(&by_name);
        match (value, parameter) {
            (Some(_), Some(parameter)) => {
                self.fault(&by_name, &parameter, &format!("nothing beside TATTLETRAIL_{name}"));
                None
            }
            (Some(value), None) => Some(Secret::Value(value)),
            (None, parameter) => parameter.map(Secret::Parameter),
        }
    }

    /// The name of a parameter (Systems Manager API reference, `GetParameter`, `Name`).
    fn parameter(&mut self, name: &str) -> Option<String> {
        self.checked(name, "the name or ARN of a parameter", |name| {
            name.len() <= 2048
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/:+=@".contains(&byte))
        })
    }

    fn refuse_the_rest(&mut self) {
        for name in std::mem::take(&mut self.left).into_keys() {
            let known: Vec<_> = VARIABLES.iter().map(|variable| variable.name).collect();
            self.faults.push(format!("{name} is not a setting, expected one of {}", known.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_variables(
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn nothing_set_is_metrics_and_memory() {
        let settings = read(&[("PATH", "/bin")]).unwrap();
        assert_eq!(settings.ledger_table, None);
        assert_eq!(settings.security_hub, None);
        assert_eq!(settings.metrics.unwrap().max_series, 200);
        assert_eq!(settings.topic_min_level, Level::Medium);
        assert_eq!(settings.rules, None);
    }

    #[test]
    fn the_profile_is_that_of_both_kinds_of_metrics() {
        let settings = read(&[("TATTLETRAIL_METRICS_PROFILE", "free")]).unwrap();
        assert_eq!(
            (settings.metrics_profile, settings.metrics.unwrap().profile),
            (Profile::Free, Profile::Free)
        );
        assert_eq!(read(&[]).unwrap().metrics_profile, Profile::Standard);
        let error = read(&[("TATTLETRAIL_METRICS_PROFILE", "Free")]).unwrap_err().to_string();
        assert!(error.contains("METRICS_PROFILE is `Free`, expected `standard` or `free`"), "{error}");
    }

    #[test]
    fn every_documented_variable_is_read() {
        for variable in VARIABLES {
            let error = read(&[(variable.name, "\u{1}nonsense")]).err();
            let told = error.is_none_or(|error| !error.to_string().contains("is not a setting"));
            assert!(told, "{} is documented and not read", variable.name);
        }
    }

    #[test]
    fn the_documented_table_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/functions.md");
        let text = std::fs::read_to_string(path).unwrap();
        let rows: Vec<_> = VARIABLES
            .iter()
            .map(|it| format!("| `{}` | {} | {} | {} |\n", it.name, it.holds, it.default, it.meaning))
            .collect();
        let table = format!("| Variable | Holds | Default | Meaning |\n|---|---|---|---|\n{}", rows.concat());
        let (begin, end) = ("<!-- table: settings -->\n", "<!-- end -->");
        let (head, rest) = text.split_once(begin).unwrap();
        let (documented, tail) = rest.split_once(end).unwrap();
        if std::env::var_os("TATTLETRAIL_BLESS").is_some() {
            std::fs::write(path, format!("{head}{begin}{table}{end}{tail}")).unwrap();
        } else {
            assert_eq!(documented, table, "write the table anew with TATTLETRAIL_BLESS=1");
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let error = read(&[
            ("TATTLETRAIL_SECURITY_HUB", "maybe"),
            ("TATTLETRAIL_LEDGER_DAYS", "0"),
            ("TATTLETRAIL_TOPIC", "arn:aws:sns:eu-west-1:111122223333:alerts"),
            ("TATTLETRAIL_MIN_LEVEL", "urgent"),
            ("TATTLETRAIL_RULES", "/opt/rules"),
        ])
        .unwrap_err()
        .to_string();
        for part in [
            "SECURITY_HUB is `maybe`, expected `off`",
            "LEDGER_DAYS is `0`, expected a number from 1 to 3650",
            "TATTLETRAIL_TOPIC is not a setting",
            "MIN_LEVEL is `urgent`, expected one of informational",
            "RULES is `/opt/rules`, expected the path of a bundle",
        ] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn rules_come_from_a_place_and_may_be_held_to_a_hash() {
        let place = ("TATTLETRAIL_RULES", "s3://rules/a.ttrules?versionId=3HL4");
        let rules = read(&[place]).unwrap().rules.unwrap();
        assert_eq!((rules.sha256, rules.max_age), (None, Duration::from_mins(1)));
        assert!(matches!(rules.from, RulesFrom::Object { version: Some(_), .. }));
        let hash = "AB".repeat(32);
        let more = [place, ("TATTLETRAIL_RULES_SHA256", &hash), ("TATTLETRAIL_RULES_MAX_AGE", "0")];
        let rules = read(&more).unwrap().rules.unwrap();
        assert_eq!((rules.sha256, rules.max_age), (Some("ab".repeat(32)), Duration::ZERO));
        let error = read(&more[1..]).unwrap_err().to_string();
        assert!(error.contains("expected nothing without TATTLETRAIL_RULES"), "{error}");
        assert!(read(&[place, ("TATTLETRAIL_RULES_SHA256", "abc")]).is_err());
        assert!(read(&[("TATTLETRAIL_RULES", "s3://rules")]).is_err());
    }

    #[test]
    fn errors_go_to_the_log_unless_it_is_said_otherwise() {
        assert_eq!(read(&[]).unwrap().errors, ErrorsTo::Log);
        let settings = read(&[
            ("TATTLETRAIL_ERRORS", "rollbar"),
            ("TATTLETRAIL_ROLLBAR_TOKEN_PARAMETER", "/aws/reference/secretsmanager/rollbar"),
        ]);
        let token = Some(Secret::Parameter("/aws/reference/secretsmanager/rollbar".to_owned()));
        let endpoint = rollbar::ENDPOINT.parse().unwrap();
        assert_eq!(settings.unwrap().errors, ErrorsTo::Rollbar { endpoint, token });
    }

    #[test]
    fn a_token_is_set_in_one_way_and_never_told() {
        let settings = [
            ("TATTLETRAIL_ROLLBAR_TOKEN", "hunter2"),
            ("TATTLETRAIL_ROLLBAR_TOKEN_PARAMETER", "/a"),
            ("TATTLETRAIL_ROLLBAR_ENDPOINT", "http://rollbar.example/"),
        ];
        let error = read(&settings).unwrap_err().to_string();
        assert!(
            error.contains("PARAMETER is `/a`, expected nothing beside TATTLETRAIL_ROLLBAR_TOKEN"),
            "{error}"
        );
        assert!(
            error.contains("ROLLBAR_ENDPOINT is `http://rollbar.example/`, expected an https://"),
            "{error}"
        );
        assert!(!error.contains("hunter2"));
    }

    #[test]
    fn a_place_for_rejected_records() {
        let to = |value| read(&[("TATTLETRAIL_REJECTED", value)]).map(|settings| settings.rejected);
        let bucket = |prefix: &str| RejectedTo::Bucket { bucket: "b".to_owned(), prefix: prefix.to_owned() };
        assert_eq!(to("s3://b/").unwrap(), Some(bucket("")));
        assert_eq!(to("s3://b/rejected").unwrap(), Some(bucket("rejected/")));
        assert_eq!(to("https://sqs/1/q").unwrap(), Some(RejectedTo::Queue("https://sqs/1/q".to_owned())));
        assert!(to("queue").is_err());
    }
}
