//! Where a field's values are: a path of names and list positions, read through every list on the way.
//!
//! A plain path means *any member*: `a.b` reaches the `b` of every element where `a` is a list. A quantifier in
//! brackets at the end opens a block: see [`super::detection`]. A name with a dot in it is reached by joining segments,
//! when the shorter name is not there.

use serde::{Deserialize, Serialize};

use super::error::Position;
use crate::event::{EXPOSURE, Event};
use crate::json::{Kind, Node};

// Reading a path as a rule writes it.
mod parse;

// A path as a bundle holds it.
mod bundled;

// Every value that a path reaches, with its place.
pub(crate) mod reach;

use bundled::Bundled;
pub(crate) use parse::parse;

/// A field's path.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "Bundled", from = "Bundled")]
pub struct FieldPath {
    written: Box<str>,
    at: Position,
    steps: Box<[Step]>,
}

/// One step of a path.
#[derive(Debug, Clone)]
enum Step {
    /// A member of an object; `longer` are the names that this and the next segments make together.
    Key { name: Box<str>, longer: Box<[Box<str>]> },
    /// An element of a list; from its end where negative.
    Index(i64),
}

/// How many elements of a list a block must hold for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Quantifier {
    Any,
    All,
    AllOrEmpty,
    None,
}

/// What the fields of a rule are looked up in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Root<'a> {
    /// The whole event.
    Event(&'a Event<'a>),
    /// One element of a list, inside a block.
    Element(Node<'a>),
}

impl<'a> Root<'a> {
    fn top(self, name: &str) -> Option<Node<'a>> {
        match self {
            Self::Event(event) => event.top(name),
            Self::Element(node) => node.get(name),
        }
    }

    /// Everything there is, for keywords: the record, or the element.
    pub(crate) fn whole(self) -> Node<'a> {
        match self {
            Self::Event(event) => event.record().root(),
            Self::Element(node) => node,
        }
    }
}

impl FieldPath {
    /// The path as the rule writes it, without modifiers and quantifier.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Where the rule writes it.
    pub fn position(&self) -> Position {
        self.at
    }

    /// Calls `f` with each value that the path reaches, until it answers true; true if it did.
    pub fn any_value<'a>(&self, event: &'a Event<'a>, f: &mut dyn FnMut(Node<'a>) -> bool) -> bool {
        self.visit(Root::Event(event), f)
    }

    /// True for a field derived by the engine.
    pub(crate) fn is_exposure(&self) -> bool {
        matches!(self.steps.first(), Some(Step::Key { name, .. }) if &**name == EXPOSURE)
    }

    /// True if the path has these names, with dots between them, and no places in lists.
    pub(crate) fn is_path(&self, wanted: &str) -> bool {
        let mut names = wanted.split('.');
        let fits = |step: &Step| matches!(step, Step::Key { name, .. } if names.next() == Some(&**name));
        self.steps.iter().all(fits) && names.next().is_none()
    }

    /// The names on the way, without places in lists.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Key { name, .. } => Some(&**name),
            Step::Index(_) => None,
        })
    }

    /// The element itself.
    pub(crate) fn element(at: Position) -> Self {
        Self { written: ".".into(), at, steps: Box::default() }
    }

    /// [`FieldPath::any_value`] from any root.
    pub(crate) fn visit<'a>(&self, root: Root<'a>, f: &mut dyn FnMut(Node<'a>) -> bool) -> bool {
        let Some((first, rest)) = self.steps.split_first() else { return f(root.whole()) };
        match (first, root) {
            (Step::Key { name, longer }, Root::Event(_)) => {
                if let Some(node) = root.top(name) {
                    return walk(node, rest, f);
                }
                let mut joined = longer.iter().zip(1..);
                joined
                    .find_map(|(name, used)| Some((root.top(name)?, rest.get(used..)?)))
                    .is_some_and(|(node, rest)| walk(node, rest, f))
            }
            (Step::Key { .. } | Step::Index(_), _) => walk(root.whole(), &self.steps, f),
        }
    }
}

fn walk<'a>(node: Node<'a>, steps: &[Step], f: &mut dyn FnMut(Node<'a>) -> bool) -> bool {
    let Some((first, rest)) = steps.split_first() else { return f(node) };
    match (first, node.kind()) {
        (Step::Key { .. }, Kind::Array) => node.items().any(|item| walk(item, steps, f)),
        (Step::Key { name, longer }, Kind::Object) => {
            if let Some(member) = node.get(name) {
                return walk(member, rest, f);
            }
            let mut joined = longer.iter().zip(1..);
            joined
                .find_map(|(name, used)| Some((node.get(name)?, rest.get(used..)?)))
                .is_some_and(|(member, rest)| walk(member, rest, f))
        }
        (Step::Index(index), Kind::Array) => element(node, *index).is_some_and(|item| walk(item, rest, f)),
        _ => false,
    }
}

fn element(list: Node<'_>, index: i64) -> Option<Node<'_>> {
    if let Ok(index) = usize::try_from(index) {
        return list.items().nth(index);
    }
    let back = usize::try_from(index.unsigned_abs()).ok()?;
    list.items().nth(list.items().count().checked_sub(back)?)
}
