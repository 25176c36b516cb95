//! The pure engine of Tattletrail: CloudTrail bytes in, findings out.
//!
//! ```text
//! bytes -> ingest -> CloudTrailRecord -> exposure::derive -> Event -> RuleSet::matches -> Finding -> render
//! ```
//!
//! No async, files, network, environment, clock, randomness or AWS SDK: time and ids come from the input. Unexpected
//! input is data, never an error that hides the rest: every stage returns what is good *and* what is not, with a reason.

// Caps on foreign input.
pub mod limits;

// Bytes as hexadecimal digits.
mod hex;

// Patterns with wildcards.
mod glob;

// Identifiers as types.
pub mod ids;

// The view of JSON that everything below shares.
pub mod json;

// Bytes in, records out, and what is not one with its reason.
pub mod ingest;

// A tolerant CloudTrail record.
pub mod record;

// The resource a record is about.
pub mod resource;

// What a record did to who can reach what.
pub mod exposure;

// What a rule sees: the record and one change.
pub mod event;

// Sigma rules: parsed, checked, compiled.
pub mod sigma;

// The pinned version of MITRE ATT&CK.
pub mod attack;

// What an application is threatened by, and which rules see it.
pub mod threat_model;

// All rules together, indexed.
pub mod ruleset;

// What rules find in several events.
pub mod correlate;

// What leaves the engine.
pub mod finding;

// One record through all of the above.
pub mod engine;

// What a rule makes of one record, and why.
pub mod explain;

// Exposure findings in the order of time.
pub mod timeline;

// A finding in the forms in which it leaves.
pub mod render;

// Every metric that is published about findings and functions.
pub mod metrics;

// Rule cases: a record, and what one rule must make of it.
pub mod case;
