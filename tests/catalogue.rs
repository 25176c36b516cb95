//! What must hold for all shipped rules together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::harness::{files, root};
use tattletrail_engine::attack;
use tattletrail_engine::case::{self, CaseRecord};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::exposure::state::{ENDS, End};
use tattletrail_engine::exposure::{self, severity};
use tattletrail_engine::finding::RuleInfo;
use tattletrail_engine::ids::TechniqueId;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::{RuleSet, RuleSource};

fn shipped() -> RuleSet {
    let rules = root().join("rules/aws");
    let paths =
        files(&rules, ".yml").into_iter().filter(|path| !path.to_string_lossy().ends_with(".test.yml"));
    let sources =
        paths.map(|path| RuleSource::new(path.display().to_string(), fs::read_to_string(&path).unwrap()));
    RuleSet::from_sources(sources).unwrap_or_else(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

/// What finds something by itself: rules and correlations. What is only counted has its words where it is counted.
fn told(set: &RuleSet) -> impl Iterator<Item = &RuleInfo> {
    set.infos().filter(|info| !set.is_silent(&info.id))
}

#[test]
fn there_are_enough_rules() {
    assert!(shipped().len() >= 15, "{}", shipped().len());
}

#[test]
fn every_rule_says_what_it_is() {
    let set = shipped();
    for info in told(&set) {
        assert!(!info.description.is_empty(), "{}: no description", info.path);
        assert!(!info.references.is_empty(), "{}: no references", info.path);
        assert!(!info.false_positives.is_empty(), "{}: no false positives", info.path);
        assert!(!info.techniques.is_empty(), "{}: no ATT&CK technique", info.path);
        assert!(!info.tactics.is_empty(), "{}: no ATT&CK tactic", info.path);
        assert!(
            ["stable", "test"].contains(&info.status.as_str()) || info.is_experimental(),
            "{}: status `{}`",
            info.path,
            info.status
        );
        assert!(info.id.as_str().len() == 36, "{}: the id is no UUID", info.path);
    }
}

#[test]
fn what_begins_at_a_surface_is_what_it_says() {
    let mut seen = BTreeSet::new();
    for path in files(&root().join("rules/aws"), ".test.yml") {
        let file = case::parse("", &fs::read_to_string(&path).unwrap()).unwrap();
        for case in file.cases {
            let CaseRecord::Inline(text) = &case.record else { continue };
            for change in exposure::derive(&CloudTrailRecord::parse(text).unwrap()).changes {
                let (beginning, surface) = (change.effect.beginning(), change.surface);
                assert_eq!(surface.beginning(), beginning, "{}: {}", path.display(), case.name);
                seen.insert(surface);
            }
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}

#[test]
fn every_technique_has_a_name_in_the_pinned_version() {
    let set = shipped();
    for info in set.infos() {
        for technique in &info.techniques {
            let name = attack::technique(technique.as_str());
            assert!(name.is_some(), "{}: `{technique}` is not in the table", info.path);
        }
    }
}

#[test]
fn titles_and_file_names_are_unique() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let set = shipped();
    for info in told(&set) {
        let path = info.path.clone();
        for name in [info.title.clone(), path.rsplit('/').next().unwrap().to_owned()] {
            if let Some(other) = seen.insert(name.clone(), path.clone()) {
                panic!("`{name}` is used by {other} and {path}");
            }
        }
    }
}

/// ADR 3: a rule that names the call by which an exposure opens could never be closed by the call that ends it.
#[test]
fn exposure_rules_name_nothing_but_the_exposure() {
    for rule in shipped().rules().iter().filter(|rule| rule.is_exposure()) {
        for field in rule.evidence_fields() {
            assert!(
                field.as_str().starts_with("exposure."),
                "{}: names `{}`",
                rule.info().path,
                field.as_str()
            );
        }
    }
}

#[test]
fn every_rule_has_its_three_cases() {
    let set = shipped();
    for info in told(&set) {
        let path = info.path.replace(".yml", ".test.yml");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let file = case::parse(&path, &text).unwrap_or_else(|errors| panic!("{errors:?}"));
        assert!(path.ends_with(&file.rule.replace(".yml", ".test.yml")), "{path} is about `{}`", file.rule);
        let failed = |case: &&case::Case| match &case.record {
            CaseRecord::Inline(text) => refused(&CloudTrailRecord::parse(text).unwrap()),
            CaseRecord::File(_) => false,
        };
        let fires = file.cases.iter().filter(|case| case.expect.matches).count();
        let refused = file.cases.iter().filter(failed).count();
        let benign = file.cases.iter().filter(|case| !case.expect.matches && !failed(case)).count();
        assert!(
            fires >= 1 && benign >= 1 && refused >= 1,
            "{path}: {fires} fire, {benign} benign, {refused} failed"
        );
    }
}

/// A call that was refused; a sign-in says so in its answer, without an error code.
fn refused(record: &CloudTrailRecord) -> bool {
    record.failed() || record.path_text(&["responseElements", "ConsoleLogin"]) == Some("Failure")
}

/// Between these two the table of levels stands in `docs/exposure.md`.
const TABLE: (&str, &str) = ("<!-- severity -->\n", "<!-- /severity -->");

/// `TATTLETRAIL_BLESS=1 cargo test -p tattletrail-tests table_of_levels` writes the table again.
#[test]
fn the_documented_table_of_levels_is_the_engine_s() {
    let path = root().join("docs/exposure.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(TABLE.0).unwrap();
    let (table, after) = rest.split_once(TABLE.1).unwrap();
    let made = format!("\n{}\n", severity::markdown());
    if std::env::var_os("TATTLETRAIL_BLESS").is_some() {
        fs::write(&path, [before, TABLE.0, &made, TABLE.1, after].concat()).unwrap();
    } else {
        assert_eq!(table, made, "docs/exposure.md is out of date");
    }
}

/// The table names every exposure rule, in lines of the level that the rule has, and no other rule.
#[test]
fn every_exposure_rule_stands_in_the_table_of_levels() {
    let set = shipped();
    let mut levels: BTreeMap<String, &str> = BTreeMap::new();
    for rule in set.rules().iter().filter(|rule| rule.is_exposure()) {
        levels.insert(short_path(&rule.info().path), rule.info().level.as_str());
    }
    let text = severity::markdown();
    for line in text.lines().skip(2) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [.., level, rules] = cells.as_slice() else { panic!("{line}") };
        for rule in rules.split('`').skip(1).step_by(2) {
            assert_eq!(levels.get(rule), Some(level), "{line}");
        }
    }
    let missing: Vec<_> = levels.keys().filter(|rule| !text.contains(&format!("`{rule}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Every finding of a case has the severity of its exposure for its level.
#[test]
fn the_levels_of_rules_are_the_severities_of_their_exposures() {
    let (mut compared, mut different) = (0, Vec::new());
    for path in files(&root().join("rules/aws"), ".test.yml") {
        let name = path.display().to_string();
        let file = case::parse(&name, &fs::read_to_string(&path).unwrap()).unwrap();
        let rule = path.with_file_name(&file.rule);
        let source = RuleSource::new(rule.display().to_string(), fs::read_to_string(&rule).unwrap());
        // Correlations are about no exposure.
        let Ok(rules) = RuleSet::from_sources([source]) else { continue };
        let engine = Engine::new(rules);
        for case in &file.cases {
            let text = match &case.record {
                CaseRecord::Inline(text) => text.clone(),
                CaseRecord::File(file) => fs::read_to_string(path.with_file_name(file)).unwrap(),
            };
            for finding in engine.process(&CloudTrailRecord::parse(&text).unwrap()).found.findings {
                let Some(change) = &finding.exposure else { continue };
                let severity = change.severity();
                compared += 1;
                // Only an end may not show what decides.
                let fits = severity.map_or(change.effect.ends(), |severity| severity == finding.rule.level);
                if !fits {
                    let level = finding.rule.level.as_str();
                    different.push(format!("{name}: {}: {level}, not {severity:?}", case.name));
                }
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert!(compared > 150, "only {compared} findings compared");
}

/// Whatever opens has a level: the last line for a surface asks for nothing else.
#[test]
fn every_surface_ends_in_a_line_for_all_of_it() {
    let schema = fs::read_to_string(root().join("docs/finding.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let surfaces = schema.pointer("/$defs/exposure/properties/surface/enum").unwrap();
    let text = severity::markdown();
    for surface in surfaces.as_array().unwrap() {
        let cell = format!("| `{}` |", surface.as_str().unwrap());
        let last = text.lines().rfind(|line| line.contains(&cell)).unwrap_or_else(|| panic!("{cell}"));
        assert!(last.contains(&format!("{cell}  |")), "{last}");
    }
}

/// Every kind of resource that the code of exposures names has its end, or a reason why it has none.
#[test]
fn every_kind_that_can_be_exposed_has_an_end() {
    let mut kinds = BTreeSet::new();
    for path in files(&root().join("crates/engine/src/exposure"), ".rs") {
        let name = path.display().to_string();
        if name.contains("tests") || name.ends_with("ends.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let quoted = text.split('"').filter(|part| part.starts_with("AWS::"));
        kinds.extend(quoted.map(str::to_owned));
    }
    assert!(kinds.len() > 30, "{kinds:?}");
    let listed: BTreeSet<String> = ENDS.iter().map(|(kind, _)| (*kind).to_owned()).collect();
    assert_eq!(kinds, listed, "exposure::state::ENDS does not list what can be exposed");
    assert!(ENDS.is_sorted_by_key(|(kind, _)| *kind));
    for (kind, end) in ENDS {
        match end {
            End::By(calls) => assert!(!calls.is_empty(), "{kind}"),
            End::Never(reason) => assert!(reason.len() > 10, "{kind}"),
        }
    }
}

/// `docs/coverage.md` names rules as `<service>/<behaviour>`; each of them is there, and so is each technique of Stratus Red
/// Team that CloudTrail can show.
#[test]
fn the_documented_coverage_names_rules_that_exist() {
    let text = fs::read_to_string(root().join("docs/coverage.md")).unwrap();
    let rules: BTreeSet<String> = told(&shipped()).map(|info| short_path(&info.path)).collect();
    let quoted = text.split('`').skip(1).step_by(2);
    let named: Vec<&str> = quoted.filter(|word| word.contains('/') && !word.starts_with("rules/")).collect();
    assert!(named.len() > 100, "{}", named.len());
    let missing: Vec<_> = named.iter().filter(|name| !rules.contains(**name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let techniques = text.lines().filter(|line| line.starts_with("| `aws."));
    assert_eq!(techniques.count(), 44);
    for control in 1..=14 {
        assert!(text.contains(&format!("| CloudWatch.{control} |")), "CloudWatch.{control}");
    }
}

/// `TATTLETRAIL_BLESS=1 cargo test -p tattletrail-tests catalogue_of_rules` writes the page again.
#[test]
fn the_catalogue_of_rules_is_that_of_the_rules() {
    let path = root().join("docs/catalogue.md");
    let made = page(&shipped());
    if std::env::var_os("TATTLETRAIL_BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == made, "docs/catalogue.md is out of date");
}

/// Every rule by its service.
fn page(set: &RuleSet) -> String {
    let mut services: BTreeMap<String, Vec<&RuleInfo>> = BTreeMap::new();
    for info in told(set) {
        let service = short_path(&info.path).split('/').next().unwrap().to_owned();
        services.entry(service).or_default().push(info);
    }
    let count: usize = services.values().map(Vec::len).sum();
    let mut text = format!(
        "# Catalogue of rules\n\nMade from the rules by a test. {count} rules; E is one about exposures, C a correlation, others are about\n\
         behaviour. `tattletrail rules show FILE` has the rest of each.\n"
    );
    for (service, mut rules) in services {
        rules.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.path.cmp(&b.path)));
        text.push_str(&format!(
            "\n## {service}\n\n| level | rule | | techniques | file |\n|---|---|---|---|---|\n"
        ));
        for info in rules {
            let techniques: Vec<&str> = info.techniques.iter().map(TechniqueId::as_str).collect();
            let file = short_path(&info.path).split('/').nth(1).unwrap().to_owned();
            let row = [info.level.as_str(), &info.title, mark(set, info), &techniques.join(" "), &file];
            text.push_str(&format!("| {} |\n", row.join(" | ")));
        }
    }
    text
}

fn mark(set: &RuleSet, info: &RuleInfo) -> &'static str {
    if set.correlations().iter().any(|correlation| correlation.info().id == info.id) {
        return "C";
    }
    let is_exposure = set.rules().iter().any(|rule| rule.info().id == info.id && rule.is_exposure());
    if is_exposure { "E" } else { "" }
}

/// `ec2/ssh_open_to_world`, of a path to its file.
fn short_path(path: &str) -> String {
    path.split("rules/aws/cloudtrail/").nth(1).unwrap().trim_end_matches(".yml").to_owned()
}
