//! `tattletrail rules check`: everything that is wrong with rules and with the cases beside them.

// What is wrong, and what could be better.
pub(crate) mod diagnostic;

// What could be better.
pub(super) mod lints;

// Names that AWS does not have.
pub(super) mod names;

// For code scanning.
mod sarif;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;
use tattletrail_engine::render::text::neutralise;

use super::files;
use super::json::pretty;
use crate::output::Style;
use crate::output::layout::paint;
use crate::{Console, Exit};
use diagnostic::{Diagnostic, Severity};

const EXAMPLES: &str = "\
Errors keep a rule from loading: it could not do what it says. Warnings are about what a rule should have besides
(cases, notes on false positives, references), and about events, event sources and fields that AWS is not known to have.
Each kind has a code that does not change.

Examples:
  tattletrail rules check
      all rules in the folder `rules`
  tattletrail rules check my-rules/ --strict
  tattletrail rules check rules/ --format sarif > rules.sarif
      for code scanning on GitHub, or any viewer of SARIF
  tattletrail rules check rules/ --format json | jq -r '.diagnostics[] | select(.code == \"TT013\") | .file'

Exit codes:
  0  every rule loads
  1  every rule loads, there are warnings, and they count (--strict)
  2  wrong usage, or a path could not be read
  3  a rule, or a file of cases, does not load";

/// Tell everything that is wrong with rules, with file, line, column and a hint.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct CheckArguments {
    /// Rules, files of cases, or folders of both [default: rules]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How the outcome is written
    #[arg(long, short, value_enum, default_value_t = CheckFormat::Text)]
    format: CheckFormat,

    /// Warnings count as failures
    #[arg(long)]
    strict: bool,
}

/// How the outcome is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people and editors: `file:line:column: message`
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0
    Sarif,
}

/// Checks the rules.
pub(super) fn run(arguments: &CheckArguments, console: &mut Console) -> Exit {
    let files = match files::collect(&arguments.paths, console) {
        Ok(files) => files,
        Err(exit) => return exit,
    };
    let found = diagnostic::all(&files, today());
    match tell(&found, arguments.format, ("rules", files.rules.len()), console) {
        (1.., _) => Exit::BadRule,
        (0, 1..) if arguments.strict => Exit::Findings,
        _ => Exit::Clean,
    }
}

/// Tells what was found in so many things of a kind; the errors and the warnings are counted.
pub(crate) fn tell(
    found: &[Diagnostic],
    format: CheckFormat,
    (what, of): (&str, usize),
    console: &mut Console,
) -> (usize, usize) {
    let count = |wanted| found.iter().filter(|diagnostic| diagnostic.severity == wanted).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let text = match format {
        CheckFormat::Text => found.iter().map(|one| line(one, Style::of_results(console))).collect(),
        CheckFormat::Json => pretty(&object(found, (what, of), errors, warnings)),
        CheckFormat::Sarif => pretty(&sarif::log(found)),
    };
    console.print(&text);
    console.say(&format!("{of} {what}: {errors} errors, {warnings} warnings\n"));
    (errors, warnings)
}

/// The day, in UTC.
pub(crate) fn today() -> Date {
    Zoned::now().with_time_zone(TimeZone::UTC).date()
}

/// As a scan tells it, with the code behind.
fn line(found: &Diagnostic, style: Style) -> String {
    let severity = match found.severity {
        Severity::Error => String::new(),
        Severity::Warning => paint("warning: ", "33", style),
    };
    let place = format!("{}:{}:{}:", neutralise(&found.path), found.line, found.column);
    let code = paint(&format!("[{}]", found.code), "2", style);
    let mut text = format!("{} {severity}{} {code}\n", paint(&place, "1", style), neutralise(&found.message));
    if let Some(help) = &found.help {
        text.push_str(&format!("  help: {}\n", neutralise(help)));
    }
    text
}

fn object(
    found: &[Diagnostic],
    (what, of): (&str, usize),
    errors: usize,
    warnings: usize,
) -> serde_json::Value {
    let one = |found: &Diagnostic| {
        json!({
            "severity": found.severity.as_str(),
            "code": found.code,
            "file": found.path,
            "line": found.line,
            "column": found.column,
            "message": found.message,
            "help": found.help,
        })
    };
    let diagnostics: Vec<_> = found.iter().map(one).collect();
    json!({
        "diagnostics": diagnostics,
        "summary": { what: of, "errors": errors, "warnings": warnings },
    })
}
