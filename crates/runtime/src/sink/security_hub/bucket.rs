//! A token bucket: how long to wait before the next call.

use std::time::Duration;

use tokio::time::Instant;

/// Calls that may be made at once: API reference, `BatchImportFindings`, "burst of 30 per second".
const BURST: f64 = 30.0;

/// Calls a second: "rate limit of 10 requests per second".
const RATE: f64 = 10.0;

/// The calls that may still be made at a place.
#[derive(Debug)]
pub(super) struct Bucket {
    tokens: f64,
    counted_at: Instant,
}

impl Bucket {
    /// A full one.
    pub(super) fn full(now: Instant) -> Self {
        Self { tokens: BURST, counted_at: now }
    }

    /// Takes a token and says how long to wait for it; `None`, and nothing taken, where that is longer than `most`.
    pub(super) fn take(&mut self, now: Instant, most: Duration) -> Option<Duration> {
        let passed = now.saturating_duration_since(self.counted_at).as_secs_f64();
        self.tokens = (self.tokens + passed * RATE).min(BURST);
        self.counted_at = now;
        let wait = Duration::from_secs_f64(((1.0 - self.tokens) / RATE).max(0.0));
        if wait > most {
            return None;
        }
        self.tokens -= 1.0;
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_calls_at_once_and_then_ten_a_second() {
        let start = Instant::now();
        let mut bucket = Bucket::full(start);
        let waits: Vec<_> = (0..50).map(|_| bucket.take(start, Duration::MAX).unwrap()).collect();
        assert!(waits[..30].iter().all(Duration::is_zero));
        assert!(
            (waits[30].as_secs_f64() - 0.1).abs() < 0.001 && (waits[49].as_secs_f64() - 2.0).abs() < 0.001
        );
        // Half a second later there is less to wait for.
        let wait = bucket.take(start + Duration::from_millis(500), Duration::MAX).unwrap();
        assert!((wait.as_secs_f64() - 1.6).abs() < 0.001, "{wait:?}");
    }

    #[test]
    fn who_cannot_wait_takes_nothing() {
        let start = Instant::now();
        let mut bucket = Bucket { tokens: 0.0, counted_at: start };
        assert_eq!(bucket.take(start, Duration::from_millis(50)), None);
        assert!(bucket.take(start, Duration::from_millis(101)).is_some());
    }
}
