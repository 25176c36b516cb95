//! `tattletrail exposures`: what was exposed, from when to when, opened and closed by whom.
//!
//! It reads as a scan does and lists every exposure, whether a rule is about it or not. Guard rails that are down expose
//! nothing by themselves and are left out.

// The exposures met so far.
mod ledger;

// How they are written.
mod listing;

use std::io::Write as _;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::Level;
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::timeline::Told;

use crate::output::Style;
use crate::scan::filter::parse_time;
use crate::scan::summary::{grouped, line};
use crate::scan::{InputArguments, read_all, say_summary};
use crate::told::Verbosity;
use crate::{Console, Exit};
use ledger::Ledger;

const EXAMPLES: &str = "\
Examples:
  tattletrail exposures AWSLogs/
  tattletrail exposures AWSLogs/ --open-at 2026-11-20T12:00:00Z
      what was exposed at that moment?
  tattletrail exposures AWSLogs/ --format jsonl | jq -r 'select(.closed_at == null) | .resource'

Exit codes:
  0  everything was read, nothing stood open at the end (or at --open-at)
  1  everything was read, something did
  2  wrong usage, or some input could not be read in full";

/// List what was exposed, from when to when, and who opened and closed it.
///
/// Every exposure that the records show, whether a rule is about it or not: open to the internet, or shared with named
/// outsiders. The input is that of `tattletrail scan`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ExposuresArguments {
    #[command(flatten)]
    input: InputArguments,

    /// Only what stood open at this time (2026-11-20 or 2026-11-20T09:30:00Z)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    open_at: Option<Timestamp>,

    /// How exposures are written
    #[arg(long, short, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,

    #[command(flatten)]
    verbosity: Verbosity,
}

/// How exposures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people: two lines an exposure
    Table,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a header
    Csv,
}

/// Lists the exposures.
pub(crate) fn run(arguments: &ExposuresArguments, console: &mut Console) -> Exit {
    let _told = arguments.verbosity.start(console);
    let engine = Engine::new(RuleSet::default());
    let mut ledger = Ledger::default();
    let tally = read_all(&arguments.input, &engine, Level::Informational, (console, None), &mut |told, _| {
        if let Told::Exposure(moved, origin) = told {
            ledger.note(moved, origin);
        }
    });
    let entries = ledger.entries(arguments.open_at);
    let open = entries.iter().any(|entry| arguments.open_at.is_some() || entry.closed.is_none());
    let style = Style::of_results(console);
    let text = listing::text(&entries, arguments.format, style);
    let written = console.out.write_all(text.as_bytes()).and_then(|()| console.out.flush());
    let standing = ledger.entries(None).iter().filter(|entry| entry.closed.is_none()).count() as u64;
    let all = ledger.entries(None).len() as u64;
    let counts = format!("{} seen, {} still open at the end", grouped(all), grouped(standing));
    say_summary(&tally, arguments.input.quiet, &line("exposures", &counts), console);
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            console.say(&format!("tattletrail: can't write the exposures: {error}\n"));
            Exit::Usage
        }
        _ if tally.incomplete => Exit::Usage,
        _ if open => Exit::Findings,
        _ => Exit::Clean,
    }
}
