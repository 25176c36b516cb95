//! Edits of a part of a rule, lifted to edits of the whole.

use super::Mutation;
use crate::sigma::error::Position;

/// A clause and what can be done to it. `T` is what the clause is a part of.
#[derive(Debug, Clone)]
pub(super) struct Site<T> {
    pub(super) name: String,
    pub(super) at: Position,
    pub(super) edits: Vec<Edit<T>>,
}

/// One thing done to a clause.
#[derive(Debug, Clone)]
pub(super) struct Edit<T> {
    pub(super) mutation: Mutation,
    /// Which kind of case notices.
    pub(super) wanted: &'static str,
    /// What is left; `None` for nothing.
    pub(super) after: Option<T>,
}

impl<T> Site<T> {
    /// The same edits, seen from what holds the part.
    pub(super) fn lift<U>(self, f: impl Fn(Option<T>) -> Option<U>) -> Site<U> {
        let edits = self.edits.into_iter();
        let lifted =
            edits.map(|edit| Edit { mutation: edit.mutation, wanted: edit.wanted, after: f(edit.after) });
        Site { name: self.name, at: self.at, edits: lifted.collect() }
    }

    /// Without the edits that leave nothing.
    pub(super) fn leaving_something(mut self) -> Self {
        self.edits.retain(|edit| edit.after.is_some());
        self
    }
}

/// A list in which one part is another, or none; `None` for an empty list.
pub(super) fn replaced<T: Clone>(parts: &[T], place: usize, part: Option<T>) -> Option<Vec<T>> {
    let mut list: Vec<T> = parts.to_vec();
    match (part, list.get_mut(place)) {
        (Some(part), Some(old)) => *old = part,
        _ => drop(list.splice(place..=place, [])),
    }
    (!list.is_empty()).then_some(list)
}

/// How a part bears on whether the rule matches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Role {
    /// Within a `not`: what fits is left out.
    pub(super) filter: bool,
    /// One of several alternatives.
    pub(super) choice: bool,
}

impl Role {
    /// A part that has to hold.
    pub(super) const NEEDED: Self = Self { filter: false, choice: false };

    /// The role of one of the parts that all have to hold.
    pub(super) fn of_all(self) -> Self {
        Self { choice: false, ..self }
    }

    /// The role of one of the parts of which one has to hold.
    pub(super) fn of_any(self) -> Self {
        Self { choice: true, ..self }
    }

    /// The role of what a `not` is before: beside what is needed, it is one of the things that leave a record out.
    pub(super) fn turned(self) -> Self {
        Self { filter: !self.filter, choice: !self.choice }
    }

    /// Which case notices that the part is gone.
    pub(super) fn wanted_if_gone(self) -> &'static str {
        match (self.filter, self.choice) {
            (false, false) => "a record that matches but for this clause, with `match: false`",
            (false, true) => "a record that matches by this alternative alone, with `match: true`",
            (true, false) => "a record that would be left out but for this clause, with `match: true`",
            (true, true) => "a record that this alone leaves out, with `match: false`",
        }
    }

    /// Which cases notice that the part is turned round.
    pub(super) fn wanted_if_turned(self) -> &'static str {
        if self.filter {
            "a record that this leaves out, with `match: false`, or one that it leaves in, with `match: true`"
        } else {
            "a record that matches by this clause, with `match: true`, or fails by it, with `match: false`"
        }
    }
}
