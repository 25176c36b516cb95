//! A threat of Threat Composer as an attack vector.

// The gap of what has been imported.
pub(super) mod gap;

// Parts of a threat.
mod parts;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tattletrail_engine::attack;
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::threat_model::{Named, ThreatModel, Vector};

use super::composer::{Composer, Object, take_text, text};
use super::slug::Names;
use crate::models::draft::Item;
use crate::models::notes::{LINKED, LISTS, Notes, TEXTS, is_plain};
pub(super) use gap::gap_of;
use parts::{gather, impact, note_metadata, take_texts, title};

/// Vectors in the making.
#[derive(Debug)]
pub(super) struct Making<'c> {
    composer: &'c Composer,
    set: &'c RuleSet,
    known: Option<&'c ThreatModel>,
    /// The vectors of the model that is there, by the id of their threat.
    by_threat: BTreeMap<String, &'c Vector>,
    names: Names,
    component_names: Names,
    /// The components of assets, by title.
    assets: BTreeMap<String, String>,
    /// Components that are new.
    pub(super) components: Vec<Item>,
    /// Vectors without rules.
    pub(super) without_rules: BTreeSet<String>,
    pub(super) told: Vec<String>,
}

impl<'c> Making<'c> {
    pub(super) fn new(composer: &'c Composer, set: &'c RuleSet, known: Option<&'c ThreatModel>) -> Self {
        let vectors = || known.into_iter().flat_map(|model| &model.vectors);
        let components = || known.into_iter().flat_map(|model| &model.components);
        let threat =
            |vector: &'c Vector| Some((Notes::read(&vector.description).get("Threat")?.to_owned(), vector));
        Self {
            composer,
            set,
            known,
            by_threat: vectors().filter_map(threat).collect(),
            names: Names::of(vectors().map(|vector| &*vector.id)),
            component_names: Names::of(components().map(|one| &*one.id)),
            assets: components().map(|one| (one.title.clone(), one.id.to_string())).collect(),
            components: Vec::new(),
            without_rules: BTreeSet::new(),
            told: Vec::new(),
        }
    }

    /// The vector of a threat.
    pub(super) fn vector(&mut self, threat: &Object) -> Item {
        let id = text(threat, "id").unwrap_or_default();
        let known = self.by_threat.remove(id);
        let title = title(threat);
        let name = known.map_or_else(|| self.names.give(&title), |vector| vector.id.to_string());
        let rules = self.rules(id, known);
        if rules.is_empty() {
            self.without_rules.insert(name.clone());
        }
        let notes = self.notes(id, threat);
        let impact = impact(threat, known);
        let techniques = self.techniques(threat, known);
        let components = self.assets(threat, known);
        let names = |of: &[Named]| of.iter().map(|named| named.id.to_string()).collect();
        Item::default()
            .with("id", name)
            .with("title", known.map_or(title, |vector| vector.title.clone()))
            .with("description", notes.write())
            .with("impact", impact)
            .with("likelihood", known.and_then(|vector| vector.likelihood).map_or("", |word| word.as_str()))
            .with_list("techniques", techniques)
            .with_list("components", components)
            .with_list(
                "instrumentation",
                known.map(|vector| names(&vector.instrumentation)).unwrap_or_default(),
            )
            .with_list("rules", rules)
            .with("response", known.map(|vector| vector.response.clone()).unwrap_or_default())
    }

    /// What the threat says, and what mitigates it.
    fn notes(&self, id: &str, threat: &Object) -> Notes {
        let mut rest = threat.clone();
        let mut notes = Notes::default();
        rest.remove("id");
        notes.add("Threat", id);
        match take_text(&mut rest, "statement") {
            Some(statement) if is_plain(&statement, true) => notes.words = statement,
            Some(statement) => notes.add("Statement", statement),
            None => {}
        }
        for (key, word) in TEXTS {
            if let Some(value) = take_text(&mut rest, key) {
                notes.add(word, value);
            }
        }
        for (key, word) in LISTS {
            for value in take_texts(&mut rest, key) {
                notes.add(word, value);
            }
        }
        note_metadata(&mut rest, &mut notes);
        for (place, (word, ..)) in LINKED.iter().enumerate() {
            for (linked, content) in self.composer.linked(id, place) {
                notes.add(format!("{word} {linked}"), content);
            }
        }
        notes.add_json("More", &Value::Object(rest));
        notes
    }

    /// The rules that it has, and those that stand as its mitigations.
    fn rules(&self, id: &str, known: Option<&Vector>) -> Vec<String> {
        let own = known.into_iter().flat_map(|vector| &vector.rules).map(|rule| rule.named().to_owned());
        let mut rules: Vec<String> = own.collect();
        for (linked, _) in self.composer.linked(id, 0) {
            let info = self.set.infos().find(|info| info.id.as_str() == linked);
            let is_named = |info: &tattletrail_engine::finding::RuleInfo| {
                rules.iter().any(|named| named == info.id.as_str() || Some(named) == info.name.as_ref())
            };
            if info.is_some_and(|info| !is_named(info)) {
                rules.push(linked.to_owned());
            }
        }
        rules
    }

    /// Techniques that tags and metadata name.
    fn techniques(&mut self, threat: &Object, known: Option<&Vector>) -> Vec<String> {
        let own = known.into_iter().flat_map(|vector| &vector.techniques);
        let mut ids: Vec<String> = own.map(|technique| technique.written.clone()).collect();
        let mut texts = Vec::new();
        for key in ["tags", "metadata"] {
            gather(threat.get(key).unwrap_or(&Value::Null), &mut texts);
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.';
        for word in texts.iter().flat_map(|text| text.split(|c: char| !is_part(c))) {
            let word = word.trim_matches('.');
            let Some(id) = attack::resolve(word).filter(|_| word.starts_with('T')) else { continue };
            if attack::technique(id.as_str()).is_none() {
                self.told
                    .push(format!("left out the technique {word}, which ATT&CK {} has not", attack::VERSION));
            } else if !ids.iter().any(|known| attack::resolve(known).as_ref() == Some(&id)) {
                ids.push(word.to_owned());
            }
        }
        ids
    }

    /// The components of its assets; each is made once.
    fn assets(&mut self, threat: &Object, known: Option<&Vector>) -> Vec<String> {
        let own = known.into_iter().flat_map(|vector| &vector.components);
        let mut ids: Vec<String> = own.map(|named| named.id.to_string()).collect();
        for asset in take_texts(&mut threat.clone(), "impactedAssets") {
            let asset = asset.trim();
            if asset.is_empty() {
                continue;
            }
            if !self.assets.contains_key(asset) {
                let id = self.component_names.give(asset);
                self.components.push(Item::default().with("id", id.clone()).with("title", asset));
                self.assets.insert(asset.to_owned(), id);
            }
            if let Some(id) = self.assets.get(asset).filter(|id| !ids.contains(id)) {
                ids.push(id.clone());
            }
        }
        ids
    }

    /// The vectors of the model that no threat is about: they stay as they are.
    pub(super) fn left(&mut self) -> Vec<Item> {
        let gone: BTreeSet<&str> = self.by_threat.values().map(|vector| &*vector.id).collect();
        for id in &gone {
            self.told
                .push(format!("the vector `{id}` is kept, though its threat is not in the file any more"));
        }
        let made: BTreeSet<&str> =
            self.composer.list("threats").filter_map(|threat| text(threat, "id")).collect();
        let is_left = |vector: &&Vector| {
            let notes = Notes::read(&vector.description);
            notes.get("Threat").is_none_or(|threat| !made.contains(threat))
        };
        let vectors = self.known.into_iter().flat_map(|model| &model.vectors);
        let left: Vec<&Vector> = vectors.filter(is_left).collect();
        let is_open = |vector: &&&Vector| {
            vector.rules.is_empty() && self.by_threat.values().any(|one| one.id == vector.id)
        };
        let open: Vec<String> = left.iter().filter(is_open).map(|vector| vector.id.to_string()).collect();
        self.without_rules.extend(open);
        left.into_iter().map(as_it_is).collect()
    }

    /// A gap for each vector that has no rules and none yet.
    pub(super) fn gaps(&self) -> Vec<Item> {
        let gaps = self.known.into_iter().flat_map(|model| &model.gaps);
        let has: BTreeSet<&str> =
            gaps.filter_map(|gap| gap.vector.as_ref()).map(|named| &*named.id).collect();
        self.without_rules.iter().filter(|id| !has.contains(id.as_str())).map(|id| gap::ours(id)).collect()
    }
}

fn as_it_is(vector: &Vector) -> Item {
    let names = |of: &[Named]| of.iter().map(|named| named.id.to_string()).collect();
    Item::default()
        .with("id", &*vector.id)
        .with("title", vector.title.clone())
        .with("description", vector.description.clone())
        .with("impact", vector.impact.map_or("", |word| word.as_str()))
        .with("likelihood", vector.likelihood.map_or("", |word| word.as_str()))
        .with_list("techniques", vector.techniques.iter().map(|one| one.written.clone()).collect())
        .with_list("components", names(&vector.components))
        .with_list("instrumentation", names(&vector.instrumentation))
        .with_list("rules", vector.rules.iter().map(|rule| rule.named().to_owned()).collect())
        .with("response", vector.response.clone())
}
