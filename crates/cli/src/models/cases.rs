//! Which cases there are of which rule: one that fires is a test that the rule does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tattletrail_engine::case;

use crate::workbench::files;

/// How many firing cases the rules inside the program have in its repository: path and number. A test writes it.
const BUILT_IN: &str = include_str!("../../tables/cases.txt");

/// How many firing cases there are, by the path of the rule.
#[derive(Debug, Default)]
pub(crate) struct Cases(BTreeMap<PathBuf, usize>);

impl Cases {
    /// Those in these files. What cannot be read is no test; `rules check` tells why.
    pub(super) fn of(paths: &[PathBuf]) -> Self {
        let mut cases = BTreeMap::new();
        for path in paths {
            let Ok(text) = files::text(path) else { continue };
            let Ok(file) = case::parse(&path.display().to_string(), &text) else { continue };
            let firing = file.cases.iter().filter(|case| case.expect.matches).count();
            *cases.entry(files::relative(path, &file.rule)).or_default() += firing;
        }
        Self(cases)
    }

    /// How many firing cases a rule has: in the files, else in the repository of this program.
    pub(crate) fn firing(&self, path: &str) -> usize {
        self.0.get(&files::plain(path)).copied().unwrap_or_else(|| built_in(path))
    }
}

fn built_in(path: &str) -> usize {
    let rows = BUILT_IN.lines().filter_map(|line| line.split_once(' '));
    let row = rows.into_iter().find(|(known, _)| *known == path);
    row.and_then(|(_, count)| count.parse().ok()).unwrap_or_default()
}
