//! Controls of CIS and Security Hub, by the tags of rules: `cis.aws-3.0-4.5`, `securityhub.s3-8`.

use std::collections::BTreeMap;

use tattletrail_engine::finding::RuleInfo;

use super::cases::Cases;
use super::survey::{Level, Seen, Survey};

/// The monitoring sections of the CIS AWS Foundations Benchmark 3.0, which all ask for what a trail shows.
const MONITORED: [(&str, &str); 16] = [
    ("4.1", "unauthorized calls"),
    ("4.2", "sign-in without MFA"),
    ("4.3", "use of the root user"),
    ("4.4", "changes of IAM policies"),
    ("4.5", "changes of CloudTrail"),
    ("4.6", "failed sign-ins to the console"),
    ("4.7", "loss of customer keys"),
    ("4.8", "changes of bucket policies"),
    ("4.9", "changes of AWS Config"),
    ("4.10", "changes of security groups"),
    ("4.11", "changes of network ACLs"),
    ("4.12", "changes of network gateways"),
    ("4.13", "changes of route tables"),
    ("4.14", "changes of VPCs"),
    ("4.15", "changes of AWS Organizations"),
    ("4.16", "Security Hub is on"),
];

/// A control, and what sees that it is violated.
#[derive(Debug)]
pub(super) struct Control<'r> {
    /// `CIS 4.5` or `S3.8`.
    pub(super) name: String,
    /// What it is about; empty where the name says it.
    pub(super) title: &'static str,
    pub(super) rules: Vec<&'r RuleInfo>,
    pub(super) level: Level,
    /// How often its rules fired.
    pub(super) fired: usize,
}

/// All controls that rules are tagged with, and the sections that should be; sections first.
pub(super) fn controls<'r>(
    infos: impl Iterator<Item = &'r RuleInfo>,
    survey: &Survey<'_>,
    cases: &Cases,
    seen: &Seen,
) -> Vec<Control<'r>> {
    let mut by_name: BTreeMap<Key, Vec<&RuleInfo>> = BTreeMap::new();
    for (section, _) in MONITORED {
        by_name.entry(Key::of_section(section)).or_default();
    }
    for info in infos {
        for key in info.tags.iter().filter_map(|tag| Key::of_tag(tag)) {
            by_name.entry(key).or_default().push(info);
        }
    }
    by_name.into_iter().map(|(key, rules)| control(&key, rules, survey, cases, seen)).collect()
}

fn control<'r>(
    key: &Key,
    rules: Vec<&'r RuleInfo>,
    survey: &Survey<'_>,
    cases: &Cases,
    seen: &Seen,
) -> Control<'r> {
    let level = rules.iter().map(|info| level(info, survey, cases, seen)).max().unwrap_or(Level::Open);
    let title = MONITORED.iter().find(|(section, _)| Key::of_section(section) == *key);
    let fired = rules.iter().map(|info| seen.of_rule(info.id.as_str())).sum();
    Control { name: key.shown(), title: title.map_or("", |(_, title)| title), rules, level, fired }
}

/// The best that a rule is in any model; where none names it nobody says what is logged.
fn level(info: &RuleInfo, survey: &Survey<'_>, cases: &Cases, seen: &Seen) -> Level {
    if seen.of_rule(info.id.as_str()) > 0 {
        return Level::Fired;
    }
    let vectors = survey.applications.iter().flat_map(|one| &one.vectors);
    let named = vectors.flat_map(|vector| &vector.rules).filter(|rule| rule.info.id == info.id);
    let alone = if cases.firing(&info.path) > 0 { Level::Tested } else { Level::Declared };
    named.map(|rule| rule.level).max().unwrap_or(alone)
}

/// A control, in the order in which people look for it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Of CIS: the numbers of its section.
    Section(Vec<u32>),
    /// Of Security Hub: service and number.
    Control(String, u32),
}

impl Key {
    fn of_section(text: &str) -> Self {
        Self::Section(text.split('.').filter_map(|number| number.parse().ok()).collect())
    }

    fn of_tag(tag: &str) -> Option<Self> {
        if let Some(section) = tag.strip_prefix("cis.aws-3.0-") {
            return Some(Self::of_section(section));
        }
        let (service, number) = tag.strip_prefix("securityhub.")?.rsplit_once('-')?;
        Some(Self::Control(service.to_owned(), number.parse().ok()?))
    }

    fn shown(&self) -> String {
        match self {
            Self::Section(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
                format!("CIS {}", numbers.join("."))
            }
            Self::Control(service, number) => format!("{}.{number}", written(service)),
        }
    }
}

/// Security Hub writes some services in capitals and some not.
fn written(service: &str) -> String {
    const MIXED: [(&str, &str); 9] = [
        ("cloudtrail", "CloudTrail"),
        ("cloudwatch", "CloudWatch"),
        ("config", "Config"),
        ("dynamodb", "DynamoDB"),
        ("guardduty", "GuardDuty"),
        ("lambda", "Lambda"),
        ("redshift", "Redshift"),
        ("macie", "Macie"),
        ("inspector", "Inspector"),
    ];
    let mixed = MIXED.iter().find(|(lower, _)| *lower == service);
    mixed.map_or_else(|| service.to_ascii_uppercase(), |(_, written)| (*written).to_owned())
}
