//! What is wrong with a bundle: what was found, what was expected, what to do.

use crate::attack;

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
    /// A rule, or what the index says of it, is not what belongs there.
    #[error("rule {number} cannot be read; make the bundle anew from the rules")]
    Rule {
        /// Its place, from 1.
        number: usize,
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
