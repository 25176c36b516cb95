//! One rule by what people call it: its id, the beginning of it, the stem of its file, or its path.

use std::path::{Path, PathBuf};

use tattletrail_engine::finding::RuleInfo;
use tattletrail_engine::ids::RuleId;
use tattletrail_engine::ruleset::{CompiledRule, Correlation, RuleSet, RuleSource};
use tattletrail_engine::sigma::nearest;

use super::together::Library;
use crate::rules;
use crate::scan::refuse_rules;
use crate::{Console, Exit};

/// The fewest characters that count as the beginning of an id.
const MIN_PREFIX: usize = 4;

/// How many rules are named where one was meant.
const NAMED: usize = 8;

/// A rule or a correlation, its text, and all that it was found among.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) subject: Subject,
    pub(super) source: RuleSource,
    pub(super) set: RuleSet,
}

/// What was found.
#[derive(Debug)]
pub(super) enum Subject {
    Rule(Box<CompiledRule>),
    Correlation(Box<Correlation>),
}

impl Found {
    /// What it says about itself.
    pub(super) fn info(&self) -> &RuleInfo {
        match &self.subject {
            Subject::Rule(rule) => rule.info(),
            Subject::Correlation(correlation) => correlation.info(),
        }
    }
}

/// The rule or correlation of that name among those under `paths` (the built-in ones if there are none), or the one in a
/// file of that name. Otherwise what there is instead is said, and the exit is returned.
pub(super) fn find(name: &str, paths: &[PathBuf], console: &mut Console) -> Result<Found, Exit> {
    let path = Path::new(name);
    let is_file = path.is_file();
    let sources = sources(path, paths).map_err(|error| refuse_rules(&error, console))?;
    let set = RuleSet::from_sources(sources.iter().cloned())
        .map_err(|errors| refuse_rules(&rules::RulesError::Bad(errors), console))?;
    let all: Vec<&RuleInfo> = set.infos().collect();
    let is_there = |info: &RuleInfo| is_file && Path::new(&info.path) == path;
    let mut matching: Vec<&RuleInfo> =
        all.iter().copied().filter(|info| is_there(info) || (!is_file && is_called(info, name))).collect();
    // What is only there to be counted stands behind the correlation in its file.
    if matching.len() > 1 && matching.iter().any(|info| !set.is_silent(&info.id)) {
        matching.retain(|info| !set.is_silent(&info.id));
    }
    match matching.as_slice() {
        [info] => {
            let (id, path) = (info.id.clone(), info.path.clone());
            let source = sources.into_iter().find(|source| source.path == path);
            source
                .and_then(|source| Some(Found { subject: subject(&set, &id)?, source, set }))
                .ok_or(Exit::Usage)
        }
        [] => Err(unknown(name, &all, console)),
        several => Err(ambiguous(name, several, console)),
    }
}

/// The texts under the paths; of a file, with what it needs.
fn sources(path: &Path, paths: &[PathBuf]) -> Result<Vec<RuleSource>, rules::RulesError> {
    if !path.is_file() {
        return rules::sources(paths);
    }
    let mut sources = rules::sources(&[path.to_owned()])?;
    if !paths.is_empty() {
        sources.extend(rules::sources(paths)?.into_iter().filter(|source| Path::new(&source.path) != path));
    }
    let library = Library::of(&sources);
    Ok(sources.first().map_or(Vec::new(), |own| library.with_needed(own)))
}

fn subject(set: &RuleSet, id: &RuleId) -> Option<Subject> {
    let rule = set.rules().iter().find(|rule| rule.info().id == *id);
    let correlation = || set.correlations().iter().find(|correlation| correlation.info().id == *id);
    match rule {
        Some(rule) => Some(Subject::Rule(Box::new(rule.clone()))),
        None => correlation().map(|correlation| Subject::Correlation(Box::new(correlation.clone()))),
    }
}

fn is_called(info: &RuleInfo, name: &str) -> bool {
    let lower = name.to_lowercase();
    let begins = lower.len() >= MIN_PREFIX && info.id.as_str().starts_with(&lower);
    begins
        || stem(info).to_lowercase() == lower
        || info.path.to_lowercase() == lower
        || info.name.as_deref() == Some(name)
}

/// The name of a rule's file without its ending.
pub(super) fn stem(info: &RuleInfo) -> &str {
    Path::new(&info.path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

fn ambiguous(name: &str, several: &[&RuleInfo], console: &mut Console) -> Exit {
    let mut text = format!("tattletrail: `{name}` names {} rules; which one?\n", several.len());
    for rule in several.iter().take(NAMED) {
        text.push_str(&format!("  {} {}\n", rule.id, rule.path));
    }
    if several.len() > NAMED {
        text.push_str(&format!("  and {} more\n", several.len() - NAMED));
    }
    console.say(&text);
    Exit::Usage
}

fn unknown(name: &str, rules: &[&RuleInfo], console: &mut Console) -> Exit {
    let lower = name.to_lowercase();
    let mut near: Vec<&str> = nearest(name, rules.iter().map(|info| stem(info))).into_iter().collect();
    let holding =
        rules.iter().map(|info| stem(info)).filter(|stem| lower.len() >= 3 && stem.contains(&lower));
    near.extend(holding.take(NAMED));
    near.dedup();
    let mut text = format!("tattletrail: no rule `{name}` among {}\n", rules.len());
    match near.as_slice() {
        [] => text.push_str("  help: `tattletrail rules list` names them all\n"),
        near => text.push_str(&format!("  help: did you mean {}\n", near.join(", "))),
    }
    console.say(&text);
    Exit::Usage
}
