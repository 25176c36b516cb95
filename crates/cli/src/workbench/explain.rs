//! `tattletrail rules explain`: why a rule matches a record, or why not.

// The record that is asked about.
pub(super) mod event;

// For people.
mod tree;

// For programs.
mod object;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::explain;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::render::text::neutralise;
use tattletrail_engine::ruleset::{CompiledRule, Correlation, RuleSet};
use tattletrail_engine::sigma::{FilterInfo, RuleWords};

use super::find::{Subject, find};
use super::json::pretty;
use crate::output::Style;
use crate::rules::is_cases;
use crate::{Console, Exit};

const EXAMPLES: &str = "\
Every clause of the rule is shown with its verdict, what it expects and what the record has. A rule about exposures is
shown once for each change of who can reach something that the record makes, or with the reason why it makes none. The
record is judged by itself, without those before it (of a case too). At the end: the fewest clauses that decide.

Examples:
  tattletrail rules explain ssh_open_to_world event.json
  tattletrail rules explain my-rules/trail_stopped.yml AWSLogs/ --event-id 6f4d9c5e-...
  tattletrail rules explain my-rules/trail_stopped.yml my-rules/trail_stopped.test.yml --case 17
  aws cloudtrail lookup-events --output json | tattletrail rules explain root_user_active - --event-id 6f4d9c5e-...
  tattletrail rules explain ssh_open_to_world event.json --format json | jq .looks[0].decisive

Exit codes:
  0  the rule matches the record
  1  it does not
  2  wrong usage; no rule, or more than one, is called so; the record could not be read
  3  a rule does not load";

/// Tell why a rule matches a record, or why not, clause by clause.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ExplainArguments {
    /// The rule: its id or the beginning of it, the name of its file without the ending, or its path
    #[arg(value_name = "RULE")]
    rule: String,

    /// Where the record is: a file or folder in any form that `tattletrail scan` reads, `-` for standard input, or a file
    /// of cases
    #[arg(value_name = "EVENT")]
    event: PathBuf,

    /// Which record, where there are several
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,

    /// Which case of a file of cases, by its name or its line
    #[arg(long, value_name = "CASE", conflicts_with = "event_id")]
    case: Option<String>,

    /// Look for the rule in this folder or file instead of the built-in ones (repeatable)
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,

    /// How the explanation is written
    #[arg(long, short, value_enum, default_value_t = ExplainFormat::Text)]
    format: ExplainFormat,
}

/// How the explanation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    /// For people: a tree, the verdict of each clause before it
    Text,
    /// One JSON object
    Json,
}

/// Explains.
pub(super) fn run(arguments: &ExplainArguments, console: &mut Console) -> Exit {
    let found = match find(&arguments.rule, &arguments.rules, console) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let rule = match &found.subject {
        Subject::Rule(rule) => rule,
        Subject::Correlation(correlation) => return refuse(correlation, console),
    };
    let record = match &arguments.case {
        Some(case) => event::of_case(&arguments.event, case),
        None if is_cases(&arguments.event) => event::of_case(&arguments.event, ""),
        None => event::read(&arguments.event, arguments.event_id.as_deref()),
    };
    let record = match record {
        Ok(record) => record,
        Err(problem) => {
            console.say(&format!("tattletrail: {problem}\n"));
            return Exit::Usage;
        }
    };
    let words = RuleWords::of(&found.source.text);
    let explanation = explain::explain(rule, &words, &record);
    let filters = suppressing(rule, &found.set, &record);
    let text = match arguments.format {
        ExplainFormat::Text => tree::text(rule, &record, &explanation, &filters, Style::of_results(console)),
        ExplainFormat::Json => pretty(&object::object(rule, &record, &explanation, &filters)),
    };
    console.print(&text);
    if explanation.matches { Exit::Clean } else { Exit::Findings }
}

/// A correlation looks at no record by itself.
fn refuse(correlation: &Correlation, console: &mut Console) -> Exit {
    let rules: Vec<_> = correlation.named_rules().map(neutralise).collect();
    console.say(&format!(
        "tattletrail: `{}` is a correlation: {}; it looks at many records\n  help: explain a rule that it counts: {}; \
         its cases show when it finds something\n",
        neutralise(&correlation.info().path),
        neutralise(&correlation.words()),
        rules.join(", ")
    ));
    Exit::Usage
}

/// The filters that suppress what the rule finds in the record.
fn suppressing(rule: &CompiledRule, set: &RuleSet, record: &CloudTrailRecord) -> Vec<Arc<FilterInfo>> {
    let found = Engine::new(set.clone()).process(record).found;
    let of_rule = found.suppressed.into_iter().filter(|filtered| filtered.rule.id == rule.info().id);
    of_rule.map(|filtered| filtered.filter).collect()
}
