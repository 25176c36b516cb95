//! Lines that a process has written so far, kept while it runs.

use std::io::{BufRead as _, BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// The lines of one or more streams, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// Reads a stream to its end on a thread of its own.
    pub(crate) fn follow(&self, stream: impl Read + Send + 'static) {
        let lines = self.clone();
        thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                lines.held().push(String::from_utf8_lossy(&line).trim_end().to_owned());
                line.clear();
            }
        });
    }

    /// All lines so far.
    pub(crate) fn so_far(&self) -> Vec<String> {
        self.held().clone()
    }

    fn held(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().expect("nobody panics while holding lines")
    }
}
