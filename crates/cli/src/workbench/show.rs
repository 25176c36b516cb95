//! `tattletrail rules show`: everything about one rule.

use std::path::{Path, PathBuf};

use clap::Args;
use tattletrail_engine::attack;
use tattletrail_engine::case;
use tattletrail_engine::finding::{Related, RuleInfo};
use tattletrail_engine::ids::TechniqueId;
use tattletrail_engine::render::text::neutralise;
use tattletrail_engine::sigma::FieldPath;

use super::find::{Found, Subject, find};
use super::wrap::{labelled, wrap};
use super::{files, list};
use crate::output::Style;
use crate::output::layout::paint;
use crate::{Console, Exit};

const EXAMPLES: &str = "\
Examples:
  tattletrail rules show ssh_open_to_world
  tattletrail rules show 0c5ee7b2 --source
  tattletrail rules show my-rules/trail_stopped.yml
  tattletrail rules show trail_stopped --rules my-rules/

Exit codes:
  0  the rule was found
  2  no rule, or more than one, is called so
  3  a rule does not load";

/// Show everything about one rule, and its cases by name.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ShowArguments {
    /// The rule: its id or the beginning of it, the name of its file without the ending, or its path
    #[arg(value_name = "RULE")]
    rule: String,

    /// Look among the rules in this folder or file instead of the built-in ones (repeatable)
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,

    /// Print the text of the rule as well
    #[arg(long)]
    source: bool,
}

/// The columns of the labels.
const LABEL: usize = 17;

/// Shows the rule.
pub(super) fn run(arguments: &ShowArguments, console: &mut Console) -> Exit {
    let found = match find(&arguments.rule, &arguments.rules, console) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let style = Style::of_results(console);
    let mut text = about(&found, style);
    text.push_str(&cases(&found, style));
    if arguments.source {
        text.push('\n');
        for line in found.source.text.lines() {
            text.push_str(&format!("{}\n", neutralise(line)));
        }
    }
    console.print(&text);
    Exit::Clean
}

/// The title, then a line for all that is known.
fn about(found: &Found, style: Style) -> String {
    let info = found.info();
    let columns = style.columns();
    let mut text = format!("{}\n\n", paint(&neutralise(&info.title), "1", style));
    for line in wrap(&info.description, columns) {
        text.push_str(&format!("{line}\n"));
    }
    if !info.description.is_empty() {
        text.push('\n');
    }
    let service = match &found.subject {
        Subject::Rule(rule) => list::service(rule),
        Subject::Correlation(correlation) => list::folder(correlation.info()),
    };
    let mut lines = vec![
        ("id", info.id.as_str().to_owned()),
        ("name", info.name.clone().unwrap_or_default()),
        ("file", info.path.clone()),
        ("level", info.level.as_str().to_owned()),
        ("status", info.status.clone()),
        ("service", service.unwrap_or_default()),
        ("kind", kind(found)),
        ("techniques", techniques(&info.techniques)),
        ("tactics", info.tactics.join(", ")),
        ("tags", info.tags.join(", ")),
    ];
    lines.extend(asked(found));
    lines.extend([
        ("related", related(info)),
        ("false positives", info.false_positives.join(" ")),
        ("references", info.references.join(" ")),
        ("hash", info.hash.as_str().to_owned()),
    ]);
    for (label, words) in lines {
        text.push_str(&labelled(label, &words, LABEL, columns));
    }
    text
}

fn kind(found: &Found) -> String {
    let kind = match &found.subject {
        Subject::Rule(rule) if rule.is_exposure() => {
            "exposure: once for each change of who can reach something"
        }
        Subject::Rule(_) => "behaviour: once for each record",
        Subject::Correlation(correlation) => return format!("correlation: {}", correlation.words()),
    };
    let silent = found.set.is_silent(&found.info().id);
    format!("{kind}{}", if silent { "; finds nothing by itself, a correlation counts it" } else { "" })
}

/// What it looks at.
fn asked(found: &Found) -> Vec<(&'static str, String)> {
    match &found.subject {
        Subject::Rule(rule) => {
            let fields: Vec<&str> = rule.evidence_fields().map(FieldPath::as_str).collect();
            let names = rule.required_event_names().unwrap_or_default();
            vec![
                ("event names", names.into_iter().collect::<Vec<_>>().join(", ")),
                ("fields", fields.join(", ")),
            ]
        }
        Subject::Correlation(correlation) => {
            let title = |named: &str| {
                found.set.named(named).map_or_else(|| named.to_owned(), |info| info.title.clone())
            };
            vec![("counts", correlation.named_rules().map(title).collect::<Vec<_>>().join("; "))]
        }
    }
}

fn related(info: &RuleInfo) -> String {
    let one = |related: &Related| format!("{} {}", related.relation, related.id);
    info.related.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// With names, and the ids that they had before.
fn techniques(ids: &[TechniqueId]) -> String {
    let one = |id: &TechniqueId| {
        let name = attack::technique(id.as_str()).map(|technique| format!(" {}", technique.name));
        let former = attack::former_ids(id.as_str());
        let before = if former.is_empty() { String::new() } else { format!(" (was {})", former.join(", ")) };
        format!("{}{}{before}", id.as_str(), name.unwrap_or_default())
    };
    ids.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The cases beside the rule, by name.
fn cases(found: &Found, style: Style) -> String {
    let Some(path) = files::beside(Path::new(&found.source.path)) else {
        return labelled("cases", "none beside the rule here", LABEL, style.columns());
    };
    let shown = path.display().to_string();
    let Ok(Ok(file)) = files::text(&path).map(|text| case::parse(&shown, &text)) else {
        return labelled("cases", &format!("{shown} does not load"), LABEL, style.columns());
    };
    let mut text = labelled("cases", &shown, LABEL, style.columns());
    for case in &file.cases {
        let word = if case.expect.matches { "match" } else { "no match" };
        text.push_str(&labelled(&format!("  {word}"), &case.name, LABEL, style.columns()));
    }
    text
}
