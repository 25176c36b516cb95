//! A sink that answers as a test tells it, and remembers what it took.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::Outcome;
use crate::parcel::{Parcel, SinkName};

/// What a scripted sink is told and tells.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// One answer for each parcel to come; when there are none left, all is taken.
    pub(crate) answers: VecDeque<Outcome>,
    /// What was taken: finding and status.
    pub(crate) taken: Vec<Parcel>,
    /// How many calls there were.
    pub(crate) calls: usize,
}

/// A sink that answers as a test tells it.
#[derive(Debug, Clone)]
pub(crate) struct Scripted {
    pub(crate) name: SinkName,
    pub(crate) script: Arc<Mutex<Script>>,
}

impl Scripted {
    pub(crate) fn new(name: SinkName) -> Self {
        Self { name, script: Arc::default() }
    }

    pub(crate) fn deliver(&self, parcels: &[&Parcel]) -> Vec<Outcome> {
        let mut script = self.script.lock().unwrap();
        script.calls += 1;
        let mut outcomes = Vec::new();
        for parcel in parcels {
            let outcome = script.answers.pop_front().unwrap_or(Outcome::Done);
            if outcome == Outcome::Done {
                script.taken.push((*parcel).clone());
            }
            outcomes.push(outcome);
        }
        outcomes
    }
}
