//! One value of a rule, ready to test against the values of a field.

use std::borrow::Cow;
use std::io::Write as _;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::error::Position;
use super::field::{FieldPath, Root};
use super::regex::Regex;
use super::text::{self, TextMatcher};
use crate::json::{Kind, Node};

/// One value as the rule writes it, with the tests it stands for: one of them must hold. Most have one; `windash` and
/// `base64offset` make several.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Value {
    pub(crate) tests: Box<[Test]>,
    pub(crate) at: Position,
}

/// What one value of a field must be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Test {
    Text(TextMatcher),
    Regex(Regex),
    Network(IpNet),
    Compare(Comparison, f64),
    /// JSON's `null`, or no field at all.
    Null,
    /// The field is there, whatever its value.
    Exists(bool),
    Field(FieldTest),
    /// A part of a time, equal to a number where there is no comparison.
    Time(TimePart, Option<Comparison>, f64),
}

/// A part of a time, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TimePart {
    Minute,
    Hour,
    Day,
    /// ISO 8601.
    Week,
    Month,
    Year,
}

/// How a number compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A comparison with another field of the same event or element.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FieldTest {
    pub(crate) other: FieldPath,
    pub(crate) relation: Relation,
    pub(crate) cased: bool,
}

/// Where in a field's text the other field's text must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Relation {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
}

impl Value {
    /// True if a value that the field's path reached passes.
    pub(crate) fn holds(&self, node: Node<'_>, root: Root<'_>) -> bool {
        self.tests.iter().any(|test| test.holds(node, root))
    }

    /// True if the value stands for a field that is not there.
    pub(crate) fn holds_for_absent(&self) -> bool {
        self.tests.iter().any(|test| matches!(test, Test::Null | Test::Exists(false)))
    }

    /// The fields that the value names.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &FieldPath> {
        self.tests.iter().filter_map(|test| match test {
            Test::Field(test) => Some(&test.other),
            _ => None,
        })
    }
}

impl Test {
    fn holds(&self, node: Node<'_>, root: Root<'_>) -> bool {
        match self {
            Self::Exists(wanted) => *wanted,
            // `*` asks for a value, not for a text: an empty list is one.
            Self::Text(matcher) if matcher.is_any() => !node.is_null(),
            Self::Null => any_member(node, &mut Node::is_null),
            Self::Text(matcher) => any_member(node, &mut |leaf| text_holds(matcher, leaf)),
            Self::Regex(regex) => any_member(node, &mut |leaf| leaf_text(leaf, |text| regex.is_match(text))),
            Self::Network(network) => any_member(node, &mut |leaf| network_holds(*network, leaf)),
            Self::Compare(comparison, number) => {
                any_member(node, &mut |leaf| comparison_holds(*comparison, *number, leaf))
            }
            Self::Field(test) => any_member(node, &mut |leaf| test.holds(leaf, root)),
            Self::Time(part, comparison, number) => {
                any_member(node, &mut |leaf| time_holds(*part, *comparison, *number, leaf))
            }
        }
    }
}

/// A list holds if a member does; members of members count.
fn any_member<'a>(node: Node<'a>, f: &mut dyn FnMut(Node<'a>) -> bool) -> bool {
    if node.kind() == Kind::Array { node.items().any(|item| any_member(item, f)) } else { f(node) }
}

fn text_holds(matcher: &TextMatcher, leaf: Node<'_>) -> bool {
    // The text of an object is long to make and most patterns cannot fit it.
    if leaf.kind() == Kind::Object && !matcher.may_begin_with(b'{') {
        return false;
    }
    leaf_text(leaf, |text| matcher.matches(text))
}

/// Calls `f` with the text of a value; an object's is its JSON. False for `null`, which has none.
///
/// Rules such as `requestParameters|contains: 'Suspended'` are in the wild.
pub(crate) fn leaf_text(leaf: Node<'_>, f: impl FnOnce(&str) -> bool) -> bool {
    match leaf.kind() {
        Kind::String => leaf.as_str().is_some_and(f),
        Kind::Number => match leaf.as_i64() {
            Some(number) => integer_text(number, f),
            None => f(&leaf.to_compact_json()),
        },
        Kind::Bool => leaf.scalar_text().is_some_and(|text| f(&text)),
        Kind::Object | Kind::Array => f(&leaf.to_compact_json()),
        Kind::Null => false,
    }
}

/// Calls `f` with the digits of a number, without a heap allocation.
fn integer_text(number: i64, f: impl FnOnce(&str) -> bool) -> bool {
    let mut buffer = [0_u8; 20];
    let mut rest = &mut buffer[..];
    if write!(rest, "{number}").is_err() {
        return f(&number.to_string());
    }
    let free = rest.len();
    buffer.get(..buffer.len() - free).and_then(|digits| std::str::from_utf8(digits).ok()).is_some_and(f)
}

fn network_holds(network: IpNet, leaf: Node<'_>) -> bool {
    let Some(address) = leaf.as_str().and_then(|text| text.parse::<IpAddr>().ok()) else { return false };
    network.contains(&address.to_canonical())
}

/// A text that is no time has no parts.
fn time_holds(part: TimePart, comparison: Option<Comparison>, bound: f64, leaf: Node<'_>) -> bool {
    let time = leaf.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let Some(time) = time.map(|time| time.to_zoned(jiff::tz::TimeZone::UTC)) else { return false };
    let found = f64::from(match part {
        TimePart::Minute => i16::from(time.minute()),
        TimePart::Hour => i16::from(time.hour()),
        TimePart::Day => i16::from(time.day()),
        TimePart::Week => i16::from(time.date().iso_week_date().week()),
        TimePart::Month => i16::from(time.month()),
        TimePart::Year => time.year(),
    });
    comparison.map_or((found - bound).abs() < f64::EPSILON, |comparison| compares(comparison, found, bound))
}

fn comparison_holds(comparison: Comparison, bound: f64, leaf: Node<'_>) -> bool {
    let number = match leaf.kind() {
        Kind::Number => leaf.as_f64(),
        Kind::String => leaf.as_str().and_then(|text| text.parse::<f64>().ok()),
        _ => None,
    };
    number.is_some_and(|number| compares(comparison, number, bound))
}

fn compares(comparison: Comparison, number: f64, bound: f64) -> bool {
    match comparison {
        Comparison::Less => number < bound,
        Comparison::LessOrEqual => number <= bound,
        Comparison::Greater => number > bound,
        Comparison::GreaterOrEqual => number >= bound,
    }
}

impl FieldTest {
    fn holds(&self, leaf: Node<'_>, root: Root<'_>) -> bool {
        self.other.visit(root, &mut |other| {
            any_member(other, &mut |other| {
                leaf_text(leaf, |text| leaf_text(other, |part| self.relates(text, part)))
            })
        })
    }

    /// True if the other field has a value.
    pub(crate) fn other_has_value(&self, root: Root<'_>) -> bool {
        self.other.visit(root, &mut |other| !other.is_null())
    }

    fn relates(&self, text: &str, part: &str) -> bool {
        let (text, part) = (comparable(text, self.cased), comparable(part, self.cased));
        match self.relation {
            Relation::Equals => text == part,
            Relation::Contains => text.contains(&*part),
            Relation::StartsWith => text.starts_with(&*part),
            Relation::EndsWith => text.ends_with(&*part),
        }
    }
}

fn comparable(text: &str, cased: bool) -> Cow<'_, str> {
    let capitals = text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii());
    if cased || !capitals { Cow::Borrowed(text) } else { Cow::Owned(text::folded(text)) }
}
