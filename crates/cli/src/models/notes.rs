//! What Threat Composer says of a threat, or of an application, as lines at the end of a description: for people to read,
//! and in a form that can be read back to the letter.
//!
//! In: a description such as
//! ```text
//! An attacker with a stolen session can read messages, which leads to ...
//!
//! From Threat Composer:
//! Threat: 6a3b0c1e-...
//! Source: attacker
//! Goal: confidentiality
//! More: {"numericId":1}
//! ```
//! Out: the words before it, and the lines as names and values. INVARIANT: what [`Notes::write`] writes, [`Notes::read`]
//! reads.

use serde_json::Value;
use tattletrail_engine::render::text::escape_json;

/// The line that the others follow.
const HEAD: &str = "From Threat Composer:\n";

/// Texts of a threat, and their words in a note.
pub(super) const TEXTS: [(&str, &str); 5] = [
    ("threatSource", "Source"),
    ("prerequisites", "Prerequisites"),
    ("threatAction", "Action"),
    ("threatImpact", "Impact"),
    ("customTemplate", "Template"),
];

/// Lists of a threat, and the word of each item in a note.
pub(super) const LISTS: [(&str, &str); 3] =
    [("impactedGoal", "Goal"), ("impactedAssets", "Asset"), ("tags", "Tag")];

/// Metadata with words of their own in a note.
pub(super) const METADATA: [&str; 2] = ["STRIDE", "Comments"];

/// The two kinds of what is linked to threats: its word in a note, the list, the links, and the key of a link.
pub(super) const LINKED: [(&str, &str, &str, &str); 2] = [
    ("Mitigation", "mitigations", "mitigationLinks", "mitigationId"),
    ("Assumption", "assumptions", "assumptionLinks", "assumptionId"),
];

/// Words, and lines behind them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Notes {
    /// What stands before.
    pub(super) words: String,
    lines: Vec<(String, String)>,
}

impl Notes {
    /// Reads a description; one without such lines is words alone.
    pub(super) fn read(description: &str) -> Self {
        let text = format!("{}\n", description.trim_end());
        let behind = format!("\n\n{HEAD}");
        let parts = match text.strip_prefix(HEAD) {
            Some(lines) => Some(("", lines)),
            None => text.rsplit_once(&behind),
        };
        let Some((words, lines)) = parts else {
            return Self { words: description.to_owned(), lines: Vec::new() };
        };
        let line = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_owned(), plain(value)))
        };
        Self { words: words.to_owned(), lines: lines.lines().filter_map(line).collect() }
    }

    /// The description.
    pub(super) fn write(&self) -> String {
        if self.lines.is_empty() {
            return self.words.clone();
        }
        let gap = if self.words.is_empty() { "" } else { "\n\n" };
        let mut text = format!("{}{gap}{HEAD}", self.words);
        for (name, value) in &self.lines {
            text.push_str(&format!("{name}: {}\n", written(value)));
        }
        text.trim_end().to_owned()
    }

    /// Adds a line.
    pub(super) fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.lines.push((name.into(), value.into()));
    }

    /// Adds a line with JSON, unless that is empty.
    pub(super) fn add_json(&mut self, name: impl Into<String>, value: &Value) {
        let is_empty = value.as_object().is_some_and(serde_json::Map::is_empty);
        if !is_empty && !value.is_null() {
            self.add(name, escape_json(value.to_string()));
        }
    }

    /// The first value of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.lines.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of that name.
    pub(super) fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n str> {
        self.lines.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What follows a word in names, with the values: `Mitigation 6a3b...`.
    pub(super) fn named<'n>(&'n self, word: &'n str) -> impl Iterator<Item = (&'n str, &'n str)> {
        self.lines.iter().filter_map(move |(name, value)| {
            let id = name.strip_prefix(word)?.strip_prefix(' ')?;
            Some((id, value.as_str()))
        })
    }

    /// The JSON of that name; nothing where there is none, or somebody changed it into something else.
    pub(super) fn json(&self, name: &str) -> Value {
        self.get(name).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

/// True if a text may stand in a line, or in lines, as it is: nothing hidden, nothing that would be trimmed away.
pub(super) fn is_plain(text: &str, may_have_lines: bool) -> bool {
    let is_shown = |c: char| (c == '\n' && may_have_lines) || !(c.is_control() || is_hidden(c));
    !text.is_empty() && text.trim() == text && text.chars().all(is_shown)
}

/// Characters that show nothing, or show others in another order, and those that end lines in YAML.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// A value as a line has it: as it is, or between quotation marks.
fn written(value: &str) -> String {
    if is_plain(value, false) && !value.starts_with('"') {
        return value.to_owned();
    }
    escape_json(Value::from(value).to_string())
}

fn plain(line: &str) -> String {
    let quoted = if line.starts_with('"') { serde_json::from_str(line).ok() } else { None };
    quoted.unwrap_or_else(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for value in [
            "",
            " ",
            "a",
            "\"a\"",
            "two\nlines",
            "tab\tand \u{202e}more",
            "ends ",
            "a: b",
            "{\"a\":1}",
            "\"",
            "é 字",
        ] {
            for words in ["", "An attacker can read.", "Two\n\nFrom Threat Composer:\nlines: 1"] {
                let mut notes = Notes { words: words.to_owned(), lines: Vec::new() };
                notes.add("Threat", "1");
                notes.add("Value", value);
                notes.add_json("More", &serde_json::json!({ "of": value }));
                let text = notes.write();
                assert_eq!(Notes::read(&text), notes, "{text}");
                assert_eq!(notes.json("More")["of"], value);
            }
        }
    }

    #[test]
    fn a_description_without_such_lines_is_words() {
        let text = "People sign up.\n\nThreat: none of it";
        assert_eq!(Notes::read(text).words, text);
        assert_eq!(Notes::read(text).write(), text);
    }
}
