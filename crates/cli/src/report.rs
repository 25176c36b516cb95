//! `tattletrail report`: a scan as one page that needs nothing but a browser.
//!
//! In: findings as a scan tells them, what the scan counted, and the rules that it looked for. Out: one HTML file with its
//! style, script and data inside. INVARIANT: nothing of a log is markup in it. The data is compressed and in base64, and the
//! script puts texts where only text can be; a content security policy lets nothing else run, and nothing be fetched.

// Texts, each once.
mod pool;

// Lists of names and values.
mod pairs;

// Findings as columns.
mod findings;

// What of a finding only an exposure, or several events, have.
mod facts;

// The rules and the matrix.
mod catalogue;

// The counts of the scan.
mod counts;

// Style and script.
mod assets;

// The file.
mod page;

// The file's place.
mod place;

use std::path::PathBuf;

use clap::Args;

pub(crate) use findings::Findings;
pub(crate) use page::{Asked, write};
pub(crate) use place::Place;

use crate::scan::{Choice, scan_to};
use crate::{Console, Exit};

const EXAMPLES: &str = "\
Examples:
  tattletrail report AWSLogs/
      writes report.html, to be opened in a browser
  tattletrail report AWSLogs/ -o november.html --from 2026-11-01 --min-level low
  aws cloudtrail lookup-events --output json | tattletrail report - -o - > report.html

Exit codes:
  0  everything was read, nothing was found
  1  everything was read, there are findings
  2  wrong usage, or some input could not be read in full (the page says so), or the page could not be written
  3  a rule does not load; nothing was scanned";

/// Write what a scan finds as one HTML page: summary, ATT&CK matrix, exposures over time, findings, who did it.
///
/// The input and the rules are those of `tattletrail scan`. The page is one file without anything outside it: it can be
/// mailed, archived and opened without a network.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ReportArguments {
    /// Write the page to this file; `-` for standard output
    #[arg(long, short, value_name = "FILE", default_value = "report.html")]
    output: PathBuf,

    #[command(flatten)]
    choice: Choice,
}

/// Scans, and writes the page.
pub(crate) fn run(arguments: &ReportArguments, console: &mut Console) -> Exit {
    let place = match Place::of(&arguments.output) {
        Ok(place) => place,
        Err(line) => {
            console.say(&line);
            return Exit::Usage;
        }
    };
    let _told = arguments.choice.verbosity.start(console);
    scan_to(&arguments.choice, &mut |_| Ok(None), Some(place), None, console)
}
