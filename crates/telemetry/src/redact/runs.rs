//! Runs of characters that are keys and tokens: secret access keys, session tokens, and what other services call by the same
//! looks. A key is known by how often the kind of its characters changes; names, paths and numbers change it rarely.

use std::borrow::Cow;

use super::MARK;

/// A secret access key's length (IAM user guide, "Manage access keys"): what is shorter is no key of AWS.
const LEAST: usize = 40;

/// True if there is a run that is long enough to be looked at.
pub(super) fn has_long(text: &str) -> bool {
    let mut length = 0;
    text.bytes().any(|byte| {
        length = if is_of_run(byte) { length + 1 } else { 0 };
        length >= LEAST
    })
}

/// The text without runs that are keys.
pub(super) fn without_tokens(text: &str) -> Cow<'_, str> {
    if !has_long(text) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (run, behind) = split(rest, is_of_run);
        kept.push_str(&kept_of(run));
        let (between, behind) = split(behind, |byte| !is_of_run(byte));
        kept.push_str(between);
        rest = behind;
    }
    Cow::Owned(kept)
}

/// What is kept of a run. In base64 it goes on over `/` and `+`, in the form for URLs over `-` and `_`: a path of names with
/// dashes is neither.
fn kept_of(run: &str) -> Cow<'_, str> {
    let is_base64 = |part: &str| part.len() >= LEAST && changes(part) * 6 >= part.len();
    let is_for_urls = |part: &str| part.len() >= LEAST && changes(part) * 3 >= part.len();
    let any = |separators: [char; 2], is_key: &dyn Fn(&str) -> bool| run.split(separators).any(is_key);
    if run.len() < LEAST || !(any(['-', '_'], &is_base64) || any(['/', '+'], &is_for_urls)) {
        return Cow::Borrowed(run);
    }
    Cow::Borrowed(MARK)
}

/// How often capitals, small letters and digits follow on one another; 0 where one of them is missing, as in words, hashes
/// and ids.
fn changes(part: &str) -> usize {
    let kind = |byte: u8| match byte {
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        b'0'..=b'9' => 3,
        _ => 0,
    };
    let kinds: Vec<u8> = part.bytes().map(kind).collect();
    if [1, 2, 3].iter().any(|kind| !kinds.contains(kind)) {
        return 0;
    }
    kinds
        .iter()
        .zip(kinds.iter().skip(1))
        .filter(|(one, next)| one != next && **one > 0 && **next > 0)
        .count()
}

fn is_of_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'=' | b'-' | b'_')
}

/// Before and from the first byte that is not of a kind. What is of it is ASCII, or all that is not; so the cut is between
/// characters.
fn split(text: &str, is_of: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|byte| !is_of(byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}
