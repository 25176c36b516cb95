//! The commands that need AWS, as a library: `publish` sends what the scanner finds, `redrive` takes in what did not get
//! through.
//!
//! They are in a binary of their own, since the SDK of AWS takes minutes to build: `tattletrail publish` and `tattletrail
//! redrive` become it. Everything is reused: inputs are read as by `tattletrail scan`, findings delivered as by the
//! functions, with their settings and their ledger.

// Settings, credentials, and what delivers.
mod connect;

// How lines are written.
mod layout;

// `tattletrail publish`.
mod publish;

// `tattletrail redrive`.
mod redrive;

use std::ffi::OsString;

use clap::{Parser, Subcommand};
use tattletrail_cli::{Console, Exit};

/// Findings out, dead letters in.
#[derive(Debug, Parser)]
#[command(name = "tattletrail", bin_name = "tattletrail", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Publish(Box<publish::PublishArguments>),
    Redrive(Box<redrive::RedriveArguments>),
}

/// Runs the command line `arguments` (the program's name first).
pub fn run(arguments: impl IntoIterator<Item = OsString>, console: &mut Console) -> Exit {
    match Arguments::try_parse_from(arguments) {
        Ok(Arguments { command: Command::Publish(arguments) }) => publish::run(&arguments, console),
        Ok(Arguments { command: Command::Redrive(arguments) }) => redrive::run(&arguments, console),
        Err(error) => console.tell_usage(&error),
    }
}
