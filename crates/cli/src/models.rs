//! `tattletrail threat-model ...`: what is made of the threat models beside the rules.
//!
//! Each command reads rules and models; results go to standard output or to a file, words about the run to standard error.

// The models that a command is about.
mod chosen;

// `threat-model navigator`: a layer of ATT&CK Navigator.
mod navigator;

// What Threat Composer says of a threat, as lines of a description.
mod notes;

// A model as YAML.
mod draft;

// `threat-model import`: from Threat Composer.
mod import;

// `threat-model export`: to Threat Composer and Open Threat Model.
mod export;

use clap::{Args, Subcommand};

use crate::{Console, Exit};

const EXAMPLES: &str = "\
Examples:
  tattletrail threat-model navigator -o layer.json
      what of ATT&CK do the models look at? Open the file in ATT&CK Navigator
  tattletrail threat-model import threats.tc.json -o my-rules/threat-models/shop.yml
      begin a model from what was drawn up in Threat Composer
  tattletrail threat-model export cruddur --format otm -o cruddur.otm.json
      hand a model to other tools";

/// Threat models: which attacks an application fears, and who would see them.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ModelsArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Navigator(navigator::NavigatorArguments),
    Import(import::ImportArguments),
    Export(export::ExportArguments),
}

/// Runs one of the commands.
pub(crate) fn run(arguments: &ModelsArguments, console: &mut Console) -> Exit {
    match &arguments.command {
        Command::Navigator(arguments) => navigator::run(arguments, console),
        Command::Import(arguments) => import::run(arguments, console),
        Command::Export(arguments) => export::run(arguments, console),
    }
}
