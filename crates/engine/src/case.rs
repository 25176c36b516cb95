//! Rule cases: a record, and what one rule must make of it.
//!
//! `<behaviour>.test.yml` stands beside `<behaviour>.yml`; `rules/README.md` documents the format. A case is run with its
//! rule alone, through the whole engine: derivation, matching, finding. A case with records `before:` its own is run
//! with the state that those leave.

// The same record several times.
mod repeat;
// Mutants that no case can tell from the rule, each with the reason.
mod survivor;

use serde_json::{Map, Value as Json};

use crate::correlate::Correlator;

use crate::engine::{Engine, Found, Read};
use crate::exposure::state::State;
use crate::finding::{Finding, Level, Status};
use crate::record::CloudTrailRecord;
use crate::ruleset::Correlation;
use crate::sigma::error::{Code, Problems, RuleError};
use crate::sigma::yaml::{self, Value, Yaml};

pub use survivor::Survivor;

/// The cases of one rule.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// The rule's file, relative to this one.
    pub rule: String,
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
    /// The mutants of the rule that no case can tell from it.
    pub survivors: Vec<Survivor>,
}

/// One record and what is expected of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the case shows.
    pub name: String,
    /// The line on which it begins.
    pub line: usize,
    /// The records that came before it, in their order; none where it is judged alone.
    pub before: Vec<CaseRecord>,
    /// Where the record is.
    pub record: CaseRecord,
    /// What the rule must make of it.
    pub expect: Expectation,
}

/// The record of a case.
#[derive(Debug, Clone)]
pub enum CaseRecord {
    /// JSON text.
    Inline(String),
    /// A file relative to the case file.
    File(String),
}

/// What is expected; everything but `matches` may be left open.
#[derive(Debug, Clone, Default)]
pub struct Expectation {
    /// Whether the rule matches at all.
    pub matches: bool,
    /// The status of the finding.
    pub status: Option<Status>,
    /// Its level.
    pub level: Option<Level>,
    /// The ARN of its resource.
    pub resource: Option<String>,
    /// The facet of its exposure.
    pub facet: Option<String>,
    /// How many findings there are.
    pub findings: Option<usize>,
}

/// Parses a case file; `path` is for the errors.
pub fn parse(path: &str, text: &str) -> Result<CaseFile, Vec<RuleError>> {
    let mut problems = Problems::new(path);
    let file = parse_documents(text, &mut problems);
    match (file, problems.into_errors()) {
        (Some(file), errors) if errors.is_empty() => Ok(file),
        (_, errors) => Err(errors),
    }
}

fn parse_documents(text: &str, problems: &mut Problems) -> Option<CaseFile> {
    let documents = yaml::documents(text, problems)?;
    let root = documents.first()?;
    let rule = required_text(root, "rule", problems)?;
    let base = root.get("base").map_or(Json::Null, |entry| to_json(&entry.value));
    let Some(Value::List(items)) = root.get("cases").map(|entry| &entry.value.value) else {
        problems.add(Code::Case, root.at, "found no list `cases`, expected the cases of the rule");
        return None;
    };
    let cases: Vec<Case> = items.iter().filter_map(|item| case(item, &base, problems)).collect();
    let survivors = survivor::all(root, problems);
    Some(CaseFile { rule, cases, survivors })
}

fn case(item: &Yaml, base: &Json, problems: &mut Problems) -> Option<Case> {
    let name = required_text(item, "name", problems)?;
    let before = item.get("before").map_or(Some(Vec::new()), |entry| before(&entry.value, base, problems))?;
    let Some(record) = item.get("record") else {
        problems.add(
            Code::Case,
            item.at,
            "found no `record`, expected a CloudTrail record or `file: <path>`",
        );
        return None;
    };
    let record = case_record(&record.value, base);
    let expect = expectation(item, problems)?;
    Some(Case { name, line: item.at.line, before, record, expect })
}

/// The records before the one that is judged.
fn before(list: &Yaml, base: &Json, problems: &mut Problems) -> Option<Vec<CaseRecord>> {
    let wanted = "expected a list of CloudTrail records or `file: <path>`";
    let Value::List(items) = &list.value else {
        problems.add(Code::Case, list.at, format!("found {} for `before`, {wanted}", list.kind()));
        return None;
    };
    if items.is_empty() {
        problems.add(Code::Case, list.at, format!("found an empty list `before`, {wanted}"));
        return None;
    }
    let mut records = Vec::new();
    for item in items {
        if item.entries().is_none() {
            problems.add(Code::Case, item.at, format!("found {} in `before`, {wanted}", item.kind()));
            return None;
        }
        match item.get("times") {
            Some(times) => records.extend(repeat::records(item, times, base, problems)?),
            None => records.push(case_record(item, base)),
        }
    }
    Some(records)
}

fn case_record(record: &Yaml, base: &Json) -> CaseRecord {
    match record.get("file").and_then(|file| file.value.scalar()) {
        Some(file) if record.entries().is_some_and(|entries| entries.len() == 1) => {
            CaseRecord::File(file.to_owned())
        }
        _ => {
            let mut merged = base.clone();
            merge(&mut merged, to_json(record));
            CaseRecord::Inline(merged.to_string())
        }
    }
}

fn expectation(item: &Yaml, problems: &mut Problems) -> Option<Expectation> {
    let Some(expect) = item.get("expect") else {
        problems.add(
            Code::Case,
            item.at,
            "found no `expect`, expected at least `expect: { match: true }` or `false`",
        );
        return None;
    };
    let mut expectation = Expectation::default();
    let mut has_match = false;
    for entry in expect.value.entries().unwrap_or_default() {
        let text = entry.value.scalar().unwrap_or_default();
        let known = match entry.key.as_str() {
            "match" => {
                has_match = matches!(text, "true" | "false");
                expectation.matches = text == "true";
                has_match
            }
            "status" => {
                expectation.status =
                    [Status::Open, Status::Closed].into_iter().find(|status| word(*status) == text);
                expectation.status.is_some()
            }
            "level" => {
                expectation.level = Level::from_word(text);
                expectation.level.is_some()
            }
            "findings" => {
                expectation.findings = text.parse().ok();
                expectation.findings.is_some()
            }
            "resource" => expectation.resource.replace(text.to_owned()).is_none(),
            "facet" => expectation.facet.replace(text.to_owned()).is_none(),
            _ => false,
        };
        if !known {
            let wanted =
                "`match`, `status`, `level`, `resource`, `facet` or `findings` with a value of its kind";
            let message = format!("found `{}: {text}`, expected {wanted}", entry.key);
            let hint = "the format of cases is in `rules/README.md`";
            problems.add_with_hint(Code::Case, entry.at, message, hint);
        }
    }
    if !has_match {
        problems.add(Code::Case, expect.at, "found no `match`, expected `true` or `false`");
    }
    Some(expectation)
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Closed => "closed",
    }
}

fn required_text(node: &Yaml, key: &str, problems: &mut Problems) -> Option<String> {
    let text = node.get(key).and_then(|entry| entry.value.scalar());
    if text.is_none() {
        problems.add(Code::Case, node.at, format!("found no `{key}`, expected a text"));
    }
    text.map(str::to_owned)
}

/// YAML as the JSON that CloudTrail would write.
fn to_json(node: &Yaml) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(text, number) => match text.parse::<i64>() {
            Ok(whole) => Json::from(whole),
            Err(_) => serde_json::Number::from_f64(*number).map_or(Json::Null, Json::Number),
        },
        Value::Text(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|entry| (entry.key.clone(), to_json(&entry.value))).collect())
        }
    }
}

/// Lays `over` on `base`: objects member by member, `null` deletes a member, everything else replaces.
fn merge(base: &mut Json, over: Json) {
    let Json::Object(over) = over else {
        *base = over;
        return;
    };
    if !base.is_object() {
        *base = Json::Object(Map::new());
    }
    let Json::Object(members) = base else { return };
    for (key, value) in over {
        if value.is_null() {
            members.remove(&key);
        } else {
            merge(members.entry(key).or_insert(Json::Null), value);
        }
    }
}

impl Case {
    /// Runs the case: `engine` holds its rule, with those that the rule needs, `before` are the records of
    /// [`Case::before`]. Only findings of rules in the file `about` count, if there is one. The error says what was expected
    /// and what came out.
    pub fn judge(
        &self,
        engine: &Engine,
        about: Option<&str>,
        before: Vec<CloudTrailRecord>,
        record: CloudTrailRecord,
    ) -> Result<(), Difference> {
        let counts = |correlation: &&Correlation| about.is_none_or(|path| correlation.info().path == path);
        let correlates = engine.rules().correlations().iter().any(|correlation| counts(&correlation));
        let mut findings = findings(engine, correlates, before, record);
        findings.retain(|finding| about.is_none_or(|path| finding.rule.path == path));
        let expect = &self.expect;
        let as_expected = if expect.matches {
            expect.findings.is_none_or(|count| count == findings.len())
                && findings.iter().any(|finding| expect.fits(finding))
        } else {
            findings.is_empty()
        };
        if as_expected { Ok(()) } else { Err(Difference { expected: expect.told(), found: told(&findings) }) }
    }
}

/// How a case differs from what came out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct Difference {
    /// What the case expects, in words.
    pub expected: String,
    /// What came out, in words.
    pub found: String,
}

/// What the rule finds in the record: by itself, or after those before it. A correlation finds something in all of them.
fn findings(
    engine: &Engine,
    correlates: bool,
    before: Vec<CloudTrailRecord>,
    record: CloudTrailRecord,
) -> Vec<Finding> {
    if before.is_empty() && !correlates {
        return engine.process(&record).found.findings;
    }
    let mut state = State::default();
    let mut correlator = Correlator::default();
    let mut all = Vec::new();
    let mut last = Vec::new();
    for record in before.into_iter().chain([record]) {
        all.append(&mut last);
        let found = settled(engine, record, &mut state);
        for sighting in found.sightings {
            last.extend(correlator.add(engine.rules(), sighting));
        }
        last.extend(found.findings);
    }
    last.extend(correlator.finish(engine.rules()).0);
    if correlates {
        all.append(&mut last);
        return all;
    }
    last
}

fn settled(engine: &Engine, record: CloudTrailRecord, state: &mut State) -> Found {
    match engine.read(record) {
        Read::Done(found) => found,
        Read::Waits(mut waiting) => {
            let settled = engine.settle(&waiting, state);
            let mut found = std::mem::take(&mut waiting.found);
            found.append(settled.found);
            found
        }
    }
}

impl Expectation {
    /// In words, such as `2 findings with status open, level high`.
    fn told(&self) -> String {
        if !self.matches {
            return "no match".to_owned();
        }
        let wanted = [
            self.status.map(|status| format!("status {}", word(status))),
            self.level.map(|level| format!("level {}", level.as_str())),
            self.resource.as_ref().map(|arn| format!("resource {arn}")),
            self.facet.as_ref().map(|facet| format!("facet {facet}")),
        ];
        let wanted: Vec<String> = wanted.into_iter().flatten().collect();
        let what = match self.findings {
            Some(1) => "1 finding".to_owned(),
            Some(count) => format!("{count} findings"),
            None => "a match".to_owned(),
        };
        if wanted.is_empty() { what } else { format!("{what} with {}", wanted.join(", ")) }
    }

    fn fits(&self, finding: &Finding) -> bool {
        let facet = finding.exposure.as_ref().map(|change| change.facet.as_str());
        self.status.is_none_or(|status| status == finding.status)
            && self.level.is_none_or(|level| level == finding.rule.level)
            && self.resource.as_deref().is_none_or(|arn| arn == finding.resource.arn.as_str())
            && (self.facet.is_none() || self.facet.as_deref() == facet)
    }
}

/// Findings in the words in which they are expected.
fn told(findings: &[Finding]) -> String {
    let one = |finding: &Finding| {
        let facet = finding.exposure.as_ref().map(|change| format!(", facet {}", change.facet));
        format!(
            "status {}, level {}, resource {}{}",
            word(finding.status),
            finding.rule.level.as_str(),
            finding.resource.arn,
            facet.unwrap_or_default()
        )
    };
    match findings {
        [] => "no match".to_owned(),
        [finding] => format!("a match with {}", one(finding)),
        several => {
            let listed: Vec<String> = several.iter().map(one).collect();
            format!("{} findings: {}", several.len(), listed.join("; "))
        }
    }
}

#[cfg(test)]
mod tests;
