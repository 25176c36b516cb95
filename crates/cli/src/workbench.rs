//! `tattletrail rules ...`: the rule author's workbench.
//!
//! Each command reads rules, and the cases beside them, from files and folders; results go to standard output, words
//! about the run to standard error.

// The files of rules and cases.
pub(crate) mod files;

// Text broken into lines.
pub(crate) mod wrap;

// JSON in lines.
pub(crate) mod json;

// One rule by what people call it.
mod find;

// A file with the files that it needs.
pub(crate) mod together;

// `rules check`: everything that is wrong.
pub(crate) mod check;

// `rules test`: every case of every rule.
mod test;

// `rules list`: which rules there are.
mod list;

// `rules show`: one rule.
mod show;

// `rules filters`: exceptions and who answers for them.
mod filters;

// `rules explain`: one rule, one record, clause by clause.
mod explain;

// `rules new`: a rule and its cases, begun from an event.
mod new;

// `rules schema`: for editors.
mod schema;

// `rules event-pattern`: what an event bus has to let through.
mod event_pattern;

// `rules bundle`: rules as one file.
mod bundle;

// `rules diff`: two sets of rules, and what history finds under both.
mod diff;

use clap::{Args, Subcommand};

use crate::{Console, Exit};

const EXAMPLES: &str = "\
Examples:
  tattletrail rules check my-rules/
      what is wrong with them, and where?
  tattletrail rules test my-rules/
      do the rules do what their cases say?
  tattletrail rules list --technique T1562 --level high
      which of the built-in rules see impairment of defences?
  tattletrail rules show ssh_open_to_world
  tattletrail rules explain ssh_open_to_world event.json
      why does the rule match this record, or why not?
  tattletrail rules new --from event.json -o my-rules
      begin a rule and its cases from an event
  tattletrail rules schema -o .schemas/rules.json
      let the editor complete and check while you type
  tattletrail rules diff builtin my-rules/ --on AWSLogs/
      what would change if these rules were used instead?
  tattletrail rules bundle my-rules/ --output my-rules.ttrules
      one file that loads at once
  tattletrail rules event-pattern my-rules/
      what does EventBridge have to let through for them?";

/// Write, check and try out rules.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct RulesArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::CheckArguments),
    Test(test::TestArguments),
    List(list::ListArguments),
    Show(show::ShowArguments),
    Explain(explain::ExplainArguments),
    New(new::NewArguments),
    Schema(schema::SchemaArguments),
    Filters(filters::FiltersArguments),
    Bundle(bundle::BundleArguments),
    Diff(Box<diff::DiffArguments>),
    EventPattern(event_pattern::PatternArguments),
}

/// Runs one of the commands.
pub(crate) fn run(arguments: &RulesArguments, console: &mut Console) -> Exit {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments, console),
        Command::Test(arguments) => test::run(arguments, console),
        Command::List(arguments) => list::run(arguments, console),
        Command::Show(arguments) => show::run(arguments, console),
        Command::Explain(arguments) => explain::run(arguments, console),
        Command::New(arguments) => new::run(arguments, console),
        Command::Schema(arguments) => schema::run(arguments, console),
        Command::Filters(arguments) => filters::run(arguments, console),
        Command::Bundle(arguments) => bundle::run(arguments, console),
        Command::Diff(arguments) => diff::run(arguments, console),
        Command::EventPattern(arguments) => event_pattern::run(arguments, console),
    }
}
