//! Where a field's values are: a path of names and list positions, read through every list on the way.
//!
//! A plain path means *any member*: `a.b` reaches the `b` of every element where `a` is a list. A quantifier in
//! brackets at the end opens a block: see [`super::detection`]. A name with a dot in it is reached by joining segments,
//! when the shorter name is not there.

use super::error::{Position, Problems, shown};
use super::nearest::nearest;
use crate::event::{EXPOSURE, Event};
use crate::json::{Kind, Node};
use crate::limits::MAX_FIELD_SEGMENTS;

/// A field's path.
#[derive(Debug, Clone)]
pub struct FieldPath {
    written: Box<str>,
    at: Position,
    steps: Box<[Step]>,
}

/// One step of a path.
#[derive(Debug, Clone)]
enum Step {
    /// A member of an object; `longer` are the names that this and the next segments make together.
    Key { name: Box<str>, longer: Box<[Box<str>]> },
    /// An element of a list; from its end where negative.
    Index(i64),
}

/// How many elements of a list a block must hold for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    Any,
    All,
    AllOrEmpty,
    None,
}

const QUANTIFIERS: [(&str, Quantifier); 4] = [
    ("any", Quantifier::Any),
    ("all", Quantifier::All),
    ("all_or_empty", Quantifier::AllOrEmpty),
    ("none", Quantifier::None),
];

/// What the fields of a rule are looked up in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Root<'a> {
    /// The whole event.
    Event(&'a Event<'a>),
    /// One element of a list, inside a block.
    Element(Node<'a>),
}

impl<'a> Root<'a> {
    fn top(self, name: &str) -> Option<Node<'a>> {
        match self {
            Self::Event(event) => event.top(name),
            Self::Element(node) => node.get(name),
        }
    }

    /// Everything there is, for keywords: the record, or the element.
    pub(crate) fn whole(self) -> Node<'a> {
        match self {
            Self::Event(event) => event.record().root(),
            Self::Element(node) => node,
        }
    }
}

impl FieldPath {
    /// The path as the rule writes it, without modifiers and quantifier.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Where the rule writes it.
    pub fn position(&self) -> Position {
        self.at
    }

    /// Calls `f` with each value that the path reaches, until it answers true; true if it did.
    pub fn any_value<'a>(&self, event: &'a Event<'a>, f: &mut dyn FnMut(Node<'a>) -> bool) -> bool {
        self.visit(Root::Event(event), f)
    }

    /// True for a field derived by the engine.
    pub(crate) fn is_exposure(&self) -> bool {
        matches!(self.steps.first(), Some(Step::Key { name, .. }) if &**name == EXPOSURE)
    }

    /// True if the path is this one name.
    pub(crate) fn is_name(&self, wanted: &str) -> bool {
        matches!(&*self.steps, [Step::Key { name, .. }] if &**name == wanted)
    }

    /// The element itself.
    pub(crate) fn element(at: Position) -> Self {
        Self { written: ".".into(), at, steps: Box::default() }
    }

    /// [`FieldPath::any_value`] from any root.
    pub(crate) fn visit<'a>(&self, root: Root<'a>, f: &mut dyn FnMut(Node<'a>) -> bool) -> bool {
        let Some((first, rest)) = self.steps.split_first() else { return f(root.whole()) };
        match (first, root) {
            (Step::Key { name, longer }, Root::Event(_)) => {
                if let Some(node) = root.top(name) {
                    return walk(node, rest, f);
                }
                let mut joined = longer.iter().zip(1..);
                joined
                    .find_map(|(name, used)| Some((root.top(name)?, rest.get(used..)?)))
                    .is_some_and(|(node, rest)| walk(node, rest, f))
            }
            (Step::Key { .. } | Step::Index(_), _) => walk(root.whole(), &self.steps, f),
        }
    }
}

fn walk<'a>(node: Node<'a>, steps: &[Step], f: &mut dyn FnMut(Node<'a>) -> bool) -> bool {
    let Some((first, rest)) = steps.split_first() else { return f(node) };
    match (first, node.kind()) {
        (Step::Key { .. }, Kind::Array) => node.items().any(|item| walk(item, steps, f)),
        (Step::Key { name, longer }, Kind::Object) => {
            if let Some(member) = node.get(name) {
                return walk(member, rest, f);
            }
            let mut joined = longer.iter().zip(1..);
            joined
                .find_map(|(name, used)| Some((node.get(name)?, rest.get(used..)?)))
                .is_some_and(|(member, rest)| walk(member, rest, f))
        }
        (Step::Index(index), Kind::Array) => element(node, *index).is_some_and(|item| walk(item, rest, f)),
        _ => false,
    }
}

fn element(list: Node<'_>, index: i64) -> Option<Node<'_>> {
    if let Ok(index) = usize::try_from(index) {
        return list.items().nth(index);
    }
    let back = usize::try_from(index.unsigned_abs()).ok()?;
    list.items().nth(list.items().count().checked_sub(back)?)
}

/// Reads a path with its optional quantifier; `inside` if it is within a block, where `.` means the element.
pub(crate) fn parse(
    text: &str,
    at: Position,
    inside: bool,
    problems: &mut Problems,
) -> Option<(FieldPath, Option<Quantifier>)> {
    if text == "." {
        if !inside {
            problems.add_with_hint(
                at,
                "found `.` as a field outside an array block",
                "`.` is the element of a block such as `items[any]:`",
            );
            return None;
        }
        return Some((FieldPath::element(at), None));
    }
    let mut raw = Vec::new();
    let mut quantifier = None;
    for segment in text.split('.') {
        if quantifier.is_some_and(|found| found != Quantifier::Any) {
            problems.add_with_hint(
                at,
                format!("found a quantifier inside the path {}, expected it at the end", shown(text)),
                "nest one block in another",
            );
            return None;
        }
        quantifier = parse_segment(segment, text, at, &mut raw, problems).ok()?;
    }
    if raw.len() > MAX_FIELD_SEGMENTS {
        problems.add(at, format!("a path of {} segments, expected at most {MAX_FIELD_SEGMENTS}", raw.len()));
        return None;
    }
    let written = text.rsplit_once('[').filter(|_| quantifier.is_some()).map_or(text, |(path, _)| path);
    Some((FieldPath { written: written.into(), at, steps: steps(&raw) }, quantifier))
}

/// A segment as written.
enum Raw {
    Name(String),
    Index(i64),
}

/// Something is wrong and has been said.
struct Reported;

/// Reads `name`, `name[0]`, `name[any]`.
fn parse_segment(
    segment: &str,
    path: &str,
    at: Position,
    raw: &mut Vec<Raw>,
    problems: &mut Problems,
) -> Result<Option<Quantifier>, Reported> {
    let mut name = String::new();
    let mut characters = segment.chars();
    let mut brackets = None;
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.clone().next() {
                Some(bracket @ ('[' | ']')) => {
                    characters.next();
                    name.push(bracket);
                }
                _ => name.push('\\'),
            },
            '[' => {
                brackets = Some(characters.as_str());
                break;
            }
            other => name.push(other),
        }
    }
    if name.is_empty() {
        problems.add(at, format!("found an empty segment in the path {}, expected a name", shown(path)));
        return Err(Reported);
    }
    raw.push(Raw::Name(name));
    match brackets {
        Some(text) => parse_brackets(text, path, at, raw, problems),
        None => Ok(None),
    }
}

/// Reads what follows an opening bracket: `0]`, `-1][2]`, `any]`.
fn parse_brackets(
    text: &str,
    path: &str,
    at: Position,
    raw: &mut Vec<Raw>,
    problems: &mut Problems,
) -> Result<Option<Quantifier>, Reported> {
    let Some(inner) = text.strip_suffix(']') else {
        problems.add_with_hint(
            at,
            format!("found an open bracket in the path {}", shown(path)),
            r"write `\[` for a bracket that belongs to the name",
        );
        return Err(Reported);
    };
    let mut quantifier = None;
    for word in inner.split("][") {
        if let Ok(index) = word.parse::<i64>() {
            raw.push(Raw::Index(index));
        } else if let Some((_, found)) = QUANTIFIERS.iter().find(|(name, _)| *name == word) {
            quantifier = Some(*found);
        } else {
            let hint = nearest(word, QUANTIFIERS.map(|(name, _)| name)).map_or_else(
                || r"write `\[` and `\]` for brackets that belong to the name".to_owned(),
                |name| format!("did you mean `[{name}]`"),
            );
            problems.add_with_hint(
                at,
                format!(
                    "found {} in brackets, expected `any`, `all`, `all_or_empty`, `none` or a position",
                    shown(word)
                ),
                hint,
            );
            return Err(Reported);
        }
    }
    Ok(quantifier)
}

fn steps(raw: &[Raw]) -> Box<[Step]> {
    let mut steps = Vec::with_capacity(raw.len());
    for (place, segment) in raw.iter().enumerate() {
        steps.push(match segment {
            Raw::Index(index) => Step::Index(*index),
            Raw::Name(name) => {
                Step::Key { name: name.as_str().into(), longer: longer(name, raw.get(place + 1..)) }
            }
        });
    }
    steps.into_boxed_slice()
}

fn longer(name: &str, following: Option<&[Raw]>) -> Box<[Box<str>]> {
    let mut joined = name.to_owned();
    let mut names = Vec::new();
    for segment in following.unwrap_or_default() {
        let Raw::Name(next) = segment else { break };
        joined.push('.');
        joined.push_str(next);
        names.push(joined.as_str().into());
    }
    names.into_boxed_slice()
}
