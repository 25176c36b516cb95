//! What is told about a run beside its findings: traces, logs, error reports. Nothing here may stand in the way of a
//! finding: what cannot be sent in its time is dropped and counted.
//!
//! Whatever leaves is written by ours, or cut and cleaned first: a record in a log is an attacker's text, and may hold other
//! people's secrets.

// Every name that users see.
pub mod names;

// One trace of one invocation.
pub mod trace;

// Traces to X-Ray.
pub mod xray;

// Traces to anything that speaks OTLP.
pub mod otlp;

// Panics and errors, told to people.
pub mod errors;

// Secrets taken out of text.
pub mod redact;

// Lines for people and for CloudWatch.
pub mod log;
