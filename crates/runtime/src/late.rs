//! A client that is made when it is first needed.
//!
//! Making one reads the certificates of the machine, which takes longer than all else that a start does; most
//! invocations find nothing and call nobody.

use std::fmt;
use std::ops::Deref;
use std::sync::LazyLock;

/// Something that is made at its first use.
pub struct Late<T>(LazyLock<T, Box<dyn FnOnce() -> T + Send + Sync>>);

impl<T> Late<T> {
    /// What `make` makes, at its first use.
    pub fn new(make: impl FnOnce() -> T + Send + Sync + 'static) -> Self {
        Self(LazyLock::new(Box::new(make)))
    }
}

impl<T> Deref for Late<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Late<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn it_is_made_once_and_not_before_it_is_needed() {
        let made = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&made);
        let late = Late::new(move || counter.fetch_add(1, Ordering::Relaxed));
        assert_eq!(made.load(Ordering::Relaxed), 0);
        assert_eq!((*late, *late), (0, 0));
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }
}
