//! Rules of several origins in one set: rule files beside a bundle, or several bundles.

use super::{RuleError, RuleSet, duplicates};

impl RuleSet {
    /// The rules of all the sets; an error for each whose id another one has.
    pub fn joined(sets: Vec<Self>) -> Result<Self, Vec<RuleError>> {
        let mut rules: Vec<_> = sets.into_iter().flat_map(|set| set.rules).collect();
        rules.sort_by(|a, b| (&a.info().path, &a.info().id).cmp(&(&b.info().path, &b.info().id)));
        let errors = duplicates(&rules);
        if errors.is_empty() { Ok(Self::indexed(rules)) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ruleset::RuleSource;

    fn set(path: &str, id: &str) -> RuleSet {
        let head = "title: t\nlogsource: {product: aws, service: cloudtrail}\n";
        let text = format!("{head}id: {id}\ndetection: {{s: {{a: 1}}, condition: s}}\n");
        RuleSet::from_sources([RuleSource::new(path, text)]).unwrap()
    }

    #[test]
    fn all_rules_are_there_in_their_order() {
        let both = RuleSet::joined(vec![set("b.yml", "1"), set("a.yml", "2")]).unwrap();
        let ids: Vec<_> = both.rules().iter().map(|rule| rule.info().id.as_str()).collect();
        assert_eq!(ids, ["2", "1"]);
    }

    #[test]
    fn an_id_is_used_once_in_all_of_them() {
        let errors = RuleSet::joined(vec![set("b.yml", "1"), set("a.yml", "1")]).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].message, "the id `1` is also that of a.yml");
    }
}
