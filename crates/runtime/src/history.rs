//! History: trail files that a state machine hands over one by one, and what its Distributed Map wrote about them.
//!
//! In: the payloads that `infra/history` makes. Out: a [`Task`]. A file is read twice at most: once by itself, many at the
//! same time, for what its records say alone; once [in its turn](turns), for the few that change what stands exposed.
//!
//! Sources: Step Functions developer guide, "`ItemReader` (Map)", "`ResultWriter` (Map)", "Map state context data".

// What became of a file, and of all of them.
pub mod answer;

// Names of objects that are no trail files.
mod names;

// What the map wrote about its items.
pub mod lists;

// Which files have to be read again, and in which order.
pub mod turns;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::receive::objects::{Object, decoded};
use answer::Settled;

pub use names::no_trail_file;

/// What is younger than this when a run starts may still be on its way to the other functions, whose alerts nobody may take.
const YOUNG: SignedDuration = SignedDuration::from_hours(24);

/// How many records have their turn in one invocation, unless the input says otherwise.
const TURNS: u64 = 20_000;

/// What the state machine asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// To read a file by itself.
    File {
        /// Which; or why it is not known.
        object: Result<Object, String>,
        /// Before when what is found is old.
        quiet_before: Timestamp,
    },
    /// To read again, in the order of time, what changes exposures.
    Turn(Turn),
}

/// What is known when files are read in their turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Where the map's manifest is.
    pub manifest: Object,
    /// How many items there were, by the map's own count.
    pub items: u64,
    /// What the readings before this one came to.
    pub so_far: Settled,
    /// From when on; empty at the first time.
    pub from: String,
    /// How many records have their turn before this reading ends, if others can go on.
    pub most: u64,
    /// Before when what is found is old.
    pub quiet_before: Timestamp,
}

impl Turn {
    /// Where a reading writes what it found: beside the map's manifest.
    pub fn list(&self, reading: u64) -> Object {
        let folder = self.manifest.key.rsplit_once('/').map_or("", |(folder, _)| folder);
        let key = format!("{folder}/IN_TURN_{reading}.json");
        Object { bucket: self.manifest.bucket.clone(), key, version: None }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Payload {
    history: Option<Input>,
    started: String,
    item: Option<Map<String, Value>>,
    encoded: bool,
    results: Option<Manifest>,
    items: u64,
    so_far: Settled,
    from: String,
}

/// What an execution of the state machine was started with, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Input {
    bucket: String,
    alerts_since: Option<String>,
    turns_at_once: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Manifest {
    bucket: String,
    key: String,
}

/// The task in a payload; `None` for any other payload.
///
/// # Errors
/// What in the input of the execution is not as it has to be.
pub fn task(payload: &str) -> Option<Result<Task, String>> {
    let payload = serde_json::from_str::<Payload>(payload).ok()?;
    let input = payload.history.as_ref()?;
    if payload.item.is_none() && payload.results.is_none() {
        return None;
    }
    Some(quiet_before(input, &payload.started).map(|quiet_before| payload.into_task(quiet_before)))
}

impl Payload {
    fn into_task(self, quiet_before: Timestamp) -> Task {
        let input = self.history.unwrap_or_default();
        if let Some(item) = self.item {
            return Task::File { object: object_of(&item, &input.bucket, self.encoded), quiet_before };
        }
        let Manifest { bucket, key } = self.results.unwrap_or_default();
        Task::Turn(Turn {
            manifest: Object { bucket, key, version: None },
            items: self.items,
            so_far: self.so_far,
            from: self.from,
            most: input.turns_at_once.unwrap_or(TURNS),
            quiet_before,
        })
    }
}

/// The moment that `alerts_since` names, else a day before the start.
fn quiet_before(input: &Input, started: &str) -> Result<Timestamp, String> {
    if let Some(since) = &input.alerts_since {
        let no_time =
            |_| format!("`alerts_since` is `{since}`, expected a time such as 2026-11-20T00:00:00Z");
        return since.parse().map_err(no_time);
    }
    let started: Timestamp = started
        .parse()
        .map_err(|_| format!("`started` is `{started}`, expected the start of the execution"))?;
    Ok(started.checked_sub(YOUNG).unwrap_or(started))
}

/// The object that an item is about: an entry of a listing, of an inventory or of a list of one's own (`Key`, and `Bucket`
/// where it is not that of the execution); or an entry of a list of failures, which has in `Input` what the function was
/// given.
fn object_of(item: &Map<String, Value>, bucket: &str, encoded: bool) -> Result<Object, String> {
    let text = |name: &str| item.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(before) = text("Input") {
        let before = serde_json::from_str::<Payload>(before).unwrap_or_default();
        let inner = before.item.filter(|item| item.contains_key("Key")).unwrap_or_default();
        let own = before.history.map(|input| input.bucket).filter(|bucket| !bucket.is_empty());
        return object_of(&inner, own.as_deref().unwrap_or(bucket), before.encoded);
    }
    let key = text("Key").ok_or("an item without `Key`, expected the name of an object")?;
    let bucket = text("Bucket").unwrap_or(bucket);
    if bucket.is_empty() {
        return Err("an item without `Bucket`, and the execution's input has no `bucket`".to_owned());
    }
    // S3's inventory writes names as in a form (user guide, "Amazon S3 Inventory list").
    let key = if encoded { decoded(key) } else { key.to_owned() };
    Ok(Object { bucket: bucket.to_owned(), key, version: None })
}

#[cfg(test)]
mod tests;
