//! How lines are written: results to standard output, nothing in them that a terminal would obey.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::Value;
use tattletrail_cli::Console;
use tattletrail_cli::kit::grouped;
use tattletrail_engine::render::text::escape_json;
use tattletrail_runtime::parcel::SinkName;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// One JSON object a line
    Jsonl,
}

/// Standard output, and the first failure to write to it.
pub(crate) struct Page {
    out: Box<dyn Write + Send>,
    failure: Option<io::Error>,
}

impl Page {
    /// Takes standard output over.
    pub(crate) fn of(console: &mut Console) -> Self {
        Self { out: std::mem::replace(&mut console.out, Box::new(io::sink())), failure: None }
    }

    /// Writes a text at once, so that whoever reads along sees what has happened.
    pub(crate) fn write(&mut self, text: &str) {
        if self.failure.is_none() && !text.is_empty() {
            self.failure = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()).err();
        }
    }

    /// Why something could not be written; a reader that went away is no failure.
    pub(crate) fn failure(self) -> Option<String> {
        self.failure.filter(|error| error.kind() != io::ErrorKind::BrokenPipe).map(|error| error.to_string())
    }
}

/// A JSON object as a line.
pub(crate) fn json_line(object: &Value) -> String {
    format!("{}\n", escape_json(object.to_string()))
}

/// `security_hub 5, sns 3`; nothing for nothing.
pub(crate) fn by_sink(counts: &BTreeMap<SinkName, u64>) -> String {
    let parts: Vec<_> =
        counts.iter().map(|(sink, count)| format!("{} {}", sink.as_str(), grouped(*count))).collect();
    parts.join(", ")
}
