//! What a pattern of EventBridge asks of one field, and which ask lets through all that another does.
//!
//! Source: EventBridge user guide, "Comparison operators for use in event patterns".

use serde_json::{Value, json};

/// One value of a field in a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ask {
    /// The field is there.
    Exists,
    /// A text that begins so.
    Prefix(Word),
    /// A text that ends so.
    Suffix(Word),
    /// This text.
    Is(Word),
}

/// A text; EventBridge compares capitals unless it is told not to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) any_case: bool,
}

impl Word {
    /// As written.
    pub(super) fn exact(text: impl Into<String>) -> Self {
        Self { text: text.into(), any_case: false }
    }

    /// Whatever its capitals.
    pub(super) fn any_case(text: impl Into<String>) -> Self {
        Self { text: text.into(), any_case: true }
    }

    /// True if the other can be `part` of what this one allows for, where `compare` says how two texts of the same capitals
    /// compare.
    fn covers(&self, other: &Self, compare: impl Fn(&str, &str) -> bool) -> bool {
        if self.any_case {
            return compare(&self.text.to_lowercase(), &other.text.to_lowercase());
        }
        !other.any_case && compare(&self.text, &other.text)
    }

    fn json(&self) -> Value {
        if self.any_case { json!({ "equals-ignore-case": self.text }) } else { json!(self.text) }
    }

    fn of_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::exact(text)),
            Value::Object(members) if members.len() == 1 => {
                Some(Self::any_case(members.get("equals-ignore-case")?.as_str()?))
            }
            _ => None,
        }
    }
}

impl Ask {
    /// True if whatever the other lets through, this one does.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exists, _) => true,
            (Self::Is(one), Self::Is(other)) => one.covers(other, |one, other| one == other),
            (Self::Prefix(one), Self::Is(other) | Self::Prefix(other)) => {
                one.covers(other, |one, other| other.starts_with(one))
            }
            (Self::Suffix(one), Self::Is(other) | Self::Suffix(other)) => {
                one.covers(other, |one, other| other.ends_with(one))
            }
            _ => false,
        }
    }

    /// As a pattern has it.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Exists => json!({ "exists": true }),
            Self::Prefix(word) => json!({ "prefix": word.json() }),
            Self::Suffix(word) => json!({ "suffix": word.json() }),
            Self::Is(word) if word.any_case => word.json(),
            Self::Is(word) => json!(word.text),
        }
    }

    /// Out of a pattern; `None` if it is none of these.
    pub(super) fn of_json(value: &Value) -> Option<Self> {
        if let Some(word) = Word::of_json(value) {
            return Some(Self::Is(word));
        }
        let (operator, operand) = value.as_object().filter(|members| members.len() == 1)?.iter().next()?;
        match operator.as_str() {
            "prefix" => Word::of_json(operand).map(Self::Prefix),
            "suffix" => Word::of_json(operand).map(Self::Suffix),
            "exists" if operand == &json!(true) => Some(Self::Exists),
            _ => None,
        }
    }

    /// In words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Exists => "any".to_owned(),
            Self::Prefix(word) => format!("{}*", word.text),
            Self::Suffix(word) => format!("*{}", word.text),
            Self::Is(word) => word.text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_asks_cover_narrower_ones() {
        let is = |text: &str| Ask::Is(Word::exact(text));
        let any = |text: &str| Ask::Is(Word::any_case(text));
        let prefix = |text: &str| Ask::Prefix(Word::exact(text));
        assert!(Ask::Exists.covers(&prefix("a")) && !prefix("a").covers(&Ask::Exists));
        assert!(prefix("Put").covers(&is("PutObject")) && !prefix("Put").covers(&is("putObject")));
        assert!(prefix("Put").covers(&prefix("PutO")) && !prefix("PutO").covers(&prefix("Put")));
        assert!(any("put").covers(&is("PUT")) && !is("put").covers(&any("put")));
        assert!(Ask::Suffix(Word::any_case("Denied")).covers(&is("AccessDENIED")));
        assert!(!is("a").covers(&prefix("a")) && !prefix("a").covers(&Ask::Suffix(Word::exact("a"))));
    }

    #[test]
    fn what_is_written_is_read() {
        for ask in [
            Ask::Exists,
            Ask::Is(Word::exact("a")),
            Ask::Is(Word::any_case("a")),
            Ask::Prefix(Word::exact("a")),
            Ask::Prefix(Word::any_case("a")),
            Ask::Suffix(Word::any_case("a")),
        ] {
            assert_eq!(Ask::of_json(&ask.json()), Some(ask));
        }
        for other in [
            json!({ "anything-but": "a" }),
            json!({ "exists": false }),
            json!(1),
            json!({ "wildcard": "a*" }),
        ] {
            assert_eq!(Ask::of_json(&other), None, "{other}");
        }
    }
}
