//! Members of a mapping, and what is wrong with them: each fault is told where it stands, with what to do about it.

use std::sync::Arc;

use crate::sigma::error::{Code, Position, Problems, shown};
use crate::sigma::nearest;
use crate::sigma::yaml::{Value, Yaml, show};

/// The longest name of an application, a component, a log or a vector: names become names of dashboards and alarms.
const MOST_NAME: usize = 40;

/// A mapping of which only some members are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form<'y> {
    yaml: &'y Yaml,
    what: &'static str,
}

impl<'y> Form<'y> {
    /// The mapping, with every member that it may not have told; `None` where it is none.
    pub(super) fn new(
        yaml: &'y Yaml,
        what: &'static str,
        keys: &[&str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let Some(entries) = yaml.entries() else {
            let message = format!("found {} as {what}, expected a mapping", yaml.kind());
            problems.add_with_hint(
                Code::Model,
                yaml.at,
                message,
                format!("its keys are {}", keys.join(", ")),
            );
            return None;
        };
        for entry in entries.iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
            let message = format!("found the key {} in {what}", shown(&entry.key));
            let hint = nearest(&entry.key, keys.iter().copied()).map_or_else(
                || format!("its keys are {}", keys.join(", ")),
                |near| format!("did you mean `{near}`"),
            );
            problems.add_with_hint(Code::Model, entry.at, message, hint);
        }
        Some(Self { yaml, what })
    }

    /// Where it begins.
    pub(super) fn at(self) -> Position {
        self.yaml.at
    }

    /// A member.
    pub(super) fn get(self, key: &str) -> Option<&'y Yaml> {
        self.yaml.get(key).map(|entry| &entry.value).filter(|value| !matches!(value.value, Value::Null))
    }

    /// Tells that a member is missing.
    pub(super) fn lacks(self, key: &str, hint: &str, problems: &mut Problems) {
        let message = format!("found {} without `{key}`, expected one with it", self.what);
        problems.add_with_hint(Code::Model, self.yaml.at, message, hint);
    }

    /// A text that may be missing.
    pub(super) fn text(self, key: &str, problems: &mut Problems) -> Option<String> {
        let value = self.get(key)?;
        let text = value.scalar().map(str::trim).filter(|text| !text.is_empty());
        if text.is_none() {
            let message = format!("found {} as `{key}`, expected a text", value.kind());
            problems.add_with_hint(
                Code::Model,
                value.at,
                message,
                "write it in quotes, or as a block behind `|`",
            );
        }
        text.map(str::to_owned)
    }

    /// A text that may not be missing.
    pub(super) fn required(self, key: &str, hint: &str, problems: &mut Problems) -> String {
        if self.get(key).is_none() {
            self.lacks(key, hint, problems);
        }
        self.text(key, problems).unwrap_or_default()
    }

    /// A name, and where it is written.
    pub(super) fn name(self, key: &str, problems: &mut Problems) -> (Arc<str>, Position) {
        let name = self.required(key, "names have lower-case letters, digits and dashes", problems);
        let at = self.get(key).map_or(self.at(), |value| value.at);
        if !name.is_empty() && !is_name(&name) {
            let message = format!("found the {key} {}, expected a short name", shown(&name));
            let hint = format!("names have lower-case letters, digits and dashes, at most {MOST_NAME}");
            problems.add_with_hint(Code::Model, at, message, hint);
        }
        (name.into(), at)
    }

    /// The items of a list; a single text is a list of one, and what is missing is an empty one.
    pub(super) fn items(self, key: &str) -> &'y [Yaml] {
        match self.get(key) {
            Some(Yaml { value: Value::List(items), .. }) => items,
            Some(one) => std::slice::from_ref(one),
            None => &[],
        }
    }

    /// The texts of a list, each with its place.
    pub(super) fn texts(self, key: &str, problems: &mut Problems) -> Vec<(String, Position)> {
        let mut texts = Vec::new();
        for item in self.items(key) {
            if let Some(text) = item.scalar().map(str::trim).filter(|text| !text.is_empty()) {
                texts.push((text.to_owned(), item.at));
            } else {
                let message = format!("found {} in `{key}`, expected a text", item.kind());
                problems.add_with_hint(Code::Model, item.at, message, "write a list of texts: `[a, b]`");
            }
        }
        texts
    }

    /// One of a few words; `None` where it is missing, or is none of them.
    pub(super) fn word<T: Copy>(
        self,
        key: &str,
        all: &[T],
        as_str: impl Fn(T) -> &'static str,
        problems: &mut Problems,
    ) -> Option<T> {
        let value = self.get(key)?;
        let word = value.scalar().unwrap_or_default();
        // YAML 1.1 has `on` and `off` for booleans; whatever reads the file elsewhere may have written them so.
        let word = match word {
            "true" => "on",
            "false" => "off",
            word => word,
        };
        let found = all.iter().copied().find(|one| as_str(*one) == word);
        if found.is_none() {
            let words: Vec<&str> = all.iter().copied().map(as_str).collect();
            let message = format!("found {} as `{key}`, expected one of {}", show(value), words.join(", "));
            let hint = nearest(word, words.iter().copied()).map(|near| format!("did you mean `{near}`"));
            let hint = hint.unwrap_or_else(|| "what each means is in docs/threat-models.md".to_owned());
            problems.add_with_hint(Code::Model, value.at, message, hint);
        }
        found
    }
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.len() <= MOST_NAME && text.chars().all(fits) && !text.starts_with('-')
}
