//! Every value that a path reaches, with the place where it is: the slow twin of [`FieldPath::visit`].

use super::{FieldPath, Root, Step, element};
use crate::json::{Kind, Node};

/// A value and its place below the root.
#[derive(Debug, Clone)]
pub(crate) struct Reached<'a> {
    pub(crate) path: String,
    pub(crate) node: Node<'a>,
}

impl FieldPath {
    /// The values, in the order in which the record has them.
    pub(crate) fn reach<'a>(&self, root: Root<'a>) -> Vec<Reached<'a>> {
        let mut found = Vec::new();
        match (self.steps.split_first(), root) {
            (Some((Step::Key { name, longer }, rest)), Root::Event(event)) => {
                for (name, rest) in spellings(name, longer, rest) {
                    if let Some(node) = event.top(name) {
                        follow(Reached { path: name.to_owned(), node }, rest, &mut found);
                        break;
                    }
                }
            }
            _ => follow(Reached { path: String::new(), node: root.whole() }, &self.steps, &mut found),
        }
        found
    }
}

/// The name of a step, then those that it makes with the steps behind it; each with the steps that are left.
fn spellings<'s>(name: &'s str, longer: &'s [Box<str>], rest: &'s [Step]) -> Vec<(&'s str, &'s [Step])> {
    let mut spellings = vec![(name, rest)];
    for (used, joined) in longer.iter().enumerate() {
        spellings.extend(rest.get(used + 1..).map(|rest| (&**joined, rest)));
    }
    spellings
}

fn follow<'a>(at: Reached<'a>, steps: &[Step], found: &mut Vec<Reached<'a>>) {
    let Some((first, rest)) = steps.split_first() else {
        found.push(at);
        return;
    };
    match (first, at.node.kind()) {
        (Step::Key { .. }, Kind::Array) => {
            for member in members(&at) {
                follow(member, steps, found);
            }
        }
        (Step::Key { name, longer }, Kind::Object) => {
            for (name, rest) in spellings(name, longer, rest) {
                if let Some(node) = at.node.get(name) {
                    follow(Reached { path: join(&at.path, name), node }, rest, found);
                    break;
                }
            }
        }
        (Step::Index(index), Kind::Array) => {
            if let Some(node) = element(at.node, *index) {
                follow(Reached { path: format!("{}[{index}]", at.path), node }, rest, found);
            }
        }
        _ => {}
    }
}

/// The members of a list with their places.
pub(crate) fn members<'a>(list: &Reached<'a>) -> Vec<Reached<'a>> {
    let member = |(index, node)| Reached { path: format!("{}[{index}]", list.path), node };
    list.node.items().enumerate().map(member).collect()
}

/// A name below a place.
pub(crate) fn join(place: &str, name: &str) -> String {
    match (place.is_empty(), name.is_empty() || name.starts_with('[')) {
        (true, _) => name.to_owned(),
        (false, true) => format!("{place}{name}"),
        (false, false) => format!("{place}.{name}"),
    }
}
