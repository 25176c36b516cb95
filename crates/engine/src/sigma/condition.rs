//! Which selections must hold: `selection and not 1 of filter_*`, read into an [`Expression`].
//!
//! `not` binds closer than `and`, `and` closer than `or`. Names are resolved here, so that what a condition names is
//! there, and what a rule selects is used.

use super::detection::Expression;
use super::error::{Code, Position, Problems, shown};
use super::nearest::nearest;
use super::yaml::Yaml;
use crate::limits::MAX_RULE_NESTING;

// Cutting a condition into words.
mod token;

use token::{Token, tokens};

/// The names that a condition may use.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    /// Every selection with its place in the file.
    names: Vec<(&'a str, Position)>,
    used: Vec<bool>,
}

impl<'a> Names<'a> {
    /// None of them used yet.
    pub(crate) fn new(names: Vec<(&'a str, Position)>) -> Self {
        let used = vec![false; names.len()];
        Self { names, used }
    }

    /// Reports each selection that no condition uses.
    pub(crate) fn report_unused(&self, problems: &mut Problems) {
        for ((name, at), _) in self.names.iter().zip(&self.used).filter(|(_, used)| !**used) {
            let message = format!("found the selection {}, expected the condition to use it", shown(name));
            problems.add_with_hint(
                Code::UnusedSelection,
                *at,
                message,
                "name it in the condition (a filter by `and not`), or remove it",
            );
        }
    }

    fn find(&mut self, name: &str) -> Option<usize> {
        let index = self.names.iter().position(|(known, _)| *known == name)?;
        self.mark(index);
        Some(index)
    }

    fn mark(&mut self, index: usize) {
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
    }

    /// The selections whose names fit; all but those that start with `_` for `them`.
    fn matching(&mut self, pattern: &str) -> Vec<usize> {
        let fits = |name: &str| {
            if pattern == "them" { !name.starts_with('_') } else { fits(pattern, name) }
        };
        let found: Vec<usize> = self
            .names
            .iter()
            .enumerate()
            .filter(|(_, (name, _))| fits(name))
            .map(|(index, _)| index)
            .collect();
        for index in &found {
            self.mark(*index);
        }
        found
    }
}

/// True if a name fits a pattern with `*`.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, behind)) = name.split_once(part) else { return false };
        name = behind;
    }
    name.ends_with(last)
}

/// Reads a condition, the text of `yaml`; `None` after an error.
pub(crate) fn parse(
    text: &str,
    yaml: &Yaml,
    names: &mut Names<'_>,
    problems: &mut Problems,
) -> Option<Expression> {
    let tokens = tokens(text, yaml, problems)?;
    let end = yaml.position_in(text.chars().count());
    let mut parser = Parser { tokens: &tokens, end, names, problems, depth: 0 };
    let expression = parser.any()?;
    match parser.tokens.first() {
        None => Some(expression),
        Some((token, at)) => {
            let message = format!("found {} here, expected `and`, `or` or the end", token.shown());
            parser.problems.add(Code::Condition, *at, message);
            None
        }
    }
}

struct Parser<'p, 'n> {
    tokens: &'p [(Token, Position)],
    end: Position,
    names: &'p mut Names<'n>,
    problems: &'p mut Problems,
    depth: usize,
}

impl Parser<'_, '_> {
    fn any(&mut self) -> Option<Expression> {
        let mut parts = vec![self.all()?];
        while self.take(&Token::word("or")) {
            parts.push(self.all()?);
        }
        Some(single(parts, Expression::Any))
    }

    fn all(&mut self) -> Option<Expression> {
        let mut parts = vec![self.not()?];
        while self.take(&Token::word("and")) {
            parts.push(self.not()?);
        }
        Some(single(parts, Expression::All))
    }

    fn not(&mut self) -> Option<Expression> {
        if !self.take(&Token::word("not")) {
            return self.primary();
        }
        self.deeper()?;
        let inner = self.not()?;
        self.depth -= 1;
        Some(Expression::Not(Box::new(inner)))
    }

    fn primary(&mut self) -> Option<Expression> {
        let at = self.tokens.first().map_or(self.end, |(_, at)| *at);
        match self.next() {
            Some(Token::Open) => {
                self.deeper()?;
                let inner = self.any()?;
                self.depth -= 1;
                if self.take(&Token::Close) {
                    return Some(inner);
                }
                self.problems.add(Code::Condition, at, "found `(` without its `)`, expected both");
                None
            }
            Some(Token::Word(word)) if !is_operator(&word) => self.word(&word, at),
            found => {
                let found = found.map_or_else(|| "the end".to_owned(), |token| token.shown());
                self.problems.add(
                    Code::Condition,
                    at,
                    format!("found {found} here, expected the name of a selection"),
                );
                None
            }
        }
    }

    fn word(&mut self, word: &str, at: Position) -> Option<Expression> {
        if self.take(&Token::word("of")) {
            return self.several(word, at);
        }
        if word.contains('*') || word == "them" {
            let hint = format!("write `1 of {word}` or `all of {word}`");
            self.problems.add_with_hint(
                Code::Condition,
                at,
                format!("found the pattern {} alone", shown(word)),
                hint,
            );
            return None;
        }
        if let Some(index) = self.names.find(word) {
            return Some(Expression::Selection(index));
        }
        let message = format!("found {} in the condition, expected the name of a selection", shown(word));
        match self.suggestion(word) {
            Some(hint) => self.problems.add_with_hint(Code::UnknownSelection, at, message, hint),
            None => self.problems.add_with_hint(Code::UnknownSelection, at, message, self.selections()),
        }
        None
    }

    fn suggestion(&self, word: &str) -> Option<String> {
        let lower = word.to_lowercase();
        if is_operator(&lower) || lower == "of" {
            return Some(format!("write `{lower}` in lower case"));
        }
        nearest(word, self.names.names.iter().map(|(name, _)| *name))
            .map(|name| format!("did you mean `{name}`"))
    }

    /// The names that there are, for a hint.
    fn selections(&self) -> String {
        let names: Vec<String> = self.names.names.iter().map(|(name, _)| shown(name)).collect();
        if names.is_empty() {
            return "write a selection beside the condition".to_owned();
        }
        format!("there is {}", names.join(", "))
    }

    /// `1 of selection_*`: the pattern behind `of`.
    fn several(&mut self, quantity: &str, at: Position) -> Option<Expression> {
        let all = match quantity {
            "1" | "any" => false,
            "all" => true,
            other => {
                let message = format!("found {} before `of`, expected `1`, `any` or `all`", shown(other));
                self.problems.add(Code::Condition, at, message);
                return None;
            }
        };
        let at = self.tokens.first().map_or(self.end, |(_, at)| *at);
        let Some(Token::Word(pattern)) = self.next() else {
            self.problems.add(
                Code::Condition,
                at,
                "found nothing behind `of`, expected `them` or a pattern such as `filter_*`",
            );
            return None;
        };
        let found = self.names.matching(&pattern);
        if found.is_empty() {
            let message = format!("no selection fits {}", shown(&pattern));
            let stem = pattern.trim_end_matches('*');
            let near = nearest(stem, self.names.names.iter().map(|(name, _)| *name));
            let hint =
                near.map_or_else(|| "add one or remove this".to_owned(), |name| format!("there is `{name}`"));
            self.problems.add_with_hint(Code::UnknownSelection, at, message, hint);
            return None;
        }
        let parts = found.into_iter().map(Expression::Selection).collect();
        Some(if all { Expression::All(parts) } else { Expression::Any(parts) })
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        if self.depth <= MAX_RULE_NESTING {
            return Some(());
        }
        let message = format!("the condition nests too deeply, expected at most {MAX_RULE_NESTING} levels");
        self.problems.add(Code::Condition, self.end, message);
        None
    }

    fn next(&mut self) -> Option<Token> {
        let ((token, _), rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(token.clone())
    }

    fn take(&mut self, wanted: &Token) -> bool {
        let found = self.tokens.first().is_some_and(|(token, _)| token == wanted);
        if found {
            self.next();
        }
        found
    }
}

fn is_operator(word: &str) -> bool {
    matches!(word, "and" | "or" | "not")
}

fn single(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

#[cfg(test)]
mod tests;
