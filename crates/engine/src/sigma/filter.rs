//! Sigma filters: exceptions from rules, with an owner, a reason and an end.
//!
//! A filter's condition is joined to that of each rule it names by `and` (Sigma specification, filters): where a rule
//! holds and the filter's condition does not, the match is suppressed. Beyond Sigma, whoever makes an exception says who
//! answers for it (`owner`), why it is right (`reason`) and until when (`expires`): a day, the last on which it works.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::RuleSource;
use super::detection::Logic;
use super::document::Document;
use super::error::{Code, Position, Problems, RuleError, shown};
use super::explain::RuleWords;
use super::exposure_words;
use super::field::Root;
use super::mention::{Mention, mentions};
use super::metadata;
use super::reference::{self, Reference};
use super::selection;
use super::yaml::{Entry, Value, Yaml};
use crate::event::Event;
use crate::ids::{RuleHash, RuleId};

/// A filter, ready to suppress.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CompiledFilter {
    info: Arc<FilterInfo>,
    targets: Targets,
    logic: Logic,
    id_at: Position,
}

/// What a filter says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterInfo {
    /// Its UUID.
    pub id: RuleId,
    /// Its title.
    pub title: String,
    /// Its description; empty where it has none.
    pub description: String,
    /// Who answers for it.
    pub owner: String,
    /// Why it is right.
    pub reason: String,
    /// The last day (UTC, `2027-01-31`) whose events it suppresses.
    pub expires: String,
    /// The path it was loaded from.
    pub path: String,
    /// Which text of it it is.
    pub hash: RuleHash,
}

/// The rules that a filter is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Targets {
    Any,
    Rules(Vec<Reference>),
}

/// What a filter says to a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nothing: the match is not its business.
    Nothing,
    /// It is suppressed.
    Suppressed,
    /// It would be, had the filter not ended.
    Lapsed,
}

impl CompiledFilter {
    /// What it says about itself.
    pub fn info(&self) -> &Arc<FilterInfo> {
        &self.info
    }

    /// The rules that it is about as written; `None` for all of them.
    pub fn named_rules(&self) -> Option<impl Iterator<Item = &str>> {
        match &self.targets {
            Targets::Any => None,
            Targets::Rules(rules) => Some(rules.iter().map(|rule| rule.named.as_str())),
        }
    }

    /// Every field that it names, in the order written.
    pub fn mentions(&self) -> Vec<Mention<'_>> {
        mentions(&self.logic)
    }

    /// What it says to the match of a rule that it is about. It is judged by the time of the event: what a history holds
    /// does not depend on the day on which it is read.
    pub fn judge(&self, event: &Event<'_>) -> Word {
        if self.logic.matches(Root::Event(event)) {
            return Word::Nothing;
        }
        let day = event.record().event_time().and_then(|time| time.get(..self.info.expires.len()));
        if day.is_some_and(|day| day <= self.info.expires.as_str()) { Word::Suppressed } else { Word::Lapsed }
    }

    /// True if its condition has a `not` somewhere: it is what it selects that it suppresses, not everything else.
    pub fn suppresses_what_it_selects(&self) -> bool {
        self.logic.condition.has_not()
    }

    pub(crate) fn targets(&self) -> &Targets {
        &self.targets
    }

    /// An error at a place of the filter.
    pub(crate) fn error(&self, code: Code, at: Position, message: String, hint: String) -> RuleError {
        let Position { line, column } = at;
        RuleError { code, path: self.info.path.clone(), line, column, message, hint: Some(hint) }
    }

    /// Where its id is written.
    pub(crate) fn id_at(&self) -> Position {
        self.id_at
    }
}

/// Reads a filter; `None` after an error.
pub(super) fn read(
    source: &RuleSource,
    document: &Document,
    problems: &mut Problems,
) -> Option<CompiledFilter> {
    let yaml = &document.yaml;
    metadata::logsource(yaml, problems);
    let (id, id_at) = metadata::id(yaml, &document.hash, problems);
    let title = metadata::title(yaml, problems);
    let description = metadata::text(yaml, "description", problems).unwrap_or_default().trim().to_owned();
    let owner = required(yaml, "owner", "name who answers for the exception: a team, a mailbox", problems);
    let reason = required(yaml, "reason", "say why what it leaves out is harmless", problems);
    let expires = expires(yaml, problems);
    let entry = yaml.get("filter")?;
    let targets = targets(entry, problems);
    let logic = selection::detection(&without_rules(&entry.value), entry.at, problems);
    if let Some(logic) = &logic {
        exposure_words::check(logic, &RuleWords::of_detection(&entry.value), problems);
    }
    let (path, hash) = (source.path.clone(), document.hash.clone());
    let info = Arc::new(FilterInfo {
        id,
        title,
        description,
        owner: owner?,
        reason: reason?,
        expires: expires?,
        path,
        hash,
    });
    Some(CompiledFilter { info, targets: targets?, logic: logic?, id_at })
}

fn required(yaml: &Yaml, key: &str, hint: &str, problems: &mut Problems) -> Option<String> {
    if yaml.get(key).is_none() {
        problems.add_with_hint(
            Code::Filter,
            yaml.at,
            format!("found a filter without `{key}`, expected one with it"),
            hint,
        );
        return None;
    }
    metadata::text(yaml, key, problems).map(|text| text.trim().to_owned())
}

fn expires(yaml: &Yaml, problems: &mut Problems) -> Option<String> {
    let text =
        required(yaml, "expires", "say until when it is right, such as `expires: 2027-01-31`", problems)?;
    let day: Option<jiff::civil::Date> = text.parse().ok();
    if day.is_some_and(|day| day.to_string() == text) {
        return Some(text);
    }
    let at = yaml.get("expires").map_or(yaml.at, |entry| entry.value.at);
    let message = format!("found {} as `expires`, expected a day such as `2027-01-31`", shown(&text));
    problems.add(Code::Filter, at, message);
    None
}

fn targets(entry: &Entry, problems: &mut Problems) -> Option<Targets> {
    let Some(rules) = entry.value.get("rules") else {
        let hint = "name the rules by id or name, or write `rules: any`";
        problems.add_with_hint(Code::Filter, entry.at, "found no `rules` in `filter`", hint);
        return None;
    };
    if rules.value.scalar() == Some("any") {
        return Some(Targets::Any);
    }
    Some(Targets::Rules(reference::read(rules, Code::Filter, problems)))
}

/// The selections and the condition.
fn without_rules(yaml: &Yaml) -> Yaml {
    let mut yaml = yaml.clone();
    if let Value::Map(entries) = &mut yaml.value {
        entries.retain(|entry| entry.key != "rules");
    }
    yaml
}
