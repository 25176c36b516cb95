//! A file of AWS Threat Composer, taken apart: what becomes a member of the model, what becomes a line of a description, and
//! what is left out and told.
//!
//! Source of the form: <https://github.com/awslabs/threat-composer>, `schema` 1: `applicationInfo`, `architecture`, `dataflow`,
//! `threats`, `mitigations`, `assumptions`, and links between them by id.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::threat_model::ThreatModel;

use super::vector::{Making, gap, gap_of};
use crate::models::draft::{Draft, Item};
use crate::models::notes::{LINKED, Notes, is_plain};

/// An object of JSON.
pub(super) type Object = Map<String, Value>;

/// The file.
#[derive(Debug)]
pub(super) struct Composer(Object);

impl Composer {
    /// The file, if it is one.
    pub(super) fn of(value: Value) -> Result<Self, String> {
        let help = "export the workspace from Threat Composer as JSON";
        let Value::Object(object) = value else {
            return Err(format!("found no object, expected a file of Threat Composer\n  help: {help}"));
        };
        match object.get("schema") {
            Some(schema) if schema.as_u64() == Some(1) => {}
            Some(other) => return Err(format!("found the schema {other}, expected 1\n  help: {help}")),
            None => return Err(format!("found no `schema`, expected 1\n  help: {help}")),
        }
        for key in ["threats", "mitigations", "assumptions", "mitigationLinks", "assumptionLinks"] {
            let is_list =
                |value: &Value| value.as_array().is_some_and(|all| all.iter().all(Value::is_object));
            if object.get(key).is_some_and(|value| !is_list(value)) {
                return Err(format!(
                    "found something else as `{key}`, expected a list of objects\n  help: {help}"
                ));
            }
        }
        let threats = object.get("threats").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let ids: Vec<Option<&str>> =
            threats.iter().map(|threat| threat.get("id").and_then(Value::as_str)).collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().flatten().collect();
        match ids.len() {
            0 => Err(format!("found no threats, expected at least one\n  help: {help}")),
            many if many != distinct.len() => Err(format!(
                "found {many} threats with {} ids, expected an `id` of its own for each",
                distinct.len()
            )),
            _ => Ok(Self(object)),
        }
    }

    /// The objects of a list.
    pub(super) fn list(&self, key: &str) -> impl Iterator<Item = &Object> {
        self.0.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
    }

    /// The application's name.
    pub(super) fn name(&self) -> String {
        let of = |part: &str| {
            self.0.get(part)?.get("name")?.as_str().map(str::trim).filter(|name| !name.is_empty())
        };
        of("applicationInfo").or_else(|| of("workspace")).unwrap_or("application").to_owned()
    }

    /// Fills the model; and what there is to tell.
    pub(super) fn draft(&self, set: &RuleSet, mut draft: Draft) -> (Draft, Vec<String>) {
        let known = set.models().first();
        let mut told = Vec::new();
        draft.title = self.name();
        draft.description = self.notes(&mut told).write();
        let mut making = Making::new(self, set, known);
        draft.vectors = self.list("threats").map(|threat| making.vector(threat)).collect();
        let (left, gaps) = (making.left(), making.gaps());
        told.append(&mut making.told);
        draft.components.append(&mut making.components);
        draft.vectors.extend(left);
        draft.gaps = kept_gaps(known, &making.without_rules).chain(gaps).collect();
        (draft, told)
    }

    /// What is said of the application, and of what no threat is linked to.
    fn notes(&self, told: &mut Vec<String>) -> Notes {
        let mut notes = Notes::default();
        for (part, name) in
            [("applicationInfo", "Description"), ("architecture", "Architecture"), ("dataflow", "Data flow")]
        {
            let mut object = self.0.get(part).and_then(Value::as_object).cloned().unwrap_or_default();
            object.remove("name");
            match take_text(&mut object, "description") {
                Some(text) if name == "Description" && is_plain(&text, true) => notes.words = text,
                Some(text) => notes.add(name, text),
                None => {}
            }
            if object.remove("image").is_some_and(|image| image.as_str().is_some_and(|text| !text.is_empty()))
            {
                told.push(format!("left out the image of `{part}`: a model has texts alone"));
            }
            notes.add_json(format!("More of {part}"), &Value::Object(object));
        }
        notes.add_json("Workspace", self.0.get("workspace").unwrap_or(&Value::Null));
        self.note_linked(&mut notes);
        let known = ["schema", "applicationInfo", "architecture", "dataflow", "workspace", "threats"];
        let linked = LINKED.iter().flat_map(|(_, list, links, _)| [*list, *links]);
        let known: BTreeSet<&str> = known.into_iter().chain(linked).collect();
        for key in self.0.keys().filter(|key| !known.contains(key.as_str())) {
            told.push(format!("left out `{key}`, which is not known"));
        }
        notes
    }

    /// Mitigations and assumptions: those of no threat whole, and of all of them what is not content.
    fn note_linked(&self, notes: &mut Notes) {
        let threats: BTreeSet<&str> = self.list("threats").filter_map(|threat| text(threat, "id")).collect();
        for (word, list, links, key) in LINKED {
            let entities: BTreeSet<&str> = self.list(list).filter_map(|one| text(one, "id")).collect();
            let is_plain_link = |link: &Object| {
                let ends = text(link, key).zip(text(link, "linkedId"));
                ends.is_some_and(|(one, other)| entities.contains(one) && threats.contains(other))
            };
            let linked: BTreeSet<&str> = self
                .list(links)
                .filter(|link| is_plain_link(link))
                .filter_map(|link| text(link, key))
                .collect();
            for entity in self.list(list) {
                let id = text(entity, "id").unwrap_or_default();
                let mut rest = entity.clone();
                rest.remove("id");
                if let Some(content) = take_text(&mut rest, "content").filter(|_| !linked.contains(id)) {
                    notes.add(format!("{word} {id}"), content);
                }
                notes.add_json(format!("More of {id}"), &Value::Object(rest));
            }
            for link in self.list(links).filter(|link| !is_plain_link(link)) {
                notes.add_json("Link", &Value::Object(link.clone()));
            }
        }
    }

    /// The mitigations, or the assumptions, that a threat is linked to: id and content.
    pub(super) fn linked<'c>(&'c self, threat: &'c str, place: usize) -> Vec<(&'c str, &'c str)> {
        let Some((_, list, links, key)) = LINKED.get(place) else { return Vec::new() };
        let ids = self.list(links).filter(|link| text(link, "linkedId") == Some(threat));
        let entity = |id: &str| self.list(list).find(|one| text(one, "id") == Some(id));
        ids.filter_map(|link| text(link, key))
            .filter_map(|id| Some((id, text(entity(id)?, "content")?)))
            .collect()
    }
}

/// Gaps that stay: all but that of a vector which has rules by now.
fn kept_gaps<'k>(
    known: Option<&'k ThreatModel>,
    open: &'k BTreeSet<String>,
) -> impl Iterator<Item = Item> + 'k {
    let gaps = known.into_iter().flat_map(|model| &model.gaps);
    gaps.filter(|one| {
        !gap::is_ours(one) || one.vector.as_ref().is_some_and(|named| open.contains(&*named.id))
    })
    .map(gap_of)
}

/// A member that is a text.
pub(super) fn text<'o>(object: &'o Object, key: &str) -> Option<&'o str> {
    object.get(key)?.as_str()
}

/// Takes a member out if it is a text.
pub(super) fn take_text(object: &mut Object, key: &str) -> Option<String> {
    object.get(key)?.as_str()?;
    match object.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
