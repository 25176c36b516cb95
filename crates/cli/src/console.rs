//! Where a run writes: results to `out`, words for people to `err`.

use std::fmt;
use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Exit;

/// The two streams and what is known about the terminal behind them.
pub struct Console {
    /// Results.
    pub out: Box<dyn Write + Send>,
    /// Words for people.
    pub err: Box<dyn Write + Send>,
    /// True if results go to a terminal.
    pub out_is_terminal: bool,
    /// True if the words go to a terminal.
    pub err_is_terminal: bool,
    /// The terminal's width in columns, if known.
    pub width: Option<usize>,
    /// False if the user asked for no colour (`NO_COLOR`).
    pub color: bool,
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("width", &self.width).finish_non_exhaustive()
    }
}

impl Console {
    /// The streams of this process.
    pub fn of_process() -> Self {
        Self {
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
            out_is_terminal: io::stdout().is_terminal(),
            err_is_terminal: io::stderr().is_terminal(),
            width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            color: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// Says what is wrong with a command line, or prints the help that it asks for.
    pub fn tell_usage(&mut self, error: &clap::Error) -> Exit {
        let text = error.render().to_string();
        if error.use_stderr() {
            self.say(&text);
            Exit::Usage
        } else {
            self.print(&text);
            Exit::Clean
        }
    }

    /// Standard error for somebody else, too.
    pub(crate) fn share_err(&mut self) -> impl Write + Send + use<> {
        let err = std::mem::replace(&mut self.err, Box::new(io::sink()));
        let shared = Shared(Arc::new(Mutex::new(err)));
        self.err = Box::new(shared.clone());
        shared
    }

    /// Writes to standard error. There is nowhere left to report a failure of that.
    pub fn say(&mut self, text: &str) {
        let _unreportable = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }

    /// Writes to standard output; a reader that went away is no error.
    pub fn print(&mut self, text: &str) {
        let _gone = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

/// A stream that several write to, a piece at a time.
#[derive(Clone)]
struct Shared(Arc<Mutex<Box<dyn Write + Send>>>);

impl Shared {
    fn stream(&self) -> MutexGuard<'_, Box<dyn Write + Send>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream().flush()
    }
}
