//! The real functions against servers, as somebody runs them: what each promises in `docs/functions.md`.

// A deployment: servers, a table, a topic with a queue behind it, and functions.
mod world;

// What came out: findings, alerts, metrics, lines of health.
mod readings;

// What functions are given.
mod payloads;

// Every path once, from the call to every sink and back.
mod paths;

// A bus, and other accounts.
mod places;

// In the stand-in of Lambda that everything else goes through, too.
mod deployed;

// A trail file of 10,000 records.
mod trail_file;

// Security Hub that refuses some findings, is throttled, or is down.
mod hub_refuses;

// A topic that refuses some alerts.
mod topic_refuses;

// Services that never answer.
mod hanging;

// Functions that are killed.
mod killed;

// Panics and errors, and who is told of them.
mod panics;

// The same event many times at once.
mod copies;

// Several functions at work on the same things.
mod races;

// Findings that stay open.
mod schedule;

// Metrics, and the profile that costs nothing.
mod metrics;

// Rules that are changed while a function runs.
mod rules_as_data;

// Secrets in records, and lines of the log.
mod secrets;

// What can't be read, and what says nothing.
mod batches;

// The trace of each invocation.
mod traces;

// The same to an OTLP endpoint.
mod otlp;

use std::time::Duration;

/// The timeout of an invocation, where none is meant to pass: the machine may be busy with other things.
const LIMIT: Duration = Duration::from_mins(1);
