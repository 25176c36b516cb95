//! Which text of a rule made a finding.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hex;

/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// SHA-256 of a rule's text: 64 lower-case hexadecimal digits.
///
/// The text is that of the rule's file (a file holds one rule), with its lines ended by line feeds, without blank lines
/// before and after, and with one line feed at its end. Another check-out of the same file has the same hash, whatever it
/// makes of line ends; every other character counts, also in comments. For a file that is written so, it is what
/// `sha256sum` says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleHash(Box<str>);

impl RuleHash {
    /// The hash of a rule's text.
    pub fn of_text(text: &str) -> Self {
        Self(hex::lower(&Sha256::digest(normal(text).as_bytes())).into())
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text as it is hashed.
fn normal(text: &str) -> String {
    let text = if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let lines: Vec<&str> = text.split('\n').collect();
    let is_said = |line: &&str| !line.trim_matches([' ', '\t']).is_empty();
    let first = lines.iter().position(is_said).unwrap_or_default();
    let after = lines.iter().rposition(is_said).map_or(first, |last| last + 1);
    lines.get(first..after).unwrap_or_default().iter().flat_map(|line| [*line, "\n"]).collect()
}

impl fmt::Display for RuleHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no [`RuleHash`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the 64 lower-case hexadecimal digits of a SHA-256")]
pub struct NotARuleHash;

impl FromStr for RuleHash {
    type Err = NotARuleHash;

    fn from_str(text: &str) -> Result<Self, NotARuleHash> {
        if hex::is_lower(text, DIGITS) { Ok(Self(text.into())) } else { Err(NotARuleHash) }
    }
}

impl TryFrom<String> for RuleHash {
    type Error = NotARuleHash;

    fn try_from(text: String) -> Result<Self, NotARuleHash> {
        text.parse()
    }
}

impl From<RuleHash> for String {
    fn from(hash: RuleHash) -> Self {
        hash.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "title: t\n\n  level: low\n";

    #[test]
    fn line_ends_and_blank_lines_around_a_text_do_not_count() {
        let hash = RuleHash::of_text(TEXT);
        for same in [
            "title: t\r\n\r\n  level: low\r\n",
            "title: t\r\r  level: low\r",
            "title: t\n\n  level: low",
            "\n \t\ntitle: t\n\n  level: low\n\n \n",
        ] {
            assert_eq!(RuleHash::of_text(same), hash, "{same:?}");
        }
    }

    #[test]
    fn every_other_character_counts() {
        let hash = RuleHash::of_text(TEXT);
        for other in [
            "title: T\n\n  level: low\n",
            "title: t\n  level: low\n",
            " title: t\n\n  level: low\n",
            "title: t \n\n  level: low\n",
            "title: t\n\n  level: low\n# why\n",
            "",
        ] {
            assert_ne!(RuleHash::of_text(other), hash, "{other:?}");
        }
    }

    #[test]
    fn it_is_what_sha256sum_says() {
        let abc = "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb";
        assert_eq!(RuleHash::of_text("abc\n").as_str(), abc);
        assert_eq!(RuleHash::of_text("abc").to_string(), abc);
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        let hash = RuleHash::of_text(TEXT);
        assert_eq!(hash.as_str().parse(), Ok(hash.clone()));
        let text = serde_json::to_string(&hash).unwrap();
        assert_eq!(serde_json::from_str::<RuleHash>(&text).unwrap(), hash);
        for bad in ["", "0123456789abcdef", &hash.as_str().to_uppercase(), &"g".repeat(64), &"0".repeat(65)] {
            assert_eq!(bad.parse::<RuleHash>(), Err(NotARuleHash), "{bad}");
        }
        assert!(serde_json::from_str::<RuleHash>("\"0123\"").is_err());
    }
}
