//! A regular expression of a rule. It is compiled when the rule is read, so that one that is wrong never loads; one that
//! comes out of a bundle was compiled when the bundle was made, and is compiled again once a text has to be searched.

use std::sync::OnceLock;

use regex::RegexBuilder;
use serde::{Deserialize, Serialize};

use super::modifier::RegexFlags;
use crate::limits::MAX_REGEX_BYTES;

/// A regular expression with its flags.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Regex {
    text: Box<str>,
    flags: RegexFlags,
    #[serde(skip)]
    compiled: OnceLock<Option<regex::Regex>>,
}

impl Regex {
    /// Compiles a regular expression.
    pub(crate) fn new(text: &str, flags: RegexFlags) -> Result<Self, regex::Error> {
        let compiled = compile(text, flags)?;
        Ok(Self { text: text.into(), flags, compiled: OnceLock::from(Some(compiled)) })
    }

    /// True if it fits anywhere in the text.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| compile(&self.text, self.flags).ok());
        // INVARIANT: what is in a bundle has been compiled before. A bundle of somebody else's must not silence a rule.
        compiled.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

fn compile(text: &str, flags: RegexFlags) -> Result<regex::Regex, regex::Error> {
    RegexBuilder::new(text)
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.multi_line)
        .dot_matches_new_line(flags.dot_matches_newline)
        .size_limit(MAX_REGEX_BYTES)
        .build()
}
