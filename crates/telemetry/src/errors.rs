//! Error reports: of panics and of handler errors, grouped, limited in number, and sent after the handler in a little time.
//!
//! A report says what went wrong and where, in words of ours, and which invocation and events it was about. It holds no
//! payload and no text of a record: see [`message`].

// What a report says.
pub mod report;

// What may be said of a panic.
pub mod message;

// How many of a kind.
mod rate;

// What waits to be sent.
pub mod queue;

// What every panic does.
pub mod hook;

// Rollbar.
pub mod rollbar;

// A client that answers as a test tells it.
#[cfg(test)]
mod scripted;

pub use queue::{Drained, Reports};
pub use report::{ErrorReport, Fault, Invocation, Place, Service};

use rollbar::Rollbar;

/// Where error reports go.
#[derive(Debug)]
pub enum ErrorSink {
    /// Nowhere. What a panic says is in the log all the same.
    None,
    /// Into the log, as a line each.
    Log,
    /// To Rollbar, and into the log.
    Rollbar(Rollbar),
}
