//! The one view of JSON that the rest of the engine sees.
//!
//! [`Document`] owns a parsed value, [`Node`] borrows a part of one. The parser behind them can be exchanged
//! without touching a rule, a record or a decision. Looking a field up never fails: what is not there is `None`.

use std::borrow::Cow;

use serde::Serialize;
use sonic_rs::{JsonContainerTrait, JsonType, JsonValueTrait, Value};

/// A parsed JSON value.
#[derive(Debug, Clone)]
pub struct Document(Value);

/// Why a text is not JSON: the parser's words, without any of the text.
#[derive(Debug, thiserror::Error)]
#[error("{message} at byte {offset}")]
pub struct JsonError {
    message: String,
    offset: usize,
}

impl Document {
    /// Parses one JSON value; nothing but white space may follow it.
    ///
    /// Nesting is not limited here: callers that take foreign bytes go through [`crate::ingest`], which is.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        sonic_rs::from_slice::<Value>(bytes)
            .map(Self)
            .map_err(|error| JsonError { message: reason(&error), offset: error.offset() })
    }

    /// The JSON form of one of our own values; `null` where it has none.
    pub fn from_serialize<T: Serialize>(value: &T) -> Self {
        Self(sonic_rs::to_value(value).unwrap_or_default())
    }

    /// The whole value.
    pub fn root(&self) -> Node<'_> {
        Node(&self.0)
    }
}

/// The first line of the parser's message: the later ones quote the text, which may hold anything.
fn reason(error: &sonic_rs::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or("not JSON");
    first.split(" at line").next().unwrap_or(first).to_lowercase()
}

/// What a [`Node`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "JSON's own six words")]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// The word with its article, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "a list",
            Self::Object => "an object",
        }
    }
}

/// A part of a [`Document`]; as cheap to copy as a reference.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a>(&'a Value);

impl<'a> Node<'a> {
    /// Which of JSON's six kinds this is.
    pub fn kind(self) -> Kind {
        match self.0.get_type() {
            JsonType::Null => Kind::Null,
            JsonType::Boolean => Kind::Bool,
            JsonType::Number => Kind::Number,
            JsonType::String => Kind::String,
            JsonType::Array => Kind::Array,
            JsonType::Object => Kind::Object,
        }
    }

    /// A member of an object, by its exact name.
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.0.as_object()?.get(&key).map(Node)
    }

    /// A member of an object, by its name without regard to ASCII case: the services disagree about capitals.
    pub fn get_ignore_case(self, key: &str) -> Option<Node<'a>> {
        self.get(key).or_else(|| {
            self.members().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
        })
    }

    /// The node at the end of a path of exact names.
    pub fn at(self, path: &[&str]) -> Option<Node<'a>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text of a string.
    pub fn as_str(self) -> Option<&'a str> {
        self.0.as_str()
    }

    /// The value of a boolean.
    pub fn as_bool(self) -> Option<bool> {
        self.0.as_bool()
    }

    /// A number that is whole and fits.
    pub fn as_i64(self) -> Option<i64> {
        self.0.as_i64()
    }

    /// Any number.
    pub fn as_f64(self) -> Option<f64> {
        self.0.as_f64()
    }

    /// True for JSON's `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The text of a string, number or boolean as a rule author would write it; `None` for the other kinds.
    pub fn scalar_text(self) -> Option<Cow<'a, str>> {
        match self.kind() {
            Kind::String => self.as_str().map(Cow::Borrowed),
            Kind::Bool => Some(Cow::Borrowed(if self.as_bool()? { "true" } else { "false" })),
            Kind::Number => Some(Cow::Owned(self.to_compact_json())),
            Kind::Null | Kind::Array | Kind::Object => None,
        }
    }

    /// The members of a list, in order; nothing for the other kinds.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        self.0.as_array().into_iter().flat_map(|array| array.iter()).map(Node)
    }

    /// The members of an object, in the order of the text; nothing for the other kinds.
    pub fn members(self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        self.0.as_object().into_iter().flat_map(|object| object.iter()).map(|(key, value)| (key, Node(value)))
    }

    /// The members of a list in any of the shapes CloudTrail writes one: a JSON list, `{"items": [...]}`, `{}` or
    /// `null` for an empty one, and a single object or scalar where the service's XML list held one element.
    pub fn list(self) -> Vec<Node<'a>> {
        match self.kind() {
            Kind::Null => Vec::new(),
            Kind::Array => self.items().collect(),
            Kind::Object => match self.get("items").or_else(|| self.get("item")) {
                Some(items) if items.kind() == Kind::Array => items.items().collect(),
                Some(single) => single.list(),
                None if self.members().next().is_none() => Vec::new(),
                None => vec![self],
            },
            Kind::Bool | Kind::Number | Kind::String => vec![self],
        }
    }

    /// The JSON text without white space, members in their order.
    pub fn to_compact_json(self) -> String {
        sonic_rs::to_string(self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list_of(text: &str) -> Vec<String> {
        let document = Document::parse(text.as_bytes()).unwrap();
        document.root().list().into_iter().map(Node::to_compact_json).collect()
    }

    #[test]
    fn every_spelling_of_a_list_is_read() {
        assert_eq!(list_of(r#"["a","b"]"#), [r#""a""#, r#""b""#]);
        assert_eq!(list_of(r#"{"items":[{"x":1}]}"#), [r#"{"x":1}"#]);
        assert_eq!(list_of(r#"{"items":{"x":1}}"#), [r#"{"x":1}"#]);
        assert_eq!(list_of(r#"{"x":1}"#), [r#"{"x":1}"#]);
        assert_eq!(list_of("{}"), Vec::<String>::new());
        assert_eq!(list_of("null"), Vec::<String>::new());
    }

    #[test]
    fn scalars_read_as_a_rule_author_writes_them() {
        let document = Document::parse(br#"{"a":true,"b":22,"c":"x","d":null,"e":1.5}"#).unwrap();
        let text = |key| document.root().get(key).and_then(Node::scalar_text).map(Cow::into_owned);
        assert_eq!(text("a").as_deref(), Some("true"));
        assert_eq!(text("b").as_deref(), Some("22"));
        assert_eq!(text("c").as_deref(), Some("x"));
        assert_eq!(text("d"), None);
        assert_eq!(text("e").as_deref(), Some("1.5"));
    }

    #[test]
    fn a_parse_error_does_not_repeat_the_text() {
        let error = Document::parse(br#"{"secret": "AKIA" oops}"#).unwrap_err();
        assert!(!error.to_string().contains("AKIA"), "{error}");
    }
}
