//! How long there is.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// For how long after the deadline what was done may still be written down: half of what is kept back for the answer.
const GRACE: Duration = Duration::from_millis(350);

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

    /// A moment later, for what must be written down even then.
    #[must_use]
    pub fn grace(&self) -> Self {
        Self(self.0 + GRACE)
    }

    /// Waits for work, but not past the deadline: some services take a call and never answer it.
    pub fn limit<T>(&self, work: impl Future<Output = T>) -> impl Future<Output = Option<T>> {
        // Boxed, since what waits for a service is large and deep, and the compiler has its limits, too.
        let limited = tokio::time::timeout_at(self.0, Box::pin(work));
        async move { limited.await.ok() }
    }
}
