//! `tattletrail publish`: what the scanner finds, to the sinks of the functions, each finding once.
//!
//! `paths -> records, read in parallel (the scanner's part) -> intake (order of time, ledger, sinks) -> summary`

// What would be sent.
mod listing;

// What was counted.
mod summary;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use tattletrail_cli::kit::{InputArguments, LevelArgument, Reading, Style, Tally, load_rules, read_records};
use tattletrail_cli::{Console, Exit};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::Level;
use tattletrail_engine::render::text::neutralise;
use tattletrail_runtime::dispatch::{Handled, Intake};

use crate::connect::{Connection, DeliveryArguments, Needs, connect, rules_of_functions};
use crate::layout::{Format, Page};
use listing::Listing;
use summary::Published;

const EXAMPLES: &str = "\
Examples:
  export AWS_PROFILE=security TATTLETRAIL_LEDGER_TABLE=tattletrail
  export TATTLETRAIL_SECURITY_HUB=own TATTLETRAIL_ACCOUNT_ID=111122223333
  tattletrail publish AWSLogs/ --dry-run
      what would be sent where? Nothing is sent, nothing is written
  tattletrail publish AWSLogs/ --from 2026-11-01 --min-level medium
  tattletrail publish AWSLogs/
      again: sends what is missing, which is nothing if all went well
  aws cloudtrail lookup-events --output json | tattletrail publish -
  tattletrail publish AWSLogs/ --dry-run -f jsonl | jq 'select(.sink == \"sns\") | .body.subject'

Settings are those of the functions, from the same variables (TATTLETRAIL_..., docs/functions.md).
With the same TATTLETRAIL_LEDGER_TABLE, what a function has sent is not sent again, and the other
way round. Without one nothing is remembered: each run sends everything.

Exit codes:
  0  everything was read and delivered (or shown)
  2  wrong usage or settings, or some input could not be read in full (the rest is delivered)
  3  a rule does not load; nothing was sent
  4  something was not delivered; the same command sends what is missing";

/// Send what is found in CloudTrail logs to Security Hub, CloudWatch, SNS and EventBridge.
///
/// Reads what `tattletrail scan` reads, and delivers as the functions do: each finding once to each sink, whatever is
/// read again and whoever else delivers it. A run that was stopped is finished by the same command.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct PublishArguments {
    #[command(flatten)]
    delivery: DeliveryArguments,

    /// How --dry-run writes what would be sent
    #[arg(long, short, value_enum, default_value_t = Format::Table, requires = "dry_run")]
    format: Format,

    /// Use the Sigma rules in this folder, file or bundle (*.ttrules) instead of those of `TATTLETRAIL_RULES`, or the built-in
    /// ones (repeatable)
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,

    /// Send nothing below this level, whatever `TATTLETRAIL_MIN_LEVEL` says
    #[arg(long, value_enum, value_name = "LEVEL")]
    min_level: Option<LevelArgument>,

    #[command(flatten)]
    input: InputArguments,
}

/// Reads, delivers, and says what became of it.
pub(crate) fn run(arguments: &PublishArguments, console: &mut Console) -> Exit {
    let started = Instant::now();
    let rules = if arguments.rules.is_empty() {
        rules_of_functions(arguments.delivery.step(), console)
    } else {
        load_rules(&arguments.rules, console)
    };
    let rules = match rules {
        Ok(rules) => rules,
        Err(exit) => return exit,
    };
    let needs = Needs {
        dry_run: arguments.delivery.dry_run,
        calls_aws: false,
        min_level: arguments.min_level.map(Level::from),
        step: arguments.delivery.step(),
    };
    let connection = match connect(Engine::new(rules), &needs, console) {
        Ok(connection) => connection,
        Err(exit) => return exit,
    };
    let style = Style::of_results(console);
    let rules = connection.function.dispatcher().rules.get();
    let rules = rules.engine.rules();
    let listing = connection.stage.as_ref().map(|stage| Listing::new(stage, rules, arguments.format, style));
    let mut page = Page::of(console);
    let (files, tally, handled) = deliver(arguments, &connection, listing, &mut page, console);
    let published = Published {
        tally: &tally,
        handled: &handled,
        elapsed: started.elapsed(),
        dry_run: arguments.delivery.dry_run,
        remembers: connection.has_table,
    };
    for line in &tally.told {
        console.say(&format!("tattletrail: {line}\n"));
    }
    tell_lost(&handled, &files, console);
    if !arguments.input.quiet {
        console.say(&summary::text(&published));
    }
    if let Some(problem) = page.failure() {
        console.say(&format!("tattletrail: can't write what would be sent: {problem}\n"));
        return Exit::Usage;
    }
    exit(&tally, &handled)
}

/// What was read, as far as something may have come of it; what was counted there; what became of it.
type Delivered = (Vec<PathBuf>, Tally, Handled);

fn deliver(
    arguments: &PublishArguments,
    connection: &Connection,
    mut listing: Option<Listing<'_>>,
    page: &mut Page,
    console: &Console,
) -> Delivered {
    let dispatcher = connection.function.dispatcher();
    let mut intake = dispatcher.steady_intake(arguments.delivery.step());
    let mut files: Vec<PathBuf> = Vec::new();
    let mut show = |page: &mut Page| {
        if let Some(listing) = &mut listing {
            page.write(&listing.new_lines());
        }
    };
    let tally = read_records(&arguments.input, &dispatcher.rules.get().engine, console, &mut |reading, _| {
        let goes_on = take(&mut intake, reading, &mut files, connection);
        show(page);
        goes_on
    });
    let waiting = waiting(console, arguments.input.quiet || arguments.delivery.dry_run);
    let handled = connection.runtime.block_on(intake.finish());
    waiting.finish_and_clear();
    show(page);
    (files, tally, handled)
}

/// Takes one record in; says whether to go on.
fn take(
    intake: &mut Intake<'_>,
    reading: Reading<'_>,
    files: &mut Vec<PathBuf>,
    connection: &Connection,
) -> bool {
    if files.last().map(PathBuf::as_path) != Some(reading.file) {
        files.push(reading.file.to_owned());
    }
    let number = files.len() - 1;
    connection.runtime.block_on(intake.add_read(number, reading.read));
    !intake.has_given_up()
}

/// The sign, on a terminal, that what was read is being sent.
fn waiting(console: &Console, quiet: bool) -> indicatif::ProgressBar {
    if quiet || !console.err_is_terminal {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new_spinner().with_message("delivering");
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    bar
}

/// Each reason once, with the first file and how many more there are.
fn tell_lost(handled: &Handled, files: &[PathBuf], console: &mut Console) {
    let mut reasons: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for (number, why) in &handled.lost {
        reasons.entry(why).or_insert((*number, 0)).1 += 1;
    }
    for (why, (first, count)) in reasons {
        let path = files.get(first).map_or_else(String::new, |path| path.display().to_string());
        let more = if count > 1 { format!(" (and of {} files more)", count - 1) } else { String::new() };
        let line = format!("{}: not delivered: {}{more}", neutralise(&path), neutralise(why));
        console.say(&format!("tattletrail: {line}\n"));
    }
}

fn exit(tally: &Tally, handled: &Handled) -> Exit {
    let counts = &handled.counts;
    let refused = counts.refused.values().sum::<u64>();
    if !handled.lost.is_empty() || counts.undelivered > 0 || refused > 0 {
        Exit::Undelivered
    } else if tally.incomplete {
        Exit::Usage
    } else {
        Exit::Clean
    }
}
