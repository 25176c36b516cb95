//! What rules, correlations and filters that load should have besides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use tattletrail_engine::finding::RuleInfo;
use tattletrail_engine::ruleset::{CompiledFilter, Correlation, Outline, RuleSet, RuleSource};

use super::diagnostic::{Diagnostic, Severity};
use super::names;
use crate::workbench::files;

/// What a rule should have besides, and names that AWS does not have: code and words.
pub(super) const LINTS: [(&str, &str); 13] = [
    NO_CASES,
    FEW_CASES,
    NO_FALSE_POSITIVES,
    NO_REFERENCES,
    names::UNKNOWN_NAME,
    names::UNKNOWN_SOURCE,
    names::OTHER_SOURCE,
    names::UNKNOWN_FIELD,
    names::NEEDLESS_NAME,
    ENDED,
    ENDS_SOON,
    KEEPS,
    SILENCES,
];

const NO_CASES: (&str, &str) = ("TT101", "a rule has no cases beside it");
const FEW_CASES: (&str, &str) = ("TT102", "a rule has fewer than three cases");
const NO_FALSE_POSITIVES: (&str, &str) = ("TT103", "a rule does not say when it is wrong");
const NO_REFERENCES: (&str, &str) = ("TT104", "a rule has no references");
const ENDED: (&str, &str) = ("TT110", "a filter has ended");
const ENDS_SOON: (&str, &str) = ("TT111", "a filter ends soon");
const KEEPS: (&str, &str) = ("TT112", "a filter leaves only what it selects");
const SILENCES: (&str, &str) = ("TT113", "a correlation silences a rule of another file");

/// It fires, it does not fire on a look-alike, it does not fire where the call failed.
const ENOUGH_CASES: usize = 3;

/// A filter with fewer days left ends soon.
const SOON: i64 = 30;

/// Adds warnings about a file that loads.
pub(super) fn lint(
    source: &RuleSource,
    counts: &BTreeMap<PathBuf, Option<usize>>,
    today: Date,
    found: &mut Vec<Diagnostic>,
) {
    let Some(set) = RuleSet::alone(source) else { return };
    let mut file = File { path: &source.path, found };
    if !Outline::of(source).is_filters {
        file.cases(counts);
    }
    for info in set.infos().filter(|info| !set.is_silent(&info.id)) {
        file.words(info);
    }
    for filter in set.filters() {
        file.filter(filter, today);
    }
    let own = Outline::of(source).defines;
    for correlation in set.correlations() {
        file.silence(correlation, |named| own.contains(named));
    }
    names::check(&set, source, found);
}

/// A file that is looked at.
struct File<'f> {
    path: &'f str,
    found: &'f mut Vec<Diagnostic>,
}

impl File<'_> {
    fn warn(&mut self, (code, _): (&'static str, &str), message: String, help: &str) {
        let (severity, path, help) = (Severity::Warning, self.path.to_owned(), Some(help.to_owned()));
        self.found.push(Diagnostic { severity, code, path, line: 1, column: 1, message, help });
    }

    fn cases(&mut self, counts: &BTreeMap<PathBuf, Option<usize>>) {
        match counts.get(&files::plain(self.path)) {
            None => {
                let help = "write at least three in `<behaviour>.test.yml`: it fires; a benign look-alike; the call failed";
                let message = format!("found no cases beside the rule, expected at least {ENOUGH_CASES}");
                self.warn(NO_CASES, message, help);
            }
            Some(Some(count)) if *count < ENOUGH_CASES => {
                let message = format!("found {count} case(s), expected at least {ENOUGH_CASES}");
                self.warn(FEW_CASES, message, "it fires; a benign look-alike; the same call failed");
            }
            Some(_) => {}
        }
    }

    fn words(&mut self, info: &RuleInfo) {
        if info.false_positives.is_empty() {
            let message = "found no `falsepositives`, expected who else does this".to_owned();
            self.warn(
                NO_FALSE_POSITIVES,
                message,
                "say who does this for a good reason, or that nobody does",
            );
        }
        if info.references.is_empty() {
            let message = "found no `references`, expected at least one".to_owned();
            self.warn(NO_REFERENCES, message, "name the page of the call, or of the attack");
        }
    }

    fn filter(&mut self, filter: &CompiledFilter, today: Date) {
        let info = filter.info();
        match days_left(&info.expires, today) {
            ..0 => {
                let message = format!(
                    "found a filter that ended on {}, expected one that still suppresses something",
                    info.expires
                );
                self.warn(
                    ENDED,
                    message,
                    &format!("ask {} whether it is still right; renew or remove it", info.owner),
                );
            }
            days if days < SOON => {
                let message = format!(
                    "found a filter that ends on {}, expected one with more than {days} days left",
                    info.expires
                );
                self.warn(ENDS_SOON, message, &format!("ask {} whether it is still needed", info.owner));
            }
            _ => {}
        }
        if !filter.suppresses_what_it_selects() {
            let message =
                "found a filter without `not`, expected one that suppresses what it selects".to_owned();
            self.warn(
                KEEPS,
                message,
                "its condition is joined to the rule's by `and`; write `condition: not selection`",
            );
        }
    }

    fn silence(&mut self, correlation: &Correlation, is_own: impl Fn(&str) -> bool) {
        let others: Vec<&str> = correlation.named_rules().filter(|named| !is_own(named)).collect();
        if correlation.generates().is_none() && !others.is_empty() {
            let message = format!(
                "found a correlation that silences {}, expected it to say so: rules that are counted find nothing by themselves",
                others.join(", ")
            );
            self.warn(
                SILENCES,
                message,
                "write `generate: true` to let them go on, `generate: false` to silence them",
            );
        }
    }
}

/// How many days a filter has left after today; below zero where it has ended.
pub(in crate::workbench) fn days_left(expires: &str, today: Date) -> i64 {
    let expires: Option<Date> = expires.parse().ok();
    expires.and_then(|expires| today.until(expires).ok()).map_or(0, |span| i64::from(span.get_days()))
}
