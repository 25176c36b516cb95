//! YAML as a tree with positions: what a rule says and where it says it.
//!
//! INVARIANT: the tree is never deeper than the guard allows, so code below may recurse over it.

use saphyr::{LoadableYamlNode, MarkedYaml, Marker, Scalar, YamlData};

use super::error::{Code, Position, Problems, shown};
use crate::limits::{MAX_RULE_BYTES, MAX_YAML_INDENT, MAX_YAML_MARKS};

/// A value and where it starts.
#[derive(Debug, Clone)]
pub(crate) struct Yaml {
    pub(crate) at: Position,
    /// Where the characters of a text begin, if they are on one line: behind its quote.
    pub(crate) text_at: Option<Position>,
    pub(crate) value: Value,
}

/// The kinds of values a rule is made of.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A number: its text as a log would hold it, and its value.
    Number(String, f64),
    Text(String),
    List(Vec<Yaml>),
    Map(Vec<Entry>),
}

/// One member of a mapping.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: Position,
    /// Where the characters of the key begin: behind its quote.
    pub(crate) text_at: Position,
    pub(crate) value: Yaml,
}

impl Yaml {
    /// The kind with its article, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(..) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The text of a string, number or boolean.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text, _) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The place of a character of a text; the text's own where it is on several lines.
    pub(crate) fn position_in(&self, offset: usize) -> Position {
        self.text_at.map_or(self.at, |start| start.right(offset))
    }

    /// The members of a mapping.
    pub(crate) fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// A member of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| entry.key == key)
    }
}

/// Parses every document of a text; `None` if it is not YAML.
pub(crate) fn documents(text: &str, problems: &mut Problems) -> Option<Vec<Yaml>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    guard(text, problems)?;
    match MarkedYaml::load_from_str(text) {
        Ok(documents) => {
            let source = Source::new(text);
            documents.iter().map(|document| convert(document, &source, problems)).collect()
        }
        Err(error) => {
            invalid(error.info(), position(error.marker()), text, problems);
            None
        }
    }
}

fn invalid(info: &str, at: Position, text: &str, problems: &mut Problems) {
    if info.contains("duplicated key") {
        let line = text.lines().nth(at.line - 1).unwrap_or_default();
        let rest: String = line.chars().skip(at.column - 1).collect();
        let key = rest.split(": ").next().unwrap_or_default().trim_end_matches(':');
        let message = format!("found the key {} twice in one mapping, expected each once", shown(key));
        problems.add_with_hint(Code::Yaml, at, message, "write several values of a field as one list");
        return;
    }
    let hint = "quote values that hold `: `, ` #`, or start with one of `*&!|>%@{[`";
    problems.add_with_hint(Code::Yaml, at, format!("not valid YAML: {}", info.to_lowercase()), hint);
}

/// Refuses what would nest so deeply that a recursion over it overflows the stack. Each level of block style costs a
/// column of indentation or a mark on its line; flow style is limited by the parser itself.
fn guard(text: &str, problems: &mut Problems) -> Option<()> {
    if text.len() > MAX_RULE_BYTES {
        problems.add(
            Code::Yaml,
            Position::START,
            format!("a rule of {} bytes, expected at most {MAX_RULE_BYTES}", text.len()),
        );
        return None;
    }
    for (index, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let is_mark = |pair: &&[u8]| matches!(pair, [b'-' | b'?' | b':', b' '] | [b'-', b'\t']);
        let marks = line.as_bytes().windows(2).filter(is_mark).count();
        if indent > MAX_YAML_INDENT || marks > MAX_YAML_MARKS {
            let at = Position { line: index + 1, column: 1 };
            problems.add(
                Code::Yaml,
                at,
                format!("nested too deeply, expected at most {MAX_YAML_INDENT} columns of indentation"),
            );
            return None;
        }
    }
    Some(())
}

fn position(marker: &Marker) -> Position {
    Position { line: marker.line(), column: marker.col() + 1 }
}

fn convert(node: &MarkedYaml<'_>, source: &Source<'_>, problems: &mut Problems) -> Option<Yaml> {
    let at = position(&node.span.start);
    let value = match &node.data {
        YamlData::Value(scalar) => scalar_value(scalar, source.written(node)),
        YamlData::Sequence(items) => {
            Value::List(items.iter().map(|item| convert(item, source, problems)).collect::<Option<_>>()?)
        }
        YamlData::Mapping(members) => {
            let mut entries = Vec::new();
            for (key, value) in members {
                entries.push(entry(key, value, source, problems)?);
            }
            Value::Map(entries)
        }
        YamlData::Tagged(_, inner) => convert(inner, source, problems)?.value,
        YamlData::Representation(text, ..) => Value::Text(text.to_string()),
        YamlData::Alias(_) | YamlData::BadValue => {
            problems.add(Code::Yaml, at, "a value that cannot be read");
            return None;
        }
    };
    let quoted = source.written(node).is_some_and(|text| text.starts_with(['"', '\'']));
    let on_one_line = node.span.start.line() == node.span.end.line();
    Some(Yaml { at, text_at: on_one_line.then(|| at.right(usize::from(quoted))), value })
}

fn entry(
    key: &MarkedYaml<'_>,
    value: &MarkedYaml<'_>,
    source: &Source<'_>,
    problems: &mut Problems,
) -> Option<Entry> {
    let name = convert(key, source, problems)?;
    let Some(word) = name.scalar() else {
        problems.add(Code::Yaml, name.at, format!("found {} as a key, expected a name", name.kind()));
        return None;
    };
    let mut value = convert(value, source, problems)?;
    if matches!(value.value, Value::Null) {
        // The parser places an empty value somewhere after its key; the key is what the author looks for.
        value.at = name.at;
    }
    Some(Entry { key: word.to_owned(), at: name.at, text_at: name.position_in(0), value })
}

fn scalar_value(scalar: &Scalar<'_>, written: Option<&str>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) => {
            // Account ids have leading zeros, which a number would lose.
            let digits =
                written.filter(|text| text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
            #[expect(clippy::cast_precision_loss, reason = "comparisons in Sigma are of small numbers")]
            Value::Number(digits.map_or_else(|| value.to_string(), str::to_owned), *value as f64)
        }
        Scalar::FloatingPoint(value) => {
            let value = value.into_inner();
            Value::Number(written.map_or_else(|| value.to_string(), str::to_owned), value)
        }
        Scalar::String(text) => Value::Text(text.to_string()),
    }
}

/// The text of a rule, in which the parser counts characters.
struct Source<'t> {
    text: &'t str,
    /// Where each character begins; `None` where a character is a byte.
    offsets: Option<Vec<usize>>,
}

impl<'t> Source<'t> {
    fn new(text: &'t str) -> Self {
        let starts = || text.char_indices().map(|(offset, _)| offset).chain([text.len()]).collect();
        Self { text, offsets: (!text.is_ascii()).then(starts) }
    }

    /// The text of a plain scalar as the author wrote it.
    fn written(&self, node: &MarkedYaml<'_>) -> Option<&'t str> {
        let (start, end) = (node.span.start.index(), node.span.end.index());
        let offset = |character: usize| match &self.offsets {
            Some(offsets) => offsets.get(character).copied(),
            None => Some(character),
        };
        self.text.get(offset(start)?..offset(end.max(start))?).map(str::trim)
    }
}

/// The text of a value for a message.
pub(crate) fn show(yaml: &Yaml) -> String {
    yaml.scalar().map_or_else(|| yaml.kind().to_owned(), shown)
}
