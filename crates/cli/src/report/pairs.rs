//! Lists of names and values, one list for each finding, laid end to end.

use serde::Serialize;

use super::pool::{Pool, Text};

/// The lists: where each one ends, then all names and all values.
#[derive(Debug, Default, Serialize)]
pub(super) struct Pairs {
    ends: Vec<usize>,
    names: Vec<Text>,
    values: Vec<Text>,
}

impl Pairs {
    /// Adds a pair to the list that is being made.
    pub(super) fn add(&mut self, pool: &mut Pool, name: &str, value: &str) {
        self.names.push(pool.put(name));
        self.values.push(pool.put(value));
    }

    /// Ends the list of a finding, also one without pairs.
    pub(super) fn end(&mut self) {
        self.ends.push(self.names.len());
    }
}
