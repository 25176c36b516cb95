//! Mutants that no case can tell from the rule, each with its reason.

use super::required_text;
use crate::sigma::Mutation;
use crate::sigma::error::{Code, Problems, shown};
use crate::sigma::yaml::{Value, Yaml};

/// Why a mutant of the rule survives its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survivor {
    /// The name of the clause.
    pub clause: String,
    /// What is done to it; `None` for everything that can be.
    pub mutation: Option<Mutation>,
    /// Why no record tells the mutant from the rule.
    pub reason: String,
    /// The line on which it begins.
    pub line: usize,
}

/// Reads the list, if there is one.
pub(super) fn all(root: &Yaml, problems: &mut Problems) -> Vec<Survivor> {
    let Some(entry) = root.get("survivors") else { return Vec::new() };
    let Value::List(items) = &entry.value.value else {
        let message =
            format!("found {} for `survivors`, expected a list of clauses with reasons", entry.value.kind());
        problems.add(Code::Case, entry.value.at, message);
        return Vec::new();
    };
    items.iter().filter_map(|item| one(item, problems)).collect()
}

fn one(item: &Yaml, problems: &mut Problems) -> Option<Survivor> {
    for entry in item.entries().unwrap_or_default() {
        if !matches!(entry.key.as_str(), "clause" | "mutation" | "reason") {
            let message = format!(
                "found {} in `survivors`, expected `clause`, `mutation` or `reason`",
                shown(&entry.key)
            );
            problems.add(Code::Case, entry.at, message);
        }
    }
    let clause = text(item, "clause", problems);
    let reason = text(item, "reason", problems);
    let mutation = match item.get("mutation") {
        Some(entry) => Some(mutation(&entry.value, problems)?),
        None => None,
    };
    Some(Survivor { clause: clause?, mutation, reason: reason?, line: item.at.line })
}

/// A text with something in it: a reason of no words is none.
fn text(item: &Yaml, key: &str, problems: &mut Problems) -> Option<String> {
    let text = required_text(item, key, problems)?;
    if text.trim().is_empty() {
        let at = item.get(key).map_or(item.at, |entry| entry.value.at);
        problems.add(Code::Case, at, format!("found an empty text for `{key}`, expected words"));
        return None;
    }
    Some(text.trim().to_owned())
}

fn mutation(word: &Yaml, problems: &mut Problems) -> Option<Mutation> {
    let found = word.scalar().and_then(Mutation::from_word);
    if found.is_none() {
        let words = Mutation::ALL.map(|mutation| format!("`{}`", mutation.as_str())).join(", ");
        let message = format!("found {} as `mutation`, expected one of {words}", written(word));
        problems.add(Code::Case, word.at, message);
    }
    found
}

fn written(yaml: &Yaml) -> String {
    yaml.scalar().map_or_else(|| yaml.kind().to_owned(), shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::parse;

    fn file(survivors: &str) -> Result<Vec<Survivor>, Vec<String>> {
        let text = format!("rule: a.yml\n{survivors}\ncases: []\n");
        let told = |errors: Vec<crate::sigma::RuleError>| errors.iter().map(ToString::to_string).collect();
        parse("a.test.yml", &text).map(|file| file.survivors).map_err(told)
    }

    #[test]
    fn a_reason_is_for_one_mutation_or_for_all() {
        let text = "survivors:\n  - { clause: s.a, mutation: drop value, reason: ' it is so ' }\n  - { clause: s, reason: x }";
        let survivor = |clause: &str, mutation, reason: &str, line| Survivor {
            clause: clause.to_owned(),
            mutation,
            reason: reason.to_owned(),
            line,
        };
        let expected =
            [survivor("s.a", Some(Mutation::DropValue), "it is so", 3), survivor("s", None, "x", 4)];
        assert_eq!(file(text).unwrap(), expected);
        assert_eq!(file("").unwrap(), []);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let told = [
            ("{ s: x }", "2:12: found a mapping for `survivors`, expected a list of clauses with reasons"),
            ("[{ reason: x }]", "2:13: found no `clause`, expected a text"),
            ("[{ clause: s }]", "2:13: found no `reason`, expected a text"),
            ("[{ clause: s, reason: ' ' }]", "2:34: found an empty text for `reason`, expected words"),
            (
                "[{ clause: s, reason: x, why: y }]",
                "2:37: found `why` in `survivors`, expected `clause`, `mutation` or `reason`",
            ),
            (
                "[{ clause: s, mutation: flip, reason: x }]",
                "2:36: found `flip` as `mutation`, expected one of `drop`, `negate`, `drop value`",
            ),
        ];
        for (survivors, message) in told {
            let errors = file(&format!("survivors: {survivors}")).unwrap_err();
            assert_eq!(errors, [format!("a.test.yml:{message}")], "{survivors}");
        }
    }
}
