//! Cutting a condition into words and parentheses.

use crate::sigma::error::{Code, Position, Problems, shown};
use crate::sigma::yaml::Yaml;

/// A piece of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Word(String),
}

impl Token {
    pub(super) fn word(word: &str) -> Self {
        Self::Word(word.to_owned())
    }

    /// The piece as written, for messages.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::Word(word) => shown(word),
        }
    }
}

/// Cuts; `None` after an error.
pub(super) fn tokens(text: &str, yaml: &Yaml, problems: &mut Problems) -> Option<Vec<(Token, Position)>> {
    let mut tokens: Vec<(Token, Position)> = Vec::new();
    let mut word: Option<(String, Position)> = None;
    for (offset, character) in text.chars().enumerate() {
        let at = yaml.position_in(offset);
        if character.is_alphanumeric() || matches!(character, '_' | '-' | '*' | '.') {
            word.get_or_insert_with(|| (String::new(), at)).0.push(character);
            continue;
        }
        tokens.extend(word.take().map(|(word, at)| (Token::Word(word), at)));
        match character {
            '(' => tokens.push((Token::Open, at)),
            ')' => tokens.push((Token::Close, at)),
            '|' => {
                let hint = "aggregations were replaced by correlation rules, which are not supported yet";
                problems.add_with_hint(Code::Condition, at, "found an aggregation behind `|`", hint);
                return None;
            }
            space if space.is_whitespace() => {}
            other => {
                let message = format!("found {} in the condition", shown(&other.to_string()));
                problems.add(Code::Condition, at, message);
                return None;
            }
        }
    }
    tokens.extend(word.map(|(word, at)| (Token::Word(word), at)));
    Some(tokens)
}
