//! Exit codes: an interface that scripts can trust.

use std::process::ExitCode;

/// What a run may be told by its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was read, nothing was found: 0.
    Clean,
    /// Everything was read, there are findings: 1.
    Findings,
    /// Wrong usage, or input that could not be read in full: 2. Findings in what could be read are printed.
    Usage,
    /// A rule does not load: 3.
    BadRule,
    /// Something was not delivered: 4. The same command sends what is missing.
    Undelivered,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::BadRule => 3,
            Self::Undelivered => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
