//! Rows in memory: for a laptop, for tests, and for a function that was given no table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Kept, Key, LedgerError, Over, Page, Write};

/// Rows in memory. They are never forgotten.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<Key, Kept>>);

impl Memory {
    fn rows(&self) -> MutexGuard<'_, BTreeMap<Key, Kept>> {
        // Rows are written whole: what a panicked holder left is sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, keys: &BTreeSet<Key>) -> BTreeMap<Key, Kept> {
        let rows = self.rows();
        keys.iter().filter_map(|key| Some((key.clone(), rows.get(key)?.clone()))).collect()
    }

    pub(super) fn list(&self, partition: &str, begin: &str) -> BTreeMap<Key, Kept> {
        let rows = self.rows();
        rows.range(Key::new(partition, begin)..)
            .take_while(|(key, _)| key.partition == partition && key.sort.starts_with(begin))
            .map(|(key, kept)| (key.clone(), kept.clone()))
            .collect()
    }

    /// All rows of the partitions whose name begins so.
    pub(super) fn page(&self, begin: &str) -> Page {
        let rows = self.rows();
        let own = rows.iter().filter(|(key, _)| key.partition.starts_with(begin));
        Page { rows: own.map(|(key, kept)| (key.clone(), kept.clone())).collect(), next: None }
    }

    /// Writes over whatever there is. A row of a version that is not here gets the next.
    pub(super) fn put(&self, writes: &[Write]) {
        let mut rows = self.rows();
        for write in writes {
            let here = rows.get(&write.key).map_or(0, |kept| kept.version);
            let read = if let Over::Version(version) = write.over { version } else { 0 };
            rows.insert(write.key.clone(), Kept { version: here.max(read) + 1, body: write.body.clone() });
        }
    }

    pub(super) fn write(&self, writes: &[Write]) -> Result<(), LedgerError> {
        let mut rows = self.rows();
        let fits = |write: &Write| match write.over {
            Over::Anything => true,
            Over::Nothing => !rows.contains_key(&write.key),
            Over::Version(version) => rows.get(&write.key).is_some_and(|kept| kept.version == version),
        };
        if !writes.iter().all(fits) {
            return Err(LedgerError::Conflict);
        }
        for write in writes {
            let version = rows.get(&write.key).map_or(0, |kept| kept.version) + 1;
            rows.insert(write.key.clone(), Kept { version, body: write.body.clone() });
        }
        Ok(())
    }
}
