//! Text broken into lines between words. Nothing is cut: what somebody compares must be whole.

use tattletrail_engine::render::text::neutralise;
use unicode_width::UnicodeWidthStr as _;

/// Lines of so many columns, safe for a terminal; a word that is longer has a line of its own.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = neutralise(word);
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= columns => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word.into_owned()),
        }
    }
    lines
}

/// The lines of a text behind a label, which stands on the first of them.
pub(crate) fn labelled(label: &str, text: &str, indent: usize, columns: usize) -> String {
    let mut out = String::new();
    for (index, line) in wrap(text, columns.saturating_sub(indent)).iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        out.push_str(&format!("{label:<indent$}{line}\n"));
    }
    out
}
