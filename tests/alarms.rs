//! Alarms: each fires by the fault that it is for and by nothing else, is on a metric that there is, says in the documents
//! how to see it fire, and somebody is told.

// As templates have them.
mod alarm;

// As CloudWatch evaluates them.
mod evaluate;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tattletrail_engine::metrics::{DETECTION, HEALTH, Home, Profile, Reading};

use self::alarm::{Alarm, Metric, alarms, composites};
use self::evaluate::{Minutes, State, minutes, states};
use crate::harness::template::{Template, value};
use crate::harness::{files, root};

/// Templates with alarms, those that are there.
fn templates() -> Vec<(PathBuf, Template)> {
    let folders = ["infra/sam", "infra/org", "infra/history"].map(|folder| root().join(folder));
    let there = folders.iter().filter(|folder| folder.is_dir());
    let is_hidden =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let found = there.flat_map(|folder| files(folder, ".yaml")).filter(|path| !is_hidden(path));
    let is_template = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        text.contains("\nResources:").then(|| (path.clone(), Template::read(&text)))
    };
    found.filter_map(|path| is_template(&path)).collect()
}

/// What each alarm is for.
fn faults() -> Value {
    value(include_str!("alarms/faults.yml"))
}

fn parameters() -> BTreeMap<String, f64> {
    let all = faults();
    let given = all.as_object().unwrap().values().filter_map(|entry| entry["parameters"].as_object());
    given.flatten().map(|(name, value)| (name.clone(), value.as_f64().unwrap())).collect()
}

fn all() -> Vec<Alarm> {
    templates().iter().flat_map(|(_, template)| alarms(template, &parameters())).collect()
}

fn is_of(pattern: &str, name: &str) -> bool {
    pattern.strip_prefix('*').map_or(pattern == name, |ending| name.ends_with(ending))
}

/// A fault between healthy times: the minutes of each metric, and when the fault begins.
fn course(alarm: &Alarm, entry: &Value, fault: &str) -> (BTreeMap<String, Minutes>, usize) {
    let before = alarm.period * 8;
    // Not where a period begins: so it is in life.
    let begin = before + alarm.period / 3;
    let part = |kind: &str, id: &str| {
        let words = &entry[kind];
        minutes(
            words
                .as_str()
                .or_else(|| words[id].as_str())
                .unwrap_or_else(|| panic!("{}: no `{kind}`", alarm.name)),
        )
    };
    let of = |id: &String| {
        let healthy = part("healthy", id);
        let fine = |many: usize| healthy.iter().copied().cycle().take(many);
        let course = fine(begin).chain(part(fault, id)).chain(fine(before));
        (id.clone(), course.collect::<Minutes>())
    };
    (alarm.metrics.keys().map(of).collect(), begin)
}

/// What is wrong with an alarm, given what it is for.
fn wrong(alarm: &Alarm, entry: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let name = &alarm.name;
    let within = usize::try_from(entry["within"].as_u64().unwrap()).unwrap();
    let (metrics, begin) = course(alarm, entry, "fault");
    let states_of_fault = states(alarm, &metrics);
    let first = states_of_fault.iter().find(|(_, state)| *state == State::Alarm).map(|(minute, _)| *minute);
    match first {
        None => faults.push(format!("{name} never fires")),
        Some(minute) if minute <= begin => faults.push(format!("{name} fires while all is well")),
        // The fault begins within a period, and is seen at the end of one.
        Some(minute) if minute > begin + within + alarm.period => {
            faults.push(format!("{name} fires {} minutes after the fault", minute - begin));
        }
        Some(_) => {}
    }
    if states_of_fault.last().is_none_or(|(_, state)| *state == State::Alarm) {
        faults.push(format!("{name} stays red when all is well again"));
    }
    if !entry["quiet"].is_null() {
        let (metrics, _) = course(alarm, entry, "quiet");
        if states(alarm, &metrics).iter().any(|(_, state)| *state == State::Alarm) {
            faults.push(format!("{name} fires where it should not"));
        }
    }
    faults
}

#[test]
fn each_alarm_fires_by_its_fault_alone() {
    let entries = faults();
    let entries = entries.as_object().unwrap();
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    for alarm in all() {
        let matching: Vec<_> = entries.iter().filter(|(pattern, _)| is_of(pattern, &alarm.name)).collect();
        // What names it wholly goes before what names several.
        let exact = matching.iter().find(|(pattern, _)| **pattern == alarm.name);
        match exact.or_else(|| matching.first()) {
            None => {
                found.push(format!("{}: tests/alarms/faults.yml does not say what it is for", alarm.name));
            }
            Some((pattern, entry)) => {
                used.insert((*pattern).clone());
                found.extend(wrong(&alarm, entry));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
    let is_there = |entry: &Value| entry["in"].as_str().is_none_or(|folder| root().join(folder).is_dir());
    let expected = entries.iter().filter(|(_, entry)| is_there(entry)).map(|(pattern, _)| pattern.clone());
    assert_eq!(used, expected.collect(), "each fault has an alarm");
}

/// The alarm of that name, and what it is for.
fn one(name: &str) -> (Alarm, Value) {
    let alarm = all().into_iter().find(|alarm| alarm.name == name).unwrap();
    let entries = faults();
    let entry =
        entries.as_object().unwrap().iter().find(|(pattern, _)| is_of(pattern, name)).unwrap().1.clone();
    (alarm, entry)
}

/// What is wrong after a change to an alarm.
fn after(name: &str, change: impl FnOnce(&mut Alarm)) -> Vec<String> {
    let (mut alarm, entry) = one(name);
    change(&mut alarm);
    wrong(&alarm, &entry)
}

#[test]
fn an_alarm_that_is_set_wrong_is_seen() {
    use alarm::Missing::{Breaching, Ignored, NotBreaching};
    assert_eq!(after("api-events-errors", |alarm| alarm.threshold = 2.0), ["api-events-errors never fires"]);
    let always = ["dead-letters fires while all is well"];
    assert_eq!(after("dead-letters", |alarm| alarm.threshold = 0.0)[..1], always);
    assert_eq!(after("events-silent", |alarm| alarm.missing = NotBreaching), ["events-silent never fires"]);
    assert_eq!(
        after("api-events-lost", |alarm| alarm.missing = Breaching)[0],
        "api-events-lost fires while all is well"
    );
    assert_eq!(
        after("api-events-undelivered", |alarm| (alarm.periods, alarm.breaching_periods) = (1, 1)).len(),
        1
    );
    assert_eq!(after("files-late", |alarm| alarm.threshold = 1200.0), ["files-late never fires"]);
    let turned = after("events-silent", |alarm| alarm.comparison = "GreaterThanThreshold".to_owned());
    assert_eq!(turned[0], "events-silent fires while all is well");
    // As alarms on metrics of DynamoDB are: without what is filled in it would stay red for ever.
    let unfilled = after("ledger-throttled", |alarm| alarm.expression = "writes".to_owned());
    assert_eq!(unfilled, ["ledger-throttled stays red when all is well again"]);
    assert_eq!(one("ledger-throttled").0.missing, Ignored);
}

/// What is wrong with a metric of our own: each profile has to have it as the alarm reads it.
fn not_emitted(alarm: &str, metric: &Metric) -> Vec<String> {
    let home = if metric.namespace == HEALTH { Home::Health } else { Home::Detection };
    let mut faults = Vec::new();
    for profile in Profile::ALL {
        let is_little = profile == Profile::Free;
        for (condition, dimensions) in &metric.dimensions {
            match condition {
                Some((name, holds)) if name == "CountsLittle" && *holds != is_little => continue,
                Some((name, _)) if name != "CountsLittle" => faults.push(format!("{alarm}: what is {name}?")),
                _ => {}
            }
            let dimensions: Vec<_> = dimensions
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
                .collect();
            match profile.find(home, &metric.name, &dimensions) {
                Some(found) if found.read == Reading::Sum && metric.statistic == "Sum" => {}
                Some(found) => {
                    faults.push(format!("{alarm}: {:?} is not for {}", found.read, metric.statistic));
                }
                None => faults
                    .push(format!("{alarm}: nothing emits {} {dimensions:?} in {profile:?}", metric.name)),
            }
        }
    }
    faults
}

/// What is wrong with a metric of AWS.
fn not_known(alarm: &str, metric: &Metric) -> Vec<String> {
    let known = value(include_str!("alarms/metrics.yml"));
    let known = &known[&metric.namespace];
    assert!(known.is_null() || known["source"].is_string());
    let names: Vec<_> = metric
        .dimensions
        .iter()
        .map(|(_, list)| list.iter().map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>())
        .collect();
    let is_such = |names: &BTreeSet<&str>| {
        ["dimensions", "or"].iter().any(|key| {
            known[*key]
                .as_array()
                .is_some_and(|list| list.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>() == *names)
        })
    };
    let mut faults = Vec::new();
    if known["metrics"][&metric.name].is_null() {
        faults.push(format!("{alarm}: tests/alarms/metrics.yml has no {} {}", metric.namespace, metric.name));
    } else if !names.iter().all(is_such) {
        faults.push(format!("{alarm}: {} {} has no dimensions {names:?}", metric.namespace, metric.name));
    }
    faults
}

fn unknown_metrics(alarm: &Alarm) -> Vec<String> {
    let check = |metric: &Metric| match metric.namespace.as_str() {
        DETECTION | HEALTH => not_emitted(&alarm.name, metric),
        _ => not_known(&alarm.name, metric),
    };
    alarm.metrics.values().flat_map(check).collect()
}

#[test]
fn each_alarm_is_on_a_metric_that_there_is() {
    let faults: Vec<_> = all().iter().flat_map(unknown_metrics).collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn an_alarm_on_what_nobody_emits_is_seen() {
    let faults = |name: &str, change: &dyn Fn(&mut Metric)| {
        let (mut alarm, _) = one(name);
        alarm.metrics.values_mut().for_each(change);
        unknown_metrics(&alarm).len()
    };
    assert_eq!(
        faults("api-events-silent", &|metric| metric.name = "Recieved".to_owned()),
        2,
        "in both profiles"
    );
    assert_eq!(faults("api-events-silent", &|metric| metric.dimensions.remove(0).1.clear()), 0);
    assert_eq!(faults("api-events-silent", &|metric| metric.dimensions[1].1.clear()), 1);
    assert_eq!(
        faults("critical-findings", &|metric| metric.dimensions[0].1[0].1 = "medium".into()),
        1,
        "not in `free`"
    );
    assert_eq!(faults("critical-findings", &|metric| metric.statistic = "Maximum".to_owned()), 2);
    assert_eq!(faults("dead-letters", &|metric| metric.dimensions[0].1[0].0 = "Queue".to_owned()), 1);
    assert_eq!(faults("dead-letters", &|metric| metric.name = "Depth".to_owned()), 1);
}

/// The first cells of tables about alarms in the documents: the names in them.
fn told() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files(&root().join("docs"), ".md") {
        let text = fs::read_to_string(path).unwrap();
        let mut lines = text.lines();
        while lines.by_ref().any(|line| line.starts_with("| Alarm | Do")) {
            for row in lines.by_ref().skip(1).take_while(|line| line.starts_with('|')) {
                let cell = row.split('|').nth(1).unwrap_or_default();
                found.extend(cell.split('`').skip(1).step_by(2).map(|name| name.replace('…', "*")));
            }
        }
    }
    found
}

#[test]
fn each_alarm_has_a_step_that_makes_it_fire() {
    let (told, names) = (told(), all().into_iter().map(|alarm| alarm.name).collect::<Vec<_>>());
    let untold: Vec<_> =
        names.iter().filter(|name| !told.iter().any(|pattern| is_of(pattern, name))).collect();
    assert_eq!(untold, Vec::<&String>::new(), "docs: a table `| Alarm | Do …` has no row for these");
    let gone: Vec<_> = told.iter().filter(|pattern| !names.iter().any(|name| is_of(pattern, name))).collect();
    assert_eq!(gone, Vec::<&String>::new(), "docs: there is no such alarm");
}

/// The names of resources of a kind, for a stack called `tattletrail`.
fn names_of(template: &Template, kind: &str) -> BTreeSet<String> {
    let is_such = |resource: &&Value| kind.is_empty() || resource["Type"] == kind;
    let resources = template.0["Resources"].as_object().unwrap().values().filter(is_such);
    let properties = resources.filter_map(|resource| resource["Properties"].as_object()).flatten();
    let names = properties.filter(|(property, _)| property.ends_with("Name"));
    let texts = names.filter_map(|(_, value)| value["Fn::Sub"].as_str());
    texts.map(|text| text.replace("${AWS::StackName}", "tattletrail")).collect()
}

#[test]
fn a_step_names_what_the_template_makes() {
    let template = templates().remove(0).1;
    let text = fs::read_to_string(root().join("docs/deploy.md")).unwrap();
    let section = text.split("\n## Alarms\n").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let is_end = |letter: char| !letter.is_alphanumeric() && letter != '-';
    let (mut checked, mut gone) = (0, Vec::new());
    for (before, kind) in [
        ("disable-rule --name ", "AWS::Events::Rule"),
        ("--function-name ", "AWS::Serverless::Function"),
        ("`", ""),
    ] {
        let made = names_of(&template, kind);
        for after in section.split(before).skip(1).filter(|after| after.starts_with("tattletrail-")) {
            let name = after.split(is_end).next().unwrap_or_default().to_owned();
            checked += 1;
            if !made.contains(&name) {
                gone.push(name);
            }
        }
    }
    assert!(checked > 5, "only {checked} names were found");
    assert_eq!(
        gone,
        Vec::<String>::new(),
        "docs/deploy.md, Alarms: there are no such rules, functions or alarms"
    );
}

#[test]
fn somebody_is_told_of_each_alarm_once() {
    for (path, template) in templates() {
        let (alarms, composites) = (alarms(&template, &parameters()), composites(&template));
        for composite in &composites {
            assert!(composite.tells, "{} tells nobody", composite.name);
            assert!(!composite.is_red(&BTreeSet::new()), "{} is red by nothing", composite.name);
        }
        // In a template without any, the alarms are told of by other means, such as a rule for their changes.
        for alarm in alarms.iter().filter(|_| !composites.is_empty()) {
            let red = BTreeSet::from([alarm.id.clone()]);
            let by: Vec<_> = composites.iter().filter(|composite| composite.is_red(&red)).collect();
            let ways = by.len() + usize::from(alarm.tells);
            assert_eq!(ways, 1, "{}: {} is told of {ways} times", path.display(), alarm.name);
            for composite in by {
                let sign = composite.signs.iter().find(|(sign, _)| *sign == alarm.id).unwrap();
                assert_eq!(
                    sign.1, alarm.condition,
                    "{} in {}: under the same condition",
                    alarm.name, composite.name
                );
            }
        }
    }
}

#[test]
fn a_pipeline_that_is_down_keeps_its_other_signs_quiet() {
    let template = templates().remove(0).1;
    let composites = composites(&template);
    let [quiet] =
        &composites.iter().filter(|composite| composite.suppressor.is_some()).collect::<Vec<_>>()[..]
    else {
        panic!("one composite alarm is kept quiet by another: {composites:?}");
    };
    let loud = composites.iter().find(|composite| quiet.suppressor.as_ref() == Some(&composite.id)).unwrap();
    let signs =
        |of: &alarm::Composite| of.signs.iter().map(|(sign, _)| sign.clone()).collect::<BTreeSet<_>>();
    assert!(signs(loud).is_disjoint(&signs(quiet)), "what is down is not also a fault");
    assert!(loud.suppressor.is_none() && signs(loud).len() > 1, "nothing keeps it quiet itself");
    let text = fs::read_to_string(root().join("docs/deploy.md")).unwrap();
    for composite in &composites {
        assert!(
            text.contains(&format!("`tattletrail-{}`", composite.name)),
            "docs/deploy.md: {}",
            composite.name
        );
    }
}
