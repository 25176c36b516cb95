//! The trace of the work that a finding came out of.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::hex;

/// Hexadecimal digits of a trace id: W3C Trace Context, "trace-id".
const DIGITS: usize = 32;

/// The id of a trace: 32 lower-case hexadecimal digits, not all of them noughts.
///
/// It is written in two ways: as W3C Trace Context and OpenTelemetry do, `4bf92f3577b34da6a3ce929d0e0e4736`, and as X-Ray
/// does, `1-4bf92f35-77b34da6a3ce929d0e0e4736`. Either is read, capitals too.
///
/// Sources: W3C Trace Context, "trace-id"; X-Ray developer guide, "Trace ID format".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TraceId(Box<str>);

impl TraceId {
    /// The 32 digits.
    pub fn as_w3c(&self) -> &str {
        &self.0
    }

    /// The digits in X-Ray's form, of which the first eight are seconds since 1970 where X-Ray made them.
    pub fn to_xray(&self) -> String {
        let (seconds, unique) = self.0.split_at_checked(8).unwrap_or_default();
        format!("1-{seconds}-{unique}")
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no [`TraceId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a trace id of 32 hexadecimal digits, or X-Ray's `1-` 8 digits `-` 24 digits, not all noughts"
)]
pub struct NotATraceId;

impl FromStr for TraceId {
    type Err = NotATraceId;

    fn from_str(text: &str) -> Result<Self, NotATraceId> {
        let digits = match text.strip_prefix("1-").and_then(|rest| rest.split_once('-')) {
            Some((seconds, unique)) if seconds.len() == 8 => format!("{seconds}{unique}"),
            Some(_) => return Err(NotATraceId),
            None => text.to_owned(),
        };
        let digits = digits.to_ascii_lowercase();
        let is_valid = hex::is_lower(&digits, DIGITS) && digits.bytes().any(|digit| digit != b'0');
        if is_valid { Ok(Self(digits.into())) } else { Err(NotATraceId) }
    }
}

impl TryFrom<String> for TraceId {
    type Error = NotATraceId;

    fn try_from(text: String) -> Result<Self, NotATraceId> {
        text.parse()
    }
}

impl From<TraceId> for String {
    fn from(id: TraceId) -> Self {
        id.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const W3C: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const XRAY: &str = "1-4bf92f35-77b34da6a3ce929d0e0e4736";

    #[test]
    fn both_forms_are_one_id() {
        for text in [W3C, XRAY, &W3C.to_uppercase(), &XRAY.to_uppercase()] {
            let id: TraceId = text.parse().unwrap();
            assert_eq!(id.as_w3c(), W3C);
            assert_eq!(id.to_xray(), XRAY);
            assert_eq!(id.to_string(), W3C);
            assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{W3C}\""));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for bad in [
            "",
            "1-",
            "1--",
            "00000000000000000000000000000000",
            "1-00000000-000000000000000000000000",
            "4bf92f3577b34da6a3ce929d0e0e473",
            "4bf92f3577b34da6a3ce929d0e0e47361",
            "4bf92f3577b34da6a3ce929d0e0e473g",
            "2-4bf92f35-77b34da6a3ce929d0e0e4736",
            "1-4bf92f3-577b34da6a3ce929d0e0e4736",
            "1-4bf92f35-77b34da6a3ce-929d0e0e473",
            "1-4bf92f3577b34da6a3ce929d0e0e4736",
            "4bf92f35-77b34da6a3ce929d0e0e4736",
            " 4bf92f3577b34da6a3ce929d0e0e4736",
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736",
            "é-4bf92f3577b34da6a3ce929d0e0e47",
        ] {
            assert_eq!(bad.parse::<TraceId>(), Err(NotATraceId), "{bad}");
        }
        assert!(serde_json::from_str::<TraceId>("\"1-2-3\"").is_err());
    }
}
