//! The names that generated files are full of: Region, functions, log groups, queues, namespaces.

use clap::{Args, ValueEnum};
use tattletrail_engine::metrics::{DETECTION, HEALTH, Home, Profile, SOURCES};

/// Which metrics there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArgument {
    /// A series for each application and rule
    Standard,
    /// No more than AWS gives for nothing: ten series, ten alarms, three dashboards
    Free,
}

impl From<ProfileArgument> for Profile {
    fn from(argument: ProfileArgument) -> Self {
        match argument {
            ProfileArgument::Standard => Self::Standard,
            ProfileArgument::Free => Self::Free,
        }
    }
}

/// Names of what is deployed. A name may hold placeholders such as `${AWS::Region}`, which `Fn::Sub` fills in.
#[derive(Debug, Clone, Args)]
pub(crate) struct Settings {
    /// The Region of metrics and logs, or a placeholder such as '${AWS::Region}'
    #[arg(long, value_name = "REGION", default_value = "us-east-1", value_parser = region)]
    pub(crate) region: String,

    /// What names of functions, queues and the ledger's table begin with
    #[arg(long, value_name = "NAME", default_value = "tattletrail", value_parser = name)]
    pub(crate) function_prefix: String,

    /// The namespace of metrics of findings (`TATTLETRAIL_METRICS_NAMESPACE`)
    #[arg(long, value_name = "NAME", default_value = DETECTION, value_parser = path)]
    pub(crate) namespace: String,

    /// The log group of the trail
    #[arg(long, value_name = "NAME", default_value = "aws-cloudtrail-logs", value_parser = path)]
    pub(crate) trail_log_group: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            function_prefix: "tattletrail".to_owned(),
            namespace: DETECTION.to_owned(),
            trail_log_group: "aws-cloudtrail-logs".to_owned(),
        }
    }
}

impl Settings {
    /// The name of a function, a queue or a table.
    pub(crate) fn name(&self, end: &str) -> String {
        format!("{}-{end}", self.function_prefix)
    }

    /// The namespace of metrics.
    pub(crate) fn namespace(&self, home: Home) -> &str {
        match home {
            Home::Detection => &self.namespace,
            Home::Health => HEALTH,
        }
    }

    /// The names of the functions.
    pub(crate) fn functions(&self) -> Vec<String> {
        SOURCES.iter().map(|end| self.name(end)).collect()
    }

    /// The log groups of the functions.
    pub(crate) fn log_groups(&self) -> Vec<String> {
        SOURCES.iter().map(|end| format!("/aws/lambda/{}", self.name(end))).collect()
    }
}

fn region(text: &str) -> Result<String, String> {
    fits(
        text,
        |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
        "a Region such as `eu-central-1`",
    )
}

fn name(text: &str) -> Result<String, String> {
    fits(text, |c| c.is_ascii_alphanumeric() || "-_".contains(c), "letters, digits, `-` and `_`")
}

fn path(text: &str) -> Result<String, String> {
    fits(text, |c| c.is_ascii_alphanumeric() || "-_/.#".contains(c), "letters, digits and `- _ / . #`")
}

/// The text, if all of it outside of placeholders fits: it goes into queries and expressions as it is.
fn fits(text: &str, is_fit: impl Fn(char) -> bool, expected: &str) -> Result<String, String> {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        let (inside, after) = after.split_once('}').ok_or("found `${` without `}`")?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == ':' || c == '.';
        if inside.is_empty() || !inside.chars().all(is_name) {
            return Err(format!(
                "found the placeholder `${{{inside}}}`, expected one such as `${{AWS::Region}}`"
            ));
        }
        rest = after;
    }
    plain.push_str(rest);
    match text.is_empty() || text.len() > 200 || !plain.chars().all(is_fit) {
        true => Err(format!("expected {expected}, or a placeholder such as `${{AWS::Region}}`")),
        false => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_break_out_of_a_query_are_refused() {
        for text in ["eu-central-1", "${AWS::Region}", "x${A}y"] {
            assert_eq!(region(text).as_deref(), Ok(text));
        }
        for text in ["", "a'b", "a b", "${", "${}", "${a b}", "EU", "x\"y"] {
            assert!(region(text).is_err(), "{text}");
        }
        assert!(name("a\" or").is_err() && path("/aws/lambda/a'").is_err());
    }
}
