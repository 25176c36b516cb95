//! The compiled tree and how it is evaluated against one event.
//!
//! INVARIANT: the tree is never deeper than [`crate::limits::MAX_RULE_NESTING`] in each of its two kinds of nesting,
//! so evaluation may recurse. Nothing is allocated on the way, except for texts that no byte comparison can do.

use serde::{Deserialize, Serialize};

use super::depth::below;
use super::error::Position;
use super::field::{FieldPath, Quantifier, Root};
use super::value::{Test, Value};
use crate::json::{Kind, Node};

/// Named selections and which of them must hold: a rule's `detection:`, or the extended body of a block.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Logic {
    pub(crate) selections: Vec<Selection>,
    pub(crate) condition: Expression,
}

/// A named selection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Selection {
    pub(crate) name: String,
    pub(crate) at: Position,
    pub(crate) detection: Detection,
}

/// A condition over selections, by their place in [`Logic::selections`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Expression {
    Selection(usize),
    Not(#[serde(deserialize_with = "below")] Box<Expression>),
    All(#[serde(deserialize_with = "below")] Vec<Expression>),
    Any(#[serde(deserialize_with = "below")] Vec<Expression>),
}

/// What a selection asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Detection {
    /// A mapping.
    All(#[serde(deserialize_with = "below")] Vec<Detection>),
    /// A list.
    Any(#[serde(deserialize_with = "below")] Vec<Detection>),
    Item(Item),
    Block(Block),
    /// What must not hold. No rule is written so: only a mutant has it.
    Not(Box<Detection>),
}

/// A field, or keywords, with values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Item {
    /// `None` for keywords: any scalar anywhere.
    pub(crate) field: Option<FieldPath>,
    pub(crate) values: Vec<Value>,
    /// All values must hold, not one of them.
    pub(crate) all: bool,
    /// The values must not hold.
    pub(crate) negated: bool,
}

/// A body that elements of a list must satisfy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Block {
    pub(crate) field: FieldPath,
    pub(crate) quantifier: Quantifier,
    #[serde(deserialize_with = "below")]
    pub(crate) body: Box<Body>,
}

/// The body of a block.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Body {
    Basic(Detection),
    Extended(Logic),
}

impl Expression {
    /// True if there is a `not` in it.
    pub(crate) fn has_not(&self) -> bool {
        match self {
            Self::Selection(_) => false,
            Self::Not(_) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::has_not),
        }
    }
}

impl Logic {
    /// True if the condition holds.
    pub(crate) fn matches(&self, root: Root<'_>) -> bool {
        self.holds(&self.condition, root)
    }

    fn holds(&self, expression: &Expression, root: Root<'_>) -> bool {
        match expression {
            Expression::Selection(index) => {
                self.selections.get(*index).is_some_and(|selection| selection.detection.matches(root))
            }
            Expression::Not(inner) => !self.holds(inner, root),
            Expression::All(parts) => parts.iter().all(|part| self.holds(part, root)),
            Expression::Any(parts) => parts.iter().any(|part| self.holds(part, root)),
        }
    }
}

impl Detection {
    /// True if the event, or the element, is as asked.
    pub(crate) fn matches(&self, root: Root<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(root)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(root)),
            Self::Item(item) => item.matches(root),
            Self::Block(block) => block.matches(root),
            Self::Not(inner) => !inner.matches(root),
        }
    }
}

impl Item {
    fn matches(&self, root: Root<'_>) -> bool {
        let hit = if self.all {
            self.values.iter().all(|value| self.holds(std::slice::from_ref(value), root))
        } else {
            self.holds(&self.values, root)
        };
        if self.negated { !hit && self.is_comparable(root) } else { hit }
    }

    /// True if one of the values holds.
    fn holds(&self, values: &[Value], root: Root<'_>) -> bool {
        let Some(field) = &self.field else {
            return any_scalar(root.whole(), &mut |leaf| values.iter().any(|value| value.holds(leaf, root)));
        };
        let mut reached = false;
        let hit = field.visit(root, &mut |node| {
            reached = true;
            values.iter().any(|value| value.holds(node, root))
        });
        hit || (!reached && values.iter().any(Value::holds_for_absent))
    }

    /// "Different" between two fields needs two values; a field that is not there differs from any written value.
    fn is_comparable(&self, root: Root<'_>) -> bool {
        let mut others = self.values.iter().flat_map(|value| &value.tests).filter_map(|test| match test {
            Test::Field(other) => Some(other),
            _ => None,
        });
        others.all(|other| {
            let present =
                self.field.as_ref().is_some_and(|field| field.visit(root, &mut |node| !node.is_null()));
            present && other.other_has_value(root)
        })
    }
}

/// Calls `f` with each string, number and boolean below a node until it answers true.
fn any_scalar<'a>(node: Node<'a>, f: &mut dyn FnMut(Node<'a>) -> bool) -> bool {
    match node.kind() {
        Kind::Null => false,
        Kind::Array => node.items().any(|item| any_scalar(item, f)),
        Kind::Object => node.members().any(|(_, member)| any_scalar(member, f)),
        Kind::Bool | Kind::Number | Kind::String => f(node),
    }
}

impl Block {
    fn matches(&self, root: Root<'_>) -> bool {
        let mut reached = false;
        let hit = self.field.visit(root, &mut |node| {
            if node.is_null() {
                return false;
            }
            reached = true;
            self.list_matches(node)
        });
        match self.quantifier {
            Quantifier::Any | Quantifier::All => hit,
            Quantifier::AllOrEmpty => hit || !reached,
            Quantifier::None => !hit,
        }
    }

    /// True if one list is as asked; for `[none]`, if an element is as it must not be. What is not a list counts as a
    /// list of one: services write one element without its list.
    fn list_matches(&self, node: Node<'_>) -> bool {
        if node.kind() != Kind::Array {
            return self.body.matches(node);
        }
        match self.quantifier {
            Quantifier::Any | Quantifier::None => node.items().any(|item| self.body.matches(item)),
            Quantifier::AllOrEmpty => node.items().all(|item| self.body.matches(item)),
            Quantifier::All => {
                node.items().next().is_some() && node.items().all(|item| self.body.matches(item))
            }
        }
    }
}

impl Body {
    fn matches(&self, element: Node<'_>) -> bool {
        match self {
            Self::Basic(detection) => detection.matches(Root::Element(element)),
            Self::Extended(logic) => logic.matches(Root::Element(element)),
        }
    }
}
