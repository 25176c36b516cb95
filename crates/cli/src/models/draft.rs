//! A model that is being made, and its YAML.

use std::fmt::Write as _;

use tattletrail_engine::attack;
use tattletrail_engine::threat_model::{FORMAT, ThreatModel};

use super::notes::{is_hidden, is_plain};

/// A model that is being made.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) application: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) owner: String,
    /// Lists by key, in the order of the form.
    pub(super) scope: Vec<(&'static str, Vec<String>)>,
    pub(super) tags: Vec<(String, String)>,
    pub(super) components: Vec<Item>,
    pub(super) instrumentation: Vec<Item>,
    pub(super) vectors: Vec<Item>,
    pub(super) gaps: Vec<Item>,
}

/// A member of a list: texts and lists by key, in the order of the form.
#[derive(Debug, Clone, Default)]
pub(super) struct Item(Vec<(&'static str, Member)>);

#[derive(Debug, Clone)]
enum Member {
    Text(String),
    List(Vec<String>),
}

impl Item {
    /// With a text, unless that is empty.
    pub(super) fn with(mut self, key: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.push((key, Member::Text(text)));
        }
        self
    }

    /// With a list, unless that is empty.
    pub(super) fn with_list(mut self, key: &'static str, list: Vec<String>) -> Self {
        if !list.is_empty() {
            self.0.push((key, Member::List(list)));
        }
        self
    }
}

impl Draft {
    /// What a model says but for its vectors and gaps, which are made anew.
    pub(super) fn of(model: &ThreatModel) -> Self {
        let scope = &model.scope;
        let component = |one: &tattletrail_engine::threat_model::Component| {
            let item = Item::default().with("id", &*one.id).with("title", one.title.clone());
            item.with("type", one.kind.clone().unwrap_or_default())
                .with_list("resources", one.resources.clone())
        };
        let instrument = |one: &tattletrail_engine::threat_model::Instrument| {
            let item = Item::default().with("id", &*one.id).with("source", one.source.as_str());
            let item = item.with("title", one.title.clone()).with("status", one.status.as_str());
            item.with_list("services", one.services.clone())
        };
        Self {
            application: model.application.to_string(),
            title: model.title.clone(),
            description: model.description.clone(),
            owner: model.owner.clone(),
            scope: vec![
                ("accounts", scope.accounts.clone()),
                ("regions", scope.regions.clone()),
                ("resources", scope.resources.clone()),
            ],
            tags: scope.tags.clone().into_iter().collect(),
            components: model.components.iter().map(component).collect(),
            instrumentation: model.instrumentation.iter().map(instrument).collect(),
            vectors: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// The file.
    pub(super) fn yaml(&self) -> String {
        let mut text = format!("threat_model: {FORMAT}\n");
        for (key, value) in [
            ("application", self.application.as_str()),
            ("title", &self.title),
            ("description", &self.description),
            ("owner", &self.owner),
            ("attack", attack::VERSION),
        ] {
            member(key, value, "", &mut text);
        }
        self.write_scope(&mut text);
        let lists = [
            ("components", &self.components),
            ("instrumentation", &self.instrumentation),
            ("vectors", &self.vectors),
            ("gaps", &self.gaps),
        ];
        for (key, items) in lists {
            write_items(key, items, &mut text);
        }
        text
    }

    fn write_scope(&self, text: &mut String) {
        if self.tags.is_empty() && self.scope.iter().all(|(_, list)| list.is_empty()) {
            return;
        }
        text.push_str("\nscope:\n");
        for (key, list) in self.scope.iter().filter(|(_, list)| !list.is_empty()) {
            write_list(key, list, "  ", text);
        }
        if !self.tags.is_empty() {
            text.push_str("  tags:\n");
            for (name, value) in &self.tags {
                line(&scalar(name), &scalar(value), "    ", text);
            }
        }
    }
}

fn write_items(key: &str, items: &[Item], text: &mut String) {
    if items.is_empty() {
        return;
    }
    line(key, "", "\n", text);
    for item in items {
        let mut lead = "  - ";
        for (key, value) in &item.0 {
            match value {
                Member::Text(value) => member(key, value, lead, text),
                Member::List(list) => write_list(key, list, lead, text),
            }
            lead = "    ";
        }
    }
}

/// Behind `lead`, which is what the line begins with.
fn line(key: &str, value: &str, lead: &str, text: &mut String) {
    let space = if value.is_empty() { "" } else { " " };
    // Writing to a string cannot fail.
    writeln!(text, "{lead}{key}:{space}{value}").unwrap_or_default();
}

fn write_list(key: &str, list: &[String], lead: &str, text: &mut String) {
    line(key, "", lead, text);
    let inner = " ".repeat(lead.len() + 2);
    for value in list {
        writeln!(text, "{inner}- {}", scalar(value)).unwrap_or_default();
    }
}

/// A text of several lines is a block, unless something in it cannot be seen.
fn member(key: &str, value: &str, lead: &str, text: &mut String) {
    if value.is_empty() {
        return;
    }
    let is_block = value.contains('\n') && is_plain(value, true);
    if !is_block {
        return line(key, &scalar(value), lead, text);
    }
    line(key, "|", lead, text);
    let inner = " ".repeat(lead.len() + 2);
    for one in value.split('\n') {
        text.push_str(if one.is_empty() { "" } else { &inner });
        text.push_str(one);
        text.push('\n');
    }
}

/// A text as YAML has it in one line: as it is where that can mean nothing else, or between quotation marks.
fn scalar(value: &str) -> String {
    let is_word = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | '@' | ' ' | ',' | '\'' | '(' | ')')
    };
    let is_text = value.starts_with(|c: char| c.is_ascii_alphabetic()) && value.chars().all(is_word);
    let means_more =
        ["true", "false", "null", "yes", "no", "y", "n"].contains(&value.to_ascii_lowercase().as_str());
    if is_text && !means_more && value.trim() == value {
        return value.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() || is_hidden(c) => {
                write!(quoted, "\\U{:08X}", u32::from(c)).unwrap_or_default();
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_as_it_was() {
        for value in [
            "a",
            "on",
            "no",
            "1",
            "a: b",
            "# x",
            "two\nlines",
            "a\n\n  b",
            "\u{202e}x\u{e0041}",
            "-",
            "\"",
            "tab\tx",
            "a\n#b",
        ] {
            let item = Item::default().with("id", "a").with("title", value).with("response", value);
            let draft = Draft {
                application: "shop".to_owned(),
                title: value.to_owned(),
                description: value.to_owned(),
                owner: value.to_owned(),
                vectors: vec![item],
                ..Draft::default()
            };
            let yaml = draft.yaml();
            let source = tattletrail_engine::ruleset::RuleSource::new("m.yml", yaml.clone());
            let set = tattletrail_engine::ruleset::RuleSet::from_sources([source])
                .unwrap_or_else(|errors| panic!("{errors:?}\n{yaml}"));
            let model = &set.models()[0];
            let found = [
                &model.title,
                &model.description,
                &model.owner,
                &model.vectors[0].title,
                &model.vectors[0].response,
            ];
            assert!(found.iter().all(|text| *text == value), "{found:?} is not {value:?}\n{yaml}");
        }
    }
}
