//! `tattletrail rules filters`: which exceptions there are, who answers for them, and whether they are still needed.

// What there is to say of a filter.
mod standing;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde_json::{Value, json};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::Level;
use tattletrail_engine::render::text::neutralise;

use super::check::today;
use super::json::pretty;
use super::wrap::wrap;
use crate::output::Style;
use crate::output::layout::{fit, paint};
use crate::scan::{InputArguments, load_with, read_all};
use crate::{Console, Exit};
use standing::{Standing, State};

const EXAMPLES: &str = "\
A filter is an exception from rules: a Sigma filter with an owner, a reason and a last day. After that day it suppresses
nothing any more. docs/rules.md says how one is written.

Examples:
  tattletrail rules filters --add my-filters/
      all filters, with the days that each has left
  tattletrail rules filters --add my-filters/ --on AWSLogs/
      and what each suppressed in these logs: one that suppresses nothing can go
  tattletrail rules filters --add my-filters/ --strict --soon 14
      for CI: fails where a filter has ended, or ends within two weeks

Exit codes:
  0  the filters were read
  1  one has ended, ends soon or suppressed nothing, and that counts (--strict)
  2  wrong usage, or a path could not be read
  3  a rule or a filter does not load";

/// List filters: owner, reason, days left, and what they suppressed.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct FiltersArguments {
    /// Rules and filters in this folder or file instead of the built-in ones (repeatable)
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,

    /// Add the filters, and rules, in this folder or file to the others (repeatable)
    #[arg(long, value_name = "DIR")]
    add: Vec<PathBuf>,

    /// Count what the filters suppress in these logs: all that `tattletrail scan` reads (repeatable)
    #[arg(long, value_name = "PATH")]
    on: Vec<PathBuf>,

    /// A filter with fewer days left than this ends soon
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    soon: u16,

    /// Count days from this one, not from today
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,

    /// Filters that have ended, end soon or suppressed nothing count as failures
    #[arg(long)]
    strict: bool,

    /// How the filters are written
    #[arg(long, short, value_enum, default_value_t = FiltersFormat::Text)]
    format: FiltersFormat,
}

/// How filters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FiltersFormat {
    /// For people
    Text,
    /// A JSON list
    Json,
}

/// Lists the filters.
pub(super) fn run(arguments: &FiltersArguments, console: &mut Console) -> Exit {
    let rules = match load_with(&arguments.rules, &arguments.add, console) {
        Ok(rules) => rules,
        Err(exit) => return exit,
    };
    let engine = Engine::new(rules);
    let tally = (!arguments.on.is_empty()).then(|| {
        let input = InputArguments::over(arguments.on.clone());
        read_all(&input, &engine, Level::Informational, (console, None), &mut |_, _| {})
    });
    let today = arguments.as_of.unwrap_or_else(today);
    let all: Vec<Standing<'_>> = engine
        .rules()
        .filters()
        .iter()
        .map(|filter| Standing::of(filter, engine.rules(), today, arguments.soon, tally.as_ref()))
        .collect();
    console.print(&match arguments.format {
        FiltersFormat::Text => all.iter().map(|one| text(one, Style::of_results(console))).collect(),
        FiltersFormat::Json => pretty(&Value::from(all.iter().map(object).collect::<Vec<_>>())),
    });
    let noticed = all.iter().filter(|one| !one.notes.is_empty()).count();
    console.say(&format!("{} filters, {noticed} to look at\n", all.len()));
    for line in tally.iter().flat_map(|tally| &tally.told) {
        console.say(&format!("tattletrail: {line}\n"));
    }
    match tally {
        Some(tally) if tally.incomplete => Exit::Usage,
        _ if arguments.strict && noticed > 0 => Exit::Findings,
        _ => Exit::Clean,
    }
}

/// The title, and below it everything else.
fn text(one: &Standing<'_>, style: Style) -> String {
    let info = one.filter.info();
    let width = style.columns();
    let state = match one.state {
        State::Ended => paint("ended", "31", style),
        State::Soon => paint("soon ", "33", style),
        State::Right => "ok   ".to_owned(),
    };
    let mut text = format!("{state}  {}\n", fit(&neutralise(&info.title), width.saturating_sub(7)));
    let mut lines = vec![format!("owner {}; until {}: {}", info.owner, info.expires, one.days_in_words())];
    lines.extend(one.hits_in_words());
    lines.extend([one.rules_in_words(), info.reason.clone(), format!("{} {}", info.id, info.path)]);
    for line in lines.iter().flat_map(|line| wrap(&neutralise(line), width.saturating_sub(7))) {
        text.push_str(&format!("{:7}{}\n", "", paint(&line, "2", style)));
    }
    for note in &one.notes {
        text.push_str(&format!("       {} {note}\n", paint("note:", "33", style)));
    }
    text
}

fn object(one: &Standing<'_>) -> Value {
    let info = one.filter.info();
    json!({
        "id": info.id.as_str(),
        "title": info.title,
        "owner": info.owner,
        "reason": info.reason,
        "expires": info.expires,
        "days_left": one.days_left,
        "rules": one.rules,
        "hits": one.hits.map(|(hits, _)| hits),
        "last_hit": one.last_hit,
        "hits_after_end": one.hits.map(|(_, lapsed)| lapsed),
        "notes": one.notes,
        "path": info.path,
    })
}
