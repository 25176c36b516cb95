//! What is remembered between invocations: rows of JSON, each with a version.
//!
//! Every write says over which version it goes, and the writes of one call happen all or none: two invocations that mean
//! to change the same thing can't both succeed. What the rows mean is told in [`row`].

// Rows in DynamoDB.
mod table;

// Rows in memory.
mod memory;

// Rows over a table that is only read.
mod overlay;

// What the rows mean.
pub mod row;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub use memory::Memory;
pub use overlay::Overlay;
pub use table::Table;

/// How many rows one atomic write can hold (DynamoDB API reference, `TransactWriteItems`).
pub const MOST_WRITES: usize = 100;

/// How many bytes one atomic write can hold: 4 MB there, less what names and numbers take.
pub const MOST_BYTES: usize = 3_500_000;

/// Where rows are kept.
#[derive(Debug)]
pub enum Ledger {
    /// In this process: gone with it.
    Memory(Memory),
    /// In DynamoDB.
    Table(Table),
    /// In memory, over what is read from DynamoDB: for rehearsals.
    Overlay(Overlay),
}

/// The name of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Rows of one partition can be listed.
    pub partition: String,
    /// The row's name in it.
    pub sort: String,
}

impl Key {
    /// A key of two parts.
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }
}

/// A row as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Grows with each write.
    pub version: u64,
    /// JSON.
    pub body: String,
}

/// Some of many rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub rows: BTreeMap<Key, Kept>,
    /// Where to go on; `None` at the end.
    pub next: Option<Key>,
}

/// One row to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Which.
    pub key: Key,
    /// What; JSON.
    pub body: String,
    /// Over what.
    pub over: Over,
    /// When it may be forgotten: seconds since 1970.
    pub expires: Option<i64>,
}

/// What must be there for a write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// No such row.
    Nothing,
    /// The row in this version.
    Version(u64),
    /// Whatever there is.
    Anything,
}

impl Over {
    /// Over what was read.
    pub fn read(kept: Option<&Kept>) -> Self {
        kept.map_or(Self::Nothing, |kept| Self::Version(kept.version))
    }
}

/// Why the ledger did not do as it was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else wrote first: read again, think again.
    #[error("another invocation wrote to the ledger first")]
    Conflict,
    /// It could not be asked.
    #[error("the ledger can't be {0}")]
    Failed(String),
}

impl LedgerError {
    /// It did not answer before the time was over; what was to be written may be written or not.
    pub fn late() -> Self {
        Self::Failed("asked in time".to_owned())
    }
}

impl Ledger {
    /// True where all copies of all functions have the same rows: what one of them counts is the whole.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Table(_))
    }

    /// Rows by their keys; those that are not there are left out.
    pub async fn get(&self, keys: &BTreeSet<Key>) -> Result<BTreeMap<Key, Kept>, LedgerError> {
        match self {
            Self::Memory(memory) => Ok(memory.get(keys)),
            Self::Table(table) => table.get(keys).await,
            Self::Overlay(overlay) => overlay.get(keys).await,
        }
    }

    /// All rows of a partition whose name begins so.
    pub async fn list(&self, partition: &str, begin: &str) -> Result<BTreeMap<Key, Kept>, LedgerError> {
        match self {
            Self::Memory(memory) => Ok(memory.list(partition, begin)),
            Self::Table(table) => table.list(partition, begin).await,
            Self::Overlay(overlay) => overlay.list(partition, begin).await,
        }
    }

    /// Rows of all partitions whose name begins so, page by page, in no order: `after` is where the last page ended. Each
    /// page may be out of date when it comes.
    pub async fn page(&self, begin: &str, after: Option<&Key>) -> Result<Page, LedgerError> {
        match self {
            Self::Memory(memory) => Ok(memory.page(begin)),
            Self::Table(table) => table.page(begin, after).await,
            Self::Overlay(overlay) => overlay.page(begin, after).await,
        }
    }

    /// Writes all or nothing; at most [`MOST_WRITES`] rows.
    pub async fn write(&self, writes: &[Write]) -> Result<(), LedgerError> {
        match self {
            Self::Memory(memory) => memory.write(writes),
            Self::Table(table) => table.write(writes).await,
            Self::Overlay(overlay) => {
                overlay.write(writes);
                Ok(())
            }
        }
    }
}
