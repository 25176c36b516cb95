//! Policies as text: JSON, or JSON in percent encoding as IAM answers with it.

use std::borrow::Cow;

use crate::json::Document;
use crate::limits;

/// Parses a policy that is a JSON string in its record; `None` where it is no JSON or nests too deep.
pub(super) fn parse(text: &str) -> Option<Document> {
    let text = text.trim();
    let decoded = if text.starts_with('%') { decoded(text)? } else { Cow::Borrowed(text) };
    if depth(&decoded) > limits::MAX_DEPTH {
        return None;
    }
    Document::parse(decoded.as_bytes()).ok()
}

/// Undoes percent encoding (RFC 3986); `None` where the bytes are no UTF-8.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The deepest nesting of a JSON text, without parsing it: a parser that recurses must not be given a bomb.
fn depth(text: &str) -> u32 {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0u32, 0u32, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_and_percent_encoded_text_are_read() {
        assert!(parse(r#" {"a":1} "#).is_some());
        assert!(parse("%7B%22a%22%3A1%7d").is_some_and(|document| document.root().get("a").is_some()));
        assert!(parse("%7").is_none());
        assert!(parse("%zz").is_none());
        assert!(parse("HIDDEN_DUE_TO_SECURITY_REASONS").is_none());
        assert!(parse("").is_none());
    }

    #[test]
    fn a_bomb_is_refused_and_brackets_in_text_are_not_nesting() {
        assert!(parse(&"[".repeat(1_000_000)).is_none());
        assert!(parse(&format!("\"{}\"", "[".repeat(1000))).is_some());
        assert_eq!(depth(r#"{"a":["\"[",{"b":1}]}"#), 3);
    }
}
