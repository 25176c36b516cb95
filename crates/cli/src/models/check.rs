//! `tattletrail threat-model check`: attacks that nobody would see, and what leads nowhere.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::render::settings::ProfileArgument;
use super::{lints, load};
use crate::workbench::check::diagnostic::of_error;
use crate::workbench::check::{CheckFormat, tell, today};
use crate::{Console, Exit};

const EXAMPLES: &str = "\
Errors: a rule that is not there, a technique that ATT&CK does not have, an attack without a rule, without a log that shows
it, without a case that fires, or with a rule that no log feeds. A gap with a reason, under `gaps`, answers for what is
known not to be seen. Warnings: rules that no model names, older ids of techniques, what nothing refers to.

Examples:
  tattletrail threat-model check
      the models and rules in the folder `rules`, else those inside this program
  tattletrail threat-model check models/shop.yml
      one model, with the built-in rules that it names
  tattletrail threat-model check models/shop.yml --profile free
      and does watching it cost nothing?
  tattletrail threat-model check my-rules/ --strict --format sarif > models.sarif

Exit codes:
  0  every model hangs together
  1  there are errors, or warnings, and they count (--strict)
  2  wrong usage, or a path could not be read
  3  a model or a rule does not load";

/// Tell which attacks nobody would see, and what leads nowhere.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct CheckArguments {
    /// Threat models, rules, or folders of both [default: rules, else those inside this program]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How the outcome is written
    #[arg(long, short, value_enum, default_value_t = CheckFormat::Text)]
    format: CheckFormat,

    /// Warnings count as failures
    #[arg(long)]
    strict: bool,

    /// Hold the metrics, alarms and dashboards of the models to what AWS gives for nothing
    #[arg(long, value_enum, value_name = "PROFILE")]
    profile: Option<ProfileArgument>,

    /// Judge days by this one, not by today
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

/// Checks the models.
pub(super) fn run(arguments: &CheckArguments, console: &mut Console) -> Exit {
    let files = match load::files(&arguments.paths, console) {
        Ok(files) => files,
        Err(exit) => return exit,
    };
    let (found, models, loads) = match load::together(files.as_ref()) {
        Ok(loaded) => {
            let mut found = lints::lint(&loaded, arguments.as_of.unwrap_or_else(today));
            if arguments.profile == Some(ProfileArgument::Free) {
                found.extend(lints::not_free(&loaded));
            }
            (found, loaded.rules.models().len(), true)
        }
        Err(errors) => (errors.into_iter().map(of_error).collect(), 0, false),
    };
    let (errors, warnings) = tell(&found, arguments.format, ("threat models", models), console);
    match (errors, warnings) {
        _ if !loads => Exit::BadRule,
        (1.., _) => Exit::Findings,
        (0, 1..) if arguments.strict => Exit::Findings,
        _ if models == 0 => load::no_model(console),
        _ => Exit::Clean,
    }
}
