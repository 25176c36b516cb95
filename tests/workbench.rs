//! `tattletrail rules ...`: what it prints at 80 columns, what programs read of it, and its exit codes.
//!
//! The rules are under `fixtures/workbench`, what is expected beside them. `UPDATE_EXPECTED=1` writes it anew, to be read
//! before it is kept.

// Correlations, filters, rules on trial.
mod company;

// `rules explain`.
mod explain;

// `rules list` and `rules show`.
mod list;

// `rules check`.
mod check;

// `rules check`: names.
mod names;

// `rules new`.
mod new;

// `rules test`.
mod test;

// `rules test --mutate`.
mod mutate;

// `rules event-pattern`.
mod event_pattern;

// `rules bundle`.
mod bundle;

// `rules diff`.
mod diff;

use std::fs;
use std::path::Path;

use crate::harness::{Run, tattletrail_at};

/// The rules of these tests; tests run in the folder of their package.
const RULES: &str = "fixtures/workbench/rules";

/// Runs `tattletrail rules` on a terminal of 80 columns.
fn rules(arguments: &[&str]) -> Run {
    tattletrail_at(Some(80), ["rules"].into_iter().chain(arguments.iter().copied()))
}

/// Compares with the file of that name; results fit the terminal and hold nothing that it would obey.
fn assert_golden(name: &str, text: &str) {
    let path = Path::new("fixtures/workbench/expected").join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "not as in {}", path.display());
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "control characters in {name}");
}
