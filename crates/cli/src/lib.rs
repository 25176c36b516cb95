//! The `tattletrail` command as a library, so that tests can call it in process.
//!
//! `arguments -> command -> engine -> output`; standard output carries results and nothing else, standard error
//! everything that is for the person at the terminal.

// What a run may be told by its exit code.
mod exit;

// Where a run writes.
mod console;

// The bar on standard error.
mod progress;

// What a run tells about itself.
mod told;

// The rules a run works with.
mod rules;

// `tattletrail scan`.
mod scan;

// `tattletrail rules ...`: the rule author's workbench.
mod workbench;

// `tattletrail threat-model ...`: what applications are threatened by, and what sees it.
mod models;

// `tattletrail exposures`.
mod exposures;

// Findings as text on a stream.
mod output;

// `tattletrail report`: findings as a page.
mod report;

// `tattletrail publish` and `tattletrail redrive`, which are in another binary.
mod elsewhere;

// What that binary shares with this one.
pub mod kit;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

pub use console::Console;
pub use exit::Exit;

/// CloudTrail in, ATT&CK-mapped findings out.
#[derive(Debug, Parser)]
#[command(name = "tattletrail", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Scan(Box<scan::ScanArguments>),
    Report(Box<report::ReportArguments>),
    Exposures(Box<exposures::ExposuresArguments>),
    Rules(Box<workbench::RulesArguments>),
    ThreatModel(Box<models::ModelArguments>),
    /// Send findings to Security Hub, CloudWatch, SNS and EventBridge, each once (in `tattletrail-aws`)
    #[command(disable_help_flag = true)]
    Publish(elsewhere::Passed),
    /// Show or re-process the messages of a dead-letter queue (in `tattletrail-aws`)
    #[command(disable_help_flag = true)]
    Redrive(elsewhere::Passed),
}

/// Runs the command line `arguments` (the program's name first).
pub fn run(arguments: impl IntoIterator<Item = OsString>, console: &mut Console) -> Exit {
    match Arguments::try_parse_from(arguments) {
        Ok(Arguments { command: Command::Scan(arguments) }) => scan::run(&arguments, console),
        Ok(Arguments { command: Command::Report(arguments) }) => report::run(&arguments, console),
        Ok(Arguments { command: Command::Exposures(arguments) }) => exposures::run(&arguments, console),
        Ok(Arguments { command: Command::Rules(arguments) }) => workbench::run(&arguments, console),
        Ok(Arguments { command: Command::ThreatModel(arguments) }) => models::run(&arguments, console),
        Ok(Arguments { command: Command::Publish(passed) }) => passed.run("publish", console),
        Ok(Arguments { command: Command::Redrive(passed) }) => passed.run("redrive", console),
        Err(error) => console.tell_usage(&error),
    }
}
