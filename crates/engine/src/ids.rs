//! Identifiers as types: parsed once at the edge, past which no function takes a bare string for one.
//!
//! They are tolerant: real archives hold accounts of ten digits and regions that AWS never had, and a record is
//! never lost for it. What we or our tracer make ([`RuleHash`], [`TraceId`]) has the one form it can have.

// Which text of a rule made a finding.
mod rule_hash;

// The trace of the work that a finding came out of.
mod trace_id;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use rule_hash::{NotARuleHash, RuleHash};
pub use trace_id::{NotATraceId, TraceId};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<Box<str>>) -> Self {
                Self(text.into())
            }

            /// The text of the identifier.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// True where the record gave none.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }
    };
}

id! {
    /// An AWS account, by its twelve digits.
    AccountId
}
id! {
    /// An AWS Region, such as `eu-central-1`.
    Region
}
id! {
    /// An Amazon Resource Name.
    Arn
}
id! {
    /// CloudTrail's `eventID`.
    EventId
}
id! {
    /// The `id` of a Sigma rule, a UUID.
    RuleId
}
id! {
    /// A MITRE ATT&CK technique or sub-technique, such as `T1686.001`.
    TechniqueId
}
id! {
    /// The identity of a finding: see [`crate::finding`].
    FindingId
}
