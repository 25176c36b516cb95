//! `tattletrail threat-model export`: a model for other tools.

// Open Threat Model.
mod otm;

// AWS Threat Composer.
mod composer;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::chosen::RulesArguments;
use crate::output::place::put;
use crate::workbench::json::pretty;
use crate::{Console, Exit};

const EXAMPLES: &str = "\
Open Threat Model 0.2.0 has the vectors as threats, and the rules as mitigations of them with status, techniques and
instrumentation as attributes. A rule sees an attack and stops none, so its risk reduction is 0. Threat Composer (schema 1)
has the vectors as threats; what was imported from it is as it was, with the rules as mitigations besides.

Examples:
  tattletrail threat-model export cruddur --format otm -o cruddur.otm.json
  tattletrail threat-model export shop --add my-rules/ --format threat-composer -o shop.tc.json

Exit codes:
  0  the model is written
  2  wrong usage, or no such model
  3  a rule or a model does not load";

/// Write a threat model in the form of another tool.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ExportArguments {
    /// The application [default: the only one that has a model]
    #[arg(value_name = "MODEL")]
    model: Option<String>,

    #[command(flatten)]
    rules: RulesArguments,

    /// The form
    #[arg(long, short, value_enum)]
    format: Form,

    /// Write the model to this file, over what is there, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The form of another tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Open Threat Model 0.2.0
    Otm,
    /// AWS Threat Composer, schema 1
    ThreatComposer,
}

/// Exports.
pub(super) fn run(arguments: &ExportArguments, console: &mut Console) -> Exit {
    let chosen = match arguments.rules.load(arguments.model.as_slice(), console) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    let models: Vec<_> = chosen.models().collect();
    let [model] = models.as_slice() else {
        let names: Vec<&str> = models.iter().map(|model| &*model.application).collect();
        console.say(&format!(
            "tattletrail: found {} threat models, expected one\n  help: name one of {}\n",
            names.len(),
            names.join(", ")
        ));
        return Exit::Usage;
    };
    let (value, told) = match arguments.format {
        Form::Otm => (otm::project(&chosen, model), Vec::new()),
        Form::ThreatComposer => composer::workspace(&chosen, model),
    };
    for line in &told {
        console.say(&format!("tattletrail: {line}\n"));
    }
    put(&pretty(&value), arguments.output.as_deref(), console)
}
