//! Whoever wants to know how long it takes.

use std::fmt;

use crate::engine::{Engine, Settled, Step, Waiting};
use crate::exposure::state::State;

/// Somebody who watches, or nobody.
#[derive(Default)]
pub(super) struct Watcher<'w>(Option<Box<dyn FnMut(Option<Step>) + 'w>>);

impl fmt::Debug for Watcher<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watcher").field(&self.0.is_some()).finish()
    }
}

impl<'w> Watcher<'w> {
    pub(super) fn of(watch: impl FnMut(Option<Step>) + 'w) -> Self {
        Self(Some(Box::new(watch)))
    }

    /// What a record comes to in its turn.
    pub(super) fn settle(&mut self, engine: &Engine, waiting: &Waiting, state: &mut State) -> Settled {
        match &mut self.0 {
            Some(watch) => engine.settle_watched(waiting, state, watch),
            None => engine.settle(waiting, state),
        }
    }
}
