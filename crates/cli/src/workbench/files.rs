//! The files of rules and cases that paths lead to.

use std::fs;
use std::path::{Component, Path, PathBuf};

use tattletrail_engine::ruleset::RuleSource;
use walkdir::WalkDir;

use crate::rules::{self, RulesError};
use crate::{Console, Exit};

/// The folder that is read where no path is given.
const DEFAULT: &str = "rules";

/// Rules, and the files of cases, each in the order of the paths.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) rules: Vec<RuleSource>,
    pub(crate) cases: Vec<PathBuf>,
}

/// Reads what the paths lead to, or `rules/` in the working folder. What is wrong with them is said, and the exit is
/// returned.
pub(crate) fn collect(paths: &[PathBuf], console: &mut Console) -> Result<Files, Exit> {
    if !paths.is_empty() {
        return read(paths, console);
    }
    if Path::new(DEFAULT).is_dir() {
        return read(&[PathBuf::from(DEFAULT)], console);
    }
    console.say(
        "tattletrail: no PATH, and no folder `rules` here\n  \
         help: name files or folders of rules, such as `tattletrail rules test my-rules/`; the rules inside this\n        \
         program come without their cases, which are in its repository under `rules/`\n",
    );
    Err(Exit::Usage)
}

fn read(paths: &[PathBuf], console: &mut Console) -> Result<Files, Exit> {
    let mut files = Files::default();
    for path in paths {
        if let Err(error) = add(path, &mut files) {
            console.say(&format!("tattletrail: {error}\n"));
            return Err(Exit::Usage);
        }
    }
    files.cases.sort();
    files.cases.dedup();
    files.rules.sort_by(|a, b| a.path.cmp(&b.path));
    files.rules.dedup_by(|a, b| a.path == b.path);
    Ok(files)
}

fn add(path: &Path, files: &mut Files) -> Result<(), RulesError> {
    if path.is_file() && rules::is_cases(path) {
        files.cases.push(path.to_owned());
        return Ok(());
    }
    let found = rules::read(path)?;
    let cases = if path.is_file() { beside(path).into_iter().collect() } else { cases_under(path) };
    if found.is_empty() && cases.is_empty() {
        return Err(RulesError::None { path: path.to_owned() });
    }
    files.rules.extend(found);
    files.cases.extend(cases);
    Ok(())
}

/// The file of cases beside a rule, if there is one.
pub(crate) fn beside(rule: &Path) -> Option<PathBuf> {
    ["test.yml", "test.yaml"]
        .into_iter()
        .map(|ending| rule.with_extension(ending))
        .find(|path| path.is_file())
}

fn cases_under(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).follow_links(true).into_iter().flatten();
    let paths = entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    paths.filter(|path| rules::is_cases(path)).collect()
}

/// A text file; the error is for people.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("can't read `{}`: {error}", path.display()))
}

/// A file named relative to another one, without the `..` that that takes.
pub(crate) fn relative(to: &Path, name: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for part in to.with_file_name(name).components() {
        let up = part == Component::ParentDir
            && matches!(path.components().next_back(), Some(Component::Normal(_)));
        if up {
            path.pop();
        } else if part != Component::CurDir {
            path.push(part);
        }
    }
    path
}

/// A path as [`relative`] writes it, so that the two can be compared.
pub(crate) fn plain(path: &str) -> PathBuf {
    let path = Path::new(path);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    relative(path, name)
}

/// The rule that a file of cases is about by its own name, where it does not say so itself.
pub(crate) fn rule_beside(cases: &Path) -> PathBuf {
    let name = cases.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    relative(cases, &name.replace(".test.", "."))
}
