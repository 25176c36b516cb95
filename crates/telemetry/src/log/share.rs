//! Which invocations are told in full: a share of all, the same ones in every function that works on one trace.

use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// A share of all, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Of a million.
    millionths: u32,
}

const MILLION: u32 = 1_000_000;

impl Share {
    /// Nothing.
    pub const NONE: Self = Self { millionths: 0 };

    /// One in a hundred.
    pub const ONE_PERCENT: Self = Self { millionths: MILLION / 100 };

    /// True if what is called so is in the share. The same name gives the same answer everywhere.
    pub fn takes(self, name: &str) -> bool {
        let digest = Sha256::digest(name.as_bytes());
        let first = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        first % u64::from(MILLION) < u64::from(self.millionths)
    }
}

/// A text is no share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a number from 0 to 1")]
pub struct NoShare;

impl FromStr for Share {
    type Err = NoShare;

    /// `0`, `0.01`, `1`: up to six digits behind the point count.
    fn from_str(text: &str) -> Result<Self, NoShare> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(part) {
            return Err(NoShare);
        }
        let part: String = part.chars().chain("000000".chars()).take(6).collect();
        let millionths = format!("{whole}{part}").parse().map_err(|_| NoShare)?;
        if millionths > MILLION { Err(NoShare) } else { Ok(Self { millionths }) }
    }
}
