//! Fields, array blocks and alternatives: what a selection is made of.

use super::site::{Edit, Role, Site, replaced};
use super::term::{roles, terms, without};
use super::value::values;
use super::{Mutation, implied};
use crate::sigma::detection::{Block, Body, Detection, Expression, Item, Logic};
use crate::sigma::error::Position;
use crate::sigma::explain::RuleWords;
use crate::sigma::field::Quantifier;

/// Where a piece of a rule is.
#[derive(Clone, Copy)]
pub(super) struct Scene<'w> {
    pub(super) words: &'w RuleWords,
    role: Role,
}

impl<'w> Scene<'w> {
    /// The whole rule.
    pub(super) fn whole(words: &'w RuleWords) -> Self {
        Self { words, role: Role::NEEDED }
    }

    fn with(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// Selections with a condition; edits that leave nothing are left out.
    pub(super) fn logic(self, prefix: &str, logic: &Logic) -> Vec<Site<Logic>> {
        let conditioned = |condition| Logic { condition, ..logic.clone() };
        let mut sites: Vec<Site<Logic>> = terms(&logic.condition, logic, prefix, self.role)
            .into_iter()
            .map(|site| site.lift(|after| after.map(conditioned)))
            .collect();
        for place in 0..logic.selections.len() {
            sites.extend(self.selection(prefix, logic, place));
        }
        sites.into_iter().map(Site::leaving_something).collect()
    }

    fn selection(self, prefix: &str, logic: &Logic, place: usize) -> Vec<Site<Logic>> {
        let Some(selection) = logic.selections.get(place) else { return Vec::new() };
        let roles = roles(&logic.condition, place, self.role);
        let Some(role) = roles.first() else { return Vec::new() };
        let name = format!("{prefix}{}", selection.name);
        // The only field of a selection that is named once is its term, which is there already.
        let once = roles.len() == 1;
        let sites = self.with(*role).parts(&name, &selection.detection, once);
        let lift = |after: Option<Detection>| match after {
            Some(detection) => changed(logic, place, detection, &logic.condition),
            None => without(&logic.condition, place)
                .map(|condition| Logic { condition, selections: logic.selections.clone() }),
        };
        sites.into_iter().map(|site| site.lift(lift)).collect()
    }

    /// What a selection, an alternative or a block is made of; with `known`, what can be done to the whole of it is
    /// there already.
    fn parts(self, name: &str, detection: &Detection, known: bool) -> Vec<Site<Detection>> {
        match detection {
            Detection::All(parts) => {
                let scene = self.with(self.role.of_all());
                let each = |place: usize, part: &Detection| {
                    let mut sites = scene.parts(name, part, false);
                    if implied::by_the_others(parts, place) {
                        sites = sites.into_iter().map(Site::leaving_something).collect();
                    }
                    sites
                };
                joined(parts, Detection::All, each)
            }
            Detection::Any(parts) => {
                let scene = self.with(self.role.of_any());
                joined(parts, Detection::Any, |place, part| scene.alternative(name, parts, place, part))
            }
            Detection::Item(item) => self.item(name, item, known),
            Detection::Block(block) => self.block(name, block, known),
            Detection::Not(_) => Vec::new(),
        }
    }

    /// One of a selection's list; keywords come first in it and are one alternative together.
    fn alternative(
        self,
        name: &str,
        all: &[Detection],
        place: usize,
        part: &Detection,
    ) -> Vec<Site<Detection>> {
        let words = all.first().filter(|first| is_keywords(first));
        if words.is_some() && place == 0 {
            return self.parts(name, part, false);
        }
        let name = format!("{name}[{}]", place - usize::from(words.is_some()));
        let Detection::All(_) = part else { return self.parts(&name, part, false) };
        let at = position(part).unwrap_or(Position::START);
        let mut sites = vec![Site { name: name.clone(), at, edits: self.edits(part) }];
        sites.extend(self.parts(&name, part, true));
        sites
    }

    fn item(self, name: &str, item: &Item, known: bool) -> Vec<Site<Detection>> {
        let (name, at) = match &item.field {
            Some(field) if field.as_str() == "." => (format!("{name}.element"), field.position()),
            Some(field) => (format!("{name}.{}", self.words.key(field)), field.position()),
            None => {
                (format!("{name}.keywords"), item.values.first().map_or(Position::START, |first| first.at))
            }
        };
        let values = values(&name, item, self.words);
        let edits = if known { Vec::new() } else { self.edits(&Detection::Item(item.clone())) };
        let mut sites = vec![Site { name, at, edits }];
        sites.extend(values.into_iter().map(|site| site.lift(|after| after.map(Detection::Item))));
        sites
    }

    fn block(self, name: &str, block: &Block, known: bool) -> Vec<Site<Detection>> {
        let name = format!("{name}.{}", self.words.key(&block.field));
        let edits = if known { Vec::new() } else { self.edits(&Detection::Block(block.clone())) };
        let mut sites = vec![Site { name: name.clone(), at: block.field.position(), edits }];
        let turned = block.quantifier == Quantifier::None;
        let inside = self.with(if turned { self.role.turned() } else { self.role });
        let bodies: Vec<Site<Body>> = match &*block.body {
            Body::Basic(detection) => inside
                .parts(&name, detection, false)
                .into_iter()
                .map(|site| site.lift(|after| after.map(Body::Basic)))
                .collect(),
            Body::Extended(logic) => inside
                .logic(&format!("{name}."), logic)
                .into_iter()
                .map(|site| site.lift(|after| after.map(Body::Extended)))
                .collect(),
        };
        let lift = |after: Option<Body>| {
            after.map(|body| Detection::Block(Block { body: Box::new(body), ..block.clone() }))
        };
        // A block that asks for nothing any more is one that is taken away.
        sites.extend(bodies.into_iter().map(|site| site.leaving_something().lift(lift)));
        sites
    }

    fn edits(self, part: &Detection) -> Vec<Edit<Detection>> {
        let turned = Detection::Not(Box::new(part.clone()));
        vec![
            Edit { mutation: Mutation::Drop, wanted: self.role.wanted_if_gone(), after: None },
            Edit { mutation: Mutation::Negate, wanted: self.role.wanted_if_turned(), after: Some(turned) },
        ]
    }
}

/// The edits of each part, as edits of all of them together.
fn joined(
    parts: &[Detection],
    join: fn(Vec<Detection>) -> Detection,
    each: impl Fn(usize, &Detection) -> Vec<Site<Detection>>,
) -> Vec<Site<Detection>> {
    let mut sites = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let lift = |after| replaced(parts, place, after).map(join);
        sites.extend(each(place, part).into_iter().map(|site| site.lift(lift)));
    }
    sites
}

fn changed(logic: &Logic, place: usize, detection: Detection, condition: &Expression) -> Option<Logic> {
    let mut selections = logic.selections.clone();
    selections.get_mut(place)?.detection = detection;
    Some(Logic { selections, condition: condition.clone() })
}

fn is_keywords(part: &Detection) -> bool {
    matches!(part, Detection::Item(item) if item.field.is_none())
}

/// Where the first field of a part is.
fn position(part: &Detection) -> Option<Position> {
    match part {
        Detection::All(parts) | Detection::Any(parts) => parts.first().and_then(position),
        Detection::Item(item) => {
            let at = item.field.as_ref().map(crate::sigma::FieldPath::position);
            at.or_else(|| item.values.first().map(|value| value.at))
        }
        Detection::Block(block) => Some(block.field.position()),
        Detection::Not(inner) => position(inner),
    }
}
