//! `tattletrail rules diff`: two sets of rules, and what history finds under both.

// What the records come to under both.
mod history;

// For people.
mod text;

// For programs.
mod object;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use tattletrail_engine::engine::Engine;
use tattletrail_engine::ruleset::{RuleChange, RuleSet, changes};

use super::json::pretty;
use crate::output::Style;
use crate::scan::filter::parse_time;
use crate::scan::{InputArguments, load_rules, say_summary};
use crate::{Console, Exit};
use history::History;

const EXAMPLES: &str = "\
OLD and NEW are folders of rules, files or bundles; `builtin` is the rules inside this program. Rules are the same rule by
their id.

Examples:
  tattletrail rules diff rules-of-last-month/ my-rules/
      which rules are new, gone or changed, and in which keys?
  tattletrail rules diff builtin my-rules/ --on AWSLogs/
      and what would the change have found, or not found, in these logs?
  tattletrail rules diff v1.ttrules v2.ttrules --on AWSLogs/ --from 2026-11-01 --format json | jq '.history.findings'

Exit codes:
  0  the rules are the same
  1  they differ
  2  wrong usage, or some input could not be read in full (what could be read is compared)
  3  a rule, or a bundle, does not load; nothing was compared";

/// Compare two sets of rules, and what they find in logs: what would a change have done?
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct DiffArguments {
    /// The rules as they are: a folder, a file, a bundle, or `builtin`
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The rules as they would be
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// Compare what both find in these logs: files or folders, as `tattletrail scan` reads them
    #[arg(long, value_name = "PATH", num_args = 1.., value_parser = not_standard_input)]
    on: Vec<PathBuf>,

    /// Only records from this time on (2026-11-20 or 2026-11-20T09:30:00Z)
    #[arg(long, value_name = "TIME", value_parser = parse_time, requires = "on")]
    from: Option<Timestamp>,

    /// Only records before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time, requires = "on")]
    to: Option<Timestamp>,

    /// List at most so many findings of a kind (new, gone, changed); all are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,

    /// How the difference is written
    #[arg(long, short, value_enum, default_value_t = DiffFormat::Text)]
    format: DiffFormat,

    /// How many files to read at once [default: the number of cores]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,

    /// No summary and no progress bar; problems are still told
    #[arg(long, short)]
    quiet: bool,
}

/// How the difference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// The name of the rules inside this program.
const BUILT_IN: &str = "builtin";

/// Everything that is different.
#[derive(Debug)]
struct Difference {
    old: RuleSet,
    new: RuleSet,
    rules: Vec<RuleChange>,
    /// What the records came to, if there are any.
    history: Option<History>,
    /// How many findings of a kind are listed.
    limit: usize,
}

impl Difference {
    /// How many rules are in both sets and the same.
    fn same(&self) -> usize {
        let in_new = |change: &&RuleChange| !matches!(change, RuleChange::Removed(_));
        self.new.len() - self.rules.iter().filter(in_new).count()
    }
}

/// Logs are read twice.
fn not_standard_input(text: &str) -> Result<PathBuf, String> {
    if text == "-" {
        return Err("logs are read twice, once for each set of rules: save them in a file".to_owned());
    }
    Ok(PathBuf::from(text))
}

/// Compares.
pub(super) fn run(arguments: &DiffArguments, console: &mut Console) -> Exit {
    let (difference, tally) = match compare(arguments, console) {
        Ok(compared) => compared,
        Err(exit) => return exit,
    };
    console.print(&match arguments.format {
        DiffFormat::Text => text::text(&difference, Style::of_results(console)),
        DiffFormat::Json => pretty(&object::object(&difference)),
    });
    let mut exit = if difference.rules.is_empty() { Exit::Clean } else { Exit::Findings };
    if let Some(tally) = tally {
        say_summary(&tally, arguments.quiet, "", console);
        if tally.incomplete {
            exit = Exit::Usage;
        }
    }
    exit
}

fn compare(
    arguments: &DiffArguments,
    console: &mut Console,
) -> Result<(Difference, Option<crate::scan::Tally>), Exit> {
    let old = rules_of(&arguments.old, console)?;
    let new = rules_of(&arguments.new, console)?;
    let rules = changes(&old, &new);
    let limit = arguments.limit;
    if arguments.on.is_empty() {
        return Ok((Difference { old, new, rules, history: None, limit }, None));
    }
    let mut input = InputArguments::over(arguments.on.clone());
    (input.from, input.to) = (arguments.from, arguments.to);
    (input.jobs, input.quiet) = (arguments.jobs, arguments.quiet);
    let (old, new) = (Engine::new(old), Engine::new(new));
    let (history, tally) = history::replay(&input, [&old, &new], &rules, console);
    let [old, new] = [old, new].map(|engine| engine.rules().clone());
    Ok((Difference { old, new, rules, history: Some(history), limit }, Some(tally)))
}

fn rules_of(path: &PathBuf, console: &mut Console) -> Result<RuleSet, Exit> {
    let paths = if path.as_os_str() == BUILT_IN { &[][..] } else { std::slice::from_ref(path) };
    load_rules(paths, console)
}
