//! Coverage for people: a line a vector, worst first in colour, never wider than the terminal.

use tattletrail_engine::finding::RuleInfo;
use tattletrail_engine::render::text::neutralise;

use super::Report;
use crate::models::survey::{Level, SurveyedRule, SurveyedVector};
use crate::output::Style;
use crate::output::layout::{fit, paint};

/// The columns before the title: level, rules, cases, fired.
const BEFORE: usize = 10 + 7 + 7 + 7;

impl Report<'_> {
    /// How many vectors there are of each level, best first.
    pub(super) fn counts(&self) -> [(Level, usize); 5] {
        let vectors = || self.survey.applications.iter().flat_map(|one| &one.vectors);
        [Level::Fired, Level::Tested, Level::Declared, Level::Blind, Level::Open]
            .map(|level| (level, vectors().filter(|vector| vector.level == level).count()))
    }
}

/// The vectors, application by application.
pub(super) fn vectors(report: &Report<'_>, with_rules: bool, style: Style) -> String {
    let mut text = String::new();
    for surveyed in &report.survey.applications {
        let model = surveyed.model;
        let heading = format!("{}  {}", model.application, neutralise(&model.title));
        text.push_str(&format!("{}\n", paint(&fit(&heading, style.columns()), "1", style)));
        let head = format!("{:<10}{:<7}{:<7}{:<7}ATTACK VECTOR", "LEVEL", "RULES", "CASES", "FIRED");
        text.push_str(&format!("{}\n", paint(&head, "2", style)));
        for vector in &surveyed.vectors {
            text.push_str(&self::vector(vector, report.has_seen, style));
            if with_rules {
                text.extend(vector.rules.iter().map(|rule| self::rule(rule, report.has_seen, style)));
            }
        }
        text.push('\n');
    }
    text
}

fn vector(one: &SurveyedVector<'_>, has_seen: bool, style: Style) -> String {
    let cases: usize = one.rules.iter().map(|rule| rule.cases).sum();
    let fired = one.rules.iter().map(|rule| rule.fired).sum();
    let numbers = [one.rules.len().to_string(), cases.to_string(), shown(fired, has_seen)];
    line(one.level, &numbers, &one.vector.title, style)
}

fn rule(rule: &SurveyedRule<'_>, has_seen: bool, style: Style) -> String {
    let numbers = [String::new(), rule.cases.to_string(), shown(rule.fired, has_seen)];
    line(rule.level, &numbers, &format!("  {}", place(rule.info)), style)
}

/// Whether something fired is not known where nothing was read.
fn shown(fired: usize, has_seen: bool) -> String {
    if has_seen { fired.to_string() } else { "-".to_owned() }
}

fn line(level: Level, [rules, cases, fired]: &[String; 3], title: &str, style: Style) -> String {
    let color = match level {
        Level::Open | Level::Blind => "31",
        Level::Declared => "33",
        Level::Tested => "32",
        Level::Fired => "35",
    };
    let title = fit(&neutralise(title), style.columns().saturating_sub(BEFORE));
    format!(
        "{}{rules:<7}{cases:<7}{fired:<7}{title}\n",
        paint(&format!("{:<10}", level.as_str()), color, style)
    )
}

/// `service/behaviour`, as the guides name rules.
fn place(info: &RuleInfo) -> String {
    let mut parts = info.path.trim_end_matches(".yml").trim_end_matches(".yaml").rsplit('/');
    let file = parts.next().unwrap_or_default();
    parts.next().map_or_else(|| file.to_owned(), |folder| format!("{folder}/{file}"))
}

/// The controls.
pub(super) fn controls(report: &Report<'_>, style: Style) -> String {
    let head = format!("{:<10}{:<7}{:<7}{:<16}RULES", "LEVEL", "RULES", "FIRED", "CONTROL");
    let mut text = format!("{}\n", paint(&head, "2", style));
    for control in &report.controls {
        let rules: Vec<String> = control.rules.iter().map(|info| place(info)).collect();
        let about = match (control.title, rules.is_empty()) {
            (title, true) => format!("({title})"),
            (_, false) => rules.join(" "),
        };
        let numbers = [control.rules.len().to_string(), shown(control.fired, report.has_seen), String::new()];
        let [count, fired, _] = &numbers;
        let before = format!("{count:<7}{fired:<7}{:<16}", control.name);
        let color = if matches!(control.level, Level::Open | Level::Blind) { "31" } else { "32" };
        let level = paint(&format!("{:<10}", control.level.as_str()), color, style);
        text.push_str(&format!("{level}{before}{}\n", fit(&about, style.columns().saturating_sub(40))));
    }
    text
}

/// What was counted.
pub(super) fn summary(report: &Report<'_>) -> String {
    let counts: Vec<String> =
        report.counts().iter().map(|(level, count)| format!("{count} {}", level.as_str())).collect();
    let models = report.survey.applications.len();
    let vectors: usize = report.survey.applications.iter().map(|one| one.vectors.len()).sum();
    format!(
        "{models} threat models, {vectors} attack vectors: {}; {} rules in no model\n",
        counts.join(", "),
        report.unused.len()
    )
}
