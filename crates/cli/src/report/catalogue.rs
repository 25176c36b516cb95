//! The rules of a report: those that it looked for, with their cells of the matrix, and in full those that found something.

use std::collections::BTreeMap;

use serde::Serialize;
use tattletrail_engine::attack::{self, TACTICS};
use tattletrail_engine::finding::{Level, RuleInfo};
use tattletrail_engine::ids::{RuleId, TechniqueId};
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::threat_model::ThreatModel;

use super::findings::Findings;
use super::page::Asked;

/// ATT&CK as far as the report needs it, and the rules: first those with findings, in the order of the findings' `rule`.
#[derive(Debug, Serialize)]
pub(super) struct Catalogue<'r> {
    attack: Attack,
    rules: Vec<Rule<'r>>,
    models: Vec<Model<'r>>,
}

#[derive(Debug, Serialize)]
struct Attack {
    version: &'static str,
    /// Id, short name and title, in the order of an attack.
    tactics: Vec<[&'static str; 3]>,
    /// Id and name of the techniques that rules name; the name is empty where the pinned table has none.
    techniques: BTreeMap<String, &'static str>,
}

#[derive(Debug, Serialize)]
struct Rule<'r> {
    title: &'r str,
    level: Level,
    /// A technique under a tactic, by the tactic's place.
    cells: Vec<(usize, &'r TechniqueId)>,
    #[serde(flatten)]
    more: Option<More<'r>>,
}

/// What only the page of a finding shows.
#[derive(Debug, Serialize)]
struct More<'r> {
    id: &'r RuleId,
    status: &'r str,
    description: &'r str,
    tags: &'r [String],
    techniques: &'r [TechniqueId],
    references: &'r [String],
    false_positives: &'r [String],
    path: &'r str,
    hash: &'r str,
}

/// An application, as its threat model has it.
#[derive(Debug, Serialize)]
struct Model<'r> {
    application: &'r str,
    title: &'r str,
    owner: &'r str,
    vectors: Vec<Vector<'r>>,
}

#[derive(Debug, Serialize)]
struct Vector<'r> {
    id: &'r str,
    title: &'r str,
    techniques: Vec<&'r TechniqueId>,
}

impl<'r> Model<'r> {
    fn of(model: &'r ThreatModel) -> Self {
        let vectors = model.vectors.iter().map(|vector| Vector {
            id: &vector.id,
            title: &vector.title,
            techniques: vector.techniques.iter().map(|technique| &technique.id).collect(),
        });
        Self {
            application: &model.application,
            title: &model.title,
            owner: &model.owner,
            vectors: vectors.collect(),
        }
    }
}

impl<'r> Catalogue<'r> {
    /// The rules of a set that could have found something as the scan was asked, and those that did.
    pub(super) fn of(set: &'r RuleSet, findings: &Findings, asked: Asked) -> Self {
        let all: BTreeMap<&RuleId, &RuleInfo> = set.infos().map(|info| (&info.id, info)).collect();
        let fired: BTreeMap<&RuleId, usize> = findings.rules().collect();
        let mut rules: Vec<Rule<'r>> = Vec::new();
        for (id, _) in findings.rules() {
            // Every finding is of a rule of the set.
            rules.extend(all.get(id).map(|info| Rule::of(info, true)));
        }
        let silent = |info: &RuleInfo| {
            set.is_silent(&info.id)
                || info.level < asked.least
                || (info.is_experimental() && !asked.experimental)
        };
        let others = set.infos().filter(|info| !fired.contains_key(&info.id) && !silent(info));
        rules.extend(others.map(|info| Rule::of(info, false)));
        let names = rules.iter().flat_map(|rule| &rule.cells).map(|(_, id)| {
            (id.as_str().to_owned(), attack::technique(id.as_str()).map_or("", |technique| technique.name))
        });
        let techniques = names.collect();
        let tactics = TACTICS.iter().map(|tactic| [tactic.id, tactic.name, tactic.title]).collect();
        let models = set.models().iter().map(Model::of).collect();
        Self { attack: Attack { version: attack::VERSION, tactics, techniques }, rules, models }
    }

    /// How many rules were looked for.
    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }
}

impl<'r> Rule<'r> {
    fn of(info: &'r RuleInfo, in_full: bool) -> Self {
        let more = in_full.then(|| More {
            id: &info.id,
            status: &info.status,
            description: &info.description,
            tags: &info.tags,
            techniques: &info.techniques,
            references: &info.references,
            false_positives: &info.false_positives,
            path: &info.path,
            hash: info.hash.as_str(),
        });
        Self { title: &info.title, level: info.level, cells: cells(info), more }
    }
}

/// Where a rule stands in the matrix: each technique under those of its tactics that the rule names. Where the rule names
/// none of them, under all of the technique's; where ATT&CK's table does not know the technique, under all of the rule's.
fn cells(info: &RuleInfo) -> Vec<(usize, &TechniqueId)> {
    let mut cells = Vec::new();
    for technique in &info.techniques {
        let own = attack::technique(technique.as_str()).map_or(&[][..], |technique| technique.tactics);
        let named = |tactic: &str| info.tactics.iter().any(|named| named == tactic);
        let both = own.iter().any(|tactic| named(tactic));
        for (place, tactic) in TACTICS.iter().enumerate() {
            let belongs = own.contains(&tactic.name);
            let is_here = match (own.is_empty(), both) {
                (true, _) => named(tactic.name),
                (false, true) => belongs && named(tactic.name),
                (false, false) => belongs,
            };
            if is_here {
                cells.push((place, technique));
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use tattletrail_engine::ruleset::RuleSource;

    use super::*;

    fn cells_of(tags: &str) -> Vec<String> {
        let text = format!(
            "title: A rule\nid: 7f2d7f4e-52a0-4a37-9d3b-6f1f6f1d2a11\nlevel: high\ntags: [{tags}]\nlogsource:\n  product: aws\n  service: cloudtrail\ndetection:\n  selection:\n    eventName: StopLogging\n  condition: selection\n"
        );
        let source = RuleSource { path: "a.yml".to_owned(), text };
        let set = RuleSet::from_sources([source]).unwrap();
        let info = set.infos().next().unwrap();
        cells(info).iter().map(|(tactic, id)| format!("{} {id}", TACTICS[*tactic].name)).collect()
    }

    #[test]
    fn a_technique_stands_under_the_tactics_that_the_rule_means() {
        assert_eq!(cells_of("attack.persistence, attack.t1078.004"), ["persistence T1078.004"]);
        assert_eq!(cells_of("attack.impact, attack.t1530"), ["collection T1530"]);
        assert_eq!(cells_of("attack.impact, attack.t9999"), ["impact T9999"]);
        assert!(cells_of("attack.t9999").is_empty() && cells_of("attack.impact").is_empty());
    }
}
