//! Reading a path as a rule writes it: names, `[0]`, a quantifier at the end, `\[` and `\]` for brackets in a name.

use serde::{Deserialize, Serialize};

use super::{FieldPath, Quantifier, Step};
use crate::limits::MAX_FIELD_SEGMENTS;
use crate::sigma::error::{Code, Position, Problems, shown};
use crate::sigma::nearest::nearest;

const QUANTIFIERS: [(&str, Quantifier); 4] = [
    ("any", Quantifier::Any),
    ("all", Quantifier::All),
    ("all_or_empty", Quantifier::AllOrEmpty),
    ("none", Quantifier::None),
];

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
                Code::Field,
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
                Code::Field,
                at,
                format!("found a quantifier inside the path {}, expected it at the end", shown(text)),
                "nest one block in another",
            );
            return None;
        }
        quantifier = parse_segment(segment, text, at, &mut raw, problems).ok()?;
    }
    if raw.len() > MAX_FIELD_SEGMENTS {
        problems.add(
            Code::Field,
            at,
            format!("a path of {} segments, expected at most {MAX_FIELD_SEGMENTS}", raw.len()),
        );
        return None;
    }
    let written = text.rsplit_once('[').filter(|_| quantifier.is_some()).map_or(text, |(path, _)| path);
    Some((FieldPath { written: written.into(), at, steps: steps(&raw) }, quantifier))
}

/// A segment as written.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Raw {
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
        problems.add(
            Code::Field,
            at,
            format!("found an empty segment in the path {}, expected a name", shown(path)),
        );
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
            Code::Field,
            at,
            format!("found an open bracket in the path {}, expected its `]`", shown(path)),
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
                Code::Field,
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

/// The segments with the names that they make together.
pub(super) fn steps(raw: &[Raw]) -> Box<[Step]> {
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
