//! Which records have been met before.
//!
//! Archives hold the same record many times: CloudTrail delivers at least once, and two trails write the same call.
//! The memory for this is bounded: two generations of fingerprints, of which the older is dropped when the younger is
//! full. Within the last 1.5 million records every copy is found, in larger scans every copy that lies no further from
//! its first than that. Files are read in the order of delivery, so copies lie close.

/// Slots of one generation: 16 MiB.
const SLOTS: usize = 1 << 21;

/// How many of them may be used, so that a search stays short.
const MAX_USED: usize = SLOTS / 4 * 3;

/// The fingerprints met, without those too long ago.
#[derive(Debug)]
pub(super) struct Seen {
    young: Generation,
    old: Option<Generation>,
    forgotten: u64,
}

impl Seen {
    pub(super) fn new() -> Self {
        Self { young: Generation::new(), old: None, forgotten: 0 }
    }

    /// True if this fingerprint was met before. 0 stands for "not comparable" and never was.
    pub(super) fn is_repeat(&mut self, fingerprint: u64) -> bool {
        if fingerprint == 0 {
            return false;
        }
        if self.old.as_ref().is_some_and(|old| old.contains(fingerprint)) {
            return true;
        }
        if self.young.used >= MAX_USED && !self.young.contains(fingerprint) {
            let full = std::mem::replace(&mut self.young, Generation::new());
            self.forgotten += self.old.replace(full).map_or(0, |dropped| dropped.used as u64);
        }
        !self.young.insert(fingerprint)
    }

    /// How many fingerprints have been dropped to keep memory bounded.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

/// A table of fingerprints with open addressing; 0 is a free slot.
#[derive(Debug)]
struct Generation {
    slots: Vec<u64>,
    used: usize,
}

impl Generation {
    fn new() -> Self {
        Self { slots: vec![0; SLOTS], used: 0 }
    }

    fn contains(&self, fingerprint: u64) -> bool {
        self.slots.get(self.slot_of(fingerprint)) == Some(&fingerprint)
    }

    /// True if it was not there before.
    fn insert(&mut self, fingerprint: u64) -> bool {
        let index = self.slot_of(fingerprint);
        match self.slots.get_mut(index) {
            Some(slot) if *slot == 0 => {
                *slot = fingerprint;
                self.used += 1;
                true
            }
            _ => false,
        }
    }

    /// The slot that holds the fingerprint, or the free one where it belongs. There always is one: `MAX_USED`.
    fn slot_of(&self, fingerprint: u64) -> usize {
        let mut index = usize::try_from(fingerprint % SLOTS as u64).unwrap_or_default();
        while self.slots.get(index).is_some_and(|slot| *slot != 0 && *slot != fingerprint) {
            index = (index + 1) % SLOTS;
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_repeats_once_it_was_met() {
        let mut seen = Seen::new();
        assert!(!seen.is_repeat(7));
        assert!(seen.is_repeat(7));
        assert!(!seen.is_repeat(7 + SLOTS as u64), "the same slot, another fingerprint");
        assert!(!seen.is_repeat(0) && !seen.is_repeat(0), "not comparable");
    }

    #[test]
    fn memory_is_bounded_and_recent_fingerprints_are_kept() {
        let mut seen = Seen::new();
        let count = 2 * MAX_USED as u64 + 10;
        for n in 1..=count {
            assert!(!seen.is_repeat(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)), "{n}");
        }
        assert_eq!(seen.forgotten(), MAX_USED as u64);
        assert!(seen.is_repeat(count.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        assert!(seen.is_repeat((count - MAX_USED as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    }
}
