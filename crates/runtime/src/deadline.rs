//! How long there is.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The moment at which the caller stops waiting for an answer.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// What Lambda says, less what it takes to say that something was not done.
    pub fn of_invocation(deadline: SystemTime, reserve: Duration) -> Self {
        let left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
        Self::after(left.saturating_sub(reserve))
    }

    /// How long there still is; zero when it is over.
    pub fn left(&self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// True when it is over.
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }

    /// The moment, for timers.
    pub fn instant(&self) -> Instant {
        self.0
    }
}
