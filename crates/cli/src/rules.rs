//! The rules a run works with: those in the binary, or those in the folders that `--rules` names.

use std::fs;
use std::path::{Path, PathBuf};

use tattletrail_engine::ruleset::{RuleError, RuleSet, RuleSource};
use walkdir::WalkDir;

/// Why there is no rule set to work with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RulesError {
    #[error("can't read the rules in `{}`: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("no rule files (*.yml, *.yaml) in `{}`", path.display())]
    None { path: PathBuf },
    #[error("{} rule(s) do not load", .0.len())]
    Bad(Vec<RuleError>),
}

/// Loads all rules under `paths`, or the built-in ones if there are none; and those under `add` with them.
pub(crate) fn load(paths: &[PathBuf], add: &[PathBuf]) -> Result<RuleSet, RulesError> {
    let mut all = sources(paths)?;
    if !add.is_empty() {
        all.extend(sources(add)?);
    }
    RuleSet::from_sources(all).map_err(RulesError::Bad)
}

/// The texts of these rules.
pub(crate) fn sources(paths: &[PathBuf]) -> Result<Vec<RuleSource>, RulesError> {
    if paths.is_empty() {
        return Ok(tattletrail_rules::built_in().collect());
    }
    let mut sources = Vec::new();
    for path in paths {
        let found = read(path)?;
        if found.is_empty() {
            return Err(RulesError::None { path: path.clone() });
        }
        sources.extend(found);
    }
    Ok(sources)
}

/// The rules under one path.
pub(crate) fn read(path: &Path) -> Result<Vec<RuleSource>, RulesError> {
    let unreadable = |path: &Path, reason: String| RulesError::Unreadable { path: path.to_owned(), reason };
    let mut sources = Vec::new();
    for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| unreadable(error.path().unwrap_or(path), error.to_string()))?;
        if entry.file_type().is_file() && is_rule(entry.path()) {
            let text = fs::read_to_string(entry.path())
                .map_err(|error| unreadable(entry.path(), error.to_string()))?;
            sources.push(RuleSource::new(entry.path().display().to_string(), text));
        }
    }
    Ok(sources)
}

/// Sigma rules are YAML; the cases beside them are not rules.
fn is_rule(path: &Path) -> bool {
    yaml_stem(path).is_some_and(|stem| !stem.ends_with(".test"))
}

/// Cases stand beside their rule: `<behaviour>.test.yml`.
pub(crate) fn is_cases(path: &Path) -> bool {
    yaml_stem(path).is_some_and(|stem| stem.ends_with(".test"))
}

fn yaml_stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    [".yml", ".yaml"].into_iter().find_map(|ending| name.strip_suffix(ending))
}
