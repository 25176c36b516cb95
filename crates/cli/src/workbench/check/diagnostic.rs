//! What is wrong with rules and cases, and what could be better.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tattletrail_engine::case;
use tattletrail_engine::ruleset::{RuleError, RuleSet, RuleSource};
use tattletrail_engine::sigma::Code;

use super::names;
use crate::workbench::files::{self, Files};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    /// The rule does not load.
    Error,
    /// It does.
    Warning,
}

impl Severity {
    /// The word, which is also SARIF's.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing to say about a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Diagnostic {
    pub(super) severity: Severity,
    /// Such as `TT011`.
    pub(super) code: &'static str,
    pub(super) path: String,
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// What a rule should have besides, and names that AWS does not have: code and words.
pub(super) const LINTS: [(&str, &str); 9] = [
    NO_CASES,
    FEW_CASES,
    NO_FALSE_POSITIVES,
    NO_REFERENCES,
    names::UNKNOWN_NAME,
    names::UNKNOWN_SOURCE,
    names::OTHER_SOURCE,
    names::UNKNOWN_FIELD,
    names::NEEDLESS_NAME,
];

const NO_CASES: (&str, &str) = ("TT101", "a rule has no cases beside it");
const FEW_CASES: (&str, &str) = ("TT102", "a rule has fewer than three cases");
const NO_FALSE_POSITIVES: (&str, &str) = ("TT103", "a rule does not say when it is wrong");
const NO_REFERENCES: (&str, &str) = ("TT104", "a rule has no references");

/// It fires, it does not fire on a look-alike, it does not fire where the call failed.
const ENOUGH_CASES: usize = 3;

/// Everything, by file and place.
pub(super) fn all(files: &Files) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = match RuleSet::from_sources(files.rules.iter().cloned()) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(of_error).collect(),
    };
    let mut counts = BTreeMap::new();
    for path in &files.cases {
        read_cases(path, &mut counts, &mut found);
    }
    for source in &files.rules {
        lint(source, &counts, &mut found);
    }
    // The parts of a collection are in several of its rules.
    found.sort_by(|a, b| (&a.path, a.line, a.column, a.code).cmp(&(&b.path, b.line, b.column, b.code)));
    found.dedup_by(|a, b| a == b);
    found
}

fn of_error(error: RuleError) -> Diagnostic {
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

/// What a rule that loads should have besides.
fn lint(source: &RuleSource, counts: &BTreeMap<PathBuf, Option<usize>>, found: &mut Vec<Diagnostic>) {
    let Ok(rules) = RuleSet::from_sources([source.clone()]) else { return };
    let mut warn = |(code, _): (&'static str, &str), message: String, help: &str| {
        let (severity, path) = (Severity::Warning, source.path.clone());
        found.push(Diagnostic {
            severity,
            code,
            path,
            line: 1,
            column: 1,
            message,
            help: Some(help.to_owned()),
        });
    };
    match counts.get(&files::plain(&source.path)) {
        None => {
            let help = "write at least three in `<behaviour>.test.yml`: it fires; a benign look-alike; the call failed";
            warn(NO_CASES, format!("found no cases beside the rule, expected at least {ENOUGH_CASES}"), help);
        }
        Some(Some(count)) if *count < ENOUGH_CASES => {
            let message = format!("found {count} case(s), expected at least {ENOUGH_CASES}");
            warn(FEW_CASES, message, "it fires; a benign look-alike; the same call failed");
        }
        Some(_) => {}
    }
    for rule in rules.rules() {
        if rule.info().false_positives.is_empty() {
            let help = "say who does this for a good reason, or that nobody does";
            warn(
                NO_FALSE_POSITIVES,
                "found no `falsepositives`, expected who else does this".to_owned(),
                help,
            );
        }
        if rule.info().references.is_empty() {
            let help = "name the page of the call, or of the attack";
            warn(NO_REFERENCES, "found no `references`, expected at least one".to_owned(), help);
        }
    }
    names::check(&rules, source, found);
}
