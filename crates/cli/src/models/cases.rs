//! Which cases there are of which rule: one that fires is a test that the rule does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use tattletrail_engine::case;

use crate::workbench::files;

/// How many firing cases the rules inside the program have in its repository: path and number. A test writes it.
const BUILT_IN: &str = include_str!("../../tables/cases.txt");

/// How many firing cases there are, by the path of the rule.
#[derive(Debug, Default)]
pub(crate) struct Cases {
    firing: BTreeMap<PathBuf, usize>,
    /// The files of rules at hand: what is not beside them is not there.
    at_hand: BTreeSet<PathBuf>,
}

impl Cases {
    /// Those of the rules inside the program.
    pub(super) fn built_in() -> Self {
        Self::default()
    }

    /// Those in these files, of the files of rules at hand. What cannot be read is no test; `rules check` tells why.
    pub(super) fn of<'f>(paths: &[PathBuf], rules: impl IntoIterator<Item = &'f str>) -> Self {
        let mut cases = BTreeMap::new();
        for path in paths {
            let Ok(text) = files::text(path) else { continue };
            let Ok(file) = case::parse(&path.display().to_string(), &text) else { continue };
            let firing = file.cases.iter().filter(|case| case.expect.matches).count();
            *cases.entry(files::relative(path, &file.rule)).or_default() += firing;
        }
        Self { firing: cases, at_hand: rules.into_iter().map(files::plain).collect() }
    }

    /// How many firing cases a rule has: in the files, or, of a rule from inside the program, in its repository.
    pub(crate) fn firing(&self, path: &str) -> usize {
        let plain = files::plain(path);
        let found = self.firing.get(&plain).copied();
        found.unwrap_or_else(|| if self.at_hand.contains(&plain) { 0 } else { built_in(path) })
    }
}

fn built_in(path: &str) -> usize {
    let rows = BUILT_IN.lines().filter_map(|line| line.split_once(' '));
    let row = rows.into_iter().find(|(known, _)| *known == path);
    row.and_then(|(_, count)| count.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "rules/aws/cloudtrail/s3/bucket_deleted.yml";

    #[test]
    fn a_file_at_hand_has_the_cases_that_are_beside_it_and_no_others() {
        assert!(Cases::built_in().firing(RULE) > 0);
        assert_eq!(Cases::of(&[], [RULE]).firing(RULE), 0);
        assert!(Cases::of(&[], ["model.yml"]).firing(RULE) > 0, "needed from inside the program");
    }
}
