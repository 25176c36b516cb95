//! A [`Finding`] in the forms in which it leaves: pure functions from a finding to a value or a text.
//!
//! What goes in was chosen, in part, by an attacker (names, user agents, tags). What comes out is safe for the place
//! it goes to: a terminal, a spreadsheet, a log line, Security Hub, a data lake. `docs/findings.md` is the contract.
//!
//! [`Finding`]: crate::finding::Finding

// Text made safe to look at, and cut to fit.
pub mod text;

// ATT&CK ids and names that the formats need.
mod attack;

// The time of a finding, as the formats want it.
mod instant;

// Partitions, Regions and console links.
mod place;

// JSON objects without empty members.
mod object;

// What to do about a finding.
mod remediation;

// JSON Lines.
pub mod jsonl;

// Comma-separated values.
pub mod csv;

// AWS Security Finding Format.
pub mod asff;

// Open Cybersecurity Schema Framework.
pub mod ocsf;

// A message for people, and for what filters messages.
pub mod alert;

pub use attack::ATTACK_VERSION;
pub use place::partition;

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests;
