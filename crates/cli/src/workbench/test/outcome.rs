//! What the cases of rules came to. Each rule is loaded by itself, so that one that is broken hides no other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tattletrail_engine::case::{self, Case, CaseFile, CaseRecord, Difference};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::{Outline, RuleSet, RuleSource};

use crate::workbench::files::{self, Files};
use crate::workbench::together::Library;

/// All rules, by path.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) rules: Vec<Tested>,
    /// All files at hand.
    pub(super) library: Library,
}

/// One rule with one file of cases.
#[derive(Debug)]
pub(super) struct Tested {
    /// The path of the rule.
    pub(super) rule: String,
    /// The path of its cases.
    pub(super) cases: Option<String>,
    pub(super) outcome: Outcome,
}

/// What became of a rule.
#[derive(Debug)]
pub(super) enum Outcome {
    /// There are no cases.
    Untested,
    /// The rule or its cases do not load: why.
    Broken(Vec<String>),
    /// The cases, in their order.
    Ran(Vec<Ran>),
}

/// One case.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) name: String,
    /// Where it begins in the file of cases.
    pub(super) line: usize,
    /// `None` where it holds.
    pub(super) difference: Option<Difference>,
}

impl Tested {
    /// How many cases do not hold.
    pub(super) fn failures(&self) -> usize {
        self.ran().iter().filter(|case| case.difference.is_some()).count()
    }

    /// The cases that were run.
    pub(super) fn ran(&self) -> &[Ran] {
        match &self.outcome {
            Outcome::Ran(cases) => cases,
            Outcome::Untested | Outcome::Broken(_) => &[],
        }
    }

    /// The outcome in a word.
    pub(super) fn word(&self) -> &'static str {
        match &self.outcome {
            Outcome::Untested => "no cases",
            Outcome::Broken(_) => "not loaded",
            Outcome::Ran(_) if self.failures() > 0 => "failed",
            Outcome::Ran(_) => "ok",
        }
    }
}

impl Report {
    /// Rules whose cases all hold.
    pub(super) fn ok(&self) -> usize {
        self.count("ok")
    }

    /// Rules with a case that does not.
    pub(super) fn failed(&self) -> usize {
        self.count("failed")
    }

    /// Rules that, or whose cases, do not load.
    pub(super) fn broken(&self) -> usize {
        self.count("not loaded")
    }

    /// Rules without cases.
    pub(super) fn untested(&self) -> usize {
        self.count("no cases")
    }

    fn count(&self, word: &str) -> usize {
        self.rules.iter().filter(|tested| tested.word() == word).count()
    }

    /// All cases that were run.
    pub(super) fn cases(&self) -> usize {
        self.rules.iter().map(|tested| tested.ran().len()).sum()
    }

    /// Those that do not hold.
    pub(super) fn failed_cases(&self) -> usize {
        self.rules.iter().map(Tested::failures).sum()
    }
}

/// Runs every file of cases; rules that none of them is about are told as well.
pub(super) fn run(files: &Files) -> Report {
    let library = Library::of(&files.rules);
    let mut rules: Vec<Tested> = files.cases.iter().map(|path| run_file(path, &library)).collect();
    let covered: BTreeSet<PathBuf> = rules.iter().map(|tested| PathBuf::from(&tested.rule)).collect();
    let uncovered = files.rules.iter().filter(|source| !covered.contains(&files::plain(&source.path)));
    for source in uncovered.filter(|source| !Outline::of(source).needs_no_cases) {
        let outcome = load(source, &library).map_or_else(Outcome::Broken, |_| Outcome::Untested);
        rules.push(Tested { rule: files::plain(&source.path).display().to_string(), cases: None, outcome });
    }
    rules.sort_by(|a, b| (&a.rule, &a.cases).cmp(&(&b.rule, &b.cases)));
    Report { rules, library }
}

fn run_file(path: &Path, library: &Library) -> Tested {
    let cases = Some(path.display().to_string());
    // Where the file does not say whose cases it holds, its name does.
    let named = files::rule_beside(path).display().to_string();
    let file = match read_cases(path) {
        Ok(file) => file,
        Err(errors) => return Tested { rule: named, cases, outcome: Outcome::Broken(errors) },
    };
    let rule = files::relative(path, &file.rule);
    let loaded = files::text(&rule)
        .map_err(|error| vec![format!("{}: {error}", path.display())])
        .and_then(|text| load(&RuleSource::new(rule.display().to_string(), text), library));
    let outcome = match loaded {
        Ok(bench) => Outcome::Ran(file.cases.iter().map(|case| run_case(case, path, &bench)).collect()),
        Err(errors) => Outcome::Broken(errors),
    };
    Tested { rule: rule.display().to_string(), cases, outcome }
}

pub(super) fn read_cases(path: &Path) -> Result<CaseFile, Vec<String>> {
    let text = files::text(path).map_err(|error| vec![error])?;
    case::parse(&path.display().to_string(), &text).map_err(|errors| told(&errors))
}

/// What cases are run on.
pub(super) struct Bench {
    pub(super) engine: Engine,
    /// The file whose findings count; all, where it is about filters.
    pub(super) about: Option<String>,
}

pub(super) fn load(source: &RuleSource, library: &Library) -> Result<Bench, Vec<String>> {
    let sources = library.with_needed(source);
    let engine = RuleSet::from_sources(sources).map(Engine::new).map_err(|errors| told(&errors))?;
    let about = (!Outline::of(source).is_filters).then(|| source.path.clone());
    Ok(Bench { engine, about })
}

fn told(errors: &[impl ToString]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

fn run_case(case: &Case, path: &Path, bench: &Bench) -> Ran {
    let before: Result<Vec<_>, _> = case.before.iter().map(|earlier| record(path, earlier)).collect();
    let records = before.and_then(|before| Ok((before, record(path, &case.record)?)));
    let difference = match records {
        Ok((before, record)) => case.judge(&bench.engine, bench.about.as_deref(), before, record).err(),
        Err(found) => Some(Difference { expected: "a CloudTrail record".to_owned(), found }),
    };
    Ran { name: case.name.clone(), line: case.line, difference }
}

/// The record of a case; the error is for people.
pub(in crate::workbench) fn record(path: &Path, record: &CaseRecord) -> Result<CloudTrailRecord, String> {
    let text = match record {
        CaseRecord::Inline(text) => text.clone(),
        CaseRecord::File(file) => files::text(&path.with_file_name(file))?,
    };
    CloudTrailRecord::parse(&text).map_err(|error| error.to_string())
}
