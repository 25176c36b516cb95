//! Findings as text on a stream, one after the other: nothing is held back but what a format needs.

// The table for people.
pub(crate) mod table;

// Text laid out for a terminal.
pub(crate) mod layout;

// A file, or standard output.
pub(crate) mod place;

use std::fmt;
use std::io::{self, Write};

use clap::ValueEnum;
use tattletrail_engine::finding::Finding;
use tattletrail_engine::render::{asff, csv, jsonl, ocsf};

use crate::Console;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: two lines a finding, as wide as the terminal
    Table,
    /// One JSON object a line; the schema is documented and stable
    Jsonl,
    /// Comma-separated values with a header
    Csv,
    /// A JSON list of findings in AWS Security Finding Format, as Security Hub imports them
    Asff,
    /// One OCSF Detection Finding (2004) a line
    Ocsf,
}

/// What a terminal allows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// True if colour may be used.
    pub color: bool,
    /// Columns; `None` where the output is no terminal.
    pub width: Option<usize>,
}

/// The width where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 120;

/// Below this nothing can be laid out.
const MIN_WIDTH: usize = 50;

impl Style {
    /// What the terminal behind the results allows, if there is one.
    pub fn of_results(console: &Console) -> Self {
        let terminal = console.out_is_terminal;
        Self { color: terminal && console.color, width: console.width.filter(|_| terminal) }
    }

    /// How many columns a line may take.
    pub fn columns(self) -> usize {
        self.width.unwrap_or(DEFAULT_WIDTH).max(MIN_WIDTH)
    }
}

/// Writes findings in one format.
pub(crate) struct Writer {
    format: Format,
    style: Style,
    out: Box<dyn Write + Send>,
    written: u64,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("format", &self.format)
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

impl Writer {
    pub(crate) fn new(format: Format, style: Style, out: Box<dyn Write + Send>) -> Self {
        Self { format, style, out, written: 0 }
    }

    /// Writes one finding.
    pub(crate) fn write(&mut self, finding: &Finding) -> io::Result<()> {
        if self.written == 0 {
            self.begin()?;
        }
        let first = self.written == 0;
        self.written += 1;
        match self.format {
            Format::Table => self.out.write_all(table::entry(finding, self.style).as_bytes()),
            Format::Jsonl => writeln!(self.out, "{}", jsonl::line(finding)),
            Format::Csv => writeln!(self.out, "{}", csv::row(finding)),
            Format::Asff => {
                write!(self.out, "{}{}", if first { "\n" } else { ",\n" }, asff::finding(finding))
            }
            Format::Ocsf => writeln!(self.out, "{}", ocsf::line(finding)),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        match self.format {
            Format::Table => self.out.write_all(table::header(self.style).as_bytes()),
            Format::Csv => writeln!(self.out, "{}", csv::header()),
            Format::Asff => self.out.write_all(b"["),
            Format::Jsonl | Format::Ocsf => Ok(()),
        }
    }

    /// Writes what belongs after the last finding.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        // A table of nothing needs no header; a list or a header row of nothing is still a file that tools can read.
        if self.written == 0 && self.format != Format::Table {
            self.begin()?;
        }
        if self.format == Format::Asff {
            self.out.write_all(b"\n]\n")?;
        }
        self.out.flush()
    }
}
