//! What a rule author sees when a rule does not load: where, what was found, what was expected, how to go on.

use serde::{Deserialize, Serialize};

/// A place in a rule file; both numbers start at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "(usize, usize)", from = "(usize, usize)")]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place some characters further on the same line.
    #[must_use]
    pub(crate) fn right(self, characters: usize) -> Self {
        Self { column: self.column + characters, ..self }
    }
}

impl From<(usize, usize)> for Position {
    fn from((line, column): (usize, usize)) -> Self {
        Self { line, column }
    }
}

impl From<Position> for (usize, usize) {
    fn from(at: Position) -> Self {
        (at.line, at.column)
    }
}

/// One thing that is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}{}", help(hint.as_deref()))]
#[non_exhaustive]
pub struct RuleError {
    /// The rule's file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

fn help(hint: Option<&str>) -> String {
    hint.map(|hint| format!("\n  help: {hint}")).unwrap_or_default()
}

/// The errors of one file, in the making.
#[derive(Debug)]
pub(crate) struct Problems {
    path: String,
    list: Vec<RuleError>,
}

impl Problems {
    /// None so far.
    pub(crate) fn new(path: &str) -> Self {
        Self { path: path.to_owned(), list: Vec::new() }
    }

    /// Adds one.
    pub(crate) fn add(&mut self, at: Position, message: impl Into<String>) {
        self.push(at, message.into(), None);
    }

    /// Adds one together with what to do about it.
    pub(crate) fn add_with_hint(
        &mut self,
        at: Position,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(at, message.into(), Some(hint.into()));
    }

    fn push(&mut self, at: Position, message: String, hint: Option<String>) {
        let path = self.path.clone();
        self.list.push(RuleError { path, line: at.line, column: at.column, message, hint });
    }

    /// All of them; empty if the file is right.
    pub(crate) fn into_errors(self) -> Vec<RuleError> {
        self.list
    }

    /// True if there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// The most characters of a rule's own text repeated in a message.
const SHOWN: usize = 60;

/// A rule's own text for a message: in backticks, cut, without control characters. Rules come from foreign
/// repositories and messages go to terminals.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::from("`");
    for (index, character) in text.chars().enumerate() {
        if index == SHOWN {
            out.push('…');
            break;
        }
        out.push(if character.is_control() { '\u{fffd}' } else { character });
    }
    out.push('`');
    out
}
