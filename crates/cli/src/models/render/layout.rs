//! JSON that people read and compare: what fits on a line stands on one, so that a series is a line.

use serde_json::Value;
use tattletrail_engine::render::text::escape_json;

/// The longest line that is not broken.
const WIDTH: usize = 150;

/// The value in lines, with nothing hidden in it.
pub(super) fn lines(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, 0, &mut text);
    text.push('\n');
    text
}

/// Writes a value; `before` are the characters that stand on its line already.
fn write(value: &Value, depth: usize, before: usize, text: &mut String) {
    let flat = value.to_string();
    let is_leaf = !matches!(value, Value::Array(_) | Value::Object(_));
    if is_leaf || before + flat.chars().count() <= WIDTH {
        text.push_str(&escape_json(flat));
        return;
    }
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    text.push(open);
    let mut separator = "\n";
    for (key, member) in members(value) {
        let key = key.map_or(String::new(), |key| format!("{}: ", escape_json(Value::from(key).to_string())));
        text.push_str(&format!("{separator}{:1$}{key}", "", depth + 2));
        write(member, depth + 2, depth + 2 + key.chars().count(), text);
        separator = ",\n";
    }
    text.push_str(&format!("\n{:depth$}{close}", ""));
}

fn members(value: &Value) -> Vec<(Option<&str>, &Value)> {
    match value {
        Value::Array(items) => items.iter().map(|item| (None, item)).collect(),
        Value::Object(members) => members.iter().map(|(key, member)| (Some(key.as_str()), member)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_is_on_a_line_and_all_of_it_is_read_back() {
        let value = json!({"a": [1, 2, {"b": "c"}], "long": ["x".repeat(100), "y\u{202e}".repeat(60)], "e": [], "f": {}});
        let text = lines(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(text.contains("\n  \"a\": [1,2,{\"b\":\"c\"}],\n"), "{text}");
        assert!(!text.contains('\u{202e}'));
    }
}
