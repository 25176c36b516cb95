//! The part of JSON Schema that `docs/finding.schema.json` uses. A keyword that it does not know is a problem, so
//! that the schema cannot outgrow it in silence.

use serde_json::Value;

/// What of a value does not fit a schema.
pub(super) fn problems(schema: &Value, value: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    Check { root: schema, problems: &mut problems }.value(schema, value, "");
    problems
}

struct Check<'a> {
    root: &'a Value,
    problems: &'a mut Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, schema: &Value, value: &Value, path: &str) {
        for (keyword, wanted) in schema.as_object().unwrap() {
            let good = match keyword.as_str() {
                "$schema" | "$id" | "$defs" | "title" | "description" | "examples" => true,
                "$ref" => {
                    let target = wanted.as_str().unwrap().trim_start_matches('#');
                    self.value(self.root.pointer(target).unwrap(), value, path);
                    true
                }
                "type" => has_type(wanted, value),
                "const" => value == wanted,
                "enum" => wanted.as_array().unwrap().contains(value),
                "minLength" => {
                    value.as_str().is_none_or(|text| text.len() as u64 >= wanted.as_u64().unwrap())
                }
                "minItems" => {
                    value.as_array().is_none_or(|list| list.len() as u64 >= wanted.as_u64().unwrap())
                }
                "pattern" => value.as_str().is_none_or(|text| fits(wanted.as_str().unwrap(), text)),
                "required" => self.required(wanted, value, path),
                "properties" => self.properties(schema, value, path),
                "additionalProperties" => wanted == &Value::Bool(false),
                "items" => self.items(wanted, value, path),
                other => panic!("tests/render/schema.rs does not know `{other}`"),
            };
            if !good {
                self.problems.push(format!("{path}: {value} breaks {keyword} {wanted}"));
            }
        }
    }

    fn required(&mut self, keys: &Value, value: &Value, path: &str) -> bool {
        for key in keys.as_array().unwrap().iter().filter_map(Value::as_str) {
            if value.is_object() && value.get(key).is_none() {
                self.problems.push(format!("{path}/{key} is missing"));
            }
        }
        true
    }

    fn properties(&mut self, schema: &Value, value: &Value, path: &str) -> bool {
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        for (key, member) in value.as_object().into_iter().flatten() {
            match schema["properties"].get(key) {
                Some(of_member) => self.value(of_member, member, &format!("{path}/{key}")),
                None if closed => self.problems.push(format!("{path}/{key} is not described")),
                None => {}
            }
        }
        true
    }

    fn items(&mut self, schema: &Value, value: &Value, path: &str) -> bool {
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.value(schema, item, &format!("{path}/{index}"));
        }
        true
    }
}

/// The two kinds of patterns that the schema uses: names of threat models, and so many hexadecimal digits.
fn fits(pattern: &str, text: &str) -> bool {
    if pattern == "^[a-z0-9][a-z0-9-]{0,39}$" {
        let is_of_it = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        return (1..=40).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(is_of_it);
    }
    let count = pattern.strip_prefix("^[0-9a-f]{").and_then(|rest| rest.strip_suffix("}$"));
    let count = count.unwrap_or_else(|| panic!("tests/render/schema.rs does not know `{pattern}`"));
    text.len() == count.parse::<usize>().unwrap() && text.bytes().all(|b| b"0123456789abcdef".contains(&b))
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("tests/render/schema.rs does not know the type `{other}`"),
    };
    match wanted {
        Value::Array(names) => names.iter().any(is),
        name => is(name),
    }
}
