//! `tattletrail threat-model import`: a model begun from what was drawn up in AWS Threat Composer.

// The parts of a Threat Composer file.
mod composer;

// A threat as a vector.
mod vector;

// Short names made of titles.
mod slug;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;
use tattletrail_engine::ruleset::{RuleSet, RuleSource};
use tattletrail_engine::threat_model::ThreatModel;

use super::draft::Draft;
use crate::output::place::put;
use crate::rules::{self, RulesError};
use crate::scan::refuse_rules;
use crate::{Console, Exit};
use composer::Composer;

const EXAMPLES: &str = "\
Each threat becomes an attack vector: its statement the description, its priority the impact, its assets components, the
ids of ATT&CK in its tags and metadata techniques. Everything else that the file says stands at the end of the description,
from where `tattletrail threat-model export --format threat-composer` reads it back. A vector has no rules at first, and a
gap that says so: name rules, instrumentation and the scope, and take the gap away.

Where OUTPUT is there already, it is brought up to date: threats are known by their id in Threat Composer, and what the
model has of its own (rules, instrumentation, likelihood, response, vectors of its own) stays. Comments do not.

Examples:
  tattletrail threat-model import threats.tc.json -o my-rules/threat-models/shop.yml
  tattletrail threat-model import threats.tc.json --application shop --owner team-shop@example.com

Exit codes:
  0  the model is written
  2  wrong usage, or the file is none of Threat Composer's
  3  a rule does not load, or the model that is there does not";

/// Begin a threat model from a file of AWS Threat Composer, or bring one up to date.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ImportArguments {
    /// The file: JSON as Threat Composer exports it (schema 1)
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Write the model to this file instead of standard output
    #[arg(long, short, value_name = "OUTPUT")]
    output: Option<PathBuf>,

    /// The application's short name [default: that of OUTPUT, or one made of its name in FILE]
    #[arg(long, value_name = "NAME")]
    application: Option<String>,

    /// Who answers for the model
    #[arg(long, value_name = "WHO")]
    owner: Option<String>,

    /// Add the rules in this folder or file to the built-in ones: those that the model names (repeatable)
    #[arg(long, value_name = "DIR")]
    add: Vec<PathBuf>,
}

/// What stands for the owner until somebody is named.
const NOBODY: &str = "nobody yet";

/// Imports.
pub(super) fn run(arguments: &ImportArguments, console: &mut Console) -> Exit {
    match import(arguments, console) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn import(arguments: &ImportArguments, console: &mut Console) -> Result<Exit, Exit> {
    let refuse = |problem: String, console: &mut Console| {
        console.say(&format!("tattletrail: {problem}\n"));
        Exit::Usage
    };
    let composer = read(&arguments.file).map_err(|problem| refuse(problem, console))?;
    let output = arguments.output.as_deref();
    let sources = sources(&arguments.add, output).map_err(|error| refuse_rules(&error, console))?;
    let set = match output.filter(|path| path.is_file()) {
        Some(path) => {
            let text = fs::read_to_string(path)
                .map_err(|error| refuse(format!("can't read `{}`: {error}", path.display()), console))?;
            load(&sources, RuleSource::new(path.display().to_string(), text), console)?
        }
        None => RuleSet::from_sources(sources.iter().cloned())
            .map_err(|errors| refuse_rules(&RulesError::Bad(errors), console))?,
    };
    let (draft, mut told) = composer.draft(&set, begin(arguments, &composer, set.models().first()));
    let yaml = draft.yaml();
    let path = output.map_or_else(|| format!("{}.yml", draft.application), |path| path.display().to_string());
    load(&sources, RuleSource::new(path, yaml.clone()), console)?;
    if draft.owner == NOBODY {
        told.push(format!("the model has no owner: write who answers for it instead of `{NOBODY}`"));
    }
    for line in &told {
        console.say(&format!("tattletrail: {line}\n"));
    }
    Ok(put(&yaml, output, console))
}

/// The model before anything is in it, or what the model that is there says.
fn begin(arguments: &ImportArguments, composer: &Composer, known: Option<&ThreatModel>) -> Draft {
    let mut draft = known.map(Draft::of).unwrap_or_default();
    let stem = || {
        arguments.output.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned())
    };
    let name = arguments.application.clone().or_else(stem).unwrap_or_else(|| composer.name());
    draft.application = slug::short(&name);
    if let Some(owner) = &arguments.owner {
        draft.owner.clone_from(owner);
    }
    if draft.owner.is_empty() {
        NOBODY.clone_into(&mut draft.owner);
    }
    draft
}

fn read(path: &Path) -> Result<Composer, String> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("can't read `{shown}`: {error}"))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        format!("`{shown}` is no JSON: {error}\n  help: export it from Threat Composer as JSON")
    })?;
    Composer::of(value).map_err(|problem| format!("`{shown}`: {problem}"))
}

/// The built-in rules without models, and those that are added but for the file that is written.
fn sources(add: &[PathBuf], output: Option<&Path>) -> Result<Vec<RuleSource>, RulesError> {
    let mut all: Vec<RuleSource> = tattletrail_rules::built_in().collect();
    if !add.is_empty() {
        all.extend(rules::sources(add)?);
    }
    let is_model = |source: &RuleSource| RuleSet::alone(source).is_some_and(|set| !set.models().is_empty());
    all.retain(|source| output.is_none_or(|path| Path::new(&source.path) != path));
    all.retain(|source| !source.text.contains("threat_model") || !is_model(source));
    Ok(all)
}

/// The rules with the model.
fn load(sources: &[RuleSource], model: RuleSource, console: &mut Console) -> Result<RuleSet, Exit> {
    let all = sources.iter().cloned().chain([model]);
    RuleSet::from_sources(all).map_err(|errors| refuse_rules(&RulesError::Bad(errors), console))
}
