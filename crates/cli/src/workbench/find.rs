//! One rule by what people call it: its id, the beginning of it, the stem of its file, or its path.

use std::path::{Path, PathBuf};

use tattletrail_engine::ruleset::{CompiledRule, RuleSet, RuleSource};
use tattletrail_engine::sigma::nearest;

use crate::rules;
use crate::scan::refuse_rules;
use crate::{Console, Exit};

/// The fewest characters that count as the beginning of an id.
const MIN_PREFIX: usize = 4;

/// How many rules are named where one was meant.
const NAMED: usize = 8;

/// A rule and its text.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) rule: CompiledRule,
    pub(super) source: RuleSource,
}

/// The rule of that name among those under `paths` (the built-in ones if there are none), or the rule in a file of that
/// name. Otherwise what there is instead is said, and the exit is returned.
pub(super) fn find(name: &str, paths: &[PathBuf], console: &mut Console) -> Result<Found, Exit> {
    let path = Path::new(name);
    let own = [path.to_owned()];
    let paths = if path.is_file() { &own } else { paths };
    let sources = rules::sources(paths).map_err(|error| refuse_rules(&error, console))?;
    let set = RuleSet::from_sources(sources.iter().cloned())
        .map_err(|errors| refuse_rules(&rules::RulesError::Bad(errors), console))?;
    let matching: Vec<&CompiledRule> =
        set.rules().iter().filter(|rule| path.is_file() || is_called(rule, name)).collect();
    match matching.as_slice() {
        [rule] => {
            let source = sources.into_iter().find(|source| source.path == rule.info().path);
            source.map(|source| Found { rule: (*rule).clone(), source }).ok_or(Exit::Usage)
        }
        [] => Err(unknown(name, set.rules(), console)),
        several => Err(ambiguous(name, several, console)),
    }
}

fn is_called(rule: &CompiledRule, name: &str) -> bool {
    let (info, name) = (rule.info(), name.to_lowercase());
    let begins = name.len() >= MIN_PREFIX && info.id.as_str().starts_with(&name);
    begins || stem(rule).to_lowercase() == name || info.path.to_lowercase() == name
}

/// The name of a rule's file without its ending.
pub(super) fn stem(rule: &CompiledRule) -> &str {
    Path::new(&rule.info().path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

fn ambiguous(name: &str, several: &[&CompiledRule], console: &mut Console) -> Exit {
    let mut text = format!("tattletrail: `{name}` names {} rules; which one?\n", several.len());
    for rule in several.iter().take(NAMED) {
        text.push_str(&format!("  {} {}\n", rule.info().id, rule.info().path));
    }
    if several.len() > NAMED {
        text.push_str(&format!("  and {} more\n", several.len() - NAMED));
    }
    console.say(&text);
    Exit::Usage
}

fn unknown(name: &str, rules: &[CompiledRule], console: &mut Console) -> Exit {
    let lower = name.to_lowercase();
    let mut near: Vec<&str> = nearest(name, rules.iter().map(stem)).into_iter().collect();
    let holding = rules.iter().filter(|rule| lower.len() >= 3 && stem(rule).contains(&lower)).map(stem);
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
