//! How many reports of a kind may be made: a bucket of tokens for each fingerprint.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many at once.
pub(super) const AT_ONCE: u32 = 10;

/// How long until one more may be made: ten in a minute.
const REFILL: Duration = Duration::from_secs(6);

/// How many fingerprints are told apart. A place in the code is one, so that there can't be many; the table is bounded in
/// case somebody finds a way.
const FINGERPRINTS: usize = 64;

/// The buckets.
#[derive(Debug, Default)]
pub(super) struct Rate(BTreeMap<String, Bucket>);

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: u32,
    /// Up to when it was filled.
    filled: Instant,
}

impl Rate {
    /// Takes a token, if there is one.
    pub(super) fn allows(&mut self, fingerprint: &str, now: Instant) -> bool {
        if self.0.len() >= FINGERPRINTS && !self.0.contains_key(fingerprint) {
            self.forget_the_oldest();
        }
        let full = Bucket { left: AT_ONCE, filled: now };
        let bucket = self.0.entry(fingerprint.to_owned()).or_insert(full);
        bucket.fill(now);
        let allowed = bucket.left > 0;
        bucket.left = bucket.left.saturating_sub(1);
        allowed
    }

    fn forget_the_oldest(&mut self) {
        let oldest = self.0.iter().min_by_key(|(_, bucket)| bucket.filled).map(|(key, _)| key.clone());
        if let Some(oldest) = oldest {
            self.0.remove(&oldest);
        }
    }
}

impl Bucket {
    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.filled);
        let more = u32::try_from(passed.as_millis() / REFILL.as_millis()).unwrap_or(u32::MAX);
        if more >= AT_ONCE - self.left.min(AT_ONCE) {
            *self = Self { left: AT_ONCE, filled: now };
        } else {
            self.left += more;
            // What is left of the time counts for the next one.
            self.filled += REFILL * more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_a_minute_and_others_are_not_concerned() {
        let (mut rate, start) = (Rate::default(), Instant::now());
        let mut allowed = |after: u64, print: &str| rate.allows(print, start + Duration::from_secs(after));
        assert_eq!((0..30).filter(|_| allowed(0, "a")).count(), 10);
        assert!(allowed(0, "b"));
        assert!(!allowed(5, "a"));
        assert!(allowed(6, "a"));
        assert!(!allowed(11, "a"));
        assert!(allowed(12, "a"));
        assert_eq!((0..30).filter(|_| allowed(600, "a")).count(), 10);
    }

    #[test]
    fn the_table_is_bounded() {
        let (mut rate, start) = (Rate::default(), Instant::now());
        for number in 0..1000_u32 {
            assert!(rate.allows(&number.to_string(), start + Duration::from_millis(number.into())));
        }
        assert_eq!(rate.0.len(), FINGERPRINTS);
    }
}
