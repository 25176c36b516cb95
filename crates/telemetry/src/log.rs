//! Log lines: for CloudWatch one JSON object a line, for people at a terminal plain text.
//!
//! A line says what its event says and what the spans around it say, of that only the fields in [`LOGGED`], and each text
//! goes through [`redact`](crate::redact::redact). Messages of ours are constant. What libraries say may hold anything: of their events a
//! line has the level and the target, no field, and no message unless `RUST_LOG` names them.
//!
//! [`LOGGED`]: crate::names::LOGGED

// What an event and its spans say.
mod fields;

// What is logged.
mod levels;

// Lines that are written only if something happens.
mod backlog;

// Which invocations are told in full.
mod share;

// Lines for CloudWatch.
mod json;

// Lines for people.
mod human;

#[cfg(test)]
mod tests;

pub use human::Human;
pub use json::JsonLines;
pub use levels::{Levels, Wanted};
pub use share::Share;
