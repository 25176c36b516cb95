//! What stands before the rules: what the bytes are, of which versions, how many, and whether they are whole.
//!
//! 64 bytes, numbers with their lowest byte first: 8 of magic, 2 of the format's version, 2 of the rules', 4 of the number
//! of rules, 8 of the payload's length, 8 of the version of ATT&CK (filled up with zeros), 32 of the SHA-256 over the bytes
//! before it and the payload.

use std::cmp::Ordering;

use sha2::{Digest as _, Sha256};

use super::{BundleError, RULE_VERSION};
use crate::{attack, hex};

/// How a bundle begins.
const MAGIC: [u8; 8] = *b"TTRULES\0";

/// The version of the header and of the list of sections.
const FORMAT_VERSION: u16 = 1;

/// The bytes that the hash covers, and all of them.
const HASHED: usize = 32;
const LENGTH: usize = 64;

/// The bytes of the version of ATT&CK.
const ATTACK: usize = 8;

/// What stands before the rules of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The version of what compiled rules mean.
    pub rule_version: u16,
    /// How many rules there are.
    pub rules: u32,
    /// The version of ATT&CK in which tags were resolved.
    pub attack_version: String,
    /// SHA-256 over all of it, in hexadecimal digits.
    pub sha256: String,
    /// How many bytes are behind the header.
    payload: u64,
    digest: [u8; 32],
}

impl Header {
    /// The header of a payload.
    pub(super) fn of(rules: u32, payload: &[u8]) -> Self {
        let header = Self {
            rule_version: RULE_VERSION,
            rules,
            attack_version: attack::VERSION.to_owned(),
            sha256: String::new(),
            payload: payload.len() as u64,
            digest: [0; 32],
        };
        header.signed(payload)
    }

    /// The same with the hash of both.
    fn signed(self, payload: &[u8]) -> Self {
        let digest = digest(&self.hashed(), payload);
        Self { sha256: hex::lower(&digest), digest, ..self }
    }

    /// The bundle: header and payload.
    pub(super) fn before(&self, payload: &[u8]) -> Vec<u8> {
        [&self.hashed()[..], &self.digest, payload].concat()
    }

    /// The header of a bundle, and what is behind it; what is wrong if it is not one of this version, or not whole.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, &[u8]), BundleError> {
        let found = bytes.len() as u64;
        let rest = bytes.strip_prefix(&MAGIC).ok_or(BundleError::NotABundle)?;
        let cut = |expected| BundleError::Truncated { found, expected };
        let (format, rest) = rest.split_first_chunk().ok_or(cut(LENGTH as u64))?;
        // A later format may have another header: its version decides before anything else is read.
        version("format", u16::from_le_bytes(*format), FORMAT_VERSION)?;
        let (header, payload) = Self::fields(rest).ok_or(cut(LENGTH as u64))?;
        let expected = header.payload.saturating_add(LENGTH as u64);
        if found < expected {
            return Err(cut(expected));
        }
        if found > expected {
            return Err(BundleError::TooLong { found, expected });
        }
        let digest = digest(bytes.get(..HASHED).unwrap_or_default(), payload);
        if digest != header.digest {
            return Err(BundleError::Damaged { found: hex::lower(&digest), expected: header.sha256 });
        }
        version("rule", header.rule_version, RULE_VERSION)?;
        if header.attack_version != attack::VERSION {
            return Err(BundleError::Attack { found: header.attack_version });
        }
        Ok((header, payload))
    }

    /// What is behind the version of the format, and what is behind that.
    fn fields(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (rule_version, rest) = bytes.split_first_chunk()?;
        let (rules, rest) = rest.split_first_chunk()?;
        let (payload, rest) = rest.split_first_chunk()?;
        let (attack, rest) = rest.split_first_chunk::<ATTACK>()?;
        let (digest, rest) = rest.split_first_chunk()?;
        let header = Self {
            rule_version: u16::from_le_bytes(*rule_version),
            rules: u32::from_le_bytes(*rules),
            attack_version: String::from_utf8_lossy(attack).trim_end_matches('\0').to_owned(),
            sha256: hex::lower(digest),
            payload: u64::from_le_bytes(*payload),
            digest: *digest,
        };
        Some((header, rest))
    }

    /// The bytes before the hash.
    fn hashed(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend(MAGIC);
        bytes.extend(FORMAT_VERSION.to_le_bytes());
        bytes.extend(self.rule_version.to_le_bytes());
        bytes.extend(self.rules.to_le_bytes());
        bytes.extend(self.payload.to_le_bytes());
        bytes.extend(self.attack_version.bytes().chain(std::iter::repeat(0)).take(ATTACK));
        bytes
    }
}

fn digest(head: &[u8], payload: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(head).chain_update(payload).finalize().into()
}

fn version(what: &'static str, found: u16, expected: u16) -> Result<(), BundleError> {
    match found.cmp(&expected) {
        Ordering::Less => Err(BundleError::TooOld { what, found, expected }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(BundleError::TooNew { what, found, expected }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(header: Header) -> String {
        Header::read(&header.signed(&[]).before(&[])).unwrap_err().to_string()
    }

    #[test]
    fn another_version_of_the_rules_or_of_attack_is_told() {
        let ours = Header::of(0, &[]);
        assert_eq!(Header::read(&ours.before(&[])).unwrap(), (ours.clone(), &[][..]));
        let newer = error(Header { rule_version: RULE_VERSION + 1, ..ours.clone() });
        assert!(newer.contains("made by a newer tattletrail; update this one"), "{newer}");
        let older = error(Header { rule_version: RULE_VERSION - 1, ..ours.clone() });
        assert!(older.contains("made by an older tattletrail; make it anew from the rules"), "{older}");
        let told = error(Header { attack_version: "18.1".to_owned(), ..ours });
        assert_eq!(told, "tags resolved in ATT&CK 18.1, expected 19.1: make the bundle anew from the rules");
    }
}
