//! Rules of several origins in one set: rule files, bundles, or both.

use super::{RuleError, RuleSet, RuleSource};
use crate::sigma::{Parsed, parse};

impl RuleSet {
    /// The rules, correlations and filters of these files, and those of the sets. If anything is wrong with any of them, all
    /// errors come back and nothing is loaded.
    pub fn joined(
        sources: impl IntoIterator<Item = RuleSource>,
        sets: Vec<Self>,
    ) -> Result<Self, Vec<RuleError>> {
        let (mut rules, mut correlations, mut filters) = (Vec::new(), Vec::new(), Vec::new());
        let (mut silent, mut left_out) = (Vec::new(), Vec::new());
        for set in sets {
            silent.extend(set.links.silent().cloned());
            left_out.extend(set.left_out);
            rules.extend(set.rules);
            correlations.extend(set.correlations);
            filters.extend(set.filters);
        }
        let (mut errors, mut broken) = (Vec::new(), Vec::new());
        for source in sources {
            let read = parse(&source).unwrap_or_else(|found| {
                errors.extend(found);
                broken.push(source.text);
                Vec::new()
            });
            for parsed in read {
                match parsed {
                    Parsed::Rule(rule) => rules.push(*rule),
                    Parsed::Correlation(correlation) => correlations.push(*correlation),
                    Parsed::Filter(filter) => filters.push(*filter),
                }
            }
        }
        let mut set = Self::linked(rules, correlations, filters, &broken, &mut errors);
        set.links.silence(silent);
        set.left_out = left_out;
        if errors.is_empty() {
            return Ok(set);
        }
        errors.sort_by(|a, b| (&a.path, a.line, a.column).cmp(&(&b.path, b.line, b.column)));
        Err(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(path: &str, id: &str) -> RuleSet {
        let head = "title: t\nlogsource: {product: aws, service: cloudtrail}\n";
        let text = format!("{head}id: {id}\ndetection: {{s: {{a: 1}}, condition: s}}\n");
        RuleSet::from_sources([RuleSource::new(path, text)]).unwrap()
    }

    #[test]
    fn all_rules_are_there_in_their_order() {
        let both = RuleSet::joined([], vec![set("b.yml", "1"), set("a.yml", "2")]).unwrap();
        let ids: Vec<_> = both.rules().iter().map(|rule| rule.info().id.as_str()).collect();
        assert_eq!(ids, ["2", "1"]);
    }

    #[test]
    fn an_id_is_used_once_in_all_of_them() {
        let errors = RuleSet::joined([], vec![set("b.yml", "1"), set("a.yml", "1")]).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].message, "found the id `1`, which a.yml has too, expected one of its own");
    }
}
