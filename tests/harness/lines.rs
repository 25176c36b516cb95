//! Lines that a process has written so far, kept while it runs.

use std::io::{BufRead as _, BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

/// The longest to wait for a line.
const PATIENCE: Duration = Duration::from_secs(10);

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

    /// All lines so far, as soon as they are enough: what a process has written may not have been read yet.
    #[track_caller]
    pub(crate) fn until(&self, enough: impl Fn(&[String]) -> bool) -> Vec<String> {
        let end = Instant::now() + PATIENCE;
        loop {
            let lines = self.so_far();
            if enough(&lines) {
                return lines;
            }
            assert!(Instant::now() < end, "it has only written:\n{}", lines.join("\n"));
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn held(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().expect("nobody panics while holding lines")
    }
}
