//! What is reached from where a program begins, by the names that functions refer to.
//!
//! Where a name may mean several functions all of them are reached, as far as Rust's rules of visibility, and types that are
//! written down, let it: too much may be found so, and hardly too little (a type that `type` gives a second name is not
//! followed). Where too much is found, give one of two methods of the same name another one. What a trait asks for is always
//! reached: who calls it may be somebody else's code.

use std::collections::BTreeSet;

use super::code::{Call, Code, Reference, Seen};

/// The calls that a program makes: `all` is its code and that of the crates below it, and it begins in its own crate.
pub(crate) fn calls(all: &[Code], krate: &str) -> BTreeSet<Call> {
    let begins = |code: &Code| code.krate == krate || code.seen == Seen::ByTrait;
    let mut todo: Vec<usize> =
        all.iter().enumerate().filter(|(_, code)| begins(code)).map(|(number, _)| number).collect();
    let methods: Methods<'_> =
        all.iter().filter_map(|code| Some((code.owner.as_deref()?, &*code.name))).collect();
    let mut reached = BTreeSet::new();
    while let Some(number) = todo.pop() {
        if reached.insert(number) {
            let from = &all[number];
            let named = |to: &Code| from.refers.iter().any(|reference| means(from, reference, to, &methods));
            todo.extend(all.iter().enumerate().filter(|(_, code)| named(code)).map(|(number, _)| number));
        }
    }
    reached.iter().flat_map(|number| all[*number].calls.clone()).collect()
}

/// Types and their methods.
type Methods<'a> = BTreeSet<(&'a str, &'a str)>;

/// True if a reference in a function may mean another.
fn means(from: &Code, reference: &Reference, to: &Code, methods: &Methods<'_>) -> bool {
    let is_seen = match &to.seen {
        Seen::Everywhere | Seen::ByTrait => true,
        Seen::Within(module) => from.krate == to.krate && from.module.starts_with(module),
    };
    is_seen
        && match reference {
            Reference::Method(name, count, types) => {
                // Where a type that is written there has the method, it is that one; else it is behind that type.
                let is_told = types.iter().any(|own| methods.contains(&(own, name)));
                let is_its = to.owner.as_ref().is_some_and(|owner| types.contains(owner));
                *name == to.name
                    && (count.is_none() || *count == to.arguments)
                    && to.arguments.is_some()
                    && (!is_told || is_its || to.seen == Seen::ByTrait)
            }
            Reference::Path(words) => is_path_of(from, words, to),
        }
}

fn is_path_of(from: &Code, words: &[String], to: &Code) -> bool {
    let Some((name, before)) = words.split_last() else { return false };
    if *name != to.name {
        return false;
    }
    match (before.last().map(String::as_str), &to.owner) {
        (Some("Self"), Some(owner)) => from.owner.as_ref() == Some(owner) || to.seen == Seen::ByTrait,
        // A trait may be in the type's place.
        (Some(word), Some(owner)) => word == owner || to.seen == Seen::ByTrait,
        // A module may bring in what another one has.
        (Some(word), None) => !word.starts_with(char::is_uppercase),
        (None, None) => true,
        (None, Some(_)) => false,
    }
}
