//! `tattletrail threat-model coverage`: how well each attack is covered, and by what.

// As a JSON object.
mod object;

// As a table.
mod table;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::{Level as RuleLevel, RuleInfo};
use tattletrail_engine::timeline::Told;

use super::controls::{Control, controls};
use super::load::{Loaded, load};
use super::survey::{Seen, Survey};
use crate::output::Style;
use crate::scan::{InputArguments, read_all, say_summary};
use crate::workbench::json::pretty;
use crate::{Console, Exit};

const EXAMPLES: &str = "\
An attack vector, a rule and a control are each at one of these levels:
  open      no rule sees it
  blind     its rules wait for events that no log of the model has
  declared  a rule is named for it
  tested    and a case shows that the rule fires
  fired     and it fired in the logs that --seen names

Examples:
  tattletrail threat-model coverage
      every attack vector of the models here, else of those inside this program
  tattletrail threat-model coverage --application cruddur --rules
      with the rules of each
  tattletrail threat-model coverage --by control
      by section of the CIS benchmark and by Security Hub control
  tattletrail threat-model coverage --seen AWSLogs/ --format json | jq '.summary'

Exit codes:
  0  the models were read
  2  wrong usage, or a path could not be read
  3  a model or a rule does not load";

/// Say how well each attack is covered: open, blind, declared, tested, fired.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct CoverageArguments {
    /// Threat models, rules, or folders of both [default: rules, else those inside this program]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Count what fires in these logs: all that `tattletrail scan` reads (repeatable)
    #[arg(long, value_name = "PATH")]
    seen: Vec<PathBuf>,

    /// Only this application (repeatable)
    #[arg(long, value_name = "NAME")]
    application: Vec<String>,

    /// What is told of
    #[arg(long, value_enum, default_value_t = By::Vector)]
    by: By,

    /// The rules of each attack vector as well (of the table)
    #[arg(long)]
    rules: bool,

    /// How it is written
    #[arg(long, short, value_enum, default_value_t = CoverageFormat::Table)]
    format: CoverageFormat,
}

/// What is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Attack vectors, application by application
    Vector,
    /// Sections of the CIS AWS Foundations Benchmark 3.0, and Security Hub controls
    Control,
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CoverageFormat {
    /// For people
    Table,
    /// One JSON object with everything
    Json,
}

/// All that is told.
struct Report<'r> {
    survey: Survey<'r>,
    controls: Vec<Control<'r>>,
    /// Rules that no model names.
    unused: Vec<&'r RuleInfo>,
    /// Whether logs were read.
    has_seen: bool,
}

/// Says what is covered.
pub(super) fn run(arguments: &CoverageArguments, console: &mut Console) -> Exit {
    let Loaded { rules, cases, .. } = match load(&arguments.paths, console) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let applications: Vec<&str> = rules.models().iter().map(|model| &*model.application).collect();
    if let Some(unknown) = arguments.application.iter().find(|name| !applications.contains(&name.as_str())) {
        let known = applications.join(", ");
        console.say(&format!("tattletrail: no threat model of `{unknown}`\n  help: there are {known}\n"));
        return Exit::Usage;
    }
    let engine = Engine::new(rules);
    let (seen, incomplete) = see(&arguments.seen, &engine, console);
    let mut survey = Survey::of(engine.rules(), &cases, &seen);
    let used = survey.used();
    let infos = || engine.rules().infos().filter(|info| !engine.rules().is_silent(&info.id));
    let report = Report {
        controls: controls(infos(), &survey, &cases, &seen),
        unused: infos().filter(|info| !used.contains(info.id.as_str())).collect(),
        survey: {
            survey.applications.retain(|one| {
                let wanted = &arguments.application;
                wanted.is_empty() || wanted.iter().any(|name| **name == *one.model.application)
            });
            survey
        },
        has_seen: !arguments.seen.is_empty(),
    };
    let style = Style::of_results(console);
    console.print(&match (arguments.format, arguments.by) {
        (CoverageFormat::Json, _) => pretty(&object::of(&report)),
        (CoverageFormat::Table, By::Vector) => table::vectors(&report, arguments.rules, style),
        (CoverageFormat::Table, By::Control) => table::controls(&report, style),
    });
    console.say(&table::summary(&report));
    if incomplete { Exit::Usage } else { Exit::Clean }
}

/// What fires in logs; whether some of them could not be read.
fn see(paths: &[PathBuf], engine: &Engine, console: &mut Console) -> (Seen, bool) {
    let mut seen = Seen::default();
    if paths.is_empty() {
        return (seen, false);
    }
    let input = InputArguments::over(paths.to_vec());
    let tally = read_all(&input, engine, RuleLevel::Informational, (console, None), &mut |told, _| {
        if let Told::Finding(finding) = told {
            seen.add(&finding);
        }
    });
    say_summary(&tally, false, "", console);
    (seen, tally.incomplete)
}
