//! A path as a bundle holds it: without the longer names, which follow from the steps.

use serde::{Deserialize, Serialize};

use super::parse::{Raw, steps};
use super::{FieldPath, Step};
use crate::sigma::error::Position;

/// A path without what follows from the rest of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Bundled {
    written: Box<str>,
    at: Position,
    steps: Vec<Raw>,
}

impl From<FieldPath> for Bundled {
    fn from(path: FieldPath) -> Self {
        let raw = |step: &Step| match step {
            Step::Key { name, .. } => Raw::Name(name.to_string()),
            Step::Index(index) => Raw::Index(*index),
        };
        Self { written: path.written, at: path.at, steps: path.steps.iter().map(raw).collect() }
    }
}

impl From<Bundled> for FieldPath {
    fn from(path: Bundled) -> Self {
        Self { written: path.written, at: path.at, steps: steps(&path.steps) }
    }
}
