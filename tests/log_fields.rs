//! What the code tries to log is what may be logged: a field that is not on the list would be left out without a word.
#![expect(clippy::string_slice, reason = "sources of ours, cut where a search found something")]

use std::fs;

use tattletrail_telemetry::names::LOGGED;

use crate::harness::{files, root};

const MACROS: [&str; 12] = [
    "error!",
    "warn!",
    "info!",
    "debug!",
    "trace!",
    "event!",
    "span!",
    "error_span!",
    "warn_span!",
    "info_span!",
    "debug_span!",
    "trace_span!",
];

/// A call of a macro of `tracing`: its name and what is between its parentheses.
type Call = (&'static str, String);

#[test]
fn every_field_that_is_logged_is_on_the_list() {
    let mut calls = 0;
    for path in ["crates", "functions"].iter().flat_map(|folder| files(&root().join(folder), ".rs")) {
        let is_test = path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs");
        if is_test {
            continue;
        }
        for (name, inside) in calls_in(&fs::read_to_string(&path).unwrap()) {
            calls += 1;
            let arguments = arguments(&inside);
            assert_eq!(
                faults(name, &arguments),
                Vec::<String>::new(),
                "{}: {name}({inside})",
                path.display()
            );
        }
    }
    assert!(calls > 15, "only {calls} calls were found");
}

#[test]
fn what_is_not_on_the_list_is_seen() {
    let faults = |text: &str| {
        let (name, inside) = calls_in(text).pop().unwrap();
        faults(name, &arguments(&inside))
    };
    assert_eq!(faults(r#"tracing::warn!(sink = name(1, "a, b"), %error, "said");"#), Vec::<String>::new());
    assert_eq!(faults(r"tracing::error_span!(span::INVOCATION, requestId = id);"), Vec::<String>::new());
    assert_eq!(faults(r#"tracing::warn!(user = ?name, "said");"#), ["`user` is not on the list"]);
    assert_eq!(faults("tracing::info!(payload);"), ["`payload` is not on the list"]);
    assert_eq!(faults(r#"tracing::info!("it is {payload}");"#), ["the message is not constant"]);
    assert_eq!(faults(r#"tracing::info!(why, "it is {}", why);"#).len(), 1);
}

/// What is wrong with a call.
fn faults(name: &str, arguments: &[String]) -> Vec<String> {
    let skipped = usize::from(name.contains("span"));
    let own = |argument: &&String| {
        !["target:", "parent:", "name:", "Level::", "tracing::Level::"]
            .iter()
            .any(|word| argument.starts_with(word))
    };
    let mut faults = Vec::new();
    for argument in arguments.iter().filter(own).skip(skipped) {
        if argument.starts_with('"') {
            if argument.contains('{') {
                faults.push("the message is not constant".to_owned());
            }
            continue;
        }
        let field = argument.split('=').next().unwrap_or_default().trim().trim_start_matches(['%', '?']);
        let field = field.rsplit("r#").next().unwrap_or(field);
        let field = constant(field).unwrap_or_else(|| field.to_owned());
        // What the bridge to OpenTelemetry takes out is in no line.
        if !field.starts_with("otel.") && !LOGGED.contains(&&*field) {
            faults.push(format!("`{field}` is not on the list"));
        }
    }
    faults
}

/// What `{ field::NAME }` is, by the table of names.
fn constant(field: &str) -> Option<String> {
    let name = field.strip_prefix("{ field::")?.strip_suffix(" }")?;
    let names = fs::read_to_string(root().join("crates/telemetry/src/names.rs")).unwrap();
    let value = names.split(&format!("pub const {name}: &str = \"")).nth(1)?;
    value.split('"').next().map(str::to_owned)
}

fn calls_in(text: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    for name in MACROS {
        for (at, _) in text.match_indices(&format!("{name}(")) {
            let before = text[..at].chars().next_back();
            let is_whole = before.is_none_or(|it| !it.is_alphanumeric() && it != '_');
            let is_comment =
                text[..at].rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with("//"));
            if is_whole && !is_comment {
                calls.push((name, inside(&text[at + name.len() + 1..])));
            }
        }
    }
    calls
}

/// Up to the parenthesis that closes what was opened before.
fn inside(text: &str) -> String {
    let mut open = 1;
    let end = marks(text).find_map(|(at, mark)| {
        open += match mark {
            '(' | '[' | '{' => 1,
            ')' | ']' | '}' => -1,
            _ => 0,
        };
        (open == 0).then_some(at)
    });
    text[..end.expect("a call ends")].to_owned()
}

fn arguments(inside: &str) -> Vec<String> {
    let (mut open, mut begin, mut found) = (0, 0, Vec::new());
    for (at, mark) in marks(inside) {
        match mark {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            ',' if open == 0 => {
                found.push(inside[begin..at].trim().to_owned());
                begin = at + 1;
            }
            _ => {}
        }
    }
    found.push(inside[begin..].trim().to_owned());
    found.retain(|argument| !argument.is_empty());
    found
}

/// The characters that are not in a string, with their places.
fn marks(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut is_string, mut is_escaped) = (false, false);
    text.char_indices().filter(move |(_, character)| {
        let was_string = is_string;
        match character {
            '"' if !is_escaped => is_string = !is_string,
            _ => {}
        }
        is_escaped = was_string && *character == '\\' && !is_escaped;
        !was_string && *character != '"'
    })
}

/// The constants of the table of names.
fn names() -> Vec<String> {
    let names = fs::read_to_string(root().join("crates/telemetry/src/names.rs")).unwrap();
    let texts = names.split(": &str = \"").skip(1);
    texts.filter_map(|text| text.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn every_name_is_in_the_documentation() {
    let text = fs::read_to_string(root().join("docs/observability.md")).unwrap();
    let missing: Vec<_> = names().into_iter().filter(|name| !text.contains(&format!("`{name}`"))).collect();
    assert!(names().len() > 40);
    assert_eq!(missing, Vec::<String>::new());
}
