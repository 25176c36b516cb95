//! `tattletrail threat-model ...`: what applications are threatened by, and what sees it.
//!
//! Each command reads threat models together with the rules that they name; results go to standard output, words about the
//! run to standard error.

// Models and rules that paths lead to.
mod load;

// Which cases there are of which rule.
mod cases;

// Which logs a rule needs.
pub(crate) mod feeds;

// Vector by vector, rule by rule: what is declared, tested, seen, or blind.
mod survey;

// What is wrong with models that load.
pub(crate) mod lints;

// `threat-model check`.
mod check;

// `threat-model coverage`.
mod coverage;

// Controls of CIS and Security Hub.
mod controls;

// `threat-model render`: dashboards and what belongs to them.
pub(crate) mod render;

// `threat-model cost`.
pub(crate) mod cost;

// The applications that a command is about.
mod chosen;

// `threat-model navigator`.
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
A threat model says, in one file per application, how it is attacked, which log shows that and which rules see it.
docs/threat-models.md goes from a whiteboard to a dashboard.

Examples:
  tattletrail threat-model check my-rules/
      does every attack have rules that are tested, and a log that shows it?
  tattletrail threat-model coverage
      the models and rules inside this program: what is covered, and how well?
  tattletrail threat-model coverage my-rules/ --seen AWSLogs/
      and what fired in these logs?
  tattletrail threat-model render --add my-rules/ -o dashboards/
      dashboards, alarms and log queries of them
  tattletrail threat-model cost --add my-rules/
      and what would that cost?
  tattletrail threat-model navigator -o layer.json
      what of ATT&CK do the models look at? Open the file in ATT&CK Navigator
  tattletrail threat-model import threats.tc.json -o my-rules/threat-models/shop.yml
      begin a model from what was drawn up in Threat Composer
  tattletrail threat-model export cruddur --format otm -o cruddur.otm.json
      hand a model to other tools";

/// Check threat models, say what they cover, make dashboards of them, and take them to other tools.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ModelArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::CheckArguments),
    Coverage(coverage::CoverageArguments),
    Render(render::RenderArguments),
    Cost(cost::CostArguments),
    Navigator(navigator::NavigatorArguments),
    Import(import::ImportArguments),
    Export(export::ExportArguments),
}

/// Runs one of the commands.
pub(crate) fn run(arguments: &ModelArguments, console: &mut Console) -> Exit {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments, console),
        Command::Coverage(arguments) => coverage::run(arguments, console),
        Command::Render(arguments) => render::run(arguments, console),
        Command::Cost(arguments) => cost::run(arguments, console),
        Command::Navigator(arguments) => navigator::run(arguments, console),
        Command::Import(arguments) => import::run(arguments, console),
        Command::Export(arguments) => export::run(arguments, console),
    }
}
