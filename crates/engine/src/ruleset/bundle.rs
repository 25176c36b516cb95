//! Compiled rules as one file: what is made of rule files once, so that a start need not.
//!
//! In: a [`RuleSet`]; out: bytes, the same for the same rules. Back again: exactly those rules, or what is wrong with the
//! bytes. A bundle begins with a [`Header`]; behind it are sections with a name and a length, each of which may be
//! required: what this version does not know and must not leave out, it refuses by name.
//!
//! INVARIANT: bytes that are no bundle are told, whoever made them. Nothing is allocated that is not paid for by bytes
//! that are there, and no tree is deeper than the engine walks. What the texts of rules were checked for is not checked
//! again: a bundle is only as trustworthy as whoever made it, as rule files are.

use std::collections::HashSet;

use super::{CompiledRule, RuleSet};
use crate::attack;

// What stands before the rules.
mod header;

// Named parts of what is behind it.
mod section;

pub use header::Header;

/// The version of what compiled rules mean, and of how they are written. It goes up with any change of the types below
/// [`CompiledRule`], or of what they match: a bundle of another version would be other rules.
pub const RULE_VERSION: u16 = 1;

/// The section of the compiled rules.
const RULES: &str = "rules";

/// Why rules cannot be bundled, or a bundle cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It does not begin as one.
    #[error("not a bundle of rules, expected a file that `tattletrail rules bundle` wrote")]
    NotABundle,
    /// It is of a later version.
    #[error(
        "{what} version {found}, expected at most {expected}: made by a newer tattletrail; update this one"
    )]
    TooNew {
        /// The version of what.
        what: &'static str,
        /// The bundle's.
        found: u16,
        /// That of this engine.
        expected: u16,
    },
    /// It is of an earlier version.
    #[error(
        "{what} version {found}, expected {expected}: made by an older tattletrail; make it anew from the rules"
    )]
    TooOld {
        /// The version of what.
        what: &'static str,
        /// The bundle's.
        found: u16,
        /// That of this engine.
        expected: u16,
    },
    /// Its tags were resolved in another version of ATT&CK.
    #[error(
        "tags resolved in ATT&CK {found}, expected {}: make the bundle anew from the rules",
        attack::VERSION
    )]
    Attack {
        /// The bundle's version.
        found: String,
    },
    /// Its end is missing.
    #[error("found {found} bytes, expected {expected}: the end is missing; copy the file again")]
    Truncated {
        /// What is there.
        found: u64,
        /// What the header says.
        expected: u64,
    },
    /// There is something behind its end.
    #[error(
        "found {found} bytes, expected {expected}: there is something behind the end; copy the file again"
    )]
    TooLong {
        /// What is there.
        found: u64,
        /// What the header says.
        expected: u64,
    },
    /// It is not as it was written.
    #[error("the SHA-256 is {found}, expected {expected}: damaged; copy the file again")]
    Damaged {
        /// Of the bytes.
        found: String,
        /// What the header says.
        expected: String,
    },
    /// It has a part that this version does not know and must not leave out.
    #[error("found the required section `{name}`, which this tattletrail does not know; update it")]
    UnknownSection {
        /// The section's name.
        name: String,
    },
    /// A part is missing, or there twice.
    #[error("found {count} sections `{name}`, expected one; make the bundle anew from the rules")]
    Sections {
        /// The section's name.
        name: &'static str,
        /// How many there are.
        count: usize,
    },
    /// What is in a section is not what belongs there.
    #[error("the section `{name}` cannot be read; make the bundle anew from the rules")]
    Form {
        /// The section's name.
        name: &'static str,
        /// What the decoder says.
        #[source]
        source: postcard::Error,
    },
    /// The list of sections does not end where the bundle does.
    #[error("the sections do not fill the bundle; make it anew from the rules")]
    Layout,
    /// The header promises another number of rules.
    #[error("found {found} rules, expected {expected}; make the bundle anew from the rules")]
    Count {
        /// What is there.
        found: usize,
        /// What the header says.
        expected: u32,
    },
    /// Rules out of order, or two with one id.
    #[error("the rule `{id}` is out of order or there twice; make the bundle anew from the rules")]
    Order {
        /// The rule's id.
        id: String,
    },
    /// The rules are more than a bundle holds.
    #[error("too large for a bundle: a section has at most 4 GiB, a bundle at most {} rules", u32::MAX)]
    TooLarge,
    /// Read back, the rules would be others.
    #[error("the rules do not survive being bundled")]
    Changed,
}

impl RuleSet {
    /// The rules as bytes, for [`RuleSet::from_bundle`]; the same rules are always the same bytes.
    ///
    /// # Errors
    /// Where the bytes would not give exactly these rules.
    pub fn to_bundle(&self) -> Result<Vec<u8>, BundleError> {
        let bytes = write(&self.rules)?;
        let again = write(&Self::from_bundle(&bytes)?.rules)?;
        if again == bytes { Ok(bytes) } else { Err(BundleError::Changed) }
    }

    /// The rules of a bundle: the very ones it was made of.
    pub fn from_bundle(bytes: &[u8]) -> Result<Self, BundleError> {
        let (header, payload) = Header::read(bytes)?;
        let [rules] = section::named(payload, [RULES])?;
        let rules = read(RULES, rules)?;
        check(&rules, header.rules)?;
        Ok(Self::indexed(rules))
    }
}

impl Header {
    /// The header of a bundle that is whole and of this version.
    pub fn of_bundle(bytes: &[u8]) -> Result<Self, BundleError> {
        Self::read(bytes).map(|(header, _)| header)
    }
}

fn write(rules: &[CompiledRule]) -> Result<Vec<u8>, BundleError> {
    let form = |source| BundleError::Form { name: RULES, source };
    let mut payload = Vec::new();
    section::append(&mut payload, RULES, &postcard::to_stdvec(rules).map_err(form)?)?;
    let count = u32::try_from(rules.len()).map_err(|_| BundleError::TooLarge)?;
    Ok(Header::of(count, &payload).before(&payload))
}

fn read(name: &'static str, bytes: &[u8]) -> Result<Vec<CompiledRule>, BundleError> {
    let form = |source| BundleError::Form { name, source };
    let (rules, rest) = postcard::take_from_bytes(bytes).map_err(form)?;
    if rest.is_empty() { Ok(rules) } else { Err(form(postcard::Error::SerdeDeCustom)) }
}

/// What the index, and whoever looks a rule up, relies on.
fn check(rules: &[CompiledRule], expected: u32) -> Result<(), BundleError> {
    if u32::try_from(rules.len()) != Ok(expected) {
        return Err(BundleError::Count { found: rules.len(), expected });
    }
    let mut ids = HashSet::with_capacity(rules.len());
    let mut before: Option<&CompiledRule> = None;
    for rule in rules {
        let info = rule.info();
        let ordered =
            before.is_none_or(|before| (&before.info().path, &before.info().id) < (&info.path, &info.id));
        if !ordered || !ids.insert(info.id.as_str()) {
            return Err(BundleError::Order { id: info.id.to_string() });
        }
        before = Some(rule);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
