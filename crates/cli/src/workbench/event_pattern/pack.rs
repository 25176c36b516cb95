//! Branches as patterns of EventBridge, each within its limit of characters.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::ask::Ask;
use super::branch::{Branch, NAME};

/// What everything of CloudTrail has: a source that nobody but AWS may put on a bus (EventBridge API reference,
/// `PutEvents`), and one of its types.
fn envelope() -> Map<String, Value> {
    let mut outer = Map::new();
    outer.insert("source".to_owned(), json!([{ "prefix": "aws." }]));
    outer.insert("detail-type".to_owned(), json!([{ "suffix": " via CloudTrail" }]));
    outer
}

/// The pattern of one or more branches.
fn pattern(branches: &[Branch]) -> Value {
    let mut outer = envelope();
    match branches {
        // EventBridge wants at least two things in an `$or`.
        [only] if only.0.is_empty() => {}
        [only] => _ = outer.insert("detail".to_owned(), Value::Object(only.json())),
        several => {
            let ways: Vec<Value> = several.iter().map(|branch| Value::Object(branch.json())).collect();
            outer.insert("detail".to_owned(), json!({ "$or": ways }));
        }
    }
    Value::Object(outer)
}

fn size(branches: &[Branch]) -> usize {
    pattern(branches).to_string().chars().count()
}

/// As few patterns as an order of services allows, none longer than `most` characters. A branch with too many names is
/// cut into several; one that does not fit even alone is an error.
pub(super) fn pack(branches: &[Branch], most: usize) -> Result<Vec<Value>, String> {
    let mut patterns = Vec::new();
    let mut room: Vec<Branch> = Vec::new();
    for branch in branches {
        for piece in pieces(branch, &room, most)? {
            let mut with = room.clone();
            with.push(piece.clone());
            if size(&with) <= most {
                room = with;
            } else {
                patterns.push(pattern(&room));
                room = vec![piece];
            }
        }
    }
    if !room.is_empty() {
        patterns.push(pattern(&room));
    }
    Ok(patterns)
}

/// The branch in pieces, of which the first fills what room is left and each other one fits into a pattern of its own.
fn pieces(branch: &Branch, room: &[Branch], most: usize) -> Result<Vec<Branch>, String> {
    let Some(names) = branch.0.get(NAME) else {
        return if size(std::slice::from_ref(branch)) <= most {
            Ok(vec![branch.clone()])
        } else {
            Err(too_long(branch, most))
        };
    };
    let mut pieces = Vec::new();
    let mut room = room.to_vec();
    let mut piece: Option<Branch> = None;
    for name in names {
        let mut wider = piece.clone().unwrap_or_else(|| without_names(branch));
        wider.0.entry(NAME.to_owned()).or_default().insert(name.clone());
        let mut with = room.clone();
        with.push(wider.clone());
        if size(&with) <= most {
            piece = Some(wider);
            continue;
        }
        // What is full, by itself or with those before it, is closed; the name begins the next.
        pieces.extend(piece.take());
        room.clear();
        let alone = with_name(branch, name);
        if size(std::slice::from_ref(&alone)) > most {
            return Err(too_long(branch, most));
        }
        piece = Some(alone);
    }
    pieces.extend(piece);
    Ok(pieces)
}

fn without_names(branch: &Branch) -> Branch {
    let mut other = branch.clone();
    other.0.insert(NAME.to_owned(), BTreeSet::new());
    other
}

fn with_name(branch: &Branch, name: &Ask) -> Branch {
    let mut other = branch.clone();
    other.0.insert(NAME.to_owned(), [name.clone()].into());
    other
}

fn too_long(branch: &Branch, most: usize) -> String {
    format!("a rule waits for {}, which is more than {most} characters can say", shortened(&branch.words()))
}

fn shortened(text: &str) -> String {
    let head: String = text.chars().take(80).collect();
    if head.len() < text.len() { format!("{head}...") } else { head }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbench::event_pattern::bus;

    fn branches() -> Vec<Branch> {
        let mut branches = Vec::new();
        for source in ["a.amazonaws.com", "b.amazonaws.com", "c.amazonaws.com"] {
            let mut branch = Branch::of_call(source, "Call0");
            for number in 1..60 {
                let more = Branch::of_call(source, &format!("Call{number}")).0.remove(NAME).unwrap();
                branch.0.entry(NAME.to_owned()).or_default().extend(more);
            }
            branches.push(branch);
        }
        branches
    }

    /// For each limit: no pattern is longer, and together they let through what the branches do.
    #[test]
    fn no_pattern_is_too_long_and_nothing_is_lost() {
        let branches = branches();
        for most in [200, 256, 500, 2048, 4096] {
            let patterns = pack(&branches, most).unwrap();
            assert!(patterns.iter().all(|pattern| pattern.to_string().len() <= most), "{most}");
            let read: Vec<Branch> =
                patterns.iter().flat_map(|pattern| bus::branches(pattern).unwrap()).collect();
            for single in branches.iter().flat_map(Branch::single) {
                assert!(read.iter().any(|branch| branch.covers(&single)), "{most}: {}", single.words());
            }
            let names: usize = read.iter().map(|branch| branch.0[NAME].len()).sum();
            assert_eq!(names, 180);
        }
        assert!(pack(&branches, 2048).unwrap().len() <= 3);
        assert!(pack(&branches, 100).unwrap_err().contains("a.amazonaws.com"));
    }

    #[test]
    fn what_waits_for_everything_asks_for_nothing() {
        let patterns = pack(&[Branch::default()], 2048).unwrap();
        assert_eq!(
            patterns[0].to_string(),
            r#"{"source":[{"prefix":"aws."}],"detail-type":[{"suffix":" via CloudTrail"}]}"#
        );
    }
}
