//! `tattletrail rules list`: which rules there are.

// Which of them are asked for.
mod filter;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tattletrail_engine::finding::RuleInfo;
use tattletrail_engine::ids::TechniqueId;
use tattletrail_engine::render::csv;
use tattletrail_engine::ruleset::{CompiledRule, Correlation, RuleSet};
use tattletrail_engine::threat_model::Attribution;

use super::json::pretty;
use crate::output::Style;
use crate::output::layout::{fit, flow, paint};
use crate::output::table::color_of;
use crate::scan::{LevelArgument, load_rules};
use crate::{Console, Exit};
use filter::Filter;
pub(super) use filter::{folder, service};

const EXAMPLES: &str = "\
Examples:
  tattletrail rules list
      all rules inside this program
  tattletrail rules list my-rules/ sigma/rules/cloud/aws/
  tattletrail rules list --technique T1562
      with its sub-techniques; older ids of ATT&CK find the rules of the newer ones
  tattletrail rules list --service s3 --level high
  tattletrail rules list --application cruddur
      those that the threat model of an application names
  tattletrail rules list --format json | jq -r '.[] | select(.status == \"test\") | .id'

Exit codes:
  0  the rules were read (also if none is as asked)
  2  wrong usage, or a path could not be read
  3  a rule does not load";

/// List rules: level, service, techniques, title, id and file.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ListArguments {
    /// Rules, or folders of them [default: those inside this program]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Only rules for this technique or a sub-technique of it, in any version of ATT&CK (T1562, T1685.002)
    #[arg(long, value_name = "ID", value_parser = filter::technique)]
    technique: Option<String>,

    /// Only rules for this service (ec2, s3, iam ...)
    #[arg(long, value_name = "NAME")]
    service: Option<String>,

    /// Only rules of this level or a higher one
    #[arg(long, value_enum, value_name = "LEVEL")]
    level: Option<LevelArgument>,

    /// Only rules of this status (stable, test, experimental ...)
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,

    /// Only rules that the threat model of this application names
    #[arg(long, value_name = "NAME")]
    application: Option<String>,

    /// How the rules are written
    #[arg(long, short, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

/// How rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// For people: two lines a rule
    Table,
    /// A JSON list
    Json,
    /// Comma-separated values with a header
    Csv,
}

/// The columns of the level and of the service, each with a space behind it.
const LEVEL: usize = 13 + 1;
const SERVICE: usize = 16 + 1;

/// The columns of the file, which are also the keys of an object.
const COLUMNS: [&str; 9] =
    ["level", "service", "techniques", "title", "status", "kind", "id", "path", "applications"];

/// A rule, or a correlation, in the list.
#[derive(Debug)]
struct Row<'r> {
    info: &'r RuleInfo,
    /// The service that it is about, then others by which it is found.
    services: Vec<String>,
    kind: &'static str,
    /// The threat models that name it, with their vectors.
    applications: Vec<Attribution>,
}

impl<'r> Row<'r> {
    /// True if the application's threat model names it.
    fn is_of(&self, application: &str) -> bool {
        self.applications.iter().any(|one| &*one.application == application)
    }

    /// What finds something by itself, by path, then id.
    fn all(set: &'r RuleSet) -> Vec<Self> {
        let rule = |rule: &'r CompiledRule| Self {
            info: rule.info(),
            services: filter::services(rule),
            kind: if rule.is_exposure() { "exposure" } else { "behaviour" },
            applications: set.named_in(&rule.info().id),
        };
        let correlation = |correlation: &'r Correlation| Self {
            info: correlation.info(),
            services: folder(correlation.info()).into_iter().collect(),
            kind: "correlation",
            applications: set.named_in(&correlation.info().id),
        };
        let rules = set.rules().iter().map(rule).chain(set.correlations().iter().map(correlation));
        let mut rows: Vec<Self> = rules.filter(|row| !set.is_silent(&row.info.id)).collect();
        rows.sort_by(|a, b| (&a.info.path, &a.info.id).cmp(&(&b.info.path, &b.info.id)));
        rows
    }
}

/// Lists the rules.
pub(super) fn run(arguments: &ListArguments, console: &mut Console) -> Exit {
    let rules = match load_rules(&arguments.paths, console) {
        Ok(rules) => rules,
        Err(exit) => return exit,
    };
    let filter = Filter {
        technique: arguments.technique.clone(),
        service: arguments.service.clone(),
        least: arguments.level.map(Into::into),
        status: arguments.status.clone(),
        application: arguments.application.clone(),
    };
    let all = Row::all(&rules);
    let shown: Vec<&Row<'_>> = all.iter().filter(|row| filter.admits(row)).collect();
    console.print(&text(&shown, arguments.format, Style::of_results(console)));
    console.say(&format!("{} of {} rules\n", shown.len(), all.len()));
    Exit::Clean
}

fn text(rules: &[&Row<'_>], format: ListFormat, style: Style) -> String {
    match format {
        ListFormat::Table if rules.is_empty() => String::new(),
        ListFormat::Table => {
            let heading = format!("{:<LEVEL$}{:<SERVICE$}RULE", "LEVEL", "SERVICE");
            let rows: String = rules.iter().map(|rule| row(rule, style)).collect();
            format!("{}\n{rows}", paint(&heading, "1", style))
        }
        ListFormat::Json => {
            let objects: Vec<Value> = rules.iter().map(|rule| object(rule)).collect();
            pretty(&Value::from(objects))
        }
        ListFormat::Csv => {
            let head = csv::line(COLUMNS.map(str::to_owned));
            let rows = rules.iter().map(|rule| {
                let object = object(rule);
                csv::line(COLUMNS.map(|name| cell(object.get(name))))
            });
            let mut lines: Vec<String> = std::iter::once(head).chain(rows).collect();
            lines.push(String::new());
            lines.join("\n")
        }
    }
}

/// Level, service and title; below them techniques, id and file.
fn row(rule: &Row<'_>, style: Style) -> String {
    let info = rule.info;
    let width = style.columns();
    let level = format!("{:<13}", info.level.as_str());
    let service = fit(rule.services.first().map_or("-", String::as_str), SERVICE - 1);
    let title = fit(&info.title, width.saturating_sub(LEVEL + SERVICE));
    let mut text = format!("{} {service:<16} {title}\n", paint(&level, color_of(info.level), style));
    let mut pieces: Vec<String> = info.techniques.iter().map(|id| id.as_str().to_owned()).collect();
    pieces.extend([info.id.as_str().to_owned(), info.path.clone()]);
    for line in flow(&pieces, width.saturating_sub(LEVEL)) {
        text.push_str(&format!("{:LEVEL$}{}\n", "", paint(&line, "2", style)));
    }
    text
}

fn object(rule: &Row<'_>) -> Value {
    let info = rule.info;
    json!({
        "level": info.level.as_str(),
        "service": rule.services.first(),
        "techniques": info.techniques.iter().map(TechniqueId::as_str).collect::<Vec<_>>(),
        "title": info.title,
        "status": info.status,
        "kind": rule.kind,
        "id": info.id.as_str(),
        "path": info.path,
        "applications": rule.applications.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}
