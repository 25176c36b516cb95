//! A second net under all text that leaves: what looks like a secret is taken out, what a terminal obeys is made visible,
//! and what is long is cut. The first net is that nobody gives such text away: [`crate::names::LOGGED`].
//!
//! Text in, text out; [`redact`] of its own result changes nothing.

// Runs of characters that are keys and tokens.
mod runs;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// The most bytes that leave of one text: a reason, a name, a place in the code.
pub const MOST_BYTES: usize = 1024;

/// What stands where a secret was.
pub const MARK: &str = "[redacted]";

/// What ends a text that was cut.
const CUT: char = '…';

/// How much of a text is looked at: what is behind would be cut even if all before it were secrets of usual length.
const MOST_READ: usize = 8 * 1024;

/// What needs more looks than this leaves as nothing.
const MOST_PASSES: usize = 8;

/// What a text must hold to be looked at closely, in lower case. Each alternative of [`SHAPES`] begins with one of them.
const SIGNS: [&str; 16] = [
    "akia",
    "asia",
    "x-amz-",
    "authorization",
    "bearer",
    "eyj",
    "-----begin",
    "://",
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
];

/// Secrets that are known by what they begin with or stand behind.
///
/// Access key ids: IAM user guide, "IAM identifiers", unique id prefixes. `X-Amz-…`: Signature Version 4, query
/// parameters. Tokens of three parts: RFC 7519. `BEGIN`: RFC 7468.
const SHAPES: &str = r#"(?xi)
    (?-i:(?:AKIA|ASIA)[A-Z0-9]{12,})
  | x-amz-(?:signature|credential|security-token)["']?\s*(?:=|%3d|:)\s*["']?[^&\s"'<>]*
  | authorization["']?\s*(?:=|:)[^\r\n]*
  | (?:bearer\s+)+[^\s"']+
  | (?-i:eyJ)[a-z0-9_-]{6,}\.[a-z0-9_-]+(?:\.[a-z0-9_-]*)*
  | -----begin\x20[a-z0-9\x20]+-----(?s:.*?)(?:-----end\x20[a-z0-9\x20]+-----|$)
  | ://[^\s/@:]*:[^\s]+@
  | [a-z0-9_.-]*(?:password|passwd|pwd|secret|token|api[_-]?key)[a-z0-9_.-]*
    (?:\\?["']\s*:\s*|\s*=\s*)(?:\\?"[^"]*"?|\\?'[^']*'?|[^\s,;&"']+)
"#;

static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(SHAPES).ok());

/// The text as it may leave: without what looks like a secret, on one line, at most [`MOST_BYTES`] long.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let (text, is_cut) = readable(text);
    let mut clean = cut(pass(text), is_cut);
    for _ in 0..MOST_PASSES {
        if is_plain(&clean) {
            return Cow::Owned(clean);
        }
        let next = cut(pass(&clean), false);
        if next == clean {
            return Cow::Owned(clean);
        }
        clean = next;
    }
    Cow::Borrowed(MARK)
}

/// One look at a text. What is taken out may make a secret of what is around it, so one look may not be enough.
fn pass(text: &str) -> String {
    let text = if has_sign(text) { without_shapes(text) } else { Cow::Borrowed(text) };
    neutralise(&runs::without_tokens(&text))
}

/// True for most texts: short, without anything that is looked for.
fn is_plain(text: &str) -> bool {
    text.len() <= MOST_BYTES && !has_sign(text) && !runs::has_long(text) && !text.chars().any(is_hidden)
}

fn has_sign(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    SIGNS.iter().any(|sign| lower.contains(sign))
}

/// What is looked at of a text. What the end of that cuts in two is left out: half a key is known by nothing.
fn readable(text: &str) -> (&str, bool) {
    let end = text.floor_char_boundary(MOST_READ);
    let (head, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    if rest.is_empty() {
        return (head, false);
    }
    (head.trim_end_matches(|character: char| !character.is_whitespace()), true)
}

/// Where the expression could not be built nothing leaves; a test builds it.
fn without_shapes(text: &str) -> Cow<'_, str> {
    let Some(shape) = SHAPE.as_ref() else { return Cow::Borrowed(MARK) };
    shape.replace_all(text, |found: &regex::Captures<'_>| {
        let is_url = found.get(0).is_some_and(|found| found.as_str().starts_with("://"));
        if is_url { format!("://{MARK}@") } else { MARK.to_owned() }
    })
}

/// What a terminal or a reader of lines obeys, made visible.
fn neutralise(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Controls, line ends and what turns the direction of reading (Unicode, Cc, Zl, Zp, `Bidi_Control`).
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn cut(text: String, is_cut: bool) -> String {
    if !is_cut && text.len() <= MOST_BYTES {
        return text;
    }
    let end = text.floor_char_boundary(MOST_BYTES - CUT.len_utf8());
    let head = text.get(..end).unwrap_or_default();
    format!("{head}{CUT}")
}
