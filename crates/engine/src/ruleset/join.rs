//! Rules of several origins in one set: rule files, bundles, or both.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{CompiledFilter, CompiledRule, Correlation, RuleError, RuleSet, RuleSource};
use crate::ids::RuleId;
use crate::sigma::placeholders::Placeholders;
use crate::sigma::{Parsed, parse, parse_with};
use crate::threat_model::ThreatModel;

/// What files and sets hold, before it is put together.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) rules: Vec<CompiledRule>,
    pub(super) correlations: Vec<Correlation>,
    pub(super) filters: Vec<CompiledFilter>,
    pub(super) models: Vec<ThreatModel>,
    /// The correlations that a bundle left out.
    pub(super) left_out: Vec<RuleId>,
}

impl Parts {
    /// Takes what is in a file.
    pub(super) fn extend(&mut self, read: Vec<Parsed>) {
        for parsed in read {
            match parsed {
                Parsed::Rule(rule) => self.rules.push(*rule),
                Parsed::Correlation(correlation) => self.correlations.push(*correlation),
                Parsed::Filter(filter) => self.filters.push(*filter),
                Parsed::ThreatModel(model) => self.models.push(*model),
                Parsed::Placeholders(_) => {}
            }
        }
    }
}

impl RuleSet {
    /// The rules, correlations, filters and threat models of these files, and those of the sets. If anything is wrong with any of them, all
    /// errors come back and nothing is loaded.
    pub fn joined(
        sources: impl IntoIterator<Item = RuleSource>,
        sets: Vec<Self>,
    ) -> Result<Self, Vec<RuleError>> {
        let (mut parts, mut silent) = (Parts::default(), Vec::new());
        for set in sets {
            silent.extend(set.links.silent().cloned());
            parts.left_out.extend(set.left_out);
            parts.rules.extend(set.rules);
            parts.correlations.extend(set.correlations);
            parts.filters.extend(set.filters);
            parts.models.extend(set.models);
        }
        let (mut errors, mut broken) = (Vec::new(), Vec::new());
        let sources: Vec<RuleSource> = sources.into_iter().collect();
        let placeholders = Arc::new(placeholders(&sources));
        for source in sources {
            let read = parse_with(&source, &placeholders).unwrap_or_else(|found| {
                errors.extend(found);
                broken.push(source.text);
                Vec::new()
            });
            parts.extend(read);
        }
        let mut set = Self::linked(parts, &broken, &mut errors);
        set.links.silence(silent);
        if errors.is_empty() {
            return Ok(set);
        }
        errors.sort_by(|a, b| (&a.path, a.line, a.column).cmp(&(&b.path, b.line, b.column)));
        Err(errors)
    }
}

/// What placeholders stand for in these files; where two say it, both do.
fn placeholders(sources: &[RuleSource]) -> Placeholders {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.text.contains("placeholders:")) {
        for parsed in parse(source).unwrap_or_default() {
            let Parsed::Placeholders(more) = parsed else { continue };
            for (name, values) in more {
                known.entry(name).or_default().extend(values);
            }
        }
    }
    Placeholders { known: Some(known) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::record::CloudTrailRecord;
    use crate::ruleset::Outline;

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

    const EXPANDS: &str = "title: t\nid: 1\nlogsource: {product: aws, service: cloudtrail}\ndetection: {s: {a|expand: 'x-%ab%-%c%'}, condition: s}\n";

    fn expanded(lists: &str) -> Result<RuleSet, String> {
        let sources = [RuleSource::new("r.yml", EXPANDS), RuleSource::new("p.yml", lists)];
        RuleSet::from_sources(sources).map_err(|errors| errors[0].to_string())
    }

    #[test]
    fn placeholders_are_filled_in_from_other_files() {
        let set = expanded("placeholders: {ab: [a, 'b*'], c: d}\n").unwrap();
        let matches = |value: &str| {
            let record = CloudTrailRecord::parse(&format!(r#"{{"a":"{value}"}}"#)).unwrap();
            !set.matches(&Event::new(&record)).is_empty()
        };
        assert!(matches("x-a-d") && matches("x-bcd-d"));
        assert!(!matches("x-c-d") && !matches("x-%ab%-d"));
        assert_eq!(set.len(), 1);
        let told = expanded("placeholders: {ab: [a]}\n").unwrap_err();
        assert!(told.contains("found the placeholder `c`, expected one that is filled in"), "{told}");
        let told = expanded("placeholders: {ab: [a], c: []}\n").unwrap_err();
        assert!(told.contains("found the placeholder `c`, expected a name with a list of texts"), "{told}");
        let many: Vec<String> = (0..101).map(|number| number.to_string()).collect();
        let told = expanded(&format!("placeholders: {{ab: [{0}], c: [{0}]}}\n", many.join(","))).unwrap_err();
        assert!(told.contains("expected at most 1000 values"), "{told}");
    }

    #[test]
    fn a_file_by_itself_says_which_placeholders_it_needs() {
        let outline = Outline::of(&RuleSource::new("r.yml", EXPANDS));
        assert!(Outline::of(&RuleSource::new("p.yml", "placeholders: {c: d}\n")).is_named_by(&outline));
        assert!(!Outline::of(&RuleSource::new("p.yml", "placeholders: {d: d}\n")).is_named_by(&outline));
        assert!(Outline::of(&RuleSource::new("p.yml", "placeholders: {d: d}\n")).needs_no_cases);
        assert!(!outline.needs_no_cases);
    }

    #[test]
    fn expand_is_for_texts_with_a_placeholder() {
        let told = |detection: &str| {
            let text = EXPANDS.replace("a|expand: 'x-%ab%-%c%'", detection);
            RuleSet::from_sources([RuleSource::new("r.yml", text)]).unwrap_err()[0].message.clone()
        };
        assert!(told("a|expand: x").contains("expected a placeholder such as `%admins%`"));
        assert!(told("a|re|expand: '%x%'").contains("found the modifier `expand` behind `re`"));
        assert!(told("a|expand|cidr: '%x%'").contains("found the modifier `cidr` behind `expand`"));
        assert!(told("a|expand|all: ['%x%', '%y%']").contains("found `all` with `expand`"));
    }
}
