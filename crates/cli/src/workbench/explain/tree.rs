//! The explanation for people: a tree, with the verdict of each clause before it.

use std::sync::Arc;

use tattletrail_engine::explain::{Look, RecordExplanation};
use tattletrail_engine::finding::{Status, phrase};
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::CompiledRule;
use tattletrail_engine::sigma::{
    Asks, Clause, Elements, Explanation, FieldClause, FilterInfo, Found as Value,
};

use super::event::name;
use crate::output::Style;
use crate::output::layout::{fit, paint};
use crate::workbench::wrap::{labelled, wrap};

/// The columns of the verdict, with a space behind it.
const VERDICT: usize = 4;

/// How many values of one field, and elements of one list, are shown; those that fit come first.
const SHOWN: usize = 6;

/// The columns that a value has at least.
const MIN_VALUE: usize = 16;

/// All looks of the rule at the record, and the verdict.
pub(super) fn text(
    rule: &CompiledRule,
    record: &CloudTrailRecord,
    explained: &RecordExplanation,
    filters: &[Arc<FilterInfo>],
    style: Style,
) -> String {
    let info = rule.info();
    let mut page = Page { style, text: String::new() };
    page.wrapped("rule:", &format!("{} ({})", info.title, info.path));
    page.wrapped("record:", &name(record));
    if let Some(reason) = &explained.nothing {
        page.line(0, "", "");
        page.line(0, "no change of exposure to look at:", "");
        page.line(2, reason, "");
    }
    for (index, look) in explained.looks.iter().enumerate() {
        page.look(look, index + 1, explained.looks.len());
    }
    page.line(0, "", "");
    let (verdict, color) = if explained.matches { ("matches", "1;32") } else { ("does not match", "1;31") };
    page.line(0, verdict, color);
    for filter in filters {
        let words =
            format!("by the filter \"{}\" ({}, until {})", filter.title, filter.owner, filter.expires);
        page.wrapped("suppressed", &words);
    }
    page.text
}

struct Page {
    style: Style,
    text: String,
}

impl Page {
    /// One line, cut to the terminal.
    fn line(&mut self, indent: usize, text: &str, color: &str) {
        let text = fit(text, self.style.columns().saturating_sub(indent));
        let text = if color.is_empty() { text } else { paint(&text, color, self.style) };
        self.text.push_str(format!("{:indent$}{text}", "").trim_end());
        self.text.push('\n');
    }

    /// A label and words, in as many lines as they take.
    fn wrapped(&mut self, label: &str, words: &str) {
        self.text.push_str(&labelled(label, words, label.len().max(7) + 1, self.style.columns()));
    }

    fn look(&mut self, look: &Look, number: usize, count: usize) {
        self.line(0, "", "");
        if let Some(change) = &look.change {
            let what = format!("{} {} of {}", effect(look), phrase(change), change.resource.arn);
            self.wrapped(&format!("change {number} of {count}:"), &what);
        }
        for condition in &look.explanation.condition {
            self.wrapped("condition:", condition);
        }
        self.clause(&look.explanation.clause, 0, "");
        self.decisive(&look.explanation);
    }

    /// A clause and its parts; `place` is the element that it is about.
    fn clause(&mut self, clause: &Clause, depth: usize, place: &str) {
        let (word, color) = if clause.holds { ("yes", "32") } else { ("no", "31") };
        let indent = 2 * depth;
        let verdict = paint(&format!("{word:<3}"), color, self.style);
        let columns = self.style.columns().saturating_sub(VERDICT + indent + 2);
        for (index, line) in wrap(&words(clause), columns).iter().enumerate() {
            let (verdict, more) = if index == 0 { (verdict.as_str(), 0) } else { ("   ", 2) };
            self.text.push_str(&format!("{verdict} {:more$}{:indent$}{line}\n", "", ""));
        }
        if let Asks::Field(field) = &clause.asks {
            self.found(field, clause.holds, indent, place);
        }
        let place = if let Asks::Element { path } = &clause.asks { path } else { place };
        for part in shown(&clause.parts, &clause.asks) {
            self.clause(part, depth + 1, place);
        }
        let hidden = clause.parts.len().saturating_sub(shown(&clause.parts, &clause.asks).len());
        if hidden > 0 {
            self.line(
                VERDICT + indent + 2,
                &format!("and {hidden} elements more, none of which fits better"),
                "2",
            );
        }
    }

    /// What the record has; places within the element `place` are told from there.
    fn found(&mut self, field: &FieldClause, holds: bool, indent: usize, place: &str) {
        let indent = VERDICT + indent + 4;
        if field.found.is_empty() {
            let nothing = match (&field.field, holds) {
                (Some(_), _) => "found nothing: the field is absent",
                (None, true) => "found in none of the values",
                (None, false) => "found in no value of the record",
            };
            self.line(indent, nothing, "2");
            return;
        }
        let mut values: Vec<&Value> = field.found.iter().collect();
        values.sort_by_key(|value| !value.fits);
        for value in values.iter().take(SHOWN) {
            let fits = if values.len() > 1 && value.fits { " (fits)" } else { "" };
            let path = value.path.strip_prefix(place).unwrap_or(&value.path).trim_start_matches('.');
            let own = field.field.as_ref().and_then(|name| name.split('|').next());
            let within =
                if path.is_empty() || own == Some(path) { String::new() } else { format!(" in {path}") };
            // Of a long value the end is cut, never its place.
            let room = self.style.columns().saturating_sub(indent + within.len() + fits.len() + 6);
            let shown = fit(&value.value, room.max(MIN_VALUE));
            self.line(indent, &format!("found {shown}{within}{fits}"), "2");
        }
        if values.len() > SHOWN {
            self.line(indent, &format!("and {} values more", values.len() - SHOWN), "2");
        }
    }

    /// The fewest clauses that make a rule not match.
    fn decisive(&mut self, explanation: &Explanation) {
        if explanation.matches {
            return;
        }
        let decisive = explanation.decisive();
        self.line(0, "", "");
        let verb =
            if decisive.len() == 1 { "it fails by this clause:" } else { "it fails by these clauses:" };
        self.line(0, verb, "1");
        for clause in decisive {
            let verdict = if clause.holds { "holds, and must not" } else { "does not hold" };
            self.text.push_str(&labelled("", &words(clause), 2, self.style.columns()));
            if let Asks::Field(field) = &clause.asks {
                self.found(field, clause.holds, 0, "");
            }
            self.line(VERDICT + 4, verdict, "2");
        }
    }
}

fn effect(look: &Look) -> &'static str {
    match look.status {
        Status::Open => "opened",
        Status::Closed => "closed (looked at as the opening that it undoes)",
    }
}

/// All parts, but of a long list the elements that fit, then the first of the others.
fn shown<'c>(parts: &'c [Clause], asks: &Asks) -> Vec<&'c Clause> {
    let mut shown: Vec<&Clause> = parts.iter().collect();
    if matches!(asks, Asks::List { .. }) && parts.len() > SHOWN {
        shown.sort_by_key(|part| std::cmp::Reverse(fit_of(part)));
        shown.truncate(SHOWN);
    }
    shown
}

/// How many of the clauses below hold; an element that fits comes before all others.
fn fit_of(clause: &Clause) -> (bool, usize) {
    (clause.holds, clause.parts.iter().filter(|part| part.holds).count())
}

/// What a clause asks for.
fn words(clause: &Clause) -> String {
    match &clause.asks {
        Asks::All => "all of".to_owned(),
        Asks::Any => "one of".to_owned(),
        Asks::Not => "not".to_owned(),
        Asks::Selection { name, line } => format!("{name} (line {line})"),
        Asks::Field(field) => expected(field),
        Asks::Block { key, line, .. } if clause.parts.is_empty() => {
            format!("{key}: found no list (line {line})")
        }
        Asks::Block { key, line, .. } => format!("{key} (line {line})"),
        Asks::List { path, elements } => {
            let wanted = match elements {
                Elements::Any => "one element fits",
                Elements::All => "there are elements, and all fit",
                Elements::AllOrEmpty => "all elements fit",
                Elements::None => "an element fits, which none must",
            };
            format!("{path}: {wanted}")
        }
        Asks::Element { path } => format!("element {path}"),
        _ => "something else".to_owned(),
    }
}

fn expected(field: &FieldClause) -> String {
    let join = if field.all { " and " } else { " or " };
    let values = field.expected.join(join);
    match &field.field {
        Some(name) => format!("{name}: {values} (line {})", field.line),
        None => format!("anywhere: {values} (line {})", field.line),
    }
}
