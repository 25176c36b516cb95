//! JSON for programs that a person may look at too.

use serde_json::Value;
use tattletrail_engine::render::text::escape_json;

/// The value in lines, with nothing hidden in it.
pub(crate) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    for line in format!("{value:#}").lines() {
        text.push_str(&escape_json(line.to_owned()));
        text.push('\n');
    }
    text
}
