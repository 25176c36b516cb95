//! How deep a tree may be that comes out of a bundle.
//!
//! A rule's text bounds its own nesting ([`crate::limits::MAX_RULE_NESTING`]); the bytes of a bundle are anybody's, and two
//! of them open a level. What reads them recurses, and so does what walks the tree afterwards.

use std::cell::Cell;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::limits::MAX_TREE_DEPTH;

thread_local! {
    /// The levels that are being read.
    static LEVELS: Cell<usize> = const { Cell::new(0) };
}

/// One level further down, until it is dropped.
struct Level;

impl Level {
    fn enter() -> Option<Self> {
        LEVELS.with(|levels| {
            let deeper = levels.get() + 1;
            (deeper <= MAX_TREE_DEPTH).then(|| {
                levels.set(deeper);
                Self
            })
        })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        LEVELS.with(|levels| levels.set(levels.get().saturating_sub(1)));
    }
}

/// Reads what is below a node of a tree.
pub(super) fn below<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let Some(_level) = Level::enter() else { return Err(D::Error::custom("nested too deeply")) };
    T::deserialize(deserializer)
}

#[cfg(test)]
mod tests {
    use super::super::detection::{Detection, Expression};
    use crate::limits::MAX_RULE_NESTING;
    use crate::ruleset::{RuleSet, RuleSource};

    #[test]
    fn no_bytes_open_more_levels_than_a_stack_holds() {
        // A list of one list of one list ..., and `not not not ...`.
        assert!(postcard::from_bytes::<Detection>(&[0, 1].repeat(1 << 20)).is_err());
        assert!(postcard::from_bytes::<Expression>(&vec![1; 1 << 20]).is_err());
        // The count goes back, also after an error.
        let few = [&[1; 100][..], &[0, 0]].concat();
        assert!(postcard::from_bytes::<Expression>(&few).is_ok());
    }

    #[test]
    fn the_deepest_rule_that_loads_can_be_bundled() {
        let head = "title: t\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n";
        let deepest = |rule: &dyn Fn(usize) -> String| {
            let loads = |levels: &usize| {
                RuleSet::from_sources([RuleSource::new("a.yml", format!("{head}{}", rule(*levels)))]).ok()
            };
            let (levels, rules) =
                (1..=MAX_RULE_NESTING + 2).rev().find_map(|n| Some((n, loads(&n)?))).unwrap();
            assert!((MAX_RULE_NESTING / 2..=MAX_RULE_NESTING).contains(&levels), "{levels}");
            rules.to_bundle().unwrap();
        };
        let condition = |levels| {
            let (open, close) = ("a or b and not (".repeat(levels), ")".repeat(levels));
            format!("  a: {{c: 1}}\n  b: {{c: 2}}\n  condition: {open}a{close}\n")
        };
        let parentheses = |levels| {
            let (open, close) = ("a or b and (".repeat(levels), ")".repeat(levels));
            format!("  a: {{c: 1}}\n  b: {{c: 2}}\n  condition: {open}a{close}\n")
        };
        let blocks = |levels| {
            let (open, close) = ("{a: 1, 'b[any]': ".repeat(levels), "}".repeat(levels));
            format!("  a: {open}{{c: 1}}{close}\n  condition: a\n")
        };
        let lists = |levels| {
            let (open, close) = ("[{a: 1, 'b[any]': ".repeat(levels), "}]".repeat(levels));
            format!("  a: {open}{{c: 1}}{close}\n  condition: a\n")
        };
        let rules: [&dyn Fn(usize) -> String; 4] = [&condition, &parentheses, &blocks, &lists];
        rules.into_iter().for_each(deepest);
    }
}
