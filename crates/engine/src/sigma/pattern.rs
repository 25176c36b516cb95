//! Strings with wildcards, as a rule writes them: `*` is any text, `?` is any one character, and a backslash takes the
//! meaning off `*`, `?` and itself. Before any other character a backslash is just a backslash.

/// One piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any text, also none.
    Many,
}

/// A string with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) pieces: Vec<Piece>,
}

impl Pattern {
    /// Reads the wildcards and escapes of a value.
    pub(crate) fn parse(text: &str) -> Self {
        let mut pieces = Vec::with_capacity(text.len());
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            pieces.push(match character {
                '*' => Piece::Many,
                '?' => Piece::One,
                '\\' => {
                    let escaped = characters.next_if(|next| matches!(next, '*' | '?' | '\\'));
                    Piece::Char(escaped.unwrap_or('\\'))
                }
                other => Piece::Char(other),
            });
        }
        Self { pieces }
    }

    /// A text without wildcards.
    pub(crate) fn literal(text: &str) -> Self {
        Self { pieces: text.chars().map(Piece::Char).collect() }
    }

    /// The text, if there are no wildcards in it.
    pub(crate) fn as_literal(&self) -> Option<String> {
        literal(&self.pieces)
    }

    /// The pattern with `*` before it, after it or both.
    pub(crate) fn open(mut self, before: bool, after: bool) -> Self {
        if before {
            self.pieces.insert(0, Piece::Many);
        }
        if after {
            self.pieces.push(Piece::Many);
        }
        self
    }
}

/// The text of pieces that are all characters.
pub(crate) fn literal(pieces: &[Piece]) -> Option<String> {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Char(character) => Some(*character),
            Piece::One | Piece::Many => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_escapes_only_wildcards_and_itself() {
        assert_eq!(Pattern::parse(r"a\*b").as_literal().as_deref(), Some("a*b"));
        assert_eq!(Pattern::parse(r"a\?b").as_literal().as_deref(), Some("a?b"));
        assert_eq!(Pattern::parse(r"a\\b").as_literal().as_deref(), Some(r"a\b"));
        assert_eq!(Pattern::parse(r"a\b").as_literal().as_deref(), Some(r"a\b"));
        assert_eq!(Pattern::parse(r"a\").as_literal().as_deref(), Some(r"a\"));
        assert_eq!(Pattern::parse(r"a\\*").pieces.last(), Some(&Piece::Many));
    }
}
