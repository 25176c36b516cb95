//! The bar on standard error, and what is written while it is there.

use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::Console;

/// The bar that is on the terminal now. There is one terminal.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// How far the reading is, if a person is there to see it.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Results go to the same terminal.
    shares_terminal: bool,
}

impl Progress {
    /// A bar for this many bytes.
    pub(crate) fn start(bytes: u64, quiet: bool, console: &Console) -> Self {
        let shown = console.err_is_terminal && !quiet;
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left");
        let bar = ProgressBar::with_draw_target(Some(bytes), target)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        if !bar.is_hidden() {
            *now_shown() = Some(bar.clone());
        }
        let shares_terminal = console.out_is_terminal && !bar.is_hidden();
        Self { bar, shares_terminal }
    }

    /// Says how many bytes are read, and does what may write results: they must not land in the middle of the bar.
    pub(crate) fn advance<T>(&self, bytes: u64, work: impl FnOnce() -> T) -> T {
        self.bar.set_position(bytes);
        if self.shares_terminal { while_hidden(work) } else { work() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        now_shown().take();
        self.bar.finish_and_clear();
    }
}

/// Does what may write to the terminal while no bar is there.
pub(crate) fn while_hidden<T>(work: impl FnOnce() -> T) -> T {
    // Whoever comes here from within `work` finds no bar: it is hidden already.
    let bar = now_shown().take();
    let Some(bar) = bar else { return work() };
    let done = bar.suspend(work);
    *now_shown() = Some(bar);
    done
}

fn now_shown() -> MutexGuard<'static, Option<ProgressBar>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}
