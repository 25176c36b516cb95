//! The rules a run works with: those in the binary, or those in the folders, files and bundles that `--rules` names.

use std::fs;
use std::path::{Path, PathBuf};

use tattletrail_engine::ruleset::{BundleError, RuleError, RuleSet, RuleSource};
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
    #[error("can't load the bundle `{}`: {error}", path.display())]
    Bundle { path: PathBuf, error: BundleError },
    #[error("`{}` is a bundle, which holds no texts of rules; name the folder that it was made of", path.display())]
    NoTexts { path: PathBuf },
}

/// How the names of bundles end.
pub(crate) const BUNDLE: &str = "ttrules";

/// Loads all rules under `paths`, or the built-in ones if there are none; and those under `add` with them.
pub(crate) fn load(paths: &[PathBuf], add: &[PathBuf]) -> Result<RuleSet, RulesError> {
    let all = paths.iter().chain(add).cloned();
    let (bundles, texts): (Vec<_>, Vec<_>) = all.partition(|path| is_bundle(path));
    let mut texts = if texts.is_empty() { Vec::new() } else { sources(&texts)? };
    if paths.is_empty() {
        texts.extend(tattletrail_rules::built_in());
    }
    let mut sets = bundles.iter().map(|path| bundle(path)).collect::<Result<Vec<_>, _>>()?;
    match sets.len() {
        // Its index is there already, and its rules are read once they are needed.
        1 if texts.is_empty() => Ok(sets.pop().unwrap_or_default()),
        _ => RuleSet::joined(texts, sets).map_err(RulesError::Bad),
    }
}

/// The rules of a bundle.
pub(crate) fn bundle(path: &Path) -> Result<RuleSet, RulesError> {
    RuleSet::from_bundle(bytes(path)?).map_err(|error| RulesError::Bundle { path: path.to_owned(), error })
}

/// The bytes of a file.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, RulesError> {
    fs::read(path)
        .map_err(|error| RulesError::Unreadable { path: path.to_owned(), reason: error.to_string() })
}

/// Bundles are known by their ending.
pub(crate) fn is_bundle(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == BUNDLE) && !path.is_dir()
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
    if is_bundle(path) {
        return Err(RulesError::NoTexts { path: path.to_owned() });
    }
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
