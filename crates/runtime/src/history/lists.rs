//! What the map wrote about its items: a manifest, and lists of those that succeeded and those that failed.
//!
//! The lists are as long as the history: they are read as a stream, entry by entry, and only files with something left for
//! its turn are kept.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::answer::{FileAnswer, Totals};
use super::turns::Left;
use crate::receive::objects::Object;

/// The map's manifest (Step Functions developer guide, "`ResultWriter` (Map)").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Manifest {
    destination_bucket: String,
    #[serde(default)]
    result_files: BTreeMap<String, Vec<ListFile>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListFile {
    key: String,
}

/// One item of the map.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Entry {
    status: String,
    output: Option<String>,
    cause: Option<String>,
}

/// What the lists say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// All of it together.
    pub totals: Totals,
    /// Files with something left for its turn.
    pub left: Vec<Left>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(text).map_err(|error| format!("no manifest of a Distributed Map: {error}"))
    }

    /// The lists that it names.
    pub fn lists(&self) -> impl Iterator<Item = Object> {
        let keys = self.result_files.values().flatten().map(|file| file.key.clone());
        keys.map(|key| Object { bucket: self.destination_bucket.clone(), key, version: None })
    }

    /// Where they are, by the end that the items of each came to.
    pub fn places(&self) -> BTreeMap<String, Vec<String>> {
        let place = |file: &ListFile| format!("s3://{}/{}", self.destination_bucket, file.key);
        let named = self.result_files.iter().filter(|(_, files)| !files.is_empty());
        named.map(|(end, files)| (end.to_lowercase(), files.iter().map(place).collect())).collect()
    }
}

impl Listed {
    /// Takes in a list.
    ///
    /// # Errors
    /// Where it is not one.
    pub fn read(&mut self, list: impl Read) -> Result<(), String> {
        let mut json = serde_json::Deserializer::from_reader(list);
        let entries = Entries(&mut |entry| self.add(&entry));
        let read = entries.deserialize(&mut json).and_then(|()| json.end());
        read.map_err(|error| format!("no list of items of a Distributed Map: {error}"))
    }

    fn add(&mut self, entry: &Entry) {
        let said = entry.output.as_deref().or(entry.cause.as_deref()).unwrap_or_default();
        let mut file = serde_json::from_str::<FileAnswer>(said).unwrap_or_default();
        // What failed without an answer of ours says nothing of the file.
        file.whole &= entry.status == "SUCCEEDED";
        self.totals.add(&file);
        self.left.extend(Left::of(file));
    }
}

/// Entries of a list, one after the other.
struct Entries<'f>(&'f mut dyn FnMut(Entry));

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(entry) = entries.next_element::<Entry>()? {
            (self.0)(entry);
        }
        while entries.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
