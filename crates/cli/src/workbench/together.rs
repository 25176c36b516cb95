//! A file of rules with the files that it needs: a correlation with the rules that it counts, a filter with those that it is
//! about.

use std::collections::BTreeSet;

use tattletrail_engine::ruleset::{Outline, RuleSource};

/// All files at hand, with what is in them.
#[derive(Debug, Default)]
pub(crate) struct Library {
    files: Vec<(RuleSource, Outline)>,
}

impl Library {
    /// These files, and behind them the rules inside the program.
    pub(crate) fn of(files: &[RuleSource]) -> Self {
        let own: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let built_in = tattletrail_rules::built_in().filter(|file| !own.contains(file.path.as_str()));
        let all = files.iter().cloned().chain(built_in);
        Self {
            files: all
                .map(|file| (Outline::of(&file), file))
                .map(|(outline, file)| (file, outline))
                .collect(),
        }
    }

    /// The file, and those that it needs, each once.
    pub(crate) fn with_needed(&self, source: &RuleSource) -> Vec<RuleSource> {
        let outline = Outline::of(source);
        let mut needed = vec![source.clone()];
        // Copies of a rule, in the program and in a folder, are one rule.
        let mut defined = outline.defines.clone();
        let mut open = vec![outline];
        while let Some(outline) = open.pop() {
            for (file, other) in &self.files {
                let is_wanted = other.is_named_by(&outline) || (outline.is_for_any && !other.is_filters);
                if !is_wanted || !defined.is_disjoint(&other.defines) {
                    continue;
                }
                defined.extend(other.defines.iter().cloned());
                needed.push(file.clone());
                open.push(other.clone());
            }
        }
        needed
    }
}
