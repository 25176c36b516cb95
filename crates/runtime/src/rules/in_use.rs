//! The rules in use: one set, until another takes its place between two invocations.

use std::sync::{Arc, PoisonError, RwLock};

use super::Rules;

/// The rules in use. Whoever asks keeps the set that was in use then.
#[derive(Debug)]
pub struct InUse(RwLock<Arc<Rules>>);

impl InUse {
    /// These rules, at first.
    pub fn new(rules: Rules) -> Self {
        Self(RwLock::new(Arc::new(rules)))
    }

    /// The rules that are in use now.
    pub fn get(&self) -> Arc<Rules> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on these are.
    pub fn replace(&self, rules: Rules) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }
}
