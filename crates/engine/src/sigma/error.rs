//! What a rule author sees when a rule does not load: where, what was found, what was expected, how to go on.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::placeholders::Placeholders;

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

/// What kind of fault it is. The codes are stable: programs sort and suppress by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The text is not YAML that can be read.
    Yaml,
    /// The file has something other than rules, correlations, filters and threat models.
    Document,
    /// A key around the detection is missing or wrong.
    Metadata,
    /// A tag of ATT&CK is misspelt.
    Tag,
    /// The rule is for another log.
    Logsource,
    /// Another rule has the same id.
    DuplicateId,
    /// A selection is missing, empty or of the wrong shape.
    Detection,
    /// The condition cannot be read.
    Condition,
    /// The condition names what is not there.
    UnknownSelection,
    /// The condition leaves a selection out.
    UnusedSelection,
    /// A field's path cannot be read.
    Field,
    /// A modifier is unknown or out of place.
    Modifier,
    /// A value is not of the kind that its field's modifiers want.
    Value,
    /// A regular expression does not compile.
    Regex,
    /// A field or a word that no exposure has.
    Exposure,
    /// A file of cases cannot be read.
    Case,
    /// A filter cannot be read, or nobody answers for it.
    Filter,
    /// A correlation cannot be read.
    Correlation,
    /// A rule that another document names is not there.
    Reference,
    /// A threat model cannot be read.
    Model,
    /// What a threat model names is not in it.
    ModelLink,
}

impl Code {
    /// All codes, in their order.
    pub const ALL: [Self; 21] = [
        Self::Yaml,
        Self::Document,
        Self::Metadata,
        Self::Tag,
        Self::Logsource,
        Self::DuplicateId,
        Self::Detection,
        Self::Condition,
        Self::UnknownSelection,
        Self::UnusedSelection,
        Self::Field,
        Self::Modifier,
        Self::Value,
        Self::Regex,
        Self::Exposure,
        Self::Case,
        Self::Filter,
        Self::Correlation,
        Self::Reference,
        Self::Model,
        Self::ModelLink,
    ];

    /// The code, such as `TT011`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "TT001",
            Self::Document => "TT002",
            Self::Metadata => "TT003",
            Self::Tag => "TT004",
            Self::Logsource => "TT005",
            Self::DuplicateId => "TT006",
            Self::Detection => "TT010",
            Self::Condition => "TT011",
            Self::UnknownSelection => "TT012",
            Self::UnusedSelection => "TT013",
            Self::Field => "TT020",
            Self::Modifier => "TT021",
            Self::Value => "TT022",
            Self::Regex => "TT023",
            Self::Exposure => "TT024",
            Self::Case => "TT030",
            Self::Filter => "TT040",
            Self::Correlation => "TT041",
            Self::Reference => "TT042",
            Self::Model => "TT050",
            Self::ModelLink => "TT051",
        }
    }

    /// The code in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Yaml => "the text is not YAML that can be read",
            Self::Document => {
                "the file has something other than rules, correlations, filters and threat models"
            }
            Self::Metadata => "a key around the detection is missing or wrong",
            Self::Tag => "a tag of ATT&CK is misspelt",
            Self::Logsource => "the rule is for another log",
            Self::DuplicateId => "another rule has the same id",
            Self::Detection => "a selection is missing, empty or of the wrong shape",
            Self::Condition => "the condition cannot be read",
            Self::UnknownSelection => "the condition names what is not there",
            Self::UnusedSelection => "the condition leaves a selection out",
            Self::Field => "a field's path cannot be read",
            Self::Modifier => "a modifier is unknown or out of place",
            Self::Value => "a value is not of the kind that its field wants",
            Self::Regex => "a regular expression does not compile",
            Self::Exposure => "a field or a word that no exposure has",
            Self::Case => "a file of cases cannot be read",
            Self::Filter => "a filter cannot be read, or nobody answers for it",
            Self::Correlation => "a correlation cannot be read",
            Self::Reference => "a rule that is named is not there",
            Self::Model => "a threat model cannot be read",
            Self::ModelLink => "what a threat model names is not in it",
        }
    }
}

/// One thing that is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}{}", help(hint.as_deref()))]
#[non_exhaustive]
pub struct RuleError {
    /// What kind of fault it is.
    pub code: Code,
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
    /// What is known besides the file.
    placeholders: Arc<Placeholders>,
}

impl Problems {
    /// None so far.
    pub(crate) fn new(path: &str) -> Self {
        Self::with(path, Arc::default())
    }

    /// None so far, in a file whose placeholders are these.
    pub(crate) fn with(path: &str, placeholders: Arc<Placeholders>) -> Self {
        Self { path: path.to_owned(), list: Vec::new(), placeholders }
    }

    /// The placeholders of the file.
    pub(crate) fn placeholders(&self) -> Arc<Placeholders> {
        Arc::clone(&self.placeholders)
    }

    /// Adds one.
    pub(crate) fn add(&mut self, code: Code, at: Position, message: impl Into<String>) {
        self.push(code, at, message.into(), None);
    }

    /// Adds one together with what to do about it.
    pub(crate) fn add_with_hint(
        &mut self,
        code: Code,
        at: Position,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(code, at, message.into(), Some(hint.into()));
    }

    fn push(&mut self, code: Code, at: Position, message: String, hint: Option<String>) {
        let path = self.path.clone();
        self.list.push(RuleError { code, path, line: at.line, column: at.column, message, hint });
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
