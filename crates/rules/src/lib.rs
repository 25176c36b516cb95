//! The rules that Tattletrail comes with, inside the binary: a function or a laptop needs nothing beside it.

use tattletrail_engine::ruleset::RuleSource;

/// The rule files of the repository, as they were when the binary was built: path and text.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

/// The sources of the rules.
pub fn built_in() -> impl Iterator<Item = RuleSource> {
    BUILT_IN.iter().map(|(path, text)| RuleSource::new(*path, *text))
}
