//! `tattletrail threat-model navigator`: a layer of ATT&CK Navigator, by what is covered or by what was found.

// What is known of each technique.
mod score;

// The layer.
mod layer;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::{Finding, Level};
use tattletrail_engine::timeline::Told;

use super::chosen::{Chosen, RulesArguments};
use crate::output::place::put;
use crate::scan::{InputArguments, read_all, say_summary};
use crate::workbench::json::pretty;
use crate::{Console, Exit};
use score::Scores;

const EXAMPLES: &str = "\
The layer is of format 4.5, for ATT&CK Navigator 5 (https://mitre-attack.github.io/attack-navigator/, \"Open Existing
Layer\"). Techniques that vectors of the models name are scored; those of which no vector has a rule are marked as gaps.

Examples:
  tattletrail threat-model navigator -o coverage.json
      how many rules look at each technique, in all models
  tattletrail threat-model navigator cruddur -o cruddur.json
  tattletrail threat-model navigator cruddur --seen AWSLogs/ -o found.json
      how many findings of that application there were

Exit codes:
  0  the layer is written
  2  wrong usage, no such model, or some input could not be read in full (the layer is written)
  3  a rule or a model does not load";

/// Write a layer of ATT&CK Navigator: what the models cover, or what was found.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct NavigatorArguments {
    /// Only the models of these applications [default: all]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,

    #[command(flatten)]
    rules: RulesArguments,

    /// Write the layer to this file, over what is there, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// What techniques are scored by [default: findings with --seen, else coverage]
    #[arg(long, value_enum, value_name = "WHAT", requires_if("findings", "seen"))]
    by: Option<By>,

    /// Count what is found in these logs: files or folders, as `tattletrail scan` reads them (repeatable)
    #[arg(long, value_name = "PATH")]
    seen: Vec<PathBuf>,

    /// No summary and no progress bar of what --seen reads; problems are still told
    #[arg(long, short)]
    quiet: bool,
}

/// What techniques are scored by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum By {
    /// How many rules the vectors name that name the technique
    Coverage,
    /// How many findings of rules for the technique belong to the applications
    Findings,
}

/// Writes the layer.
pub(super) fn run(arguments: &NavigatorArguments, console: &mut Console) -> Exit {
    let chosen = match arguments.rules.load(&arguments.models, console) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    let mut scores = Scores::of(&chosen);
    let mut exit = Exit::Clean;
    if !arguments.seen.is_empty() {
        exit = count(&chosen, arguments, &mut scores, console);
    }
    let default = if arguments.seen.is_empty() { By::Coverage } else { By::Findings };
    let layer = layer::layer(&chosen, &scores, arguments.by.unwrap_or(default));
    match put(&pretty(&layer), arguments.output.as_deref(), console) {
        Exit::Clean => exit,
        failed => failed,
    }
}

/// Scans the logs and counts the findings that belong to the models.
fn count(
    chosen: &Chosen,
    arguments: &NavigatorArguments,
    scores: &mut Scores,
    console: &mut Console,
) -> Exit {
    let mut input = InputArguments::over(arguments.seen.clone());
    input.quiet = arguments.quiet;
    let engine = Engine::new(chosen.set.clone());
    let is_ours = |finding: &Finding| {
        let mut applications = finding.applications.iter();
        !finding.rule.is_experimental() && applications.any(|one| chosen.is_asked_for(&one.application))
    };
    let tally = read_all(&input, &engine, Level::Informational, (console, None), &mut |told, _| {
        if let Told::Finding(finding) = told
            && is_ours(&finding)
        {
            scores.found(&finding);
        }
    });
    say_summary(&tally, arguments.quiet, "", console);
    if tally.incomplete { Exit::Usage } else { Exit::Clean }
}
