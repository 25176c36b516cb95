//! Short names made of titles: lower-case letters, digits and dashes.

use std::collections::BTreeSet;

/// The longest short name, as the form of a model has it.
const MOST: usize = 40;

/// Names that are given once each.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Names that are given already.
    pub(super) fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        Self(names.map(str::to_owned).collect())
    }

    /// A name for the title that no other has.
    pub(super) fn give(&mut self, title: &str) -> String {
        let first = short(title);
        let mut name = first.clone();
        let mut number = 2;
        while self.0.contains(&name) {
            let end = format!("-{number}");
            name = format!("{}{end}", cut(&first, MOST - end.len()));
            number += 1;
        }
        self.0.insert(name.clone());
        name
    }
}

/// The words of the title that fit; `unnamed` where it has none that a name may have.
pub(super) fn short(title: &str) -> String {
    let words = title.to_ascii_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let whole = words.collect::<Vec<_>>().join("-");
    let name = cut(&whole, MOST);
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}

/// At most so many characters, and whole words unless the first is longer.
fn cut(name: &str, most: usize) -> &str {
    let Some((start, rest)) = name.split_at_checked(most) else { return name };
    if rest.is_empty() || rest.starts_with('-') {
        return start;
    }
    start.rsplit_once('-').map_or(start, |(words, _)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_given_once() {
        let mut names = Names::default();
        let title = "Read the private messages of everybody else in the network";
        assert_eq!(names.give(title), "read-the-private-messages-of-everybody");
        assert_eq!(names.give(title), "read-the-private-messages-of-everybody-2");
        assert_eq!(names.give(title), "read-the-private-messages-of-everybody-3");
        assert_eq!(names.give("S3: *public*"), "s3-public");
        assert_eq!(names.give("字"), "unnamed");
        assert_eq!(short(&"x".repeat(50)).len(), 40);
    }
}
