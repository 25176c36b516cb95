//! Why a rule matches an event, or why not, clause by clause: the slow, obvious twin of the matcher.
//!
//! In: a rule with its text, an event. Out: an [`Explanation`], a tree of every [`Clause`] with what was expected, what
//! was found, and whether it holds. Nothing is cut short: every clause is judged, also where another decides.
//!
//! INVARIANT: the verdict is that of the matcher; property tests compare the two.

// The rule's own words.
mod written;

// Which clauses decide.
mod decisive;

use super::detection::{Block, Body, Detection, Expression, Item, Logic, Selection};
use super::field::reach::{Reached, join, members};
use super::field::{Quantifier, Root};
use super::rule::CompiledRule;
use super::value::{Test, Value};
use crate::event::Event;
use crate::json::Kind;
pub use written::RuleWords;

/// What a rule makes of one event.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// True if the rule matches.
    pub matches: bool,
    /// The rule's condition as written; one of them must hold where there are several.
    pub condition: Vec<String>,
    /// The condition, clause by clause.
    pub clause: Clause,
}

/// One clause of a rule and what became of it.
#[derive(Debug, Clone)]
pub struct Clause {
    /// True if it holds.
    pub holds: bool,
    /// What it asks for.
    pub asks: Asks,
    /// The clauses that it is made of.
    pub parts: Vec<Clause>,
}

/// What a clause asks for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Asks {
    /// All of its parts: `and`, `all of`, the fields of a selection.
    All,
    /// One of its parts: `or`, `1 of`, a list of mappings.
    Any,
    /// Its one part must not hold.
    Not,
    /// The selection of that name.
    Selection {
        /// Its name.
        name: String,
        /// Where the rule has it.
        line: usize,
    },
    /// A field, or keywords, with values.
    Field(FieldClause),
    /// A block; its parts are the lists that it is about.
    Block {
        /// Its field with the quantifier, as written.
        key: String,
        /// Where the rule has it.
        line: usize,
        /// Which elements of a list must fit.
        elements: Elements,
    },
    /// One list of a block; its parts are the elements.
    List {
        /// Where the record has it.
        path: String,
        /// Which elements must fit.
        elements: Elements,
    },
    /// One element of a list.
    Element {
        /// Where the record has it.
        path: String,
    },
}

/// Which elements of a list a block asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elements {
    /// One fits.
    Any,
    /// There are some, and all fit.
    All,
    /// All fit, or there are none.
    AllOrEmpty,
    /// No element fits.
    None,
}

/// A field with what was expected of it and what it was.
#[derive(Debug, Clone)]
pub struct FieldClause {
    /// The field with its modifiers, as written; `None` for keywords.
    pub field: Option<String>,
    /// Where the rule has it.
    pub line: usize,
    /// The values as written, as JSON.
    pub expected: Vec<String>,
    /// True if all of them are asked for, not one.
    pub all: bool,
    /// True if they must not be there.
    pub negated: bool,
    /// What the record has; empty where it lacks the field.
    pub found: Vec<Found>,
}

/// A value of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its place.
    pub path: String,
    /// The value, as JSON.
    pub value: String,
    /// True if it is one of the expected.
    pub fits: bool,
}

impl Explanation {
    /// The smallest set of fields and blocks that decide: with another outcome of these the verdict would be another.
    pub fn decisive(&self) -> Vec<&Clause> {
        decisive::of(&self.clause)
    }
}

impl CompiledRule {
    /// Why the rule matches an event, or why not. `words` are those of the text that the rule was
    /// made of.
    pub fn explain(&self, words: &RuleWords, event: &Event<'_>) -> Explanation {
        let clause = Scene { written: words, root: Root::Event(event), place: "" }.logic(self.logic());
        let condition = words.condition(self.logic().selections.first().map(|selection| selection.at));
        Explanation { matches: clause.holds, condition, clause }
    }
}

/// What clauses are judged against.
#[derive(Clone, Copy)]
struct Scene<'s> {
    written: &'s RuleWords,
    root: Root<'s>,
    /// Where in the record the root is.
    place: &'s str,
}

fn all(parts: Vec<Clause>) -> Clause {
    Clause { holds: parts.iter().all(|part| part.holds), asks: Asks::All, parts }
}

fn any(parts: Vec<Clause>) -> Clause {
    Clause { holds: parts.iter().any(|part| part.holds), asks: Asks::Any, parts }
}

impl Scene<'_> {
    fn logic(self, logic: &Logic) -> Clause {
        self.expression(&logic.condition, logic)
    }

    fn expression(self, expression: &Expression, logic: &Logic) -> Clause {
        let parts = |parts: &[Expression]| parts.iter().map(|part| self.expression(part, logic)).collect();
        match expression {
            Expression::Selection(index) => {
                // A condition names only selections that there are.
                logic.selections.get(*index).map_or_else(|| any(Vec::new()), |found| self.selection(found))
            }
            Expression::Not(inner) => {
                let inner = self.expression(inner, logic);
                Clause { holds: !inner.holds, asks: Asks::Not, parts: vec![inner] }
            }
            Expression::All(list) => all(parts(list)),
            Expression::Any(list) => any(parts(list)),
        }
    }

    fn selection(self, selection: &Selection) -> Clause {
        let inner = self.detection(&selection.detection);
        let asks = Asks::Selection { name: selection.name.clone(), line: selection.at.line };
        let holds = inner.holds;
        // The fields of a selection stand directly below its name.
        let parts = if matches!(inner.asks, Asks::All) { inner.parts } else { vec![inner] };
        Clause { holds, asks, parts }
    }

    fn detection(self, detection: &Detection) -> Clause {
        let parts = |parts: &[Detection]| parts.iter().map(|part| self.detection(part)).collect();
        match detection {
            Detection::All(list) => all(parts(list)),
            Detection::Any(list) => any(parts(list)),
            Detection::Item(item) => self.item(item),
            Detection::Block(block) => self.block(block),
        }
    }

    fn item(self, item: &Item) -> Clause {
        let reached = match &item.field {
            Some(field) => field.reach(self.root),
            None => scalars(Reached { path: String::new(), node: self.root.whole() }),
        };
        let one = |value: &Value| {
            let absent = item.field.is_some() && reached.is_empty() && value.holds_for_absent();
            absent || reached.iter().any(|found| value.holds(found.node, self.root))
        };
        let hit = if item.all { item.values.iter().all(one) } else { item.values.iter().any(one) };
        let holds = if item.negated { !hit && self.is_comparable(item, &reached) } else { hit };
        Clause { holds, asks: Asks::Field(self.field_clause(item, &reached)), parts: Vec::new() }
    }

    /// "Different" between two fields needs a value of both.
    fn is_comparable(self, item: &Item, reached: &[Reached<'_>]) -> bool {
        let tests = item.values.iter().flat_map(|value| &value.tests);
        let mut others =
            tests.filter_map(|test| if let Test::Field(other) = test { Some(other) } else { None });
        let present = |reached: &[Reached<'_>]| reached.iter().any(|found| !found.node.is_null());
        others.all(|other| present(reached) && present(&other.other.reach(self.root)))
    }

    fn field_clause(self, item: &Item, reached: &[Reached<'_>]) -> FieldClause {
        let mut found = Vec::new();
        for value in reached.iter().flat_map(leaves) {
            let fits = item.values.iter().any(|wanted| wanted.holds(value.node, self.root));
            // Of all the values of a record only those that hold a keyword say anything.
            if item.field.is_some() || fits {
                let path = join(self.place, &value.path);
                found.push(Found { path, value: value.node.to_compact_json(), fits });
            }
        }
        let at = item.field.as_ref().map(super::FieldPath::position);
        let first = at.or_else(|| item.values.first().map(|value| value.at));
        FieldClause {
            field: item.field.as_ref().map(|field| self.written.key(field)),
            line: first.map_or(0, |at| at.line),
            expected: item.values.iter().map(|value| self.expected(value)).collect(),
            all: item.all,
            negated: item.negated,
            found,
        }
    }

    /// A value as written; of another field what that holds as well.
    fn expected(self, value: &Value) -> String {
        let text = self.written.value(value.at);
        let others: Vec<_> = value.fields().flat_map(|other| other.reach(self.root)).collect();
        if value.fields().next().is_none() {
            return text;
        }
        let values: Vec<String> = others.iter().map(|other| other.node.to_compact_json()).collect();
        format!(
            "the value of {text}: {}",
            if values.is_empty() { "none".to_owned() } else { values.join(", ") }
        )
    }

    fn block(self, block: &Block) -> Clause {
        let elements = match block.quantifier {
            Quantifier::Any => Elements::Any,
            Quantifier::All => Elements::All,
            Quantifier::AllOrEmpty => Elements::AllOrEmpty,
            Quantifier::None => Elements::None,
        };
        let lists = block.field.reach(self.root);
        let lists = lists.iter().filter(|list| !list.node.is_null());
        let parts: Vec<Clause> = lists.map(|list| self.list(list, elements, &block.body)).collect();
        let hit = parts.iter().any(|list| list.holds);
        let holds = match elements {
            Elements::Any | Elements::All => hit,
            Elements::AllOrEmpty => hit || parts.is_empty(),
            Elements::None => !hit,
        };
        let (key, line) = (self.written.key(&block.field), block.field.position().line);
        Clause { holds, asks: Asks::Block { key, line, elements }, parts }
    }

    /// One list; of `[none]` it holds if an element is as it must not be.
    fn list(self, list: &Reached<'_>, elements: Elements, body: &Body) -> Clause {
        // What is no list counts as a list of one.
        let inside = if list.node.kind() == Kind::Array { members(list) } else { vec![list.clone()] };
        let parts: Vec<Clause> = inside.iter().map(|element| self.element(element, body)).collect();
        let holds = match elements {
            Elements::Any | Elements::None => parts.iter().any(|part| part.holds),
            Elements::AllOrEmpty => parts.iter().all(|part| part.holds),
            Elements::All => !parts.is_empty() && parts.iter().all(|part| part.holds),
        };
        Clause { holds, asks: Asks::List { path: join(self.place, &list.path), elements }, parts }
    }

    fn element(self, element: &Reached<'_>, body: &Body) -> Clause {
        let path = join(self.place, &element.path);
        let scene = Scene { written: self.written, root: Root::Element(element.node), place: &path };
        let inner = match body {
            Body::Basic(detection) => scene.detection(detection),
            Body::Extended(logic) => scene.logic(logic),
        };
        let holds = inner.holds;
        let parts = if matches!(inner.asks, Asks::All) { inner.parts } else { vec![inner] };
        Clause { holds, asks: Asks::Element { path }, parts }
    }
}

/// Every string, number and boolean below a value.
fn scalars(at: Reached<'_>) -> Vec<Reached<'_>> {
    match at.node.kind() {
        Kind::Null => Vec::new(),
        Kind::Array => members(&at).into_iter().flat_map(scalars).collect(),
        Kind::Object => {
            let member = |(name, node): (&str, _)| Reached { path: join(&at.path, name), node };
            at.node.members().map(member).flat_map(scalars).collect()
        }
        Kind::Bool | Kind::Number | Kind::String => vec![at],
    }
}

/// The members of a list, and of the lists in it; anything else, and an empty list, stands for itself.
fn leaves<'a>(value: &Reached<'a>) -> Vec<Reached<'a>> {
    if value.node.kind() == Kind::Array && value.node.items().next().is_some() {
        members(value).iter().flat_map(leaves).collect()
    } else {
        vec![value.clone()]
    }
}

#[cfg(test)]
mod tests;
