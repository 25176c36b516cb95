//! What a rule names: every field with the values that it asks for, for those who know which names there are.
//!
//! In: a compiled rule. Out: a [`Mention`] for each field, in the order written, with whole paths: a field of an array
//! block has the block's path before its own.

use super::detection::{Block, Body, Detection, Item, Logic};
use super::error::Position;
use super::field::FieldPath;
use super::rule::CompiledRule;
use super::value::{Test, Value};

/// A field that a rule names.
#[derive(Debug, Clone)]
pub struct Mention<'r> {
    /// The names from the record's top to the field, with dots between them; places in lists are left out.
    pub path: String,
    /// Where the rule writes it.
    pub at: Position,
    /// What it asks for; nothing where the field is the root of a block or is compared with.
    pub values: Vec<AskedValue<'r>>,
    /// True if the values must not be there (`neq`).
    pub negated: bool,
    /// Which mapping of the rule the field is in: the fields of one mapping must hold together.
    pub mapping: usize,
}

/// A value that a rule asks for.
#[derive(Debug, Clone, Copy)]
pub struct AskedValue<'r> {
    /// Where the rule writes it.
    pub at: Position,
    value: &'r Value,
}

impl AskedValue<'_> {
    /// True if a field with this text is as asked; `None` where the value is about something else than texts: `null`,
    /// whether the field is there, a number to compare with, a network, another field.
    pub fn fits(&self, text: &str) -> Option<bool> {
        let mut verdict = None;
        for test in &self.value.tests {
            let holds = match test {
                Test::Text(matcher) => matcher.matches(text),
                Test::Regex(regex) => regex.is_match(text),
                Test::Null
                | Test::Exists(_)
                | Test::Compare(..)
                | Test::Network(_)
                | Test::Field(_)
                | Test::Time(..) => {
                    continue;
                }
            };
            verdict = Some(verdict.unwrap_or(false) || holds);
        }
        verdict
    }
}

impl CompiledRule {
    /// Every field that the rule names, in the order written: of filters and within array blocks as well.
    pub fn mentions(&self) -> Vec<Mention<'_>> {
        mentions(self.logic())
    }
}

/// The fields of a detection.
pub(crate) fn mentions(logic: &Logic) -> Vec<Mention<'_>> {
    let mut found = Mentions::default();
    found.logic(logic, "");
    found.list
}

#[derive(Default)]
struct Mentions<'r> {
    list: Vec<Mention<'r>>,
    mappings: usize,
}

impl<'r> Mentions<'r> {
    fn logic(&mut self, logic: &'r Logic, root: &str) {
        for selection in &logic.selections {
            self.detection(&selection.detection, root);
        }
    }

    /// Each call is a mapping of its own, but for the members of one.
    fn detection(&mut self, detection: &'r Detection, root: &str) {
        self.mappings += 1;
        match detection {
            Detection::Any(parts) => parts.iter().for_each(|part| self.detection(part, root)),
            Detection::All(parts) => parts.iter().for_each(|part| self.member(part, self.mappings, root)),
            Detection::Item(_) | Detection::Block(_) => self.member(detection, self.mappings, root),
            Detection::Not(inner) => self.detection(inner, root),
        }
    }

    fn member(&mut self, member: &'r Detection, mapping: usize, root: &str) {
        match member {
            Detection::Item(item) => self.item(item, mapping, root),
            Detection::Block(block) => self.block(block, mapping, root),
            Detection::All(_) | Detection::Any(_) | Detection::Not(_) => self.detection(member, root),
        }
    }

    fn item(&mut self, item: &'r Item, mapping: usize, root: &str) {
        if let Some(field) = &item.field {
            let values = item.values.iter().map(|value| AskedValue { at: value.at, value }).collect();
            self.list.push(Mention {
                path: path(root, field),
                at: field.position(),
                values,
                negated: item.negated,
                mapping,
            });
        }
        for field in item.values.iter().flat_map(Value::fields) {
            let (path, at) = (path(root, field), field.position());
            self.list.push(Mention { path, at, values: Vec::new(), negated: false, mapping });
        }
    }

    fn block(&mut self, block: &'r Block, mapping: usize, root: &str) {
        let path = path(root, &block.field);
        let at = block.field.position();
        self.list.push(Mention { path: path.clone(), at, values: Vec::new(), negated: false, mapping });
        match &*block.body {
            Body::Basic(detection) => self.detection(detection, &path),
            Body::Extended(logic) => self.logic(logic, &path),
        }
    }
}

/// The path of a field below a root; that of an element is the root's.
fn path(root: &str, field: &FieldPath) -> String {
    let mut path = root.to_owned();
    for name in field.names() {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ruleset::{RuleSet, RuleSource};

    fn rule(detection: &str) -> CompiledRule {
        let text =
            format!("title: t\nlogsource: {{product: aws, service: cloudtrail}}\ndetection: {detection}\n");
        RuleSet::from_sources([RuleSource::new("t.yml", text)]).unwrap().rules()[0].clone()
    }

    fn told(detection: &str) -> Vec<String> {
        let rule = rule(detection);
        let one = |mention: &Mention<'_>| {
            format!("{} {}x in {}", mention.path, mention.values.len(), mention.mapping)
        };
        rule.mentions().iter().map(one).collect()
    }

    #[test]
    fn paths_are_whole_also_within_blocks() {
        let rule = "{s: {a: [1, 2], 'l.m[any]': {b: 1, 'c[0].d': {e: 1}}}, condition: s}";
        let rule = rule.replace("{e: 1}", "1");
        assert_eq!(told(&rule), ["a 2x in 1", "l.m 0x in 1", "l.m.b 1x in 2", "l.m.c.d 1x in 2"]);
    }

    #[test]
    fn the_members_of_a_list_are_mappings_of_their_own() {
        let rule = "{s: [{a: 1, b: 2}, {a: 3}], f: {c|fieldref: d}, condition: s and not f}";
        assert_eq!(told(rule), ["a 1x in 2", "b 1x in 2", "a 1x in 3", "c 1x in 4", "d 0x in 4"]);
    }

    #[test]
    fn the_values_of_an_element_are_those_of_its_list() {
        assert_eq!(told("{s: {'a.b[any]': [1, 2]}, condition: s}"), ["a.b 0x in 1", "a.b 2x in 2"]);
    }

    #[test]
    fn only_texts_can_fit() {
        let rule = rule("{s: {a: ['x*', null], b|re: '^y', c|gt: 1, d|base64offset: abc}, condition: s}");
        let fits: Vec<Vec<Option<bool>>> = rule
            .mentions()
            .iter()
            .map(|mention| mention.values.iter().map(|value| value.fits("XY")).collect())
            .collect();
        assert_eq!(fits, [vec![Some(true), None], vec![Some(false)], vec![None], vec![Some(false)]]);
    }
}
