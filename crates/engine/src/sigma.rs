//! Sigma rules: from the text of a YAML file to a compiled detection.
//!
//! ```text
//! RuleSource -> yaml (tree with positions) -> selection, condition -> CompiledRule
//! ```
//!
//! In: the text of one rule. Out: a [`CompiledRule`], or every [`RuleError`] there is in it, each with its position,
//! what was found and what was expected. Nothing loads half: what the engine would not evaluate exactly as Sigma 2.1
//! (with the array blocks of its proposal 212) says is an error at load, never a silent miss at run time.
//!
//! [`CompiledRule`]: crate::sigma::CompiledRule
//! [`RuleError`]: crate::sigma::RuleError

// What a rule author sees when a rule does not load.
pub(crate) mod error;

// YAML as a tree with positions.
pub(crate) mod yaml;

// Strings with wildcards, as a rule writes them.
mod pattern;

// Strings with wildcards, ready to match.
mod text;

// Values made of values: dashes, UTF-16, Base64.
mod transform;

// The modifiers behind a field's name.
mod modifier;

// Lists of values with a name.
pub(crate) mod placeholders;

// Where a field's values are.
mod field;

// A regular expression that is compiled once it is needed.
mod regex;

// One value of a rule, ready to test.
mod value;

// How deep that may be.
mod depth;

// The compiled tree and how it is evaluated.
mod detection;

// Which selections must hold.
mod condition;

// From YAML to the compiled tree.
mod selection;

// What a rule can only match with.
mod required;

// The same as alternatives, for those who choose events before the rules see them.
mod demand;

// The documents of a file.
pub(crate) mod document;

// The keys around the detection.
mod metadata;

// Rules named by other documents.
pub(crate) mod reference;

// Rules about several events.
pub(crate) mod correlation;

// Exceptions with an owner and an end.
pub(crate) mod filter;

// A whole rule.
mod rule;

// Why a rule matches or not, clause by clause.
mod explain;

// The same rule with one thing changed.
mod mutate;

// What a rule names.
mod mention;

// Names below `exposure.` that there are not.
mod exposure_words;

// Names that a rule vouches for.
mod known;

// The nearest word to a mistyped one.
mod nearest;

pub use correlation::{Correlation, CorrelationKind};
pub use demand::{DEMANDED, Demand, Shape};
pub use error::{Code, Position, RuleError};
pub use explain::{Asks, Clause, Elements, Explanation, FieldClause, Found, RuleWords};
pub use field::FieldPath;
pub use filter::{CompiledFilter, FilterInfo, Word};
pub use known::{KnownName, known_names};
pub use mention::{AskedValue, Mention};
pub use mutate::{Mutant, Mutation};
pub use nearest::{nearest, nearest_path, nearest_within};
pub use rule::CompiledRule;

pub(crate) use rule::{Bytes, Parsed, parse, parse_with};

/// The text of one rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSource {
    /// The path to show in messages.
    pub path: String,
    /// The YAML text.
    pub text: String,
}

impl RuleSource {
    /// A rule's text under the path that messages shall name.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

#[cfg(test)]
mod tests;
