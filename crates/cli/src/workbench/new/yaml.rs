//! Values of a record as YAML: whatever text an attacker chose stays one value on one line.

use serde_json::Value;

/// How many `: ` and the like may be in a text before they are written as escapes: the reader of rules refuses a line
/// with many, since each may nest.
const MARKS: usize = 20;

/// Lines for the members of an object, at some columns from the left.
pub(super) fn members(object: &Value, indent: usize) -> String {
    let mut out = String::new();
    for (key, value) in object.as_object().into_iter().flatten() {
        member(&name(key), value, indent, &mut out);
    }
    out
}

fn member(key: &str, value: &Value, indent: usize, out: &mut String) {
    let space = " ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push_str(&format!("{space}{key}:\n{}", members(value, indent + 2)));
        }
        Value::Array(list) if !list.is_empty() => {
            out.push_str(&format!("{space}{key}:\n"));
            for item in list {
                element(item, indent + 2, out);
            }
        }
        other => out.push_str(&format!("{space}{key}: {}\n", scalar(other))),
    }
}

fn element(item: &Value, indent: usize, out: &mut String) {
    let space = " ".repeat(indent);
    match item {
        Value::Object(map) if !map.is_empty() => {
            out.push_str(&format!("{space}-\n{}", members(item, indent + 2)));
        }
        Value::Array(list) if !list.is_empty() => {
            out.push_str(&format!("{space}-\n"));
            for item in list {
                element(item, indent + 2, out);
            }
        }
        other => out.push_str(&format!("{space}- {}\n", scalar(other))),
    }
}

/// A value without members.
pub(super) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
        other => other.to_string(),
    }
}

/// A text: bare where it is a plain word, else in quotes.
pub(super) fn string(text: &str) -> String {
    if is_word(text) { text.to_owned() } else { quoted(text) }
}

/// A key.
fn name(text: &str) -> String {
    string(text)
}

/// True for a text that YAML reads as itself.
fn is_word(text: &str) -> bool {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | '/');
    let reserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(plain)
        && !reserved.contains(&text.to_ascii_lowercase().as_str())
}

/// A text in double quotes. JSON's quotes are YAML's, but for characters that YAML refuses or a reader cannot see.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for character in Value::from(text).to_string().chars() {
        if is_unseen(character) {
            let code = u32::from(character);
            out.push_str(&if code > 0xffff { format!("\\U{code:08x}") } else { format!("\\u{code:04x}") });
        } else {
            out.push(character);
        }
    }
    let marks: usize = ["- ", "? ", ": "].iter().map(|mark| out.matches(mark).count()).sum();
    if marks > MARKS {
        out = out.replace("- ", "-\\x20").replace("? ", "?\\x20").replace(": ", ":\\x20");
    }
    out
}

/// Controls, and characters that turn the direction of a line or are none.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_are_bare() {
        for (text, written) in [
            ("DeleteTrail", "DeleteTrail"),
            ("cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com"),
            ("null", "\"null\""),
            ("No", "\"No\""),
            ("111122223333", "\"111122223333\""),
            ("a: b # c", "\"a: b # c\""),
            ("a\nb\u{85}\u{202e}\u{1b}", "\"a\\nb\\u0085\\u202e\\u001b\""),
            ("", "\"\""),
        ] {
            assert_eq!(string(text), written);
        }
        let many = "a: b - c ".repeat(30);
        assert!(!string(&many).contains(": "), "{}", string(&many));
    }
}
