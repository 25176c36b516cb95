//! Which pairs of application and rule have a series of their own.
//!
//! A series is paid for by the month: an application or a rule that appears once must not make one more each time.

use std::collections::{BTreeMap, BTreeSet};

/// What is counted together: rules, and applications of which nothing has a series of its own.
const OTHER: &str = "_other";

/// A dimension's value may have 1024 characters: API reference, `Dimension`.
const VALUE_CHARS: usize = 1024;

/// An application and a rule, as dimensions.
pub(super) type Pair = (String, String);

/// The pairs that have a series, from the start of the process on.
///
/// At most `most` pairs, as many of an application with `_other`, and one of `_other` with itself.
#[derive(Debug)]
pub struct Series {
    most: usize,
    own: BTreeSet<Pair>,
}

impl Series {
    /// No pair yet, and room for so many.
    pub fn new(most: usize) -> Self {
        Self { most, own: BTreeSet::new() }
    }

    /// Gives a series to what has none yet while there is room: the most frequent first, then by name.
    pub(super) fn admit(&mut self, wanted: &BTreeMap<Pair, u32>) {
        let mut new: Vec<_> = wanted.iter().filter(|(pair, _)| !self.own.contains(*pair)).collect();
        new.sort_by(|(one, often), (other, seldom)| seldom.cmp(often).then_with(|| one.cmp(other)));
        let room = self.most.saturating_sub(self.own.len());
        self.own.extend(new.into_iter().take(room).map(|(pair, _)| pair.clone()));
    }

    /// The pair under which a pair is counted.
    pub(super) fn of(&self, pair: &Pair) -> Pair {
        if self.own.contains(pair) {
            return pair.clone();
        }
        let is_known = self.own.iter().any(|(application, _)| *application == pair.0);
        (if is_known { pair.0.clone() } else { OTHER.to_owned() }, OTHER.to_owned())
    }
}

/// A text as a dimension's value: printable ASCII, not blank, no colon first (API reference, `Dimension`).
pub(super) fn value(text: &str) -> String {
    let ascii = text.trim().chars().take(VALUE_CHARS);
    let ascii: String = ascii.map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect();
    match ascii.strip_prefix(':') {
        Some(rest) => format!("_{rest}"),
        None if ascii.is_empty() => "_".to_owned(),
        None => ascii,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(application: &str, rule: &str) -> Pair {
        (application.to_owned(), rule.to_owned())
    }

    #[test]
    fn the_most_frequent_have_a_series_and_then_the_first_by_name() {
        let mut series = Series::new(2);
        let wanted = [(pair("a", "r2"), 1), (pair("a", "r1"), 1), (pair("b", "r1"), 5)];
        series.admit(&wanted.into_iter().collect());
        assert_eq!(series.of(&pair("b", "r1")), pair("b", "r1"));
        assert_eq!(series.of(&pair("a", "r1")), pair("a", "r1"));
        assert_eq!(series.of(&pair("a", "r2")), pair("a", "_other"));
        assert_eq!(series.of(&pair("c", "r1")), pair("_other", "_other"));
    }

    #[test]
    fn who_has_a_series_keeps_it() {
        let mut series = Series::new(1);
        series.admit(&[(pair("a", "r1"), 1)].into_iter().collect());
        series.admit(&[(pair("b", "r2"), 100)].into_iter().collect());
        assert_eq!(series.of(&pair("a", "r1")), pair("a", "r1"));
        assert_eq!(series.of(&pair("b", "r2")), pair("_other", "_other"));
    }

    #[test]
    fn any_text_becomes_a_value() {
        assert_eq!(value("shop"), "shop");
        assert_eq!(value(" \u{1f6d2}:x\n"), "?:x");
        assert_eq!(value(":x"), "_x");
        assert_eq!(value(" \t"), "_");
        assert_eq!(value(&"x".repeat(2000)).len(), 1024);
    }
}
