//! Bytes that should be a bundle: rules to work with, or why not.
//!
//! INVARIANT: what comes out was read in full, every rule of it; nothing of a bundle that is refused is used.

use sha2::{Digest as _, Sha256};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::ruleset::{BundleError, Header, RuleSet};

/// Rules to work with, and which they are.
#[derive(Debug)]
pub struct Rules {
    /// The rules, ready to be asked.
    pub engine: Engine,
    /// The SHA-256 that the bundle has inside, as `tattletrail rules bundle` tells it.
    pub hash: String,
    /// What the place that they come from calls this version of them.
    pub version: String,
}

/// Why a bundle is not used.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is none, or damaged, or of another version.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// It is another one than the one that is wanted.
    #[error("the bundle's SHA-256 is {found}, expected {wanted}, which TATTLETRAIL_RULES_SHA256 says")]
    OtherHash {
        /// What it has.
        found: String,
        /// What is set.
        wanted: String,
    },
    /// It has no rules: nothing would ever be found.
    #[error("there are no rules in the bundle, expected one at least")]
    Empty,
    /// It is longer than any bundle.
    #[error("more than {most} bytes, expected a bundle")]
    TooLarge {
        /// The most there may be.
        most: usize,
    },
}

impl Refusal {
    /// A short stable word for it, for logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bundle(BundleError::NotABundle) => "not a bundle",
            Self::Bundle(
                BundleError::Truncated { .. } | BundleError::TooLong { .. } | BundleError::Damaged { .. },
            ) => "damaged",
            Self::Bundle(
                BundleError::TooNew { .. } | BundleError::TooOld { .. } | BundleError::Attack { .. },
            ) => "other version",
            Self::Bundle(_) => "unreadable",
            Self::OtherHash { .. } => "other hash",
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too large",
        }
    }
}

/// The rules of a bundle that came as this version; `wanted` is the only hash that it may have.
pub fn judge(bytes: Vec<u8>, version: String, wanted: Option<&str>) -> Result<Rules, Refusal> {
    let hash = Header::of_bundle(&bytes)?.sha256;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != hash) {
        return Err(Refusal::OtherHash { found: hash, wanted: wanted.to_owned() });
    }
    let rules = RuleSet::check_bundle(bytes)?;
    if rules.is_empty() {
        return Err(Refusal::Empty);
    }
    Ok(Rules { engine: Engine::new(rules), hash, version })
}

/// What tells bytes from others, whatever they are: their SHA-256 in hexadecimal digits, as `sha256sum` has it.
pub(super) fn digest(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        digits.push_str(&format!("{byte:02x}"));
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::super::samples::bundle;
    use super::*;

    fn kind(bytes: Vec<u8>, wanted: Option<&str>) -> &'static str {
        judge(bytes, "1".to_owned(), wanted).unwrap_err().kind()
    }

    #[test]
    fn a_bundle_that_is_whole_is_taken_and_told_by_its_hash() {
        let bytes = bundle("a");
        let hash = Header::of_bundle(&bytes).unwrap().sha256;
        let rules = judge(bytes, "7".to_owned(), Some(&hash)).unwrap();
        assert_eq!((rules.engine.rules().len(), rules.hash, rules.version), (1, hash, "7".to_owned()));
    }

    #[test]
    fn each_fault_has_its_word() {
        let bytes = bundle("a");
        let mut damaged = bytes.clone();
        *damaged.last_mut().unwrap() ^= 1;
        let mut newer = bytes.clone();
        newer[8] = 9;
        assert_eq!(kind(b"title: a rule".to_vec(), None), "not a bundle");
        assert_eq!(kind(bytes[..bytes.len() - 1].to_vec(), None), "damaged");
        assert_eq!(kind(damaged, None), "damaged");
        assert_eq!(kind(newer, None), "other version");
        assert_eq!(kind(bytes, Some(&"0".repeat(64))), "other hash");
        assert_eq!(kind(RuleSet::default().to_bundle().unwrap(), None), "empty");
    }

    #[test]
    fn a_rule_that_cannot_be_read_is_found_before_the_bundle_is_used() {
        // The hash is right, as whoever may write the place can make it; one of the rules is not.
        let bytes = super::super::samples::with_a_broken_rule();
        assert!(RuleSet::from_bundle(bytes.clone()).is_ok(), "the bundle looks whole");
        assert_eq!(kind(bytes, None), "unreadable");
    }
}
