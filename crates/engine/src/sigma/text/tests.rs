//! The fast matcher against the obvious one, a regular expression.

use proptest::prelude::*;
use regex::RegexBuilder;

use super::*;
use crate::sigma::pattern::Piece;

/// The slow twin: what `*` and `?` mean, written as a regular expression.
fn twin(pattern: &Pattern, cased: bool, text: &str) -> bool {
    let mut regex = String::from(r"\A(?s:");
    for piece in &pattern.pieces {
        match piece {
            Piece::Many => regex.push_str(".*"),
            Piece::One => regex.push('.'),
            Piece::Char(character) => regex.push_str(&regex::escape(&character.to_string())),
        }
    }
    regex.push_str(r")\z");
    RegexBuilder::new(&regex).case_insensitive(!cased).build().unwrap().is_match(text)
}

fn matches(pattern: &str, text: &str) -> bool {
    TextMatcher::new(&Pattern::parse(pattern), false).matches(text)
}

#[test]
fn a_star_goes_on_looking() {
    assert!(matches("*ab*ab", "xabyabzab"));
    assert!(matches("a*b?d", "abbcbxd"));
    assert!(!matches("a*b?d", "abd"));
    assert!(matches("*?é", "xyé"));
}

#[test]
fn a_question_mark_is_a_character_not_a_byte() {
    assert!(matches("a?c", "aéc"));
    assert!(matches("a?c", "a😀c"));
    assert!(!matches("a??c", "aéc"));
}

#[test]
fn every_text_fits_only_stars() {
    assert!(TextMatcher::new(&Pattern::parse("**"), false).is_any());
    assert!(!TextMatcher::new(&Pattern::parse(""), false).is_any());
}

proptest! {
    #[test]
    fn fast_and_slow_agree(pattern in "[abAB*?.é]{0,7}", text in "[abAB.éÉ]{0,9}", cased: bool) {
        let pattern = Pattern::parse(&pattern);
        let fast = TextMatcher::new(&pattern, cased).matches(&text);
        prop_assert_eq!(fast, twin(&pattern, cased, &text));
    }

    #[test]
    fn a_literal_that_is_there_is_found(word in "[a-cA-C]{1,3}", head in "[a-d]{0,9}", tail in "[a-d]{0,9}") {
        let pattern = Pattern::parse(&word).open(true, true);
        let text = format!("{head}{}{tail}", word.to_uppercase());
        prop_assert!(TextMatcher::new(&pattern, false).matches(&text));
    }
}
