//! What was refused or skipped, and why, in words for the person who reads the summary.

use std::fmt;

use super::inflate::InflateError;
use crate::limits;

/// Where in the (decompressed) input something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The byte, from 0.
    pub byte: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, byte {}", self.line, self.byte)
    }
}

/// Something that should have been a record and could not be read as one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Rejected {
    /// Where it begins.
    pub place: Place,
    /// Why.
    #[source]
    pub reason: RejectReason,
}

/// Why something was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectReason {
    /// The text is not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// The text is not UTF-8.
    #[error("not UTF-8 text")]
    NotUtf8,
    /// The value goes on past the end of its line or of the input.
    #[error("cut off: the value never ends")]
    CutOff,
    /// The value is longer than [`limits::MAX_VALUE_BYTES`].
    #[error("a single value of {bytes} bytes; at most {} are read", limits::MAX_VALUE_BYTES)]
    TooLong {
        /// Its length.
        bytes: u64,
    },
    /// The value is nested deeper than [`limits::MAX_DEPTH`].
    #[error("nested {depth} deep; at most {} levels are read", limits::MAX_DEPTH)]
    TooDeep {
        /// Its depth.
        depth: u32,
    },
    /// More envelopes in one another than [`limits::MAX_ENVELOPES`].
    #[error("more than {} envelopes in one another", limits::MAX_ENVELOPES)]
    TooManyEnvelopes,
    /// JSON, but neither a record nor anything known to hold one.
    #[error("no CloudTrail record: found {0}")]
    NotARecord(String),
    /// A message that an envelope carries as text is not JSON.
    #[error("the message in `{0}` is not a CloudTrail record")]
    NotARecordMessage(&'static str),
    /// An S3 notification names a log file; it is not one.
    #[error("an S3 notification, not a log: scan the object that it names")]
    Notification,
    /// `awslogs.data` is not base64 or not gzip.
    #[error("`awslogs.data` can't be read: {0}")]
    BadPayload(String),
}

impl RejectReason {
    /// A short stable word per reason, for counts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotJson(_) => "not JSON",
            Self::NotUtf8 => "not UTF-8",
            Self::CutOff => "cut off",
            Self::TooLong { .. } => "too long",
            Self::TooDeep { .. } => "nested too deep",
            Self::TooManyEnvelopes => "too many envelopes",
            Self::NotARecord(_) | Self::NotARecordMessage(_) => "no CloudTrail record",
            Self::Notification => "S3 notification",
            Self::BadPayload(_) => "bad awslogs payload",
        }
    }
}

/// Something that is no record and need not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// A CloudTrail digest file.
    Digest,
    /// A CloudTrail Insights event.
    Insight,
    /// A CloudWatch Logs `CONTROL_MESSAGE`: the service's check that the subscription is reachable.
    ControlMessage,
}

impl SkipReason {
    /// The word for counts.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Digest => "digest file",
            Self::Insight => "Insights event",
            Self::ControlMessage => "control message",
        }
    }
}

/// How the reading of an input ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ending {
    /// Everything was read.
    #[error("read to the end")]
    Complete,
    /// There was nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The content is not one that can hold records.
    #[error("not a CloudTrail log: {0}")]
    NotALog(&'static str),
    /// The compressed data breaks off or is damaged, or inflates without end.
    #[error(transparent)]
    Damaged(#[from] InflateError),
    /// The list of records breaks off or is damaged.
    #[error("the list of records is damaged at {0}; the rest was not read")]
    BrokenList(Place),
    /// The input could not be read.
    #[error("reading failed: {0}")]
    Io(String),
}

impl Ending {
    /// True if nothing was left unread.
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Complete)
    }
}
