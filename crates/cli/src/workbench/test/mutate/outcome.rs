//! What became of the mutants of rules.

use std::path::Path;

use tattletrail_engine::case::{Case, CaseFile};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::{CompiledRule, RuleSource};
use tattletrail_engine::sigma::{Mutant, Mutation, Position, RuleWords};

use super::{Which, reasons};
use crate::workbench::files;
use crate::workbench::test::outcome::{self, Bench, Tested, load, read_cases, record};
use crate::workbench::together::Library;

/// All rules, by path.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) rules: Vec<Mutated>,
}

/// One rule: what its cases came to, and its mutants if they all hold.
#[derive(Debug)]
pub(super) struct Mutated {
    pub(super) tested: Tested,
    /// In the order of the rule's text.
    pub(super) mutants: Vec<Judged>,
    /// What is wrong with the reasons.
    pub(super) faults: Vec<String>,
}

/// One mutant.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) clause: String,
    pub(super) mutation: Mutation,
    pub(super) at: Position,
    pub(super) wanted: &'static str,
    pub(super) verdict: Verdict,
}

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The case of that name comes out otherwise.
    Killed(String),
    /// Every case comes out as with the rule.
    Survived,
    /// It survived, and the file of cases says why.
    Explained(String),
}

impl Mutated {
    /// The outcome in a word.
    pub(super) fn word(&self) -> &'static str {
        match self.tested.word() {
            "ok" if self.survivors().next().is_some() || !self.faults.is_empty() => "survivors",
            word => word,
        }
    }

    /// True if somebody has to do something about it; that a rule has no cases is for `rules check`.
    pub(super) fn is_wrong(&self) -> bool {
        !matches!(self.word(), "ok" | "no cases")
    }

    /// The mutants that survive without a reason.
    pub(super) fn survivors(&self) -> impl Iterator<Item = &Judged> {
        self.mutants.iter().filter(|judged| judged.verdict == Verdict::Survived)
    }

    /// How many survive with a reason.
    pub(super) fn explained(&self) -> usize {
        self.mutants.iter().filter(|judged| matches!(judged.verdict, Verdict::Explained(_))).count()
    }
}

impl Report {
    /// How many rules came to this word.
    pub(super) fn count(&self, word: &str) -> usize {
        self.rules.iter().filter(|mutated| mutated.word() == word).count()
    }

    /// All mutants.
    pub(super) fn mutants(&self) -> usize {
        self.rules.iter().map(|mutated| mutated.mutants.len()).sum()
    }

    /// Those that survive without a reason.
    pub(super) fn survived(&self) -> usize {
        self.rules.iter().map(|mutated| mutated.survivors().count()).sum()
    }

    /// Those that survive with one.
    pub(super) fn explained(&self) -> usize {
        self.rules.iter().map(Mutated::explained).sum()
    }

    /// The others.
    pub(super) fn killed(&self) -> usize {
        self.mutants() - self.survived() - self.explained()
    }

    /// Reasons that are wrong.
    pub(super) fn faults(&self) -> usize {
        self.rules.iter().map(|mutated| mutated.faults.len()).sum()
    }
}

/// Runs the cases of each rule on its mutants.
pub(super) fn run(tested: outcome::Report, which: Which) -> Report {
    let outcome::Report { rules, library } = tested;
    Report { rules: rules.into_iter().map(|tested| mutated(tested, which, &library)).collect() }
}

fn mutated(tested: Tested, which: Which, library: &Library) -> Mutated {
    let mut mutated = Mutated { tested, mutants: Vec::new(), faults: Vec::new() };
    let Some(path) = mutated.tested.cases.clone().filter(|_| mutated.tested.word() == "ok") else {
        return mutated;
    };
    match judge(Path::new(&path), &mutated.tested.rule, which, library) {
        Ok((mutants, faults)) => (mutated.mutants, mutated.faults) = (mutants, faults),
        // It could be read a moment ago.
        Err(errors) => mutated.tested.outcome = outcome::Outcome::Broken(errors),
    }
    mutated
}

type Mutants = (Vec<Judged>, Vec<String>);

fn judge(path: &Path, rule: &str, which: Which, library: &Library) -> Result<Mutants, Vec<String>> {
    let file = read_cases(path)?;
    let text = files::text(Path::new(rule)).map_err(|error| vec![error])?;
    let words = RuleWords::of(&text);
    let bench = load(&RuleSource::new(rule, text), library)?;
    let cases = prepared(&file, path).map_err(|error| vec![error])?;
    let own: Vec<_> = of_file(&bench, rule).collect();
    let (mut judged, mut others) = (Vec::new(), Vec::new());
    for (place, one) in &own {
        for mut mutant in one.mutants(&words) {
            if own.len() > 1 {
                mutant.clause = format!("{}/{}", one.info().id, mutant.clause);
            }
            if which.includes(mutant.mutation) {
                judged.push(judge_one(mutant, &bench, *place, &cases));
            } else {
                others.push((mutant.clause, mutant.mutation));
            }
        }
    }
    let faults = reasons::apply(&file.survivors, &mut judged, &others, path);
    Ok((judged, faults))
}

/// The rules of the file with their places in the set, which also has what they need.
fn of_file<'b>(bench: &'b Bench, path: &'b str) -> impl Iterator<Item = (usize, &'b CompiledRule)> {
    bench.engine.rules().rules().iter().enumerate().filter(move |(_, rule)| rule.info().path == path)
}

/// A case with its records read.
struct Prepared<'f> {
    case: &'f Case,
    before: Vec<CloudTrailRecord>,
    record: CloudTrailRecord,
}

fn prepared<'f>(file: &'f CaseFile, path: &Path) -> Result<Vec<Prepared<'f>>, String> {
    let prepare = |case: &'f Case| {
        let before: Result<Vec<_>, _> = case.before.iter().map(|earlier| record(path, earlier)).collect();
        Ok(Prepared { case, before: before?, record: record(path, &case.record)? })
    };
    file.cases.iter().map(prepare).collect()
}

/// `place` is that of the mutant's rule.
fn judge_one(mutant: Mutant, bench: &Bench, place: usize, cases: &[Prepared<'_>]) -> Judged {
    let Mutant { clause, mutation, at, wanted, rule } = mutant;
    let engine = Engine::new(bench.engine.rules().with_rule(place, rule));
    let notices = |case: &&Prepared<'_>| {
        let (before, record) = (case.before.clone(), case.record.clone());
        case.case.judge(&engine, bench.about.as_deref(), before, record).is_err()
    };
    let verdict = match cases.iter().find(notices) {
        Some(case) => Verdict::Killed(case.case.name.clone()),
        None => Verdict::Survived,
    };
    Judged { clause, mutation, at, wanted, verdict }
}
