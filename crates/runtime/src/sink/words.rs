//! The words of a service about an error, as far as they may be repeated.

use tattletrail_engine::render::text;

/// The longest word that is kept: above it are tokens, documents and hashes.
const WORD_CHARS: usize = 80;

/// What a reason is cut to: a line of a log.
const REASON_UNITS: usize = 200;

/// A code and what the service says to it, on one line, without what it quotes of the request.
pub(super) fn reason(code: &str, message: Option<&str>) -> String {
    let mut line = clean(code);
    if let Some(message) = message.map(clean).filter(|message| !message.is_empty()) {
        line.push_str(": ");
        line.push_str(&message);
    }
    text::truncate_utf16(&line, REASON_UNITS).into_owned()
}

fn clean(message: &str) -> String {
    let words = without_quotes(message);
    let words =
        words.split_whitespace().map(|word| if word.chars().count() > WORD_CHARS { "…" } else { word });
    text::neutralise(&words.collect::<Vec<_>>().join(" ")).into_owned()
}

/// Services quote in each of these, and what they quote is what the parcel says.
fn without_quotes(message: &str) -> String {
    let mut kept = String::new();
    let mut inside = None;
    let mut before = ' ';
    for character in message.chars() {
        match inside {
            Some(end) if character == end => inside = None,
            Some(_) => {}
            None => match closing(character, before) {
                Some(end) => {
                    kept.push('…');
                    inside = Some(end);
                }
                None => kept.push(character),
            },
        }
        before = character;
    }
    kept
}

/// What ends a quotation that begins here. An apostrophe inside a word begins none.
fn closing(character: char, before: char) -> Option<char> {
    match character {
        '"' | '`' => Some(character),
        '\'' if !before.is_alphanumeric() => Some('\''),
        '{' => Some('}'),
        '“' => Some('”'),
        '‘' => Some('’'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line() {
        let made = reason("InvalidInput", Some(&"data.Title\nis\u{1b} too long ".repeat(50)));
        assert!(made.starts_with("InvalidInput: data.Title is\\u{1b} too long data"), "{made}");
        assert!(made.chars().count() <= REASON_UNITS && !made.contains('\n'));
    }

    #[test]
    fn a_reason_repeats_nothing_of_what_was_sent() {
        let message =
            format!("the bucket's value 'se cret' or \"a b\" or {{k: v}} or {} can't be", "T".repeat(100));
        assert_eq!(reason("X", Some(&message)), "X: the bucket's value … or … or … or … can't be");
    }
}
