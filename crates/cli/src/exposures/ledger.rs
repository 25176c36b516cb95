//! The exposures met so far, each from its opening to its end.

use std::collections::HashMap;

use jiff::Timestamp;
use tattletrail_engine::exposure::state::{Move, Origin, Standing};
use tattletrail_engine::exposure::{Effect, Surface};
use tattletrail_engine::ids::{AccountId, Arn};

/// One exposure from its opening to its end.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) what: Standing,
    pub(super) closed: Option<Origin>,
    /// True if the same was open before.
    pub(super) reopened: bool,
}

type Key = (AccountId, Arn, Surface, String);

/// All of them, in the order of their openings.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
    /// The latest entry of each facet.
    latest: HashMap<Key, usize>,
}

impl Ledger {
    /// Notes what a call did to one exposure.
    pub(super) fn note(&mut self, moved: &Move, origin: &Origin) {
        if moved.goes_on() {
            return;
        }
        if let Some(before) = &moved.before {
            let latest = self.latest.get(&key(before)).and_then(|index| self.entries.get_mut(*index));
            if let Some(entry) = latest {
                entry.closed = Some(origin.clone());
            }
        }
        if let Some(now) = moved.now.as_ref().filter(|now| now.change.effect == Effect::Opened) {
            let index = self.entries.len();
            let reopened = self.latest.insert(key(now), index).is_some() && moved.before.is_none();
            self.entries.push(Entry { what: now.clone(), closed: None, reopened });
        }
    }

    /// Those that stood at a time; all of them without one.
    pub(super) fn entries(&self, at: Option<Timestamp>) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| at.is_none_or(|at| stood(entry, at))).collect()
    }
}

fn key(standing: &Standing) -> Key {
    let change = &standing.change;
    let resource = change.resource.arn.clone();
    (standing.home.account.clone(), resource, change.surface, change.facet.clone())
}

/// True from the opening on until the end; an opening without a readable time may have been before.
fn stood(entry: &Entry, at: Timestamp) -> bool {
    let time = |origin: &Origin| origin.at.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    let begun = time(&entry.what.origin).is_none_or(|opened| opened <= at);
    let ended = entry.closed.as_ref().is_some_and(|end| time(end).is_none_or(|closed| closed <= at));
    begun && !ended
}
