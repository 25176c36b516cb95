//! Rows over a table that is only read: what a rehearsal writes stays in memory.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kept, Key, LedgerError, Memory, Page, Table, Write};

/// Rows in memory, and below them those of a table. INVARIANT: nothing is written to the table.
#[derive(Debug)]
pub struct Overlay {
    below: Option<Table>,
    written: Memory,
}

impl Overlay {
    /// Over a table, or over nothing.
    pub fn new(below: Option<Table>) -> Self {
        Self { below, written: Memory::default() }
    }

    pub(super) async fn get(&self, keys: &BTreeSet<Key>) -> Result<BTreeMap<Key, Kept>, LedgerError> {
        let mut found = self.written.get(keys);
        if let Some(table) = &self.below {
            let others = keys.iter().filter(|key| !found.contains_key(key)).cloned().collect();
            found.extend(table.get(&others).await?);
        }
        Ok(found)
    }

    pub(super) async fn list(
        &self,
        partition: &str,
        begin: &str,
    ) -> Result<BTreeMap<Key, Kept>, LedgerError> {
        let mut found = match &self.below {
            Some(table) => table.list(partition, begin).await?,
            None => BTreeMap::new(),
        };
        found.extend(self.written.list(partition, begin));
        Ok(found)
    }

    pub(super) async fn page(&self, begin: &str, after: Option<&Key>) -> Result<Page, LedgerError> {
        let mut page = match &self.below {
            Some(table) => table.page(begin, after).await?,
            None => Page::default(),
        };
        page.rows.extend(self.written.get(&page.rows.keys().cloned().collect()));
        if after.is_none() {
            page.rows.extend(self.written.page(begin).rows);
        }
        Ok(page)
    }

    /// Nobody else writes here, so that every write goes over what was read.
    pub(super) fn write(&self, writes: &[Write]) {
        self.written.put(writes);
    }
}
