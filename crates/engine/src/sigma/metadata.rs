//! The keys around the detection: title, id, level, tags and so on.
//!
//! Keys that Sigma does not know are left alone: it allows custom ones.

use super::RuleSource;
use super::document::Document;
use super::error::{Code, Position, Problems, shown};
use super::nearest::{nearest, nearest_within};
use super::yaml::{Value, Yaml, show};
use crate::attack;
use crate::finding::{Level, Related, RuleInfo};
use crate::ids::{RuleHash, RuleId};

/// Sigma's words for a rule's status.
const STATUSES: [&str; 5] = ["stable", "test", "experimental", "deprecated", "unsupported"];

/// What rules can be to each other (Sigma specification, rules, related; `correlation` as the public rules have it).
const RELATIONS: [&str; 6] = ["derived", "obsolete", "merged", "renamed", "similar", "correlation"];

/// Reads the metadata of a rule or a correlation, and where its id is written.
pub(crate) fn metadata(
    source: &RuleSource,
    document: &Document,
    problems: &mut Problems,
) -> (RuleInfo, Position) {
    let (yaml, hash) = (&document.yaml, document.hash.clone());
    let tags = texts(yaml, "tags", problems);
    let mapping = techniques(yaml, &tags, problems);
    let (id, at) = id(yaml, &hash, problems);
    let info = RuleInfo {
        id,
        name: text(yaml, "name", problems).map(str::to_owned),
        title: title(yaml, problems),
        description: text(yaml, "description", problems).unwrap_or_default().trim().to_owned(),
        level: level(yaml, problems),
        status: status(yaml, problems),
        techniques: mapping.techniques,
        tactics: mapping.tactics,
        tags,
        related: related(yaml, problems),
        references: texts(yaml, "references", problems),
        false_positives: texts(yaml, "falsepositives", problems),
        path: source.path.clone(),
        hash,
    };
    (info, at)
}

/// The rules that this one has to do with.
fn related(yaml: &Yaml, problems: &mut Problems) -> Vec<Related> {
    let Some(entry) = yaml.get("related") else { return Vec::new() };
    let Value::List(items) = &entry.value.value else {
        let message =
            format!("found {} as `related`, expected a list of `id` and `type`", entry.value.kind());
        problems.add(Code::Metadata, entry.value.at, message);
        return Vec::new();
    };
    let one = |item: &Yaml| {
        let relation = word(item, "type", &RELATIONS, problems);
        let id = text(item, "id", problems);
        if item.get("id").is_none() || item.get("type").is_none() {
            let message =
                format!("found {} in `related`, expected a mapping of `id` and `type`", item.kind());
            problems.add(Code::Metadata, item.at, message);
        }
        Some(Related { id: RuleId::from(id?.trim().to_lowercase()), relation: relation?.to_owned() })
    };
    items.iter().filter_map(one).collect()
}

/// The id as written, else one made from the text: a finding needs one, and Sigma leaves it open.
pub(super) fn id(yaml: &Yaml, hash: &RuleHash, problems: &mut Problems) -> (RuleId, Position) {
    let at = yaml.get("id").map_or(yaml.at, |entry| entry.value.at);
    let made = || format!("sha-{}", hash.as_str().chars().take(32).collect::<String>());
    let id = text(yaml, "id", problems).map_or_else(made, |id| id.trim().to_lowercase());
    (RuleId::from(id), at)
}

pub(super) fn title(yaml: &Yaml, problems: &mut Problems) -> String {
    if yaml.get("title").is_none() {
        problems.add_with_hint(
            Code::Metadata,
            yaml.at,
            "found no `title`, expected a text",
            "add one line that says what the rule finds",
        );
    }
    text(yaml, "title", problems).unwrap_or_default().to_owned()
}

fn level(yaml: &Yaml, problems: &mut Problems) -> Level {
    word(yaml, "level", &Level::ALL.map(Level::as_str), problems)
        .and_then(Level::from_word)
        .unwrap_or(Level::Medium)
}

fn status(yaml: &Yaml, problems: &mut Problems) -> String {
    word(yaml, "status", &STATUSES, problems).unwrap_or_default().to_owned()
}

/// One of a few words.
pub(super) fn word<'a>(
    yaml: &'a Yaml,
    key: &str,
    words: &[&str],
    problems: &mut Problems,
) -> Option<&'a str> {
    let found = text(yaml, key, problems)?;
    if words.contains(&found) {
        return Some(found);
    }
    let at = yaml.get(key)?.value.at;
    let (last, first) = words.split_last()?;
    let message = format!("found the {key} {}, expected {} or {last}", shown(found), first.join(", "));
    match nearest(found, words.iter().copied()) {
        Some(near) => problems.add_with_hint(Code::Metadata, at, message, format!("did you mean `{near}`")),
        None => {
            problems.add_with_hint(Code::Metadata, at, message, "what each means is in `rules/README.md`");
        }
    }
    None
}

/// The text of a key; `None` where the key is not there or holds something else, which is an error.
pub(super) fn text<'a>(yaml: &'a Yaml, key: &str, problems: &mut Problems) -> Option<&'a str> {
    let entry = yaml.get(key)?;
    let text = entry.value.scalar().filter(|text| !text.trim().is_empty());
    if text.is_none() {
        let message = format!("found {} as `{key}`, expected a text", found(&entry.value));
        problems.add(Code::Metadata, entry.value.at, message);
    }
    text
}

fn found(yaml: &Yaml) -> String {
    match &yaml.value {
        Value::Text(text) if text.trim().is_empty() => "an empty text".to_owned(),
        _ => yaml.kind().to_owned(),
    }
}

/// A list of texts; a single text counts as a list of one, as does nothing as an empty one.
fn texts(yaml: &Yaml, key: &str, problems: &mut Problems) -> Vec<String> {
    items(yaml, key, problems).into_iter().filter_map(|item| item.scalar().map(str::to_owned)).collect()
}

fn items<'a>(yaml: &'a Yaml, key: &str, problems: &mut Problems) -> Vec<&'a Yaml> {
    let Some(entry) = yaml.get(key) else { return Vec::new() };
    let items: Vec<&Yaml> = match &entry.value.value {
        Value::List(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        _ => vec![&entry.value],
    };
    for item in items.iter().filter(|item| item.scalar().is_none()) {
        problems.add(Code::Metadata, item.at, format!("found {} in `{key}`, expected a text", item.kind()));
    }
    items
}

fn techniques(yaml: &Yaml, tags: &[String], problems: &mut Problems) -> attack::Mapping {
    let mut ignored = Problems::new("");
    for item in items(yaml, "tags", &mut ignored) {
        let Some(tag) = item.scalar() else { continue };
        if let Err(error) = attack::check(tag) {
            let message = format!("found the tag {}, {error}", shown(tag));
            let hint = near_tag(tag, error).map_or_else(
                || "ids and names are on https://attack.mitre.org".to_owned(),
                |near| format!("did you mean `attack.{near}`"),
            );
            problems.add_with_hint(Code::Tag, item.at, message, hint);
        }
    }
    attack::Mapping::of_tags(tags)
}

/// The tactic or technique that a misspelt tag means.
fn near_tag(tag: &str, error: attack::TagError) -> Option<String> {
    let word = tag.strip_prefix("attack.")?;
    if error == attack::TagError::Tactic {
        return nearest(word, attack::TACTICS.iter().map(|tactic| tactic.name)).map(str::to_owned);
    }
    let techniques = attack::TECHNIQUES.iter().map(|technique| technique.id);
    nearest_within(1, word, techniques).map(str::to_lowercase)
}

/// Rules for other logs would never match, so they are refused rather than loaded.
pub(super) fn logsource(yaml: &Yaml, problems: &mut Problems) {
    let hint = "write `product: aws` and `service: cloudtrail`";
    let Some(entry) = yaml.get("logsource") else {
        problems.add_with_hint(
            Code::Logsource,
            yaml.at,
            "found no `logsource`, expected that of CloudTrail",
            hint,
        );
        return;
    };
    if entry.value.entries().is_none() {
        let message = format!("found {} as `logsource`, expected a mapping", entry.value.kind());
        problems.add_with_hint(Code::Logsource, entry.at, message, hint);
        return;
    }
    for (key, wanted) in [("product", "aws"), ("service", "cloudtrail")] {
        match entry.value.get(key) {
            Some(part) if part.value.scalar() == Some(wanted) => {}
            Some(part) => {
                let message =
                    format!("found a rule for the {key} {}, expected `{wanted}`", show(&part.value));
                problems.add_with_hint(
                    Code::Logsource,
                    part.value.at,
                    message,
                    "only CloudTrail rules are evaluated; leave this one out",
                );
                return;
            }
            None => {
                problems.add_with_hint(
                    Code::Logsource,
                    entry.at,
                    format!("found no `{key}` in `logsource`, expected `{wanted}`"),
                    hint,
                );
                return;
            }
        }
    }
}
