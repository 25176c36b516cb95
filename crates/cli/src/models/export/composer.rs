//! A model as a workspace of AWS Threat Composer, schema 1: what was imported from there as it was, and what the model has
//! of its own.

// A vector as a threat.
mod threat;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tattletrail_engine::ids::RuleHash;
use tattletrail_engine::threat_model::ThreatModel;

use crate::models::chosen::Chosen;
use crate::models::notes::{LINKED, Notes};

type Object = Map<String, Value>;

/// The longest text of a mitigation or an assumption.
const MOST_CONTENT: usize = 1000;

/// The workspace, and what there is to tell.
pub(super) fn workspace(chosen: &Chosen, model: &ThreatModel) -> (Value, Vec<String>) {
    let notes = Notes::read(&model.description);
    let mut told = Vec::new();
    let mut whole = Object::new();
    whole.insert("schema".to_owned(), 1.into());
    if notes.get("Workspace").is_some() {
        whole.insert("workspace".to_owned(), notes.json("Workspace"));
    }
    for (part, object) in parts(model, &notes) {
        whole.insert(part.to_owned(), Value::Object(object));
    }
    let mut threats: Vec<Value> =
        model.vectors.iter().map(|vector| threat::threat(model, vector, &mut told)).collect();
    number(&mut threats);
    let ids: Vec<String> = threats.iter().map(|threat| id(threat).to_owned()).collect();
    for (place, (word, list, links, key)) in LINKED.into_iter().enumerate() {
        let mut linked = Linked::default();
        for (vector, threat) in model.vectors.iter().zip(&ids) {
            let own = Notes::read(&vector.description);
            for (entity, content) in own.named(word) {
                linked.add(entity, content, Some(threat.as_str()), &notes);
            }
            // A rule is what sees the attack.
            for info in chosen.rules_of(vector).filter(|_| place == 0) {
                linked.add(
                    &uuid(info.id.as_str()),
                    &format!("Seen by the rule: {}", info.title),
                    Some(threat.as_str()),
                    &notes,
                );
            }
        }
        notes.named(word).for_each(|(entity, content)| linked.add(entity, content, None, &notes));
        let others = notes.all("Link").filter_map(|text| serde_json::from_str(text).ok());
        linked.links.extend(others.filter(|link: &Value| link.get(key).is_some() && word == kind_of(link)));
        whole.insert(links.to_owned(), linked.links(key, word));
        whole.insert(list.to_owned(), linked.entities(&mut told));
    }
    whole.insert("threats".to_owned(), threats.into());
    (Value::Object(whole), told)
}

/// What a link that is noted whole is of.
fn kind_of(link: &Value) -> &'static str {
    if link.get("mitigationId").is_some() { "Mitigation" } else { "Assumption" }
}

/// The application, its architecture and its data flow.
fn parts(model: &ThreatModel, notes: &Notes) -> Vec<(&'static str, Object)> {
    let mut parts = Vec::new();
    for (part, name) in
        [("applicationInfo", "Description"), ("architecture", "Architecture"), ("dataflow", "Data flow")]
    {
        let mut object = notes.json(&format!("More of {part}")).as_object().cloned().unwrap_or_default();
        let words = Some(notes.words.as_str()).filter(|words| part == "applicationInfo" && !words.is_empty());
        if let Some(text) = notes.get(name).or(words) {
            object.insert("description".to_owned(), text.into());
        }
        if part == "applicationInfo" {
            object.insert("name".to_owned(), model.title.clone().into());
        }
        if !object.is_empty() {
            parts.push((part, object));
        }
    }
    parts
}

/// Mitigations, or assumptions, and what they are linked to.
#[derive(Debug, Default)]
struct Linked {
    entities: Vec<Value>,
    known: BTreeSet<String>,
    pairs: Vec<(String, String)>,
    links: Vec<Value>,
}

impl Linked {
    fn add(&mut self, id: &str, content: &str, threat: Option<&str>, notes: &Notes) {
        if self.known.insert(id.to_owned()) {
            let mut object = notes.json(&format!("More of {id}")).as_object().cloned().unwrap_or_default();
            object.insert("id".to_owned(), id.into());
            object.insert("content".to_owned(), content.into());
            self.entities.push(Value::Object(object));
        }
        if let Some(threat) = threat {
            let pair = (id.to_owned(), threat.to_owned());
            if !self.pairs.contains(&pair) {
                self.pairs.push(pair);
            }
        }
    }

    fn links(&self, key: &str, word: &str) -> Value {
        let pair = |(id, threat): &(String, String)| match word {
            "Assumption" => json!({ "type": "Threat", key: id, "linkedId": threat }),
            _ => json!({ key: id, "linkedId": threat }),
        };
        let mut links: Vec<Value> = self.pairs.iter().map(pair).collect();
        for link in &self.links {
            if !links.contains(link) {
                links.push(link.clone());
            }
        }
        links.into()
    }

    fn entities(mut self, told: &mut Vec<String>) -> Value {
        number(&mut self.entities);
        self.entities.sort_by_key(numeric);
        for one in &mut self.entities {
            if let Some(Value::String(content)) = one.get_mut("content") {
                cut(content, MOST_CONTENT, "a mitigation or an assumption", told);
            }
        }
        self.entities.into()
    }
}

/// The number that Threat Composer shows.
fn numeric(one: &Value) -> Option<u64> {
    one.get("numericId").and_then(Value::as_u64)
}

/// Gives those without a number the next ones.
fn number(all: &mut [Value]) {
    let mut next = all.iter().filter_map(numeric).max().unwrap_or(0);
    for one in all.iter_mut() {
        if numeric(one).is_none()
            && let Some(object) = one.as_object_mut()
        {
            next += 1;
            object.insert("numericId".to_owned(), next.into());
        }
    }
}

fn id(value: &Value) -> &str {
    value.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// Threat Composer wants ids of 36 characters, as UUIDs of version 4 are: one that is, or one made of the name.
fn uuid(name: &str) -> String {
    let is_uuid = name.len() == 36 && name.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    if is_uuid {
        return name.to_owned();
    }
    let hash = RuleHash::of_text(name);
    let part = |from: usize, to: usize| hash.as_str().get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

/// Cuts what is longer than Threat Composer takes, and tells it.
fn cut(text: &mut String, most: usize, what: &str, told: &mut Vec<String>) {
    // Its lengths are those of JavaScript.
    let short = tattletrail_engine::render::text::truncate_utf16(text, most);
    if *short != *text {
        told.push(format!(
            "cut {what} of {} characters to the {most} that Threat Composer takes",
            text.chars().count()
        ));
        *text = short.into_owned();
    }
}
