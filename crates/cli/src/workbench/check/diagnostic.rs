//! What is wrong with rules and cases, and what could be better.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use tattletrail_engine::case;
use tattletrail_engine::ruleset::{RuleError, RuleSet, RuleSource};
use tattletrail_engine::sigma::Code;

use super::lints::lint;
use crate::workbench::files::{self, Files};
use crate::workbench::together::Library;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    /// The rule does not load.
    Error,
    /// It does.
    Warning,
}

impl Severity {
    /// The word, which is also SARIF's.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing to say about a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    pub(crate) severity: Severity,
    /// Such as `TT011`.
    pub(crate) code: &'static str,
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// Everything, by file and place. Filters run out: `today` is the day on which it is asked.
pub(crate) fn all(files: &Files, today: Date) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = match RuleSet::from_sources(with_needed(files)) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(of_error).collect(),
    };
    let mut counts = BTreeMap::new();
    for path in &files.cases {
        read_cases(path, &mut counts, &mut found);
    }
    for source in &files.rules {
        lint(source, &counts, today, &mut found);
    }
    // The parts of a collection are in several of its rules.
    found.sort_by(|a, b| (&a.path, a.line, a.column, a.code).cmp(&(&b.path, b.line, b.column, b.code)));
    found.dedup_by(|a, b| a == b);
    found
}

/// The files, and of the rules inside the program those that they name.
pub(crate) fn with_needed(files: &Files) -> Vec<RuleSource> {
    let library = Library::of(&files.rules);
    let mut all = files.rules.clone();
    for source in &files.rules {
        for needed in library.with_needed(source) {
            if !all.iter().any(|known| known.path == needed.path) {
                all.push(needed);
            }
        }
    }
    all
}

/// An error as something to say.
pub(crate) fn of_error(error: RuleError) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: error.code.as_str(),
        path: error.path,
        line: error.line,
        column: error.column,
        message: error.message,
        help: error.hint,
    }
}

/// Counts the cases of a file for its rule; `None` stands for a file that cannot be read.
fn read_cases(path: &Path, counts: &mut BTreeMap<PathBuf, Option<usize>>, found: &mut Vec<Diagnostic>) {
    let shown = path.display().to_string();
    let unreadable = |message: String| Diagnostic {
        severity: Severity::Error,
        code: Code::Case.as_str(),
        path: shown.clone(),
        line: 1,
        column: 1,
        message,
        help: None,
    };
    match files::text(path).map(|text| case::parse(&shown, &text)) {
        Err(error) => found.push(unreadable(error)),
        Ok(Err(errors)) => {
            counts.insert(files::rule_beside(path), None);
            found.extend(errors.into_iter().map(of_error));
        }
        Ok(Ok(file)) => {
            let rule = files::relative(path, &file.rule);
            if !rule.is_file() {
                found.push(unreadable(format!("the cases are of `{}`, which is not there", rule.display())));
            }
            if let Some(count) = counts.entry(rule).or_insert(Some(0)) {
                *count += file.cases.len();
            }
        }
    }
}
