//! `tattletrail threat-model ...`: what applications are threatened by, and what sees it.
//!
//! Each command reads threat models together with the rules that they name; results go to standard output, words about the
//! run to standard error.

// `threat-model render`: dashboards and what belongs to them.
pub(crate) mod render;

// `threat-model cost`.
pub(crate) mod cost;

use clap::{Args, Subcommand};

use crate::{Console, Exit};

/// Check threat models, and make dashboards of them.
#[derive(Debug, Args)]
pub(crate) struct ModelArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Render(render::RenderArguments),
    Cost(cost::CostArguments),
}

/// Runs one of the commands.
pub(crate) fn run(arguments: &ModelArguments, console: &mut Console) -> Exit {
    match &arguments.command {
        Command::Render(arguments) => render::run(arguments, console),
        Command::Cost(arguments) => cost::run(arguments, console),
    }
}
