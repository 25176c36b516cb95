//! Strings with wildcards, ready to match: no allocation for ASCII patterns.
//!
//! Most patterns are one literal with at most a `*` at each end, so those have their own shapes; the rest backtracks
//! over one `*` at a time, which is linear in text times pattern.

use memchr::{memchr, memchr2, memmem};
use serde::{Deserialize, Serialize};

use super::demand;
use super::pattern::{Pattern, Piece, literal};

/// A compiled pattern.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TextMatcher {
    shape: Shape,
    case: Case,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Shape {
    /// Every text.
    Any,
    Equals(Box<str>),
    Prefix(Box<str>),
    Suffix(Box<str>),
    Contains(Box<str>),
    Glob(Box<[Unit]>),
}

/// A piece in bytes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Unit {
    Byte(u8),
    One,
    Many,
}

/// How capitals count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Case {
    /// As written.
    Exact,
    /// The pattern is ASCII, so only ASCII letters have another form.
    Ascii,
    /// The pattern, in lower case, has letters beyond ASCII: the text is brought to lower case as well.
    Folded,
}

impl TextMatcher {
    /// Compiles a pattern; `cased` if capitals count.
    pub(crate) fn new(pattern: &Pattern, cased: bool) -> Self {
        let pieces: Vec<Piece> = if cased { pattern.pieces.clone() } else { lower(&pattern.pieces) };
        let ascii = pieces.iter().all(|piece| !matches!(piece, Piece::Char(c) if !c.is_ascii()));
        let case = match (cased, ascii) {
            (true, _) => Case::Exact,
            (false, true) => Case::Ascii,
            (false, false) => Case::Folded,
        };
        Self { shape: shape(&pieces), case }
    }

    /// True if the whole text fits the pattern.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match self.case {
            Case::Exact => self.shape.fits(text.as_bytes(), false),
            Case::Ascii => self.shape.fits(text.as_bytes(), true),
            // A letter beyond ASCII is in the pattern, and lower case never makes one of an ASCII letter.
            Case::Folded => !text.is_ascii() && self.shape.fits(folded(text).as_bytes(), false),
        }
    }

    /// True if every text fits.
    pub(crate) fn is_any(&self) -> bool {
        matches!(self.shape, Shape::Any)
    }

    /// The one ASCII text, in lower case, that fits (whatever its capitals).
    pub(crate) fn ascii_literal(&self) -> Option<String> {
        match &self.shape {
            Shape::Equals(word) if word.is_ascii() => Some(word.to_ascii_lowercase()),
            _ => None,
        }
    }

    /// What every text that fits looks like, as far as an event bus can ask for that: whatever the capitals, it can ask for
    /// a text, its beginning and its end, but not for what is in its middle.
    pub(crate) fn demanded(&self) -> demand::Shape {
        let cased = self.case == Case::Exact;
        let text = |word: &str| demand::Text { text: word.to_owned(), cased };
        let is_plain = |word: &str| cased || word.is_ascii();
        match &self.shape {
            Shape::Equals(word) if is_plain(word) => demand::Shape::Is(text(word)),
            Shape::Prefix(word) if is_plain(word) => demand::Shape::Begins(text(word)),
            Shape::Suffix(word) if is_plain(word) => demand::Shape::Ends(text(word)),
            Shape::Glob(units) => match beginning(units) {
                word if !word.is_empty() && is_plain(&word) => demand::Shape::Begins(text(&word)),
                _ => demand::Shape::Anything,
            },
            _ => demand::Shape::Anything,
        }
    }

    /// False if no text that begins with `byte` fits.
    pub(crate) fn may_begin_with(&self, byte: u8) -> bool {
        match &self.shape {
            Shape::Equals(word) | Shape::Prefix(word) => word.as_bytes().first() == Some(&byte),
            Shape::Glob(units) => match units.first() {
                Some(Unit::Byte(first)) => *first == byte,
                _ => true,
            },
            Shape::Any | Shape::Suffix(_) | Shape::Contains(_) => true,
        }
    }
}

/// A text in the form in which texts compare that differ in their capitals only.
pub(crate) fn folded(text: &str) -> String {
    text.chars().flat_map(small).collect()
}

/// One letter so. A sigma is the same wherever in a word it stands: patterns are pieces of words.
fn small(character: char) -> impl Iterator<Item = char> {
    character.to_lowercase().map(|small| if small == 'ς' { 'σ' } else { small })
}

fn lower(pieces: &[Piece]) -> Vec<Piece> {
    let mut out = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Char(character) => out.extend(small(*character).map(Piece::Char)),
            wildcard => out.push(*wildcard),
        }
    }
    out
}

fn shape(pieces: &[Piece]) -> Shape {
    let text = |pieces: &[Piece]| literal(pieces).map(String::into_boxed_str);
    let simple = match pieces {
        rest if !rest.is_empty() && rest.iter().all(|piece| *piece == Piece::Many) => Some(Shape::Any),
        [Piece::Many, middle @ .., Piece::Many] => text(middle).map(Shape::Contains),
        [Piece::Many, rest @ ..] => text(rest).map(Shape::Suffix),
        [rest @ .., Piece::Many] => text(rest).map(Shape::Prefix),
        rest => text(rest).map(Shape::Equals),
    };
    simple.unwrap_or_else(|| Shape::Glob(units(pieces)))
}

fn units(pieces: &[Piece]) -> Box<[Unit]> {
    let mut out = Vec::new();
    for piece in pieces {
        match piece {
            Piece::One => out.push(Unit::One),
            Piece::Many => out.push(Unit::Many),
            Piece::Char(character) => {
                out.extend(character.encode_utf8(&mut [0; 4]).bytes().map(Unit::Byte));
            }
        }
    }
    out.into_boxed_slice()
}

/// The text before the first wildcard.
fn beginning(units: &[Unit]) -> String {
    let bytes = units.iter().map_while(|unit| match unit {
        Unit::Byte(byte) => Some(*byte),
        Unit::One | Unit::Many => None,
    });
    String::from_utf8(bytes.collect()).unwrap_or_default()
}

impl Shape {
    fn fits(&self, text: &[u8], ignore_case: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Equals(word) => same(text, word.as_bytes(), ignore_case),
            Self::Prefix(word) => {
                text.get(..word.len()).is_some_and(|head| same(head, word.as_bytes(), ignore_case))
            }
            Self::Suffix(word) => text
                .len()
                .checked_sub(word.len())
                .and_then(|start| text.get(start..))
                .is_some_and(|tail| same(tail, word.as_bytes(), ignore_case)),
            Self::Contains(word) if ignore_case => contains_ignoring_case(text, word.as_bytes()),
            Self::Contains(word) => memmem::find(text, word.as_bytes()).is_some(),
            Self::Glob(units) => glob(units, text, ignore_case),
        }
    }
}

fn same(left: &[u8], right: &[u8], ignore_case: bool) -> bool {
    if ignore_case { left.eq_ignore_ascii_case(right) } else { left == right }
}

/// Looks for either form of the first byte, then compares: most texts do not hold the first byte often.
fn contains_ignoring_case(text: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    let (small, large) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let mut rest = text;
    while rest.len() >= word.len() {
        let found = if small == large { memchr(small, rest) } else { memchr2(small, large, rest) };
        let Some(tail) = found.and_then(|at| rest.get(at..)) else { return false };
        match tail.get(..word.len()) {
            Some(head) if head.eq_ignore_ascii_case(word) => return true,
            Some(_) => rest = tail.get(1..).unwrap_or_default(),
            None => return false,
        }
    }
    false
}

fn glob(units: &[Unit], text: &[u8], ignore_case: bool) -> bool {
    let (mut unit, mut at) = (0, 0);
    // Behind the last `*`: where the pattern goes on, and where in the text it was tried.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (units.get(unit), text.get(at)) {
            (Some(Unit::Many), _) => {
                unit += 1;
                retry = Some((unit, at));
                continue;
            }
            (Some(Unit::One), Some(lead)) => {
                unit += 1;
                at += character_length(*lead);
                continue;
            }
            (Some(Unit::Byte(wanted)), Some(found))
                if wanted == found || (ignore_case && wanted.eq_ignore_ascii_case(found)) =>
            {
                unit += 1;
                at += 1;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((behind, tried)) = retry else { return false };
        let Some(lead) = text.get(tried) else { return false };
        at = tried + character_length(*lead);
        retry = Some((behind, at));
        unit = behind;
    }
}

/// The length of a UTF-8 character by its first byte.
fn character_length(lead: u8) -> usize {
    match lead {
        0xF0.. => 4,
        0xE0.. => 3,
        0xC0.. => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
