//! Text made safe to look at, and cut to fit.
//!
//! Names, user agents and tags in a record are chosen by whoever makes the call. Printed as they are, they could
//! move the cursor, change the colours, reverse the reading order or hide a part of themselves.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

/// The mark of a cut: one column wide.
const ELLIPSIS: char = '…';

/// Characters kept for each column. Marks that take no column can be piled up without end; no script needs more.
const CHARS_PER_COLUMN: usize = 4;

/// Replaces every character that a reader cannot see but a terminal obeys by a visible escape: `\n`, `\u{1b}`,
/// `\u{202e}`.
#[must_use]
pub fn neutralise(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Cuts a text so that it takes at most `columns` columns of a terminal; a cut ends in `…`.
///
/// The text must have gone through [`neutralise`]: control characters have no width.
#[must_use]
pub fn truncate_width(text: &str, columns: usize) -> Cow<'_, str> {
    if end_at_width(text, columns) == text.len() {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else { return Cow::Borrowed("") };
    let mut cut = text.get(..end_at_width(text, room)).unwrap_or_default().to_owned();
    cut.push(ELLIPSIS);
    Cow::Owned(cut)
}

/// The byte at which the longest beginning of at most `columns` columns ends.
fn end_at_width(text: &str, columns: usize) -> usize {
    let most = columns.saturating_mul(CHARS_PER_COLUMN);
    let mut used = 0;
    for (count, (at, character)) in text.char_indices().enumerate() {
        used += width(character);
        if used > columns || count >= most {
            return at;
        }
    }
    text.len()
}

/// The most columns a character takes. U+FE0F takes none but can widen the one before it to an emoji's two.
fn width(character: char) -> usize {
    if character == '\u{fe0f}' { 1 } else { character.width().unwrap_or(0) }
}

/// Cuts a text to at most `most` UTF-16 code units; a cut ends in `…`.
///
/// The services that limit "characters" are written in Java, where an emoji counts as two: the smaller count is safe
/// whichever they mean.
#[must_use]
pub fn truncate_utf16(text: &str, most: usize) -> Cow<'_, str> {
    if utf16_len(text) <= most {
        return Cow::Borrowed(text);
    }
    let mut cut = utf16_prefix(text, most.saturating_sub(1)).to_owned();
    if most > 0 {
        cut.push(ELLIPSIS);
    }
    Cow::Owned(cut)
}

/// The longest beginning of at most `most` UTF-16 code units.
pub(super) fn utf16_prefix(text: &str, most: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += character.len_utf16();
        if used > most {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// The length of a text in UTF-16 code units.
pub(super) fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Escapes, in JSON text, what JSON itself lets through: the same value, with nothing hidden in it.
///
/// Such characters can stand only inside strings there, so that replacing them keeps the text JSON.
#[must_use]
pub fn escape_json(json: String) -> String {
    if !json.chars().any(is_hidden) {
        return json;
    }
    let mut safe = String::with_capacity(json.len() + 16);
    let mut units = [0; 2];
    for character in json.chars() {
        if is_hidden(character) {
            for unit in character.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                write!(safe, "\\u{unit:04x}").unwrap_or_default();
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

/// True for what a reader cannot see: control characters, line separators, and the format characters that change the
/// reading order, take no space, or carry text of their own.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(neutralise("Grüße, 世界 🙂"), Cow::Borrowed(_)));
        assert!(matches!(truncate_width("bucket", 6), Cow::Borrowed("bucket")));
    }

    #[test]
    fn escape_sequences_and_reversals_are_shown() {
        assert_eq!(neutralise("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(neutralise("x\u{202e}gpj.exe\r\n\t"), "x\\u{202e}gpj.exe\\r\\n\\t");
        assert_eq!(neutralise("\u{9b}2J\u{7f}\u{2028}"), "\\u{9b}2J\\u{7f}\\u{2028}");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(truncate_width("世界世界", 5), "世界…");
        assert_eq!(truncate_width("abcdef", 3), "ab…");
        assert_eq!(truncate_width("abc", 0), "");
    }

    #[test]
    fn piled_up_marks_are_cut() {
        let zalgo = format!("a{}", "\u{301}".repeat(10_000));
        assert!(truncate_width(&zalgo, 10).chars().count() <= 41);
    }

    #[test]
    fn an_emoji_counts_as_two_units() {
        assert_eq!(truncate_utf16("🙂🙂🙂", 6), "🙂🙂🙂");
        assert_eq!(truncate_utf16("🙂🙂🙂", 5), "🙂🙂…");
        assert_eq!(truncate_utf16("🙂", 1), "…");
        assert_eq!(truncate_utf16("ab", 0), "");
    }

    #[test]
    fn json_keeps_its_value_and_shows_nothing_hidden() {
        let value = serde_json::json!({"k": "a\u{85}\u{2028}\u{e0041}\u{202e}\n"});
        let text = escape_json(value.to_string());
        assert_eq!(text, r#"{"k":"a\u0085\u2028\udb40\udc41\u202e\n"}"#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in any::<String>()) {
            prop_assert!(!neutralise(&text).chars().any(is_hidden));
        }

        #[test]
        fn a_cut_fits(text in any::<String>(), columns in 0usize..40) {
            let safe = neutralise(&text);
            prop_assert!(truncate_width(&safe, columns).width() <= columns);
            prop_assert!(utf16_len(&truncate_utf16(&text, columns)) <= columns);
        }
    }
}
