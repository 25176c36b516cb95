//! A rule's mutants: the same rule with one clause taken away or turned round.
//!
//! In: a [`CompiledRule`] with its words. Out: every [`Mutant`] of it, in the order of the text. A rule's cases should
//! tell each of them from the rule: where none does, the clause could be lost or reversed, and nobody would see it.
//!
//! A clause is a selection where the condition names it (a term, with its `not`), an alternative of a selection's list,
//! and a field of a mapping, also within array blocks. What would be the same rule twice is there once: a selection's
//! only field is the term that names the selection, an alternative's only field is the alternative, and taking away a
//! block's only field takes away the block; so it is with what the clauses beside it decide ([`implied`]). What would leave a rule that asks for nothing is not there at all.
//!
//! INVARIANT: a mutant is tried on the same things as its rule: on each change of exposure, or on the record.

// Edits of a part, lifted to edits of the whole.
mod site;

// Terms of a condition.
mod term;

// Fields, blocks and alternatives.
mod clause;

// Values of a list.
mod value;

// Clauses that change nothing.
mod implied;

use std::collections::HashMap;

use super::error::Position;
use super::explain::RuleWords;
use super::rule::CompiledRule;
use clause::Scene;
use site::Site;

/// What was done to a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mutation {
    /// It was taken away.
    Drop,
    /// It was turned round: it holds where it did not.
    Negate,
    /// One of several values was taken away.
    DropValue,
}

impl Mutation {
    /// All mutations.
    pub const ALL: [Self; 3] = [Self::Drop, Self::Negate, Self::DropValue];

    /// The word for it, in files of cases and in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Negate => "negate",
            Self::DropValue => "drop value",
        }
    }

    /// What was done, behind the name of the clause.
    pub fn done(self) -> &'static str {
        match self {
            Self::Drop => "taken away",
            Self::Negate => "turned round",
            Self::DropValue => "taken out of its list",
        }
    }

    /// The mutation of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mutation| mutation.as_str() == word)
    }
}

/// A rule with one thing changed.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// The name of the clause, such as `selection.eventName`. No other clause of the rule has it.
    pub clause: String,
    /// What was done to it.
    pub mutation: Mutation,
    /// Where the clause is; of a term, where its selection is.
    pub at: Position,
    /// Which kind of case tells the mutant from the rule.
    pub wanted: &'static str,
    /// The changed rule.
    pub rule: CompiledRule,
}

impl CompiledRule {
    /// Every mutant, in the order of the text. `words` are those of the text that the rule was made of.
    pub fn mutants(&self, words: &RuleWords) -> Vec<Mutant> {
        let mut sites = Scene::whole(words).logic("", self.logic());
        sites.sort_by_key(|site| site.at);
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut mutants = Vec::new();
        for Site { name, at, edits } in sites.into_iter().filter(|site| !site.edits.is_empty()) {
            let clause = numbered(name, &mut seen);
            for edit in edits {
                let Some(logic) = edit.after else { continue };
                mutants.push(Mutant {
                    clause: clause.clone(),
                    mutation: edit.mutation,
                    at,
                    wanted: edit.wanted,
                    rule: self.with_logic(logic),
                });
            }
        }
        mutants
    }
}

/// The name, with `#2` behind it where it is the second of its kind.
fn numbered(name: String, seen: &mut HashMap<String, usize>) -> String {
    let count = seen.entry(name.clone()).or_default();
    *count += 1;
    if *count == 1 { name } else { format!("{name}#{count}") }
}

#[cfg(test)]
mod tests;
