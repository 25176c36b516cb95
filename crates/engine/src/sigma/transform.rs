//! Values made of values: the dashes of Windows, UTF-16, Base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::pattern::{Pattern, Piece};

/// The characters that `windash` exchanges.
const DASHES: [char; 5] = ['-', '/', '–', '—', '―'];

/// The UTF-16 forms that Sigma knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Utf16 {
    Little,
    Big,
    /// Little, after a byte order mark.
    Marked,
}

/// The bytes of a text in UTF-16.
pub(crate) fn utf16(text: &str, form: Utf16) -> Vec<u8> {
    let mut bytes = if form == Utf16::Marked { vec![0xFF, 0xFE] } else { Vec::new() };
    for unit in text.encode_utf16() {
        bytes.extend(if form == Utf16::Big { unit.to_be_bytes() } else { unit.to_le_bytes() });
    }
    bytes
}

/// The bytes in Base64.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The part that is always there when the bytes are somewhere in a longer text in Base64, for each of the three places
/// they can have within a group of three bytes.
pub(crate) fn base64_offsets(bytes: &[u8]) -> Vec<String> {
    (0..3)
        .map(|before| {
            let mut shifted = vec![0; before];
            shifted.extend(bytes);
            let encoded = STANDARD.encode(&shifted);
            // Characters that also hold bits of a neighbour: at the start those of the shift, at the end an
            // incomplete group.
            let start = (before * 8).div_ceil(6);
            let end = shifted.len() * 8 / 6;
            encoded.get(start..end).unwrap_or_default().to_owned()
        })
        .collect()
}

/// How many characters `windash` exchanges in a pattern.
pub(crate) fn count_dashes(pattern: &Pattern) -> usize {
    dashes(pattern).len()
}

/// Every form of a pattern with the dashes of its switches exchanged; the pattern itself is one of them.
pub(crate) fn windash(pattern: &Pattern) -> Vec<Pattern> {
    let mut forms = vec![pattern.clone()];
    for place in dashes(pattern) {
        let mut next = Vec::with_capacity(forms.len() * DASHES.len());
        for form in &forms {
            for dash in DASHES {
                let mut form = form.clone();
                if let Some(piece) = form.pieces.get_mut(place) {
                    *piece = Piece::Char(dash);
                }
                next.push(form);
            }
        }
        forms = next;
    }
    forms
}

/// The places of the dashes that begin a switch: before a word and not within one.
fn dashes(pattern: &Pattern) -> Vec<usize> {
    let is_word =
        |piece: Option<&Piece>| matches!(piece, Some(Piece::Char(c)) if c.is_alphanumeric() || *c == '_');
    let pieces = &pattern.pieces;
    let mut places = Vec::new();
    for (place, piece) in pieces.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| pieces.get(before));
        let dash = matches!(piece, Piece::Char(c) if DASHES.contains(c));
        if dash && !is_word(before) && is_word(pieces.get(place + 1)) {
            places.push(place);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offsets_are_found_in_any_longer_text() {
        for before in 0..7 {
            let text = format!("{}secret-word{}", "x".repeat(before), "y".repeat(9 - before));
            let encoded = base64(text.as_bytes());
            let hits =
                base64_offsets(b"secret-word").iter().filter(|part| encoded.contains(part.as_str())).count();
            assert_eq!(hits, 1, "{before} bytes before: {encoded}");
        }
    }

    #[test]
    fn utf16_has_three_forms() {
        assert_eq!(utf16("ab", Utf16::Little), [0x61, 0, 0x62, 0]);
        assert_eq!(utf16("ab", Utf16::Big), [0, 0x61, 0, 0x62]);
        assert_eq!(utf16("a", Utf16::Marked), [0xFF, 0xFE, 0x61, 0]);
    }

    #[test]
    fn only_dashes_that_begin_a_switch_are_exchanged() {
        let forms = windash(&Pattern::parse(" -param-name"));
        assert_eq!(forms.len(), 5);
        assert!(forms.contains(&Pattern::literal(" /param-name")));
        assert!(forms.contains(&Pattern::literal(" ―param-name")));
        assert_eq!(windash(&Pattern::parse("plain")).len(), 1);
    }
}
