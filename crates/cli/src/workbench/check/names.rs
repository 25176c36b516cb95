//! Names that AWS does not have: event names, event sources and fields of which a rule can wait for ever.
//!
//! In: a rule that loads. Out: a warning for each such name, at its place. They are warnings since AWS adds calls every
//! day: a name that is right and not in the tables is vouched for by the rule itself, under `known_names`.

// Which event sources there are, and the event names of each.
pub(in crate::workbench) mod operations;

// The event that is meant by a name that there is not.
mod event;

// Which fields a record has.
mod fields;

use std::collections::BTreeSet;

use tattletrail_engine::ruleset::{RuleSet, RuleSource};
use tattletrail_engine::sigma::{AskedValue, KnownName, Mention, Position, RuleWords, known_names, nearest};

use super::diagnostic::{Diagnostic, Severity};
use operations::{Operations, Source};

pub(super) const UNKNOWN_NAME: (&str, &str) = ("TT105", "AWS has no event of that name");
pub(super) const UNKNOWN_SOURCE: (&str, &str) = ("TT106", "AWS has no such event source");
pub(super) const OTHER_SOURCE: (&str, &str) = ("TT107", "the event is one of another source");
pub(super) const UNKNOWN_FIELD: (&str, &str) = ("TT108", "no record has that field");
pub(super) const NEEDLESS_NAME: (&str, &str) = ("TT109", "a name under `known_names` needs no such word");

/// How a rule says that a name is right all the same.
const VOUCH: &str = "if it is right, say so under `known_names` in the rule";

/// Adds what is wrong with the names in the rules and filters of a file.
pub(super) fn check(rules: &RuleSet, source: &RuleSource, found: &mut Vec<Diagnostic>) {
    let mut names = Names {
        table: Operations::shared(),
        words: RuleWords::of(&source.text),
        path: &source.path,
        vouched: known_names(&source.text).into_iter().map(|name| (name, false)).collect(),
        found,
    };
    for rule in rules.rules() {
        names.of_mentions(&rule.mentions(), &rule.required_event_sources().unwrap_or_default());
    }
    for filter in rules.filters() {
        names.of_mentions(&filter.mentions(), &BTreeSet::new());
    }
    names.needless();
}

struct Names<'a> {
    table: &'static Operations,
    words: RuleWords,
    path: &'a str,
    /// The names that the rule vouches for, and whether that was needed.
    vouched: Vec<(KnownName, bool)>,
    found: &'a mut Vec<Diagnostic>,
}

impl Names<'_> {
    /// The names of one rule or filter; a match needs one of the sources, if there are any.
    fn of_mentions(&mut self, mentions: &[Mention<'_>], required: &BTreeSet<String>) {
        for mention in mentions {
            match mention.path.as_str() {
                "eventName" => {
                    let sources = self.sources_beside(mention, mentions, required);
                    for value in &mention.values {
                        self.event_name(value, &sources);
                    }
                }
                "eventSource" => self.event_sources(mention),
                path => self.field(path, mention.at),
            }
        }
    }

    /// The sources that must hold together with a field: those of its mapping, else those of the whole rule. None where
    /// any source will do.
    fn sources_beside(
        &self,
        mention: &Mention<'_>,
        all: &[Mention<'_>],
        required: &BTreeSet<String>,
    ) -> Vec<&'static Source> {
        let beside = all.iter().filter(|other| {
            other.mapping == mention.mapping && other.path == "eventSource" && !other.negated
        });
        let values: Vec<&AskedValue<'_>> = beside.flat_map(|other| &other.values).collect();
        let asked = |source: &&Source| values.iter().any(|value| value.fits(&source.host()) == Some(true));
        let needed = |source: &&Source| required.contains(&source.host());
        let sources = self.table.sources().iter();
        if values.is_empty() { sources.filter(needed).collect() } else { sources.filter(asked).collect() }
    }

    fn event_name(&mut self, value: &AskedValue<'_>, sources: &[&'static Source]) {
        let fits = |source: &Source| source.names().any(|name| value.fits(name) != Some(false));
        let here = sources.iter().any(|source| source.is_open() || fits(source));
        let elsewhere: Vec<&Source> = self.table.sources().iter().filter(|source| fits(source)).collect();
        if here || (sources.is_empty() && !elsewhere.is_empty()) {
            return;
        }
        let written = self.words.text_at(value.at);
        if self.is_vouched(&written) {
            return;
        }
        if elsewhere.is_empty() {
            self.unknown_name(&written, value.at, sources);
        } else {
            self.other_source(&written, value.at, sources, &elsewhere);
        }
    }

    fn unknown_name(&mut self, written: &str, at: Position, sources: &[&'static Source]) {
        let expected = match sources {
            [] => "one that some source of AWS has".to_owned(),
            _ => format!("one of `{}`", listed(sources.iter().copied())),
        };
        let message = format!("found the event name `{written}`, expected {expected}");
        let near = event::nearest(written, sources.iter().flat_map(|source| source.names()))
            .or_else(|| event::nearest(written, self.table.sources().iter().flat_map(Source::names)));
        self.warn(UNKNOWN_NAME, at, message, near);
    }

    fn other_source(&mut self, written: &str, at: Position, asked: &[&'static Source], having: &[&Source]) {
        let message = format!(
            "found the event name `{written}` for the event source `{}`, expected one of its own",
            listed(asked.iter().copied())
        );
        let near = event::nearest(written, asked.iter().flat_map(|source| source.names()));
        let near = near.map(|near| format!("did you mean `{near}`; ")).unwrap_or_default();
        let help = format!("{near}it is an event of `{}`; {VOUCH}", listed(having.iter().copied()));
        self.push(OTHER_SOURCE, at, message, help);
    }

    fn event_sources(&mut self, mention: &Mention<'_>) {
        for value in &mention.values {
            if self.table.sources().iter().any(|source| value.fits(&source.host()) != Some(false)) {
                continue;
            }
            let written = self.words.text_at(value.at);
            if self.is_vouched(&written) {
                continue;
            }
            let message = format!(
                "found the event source `{written}`, expected one of AWS, such as `ec2.amazonaws.com`"
            );
            let hosts: Vec<String> = self.table.sources().iter().map(Source::host).collect();
            let whole = format!("{}.amazonaws.com", written.split('.').next().unwrap_or_default());
            let near = hosts.iter().find(|host| host.eq_ignore_ascii_case(&whole)).map(String::as_str);
            let near = near.or_else(|| nearest(&written, hosts.iter().map(String::as_str)));
            self.warn(UNKNOWN_SOURCE, value.at, message, near);
        }
    }

    fn field(&mut self, path: &str, at: Position) {
        if fields::is_known(path) || self.is_vouched(path) {
            return;
        }
        let message = format!("found the field `{path}`, expected one that records have");
        if let Some(near) = fields::nearest(path) {
            self.warn(UNKNOWN_FIELD, at, message, Some(near));
            return;
        }
        let help = format!(
            "what a call was given is under `requestParameters.`, what it answered under `responseElements.`; {VOUCH}"
        );
        self.push(UNKNOWN_FIELD, at, message, help);
    }

    /// True if the rule vouches for the name, which is noted.
    fn is_vouched(&mut self, written: &str) -> bool {
        let mut vouched = false;
        for (name, needed) in &mut self.vouched {
            if name.name.eq_ignore_ascii_case(written) {
                (*needed, vouched) = (true, true);
            }
        }
        vouched
    }

    /// Reports what is vouched for and would have passed, or is not in the rule.
    fn needless(&mut self) {
        let needless: Vec<KnownName> =
            self.vouched.iter().filter(|(_, needed)| !needed).map(|(name, _)| name.clone()).collect();
        for name in needless {
            let message = format!(
                "found `{}` under `known_names`, expected a name of this rule that the tables do not have",
                name.name
            );
            self.push(NEEDLESS_NAME, name.at, message, "remove it".to_owned());
        }
    }

    fn warn(&mut self, kind: (&'static str, &str), at: Position, message: String, near: Option<&str>) {
        let help = near.map_or_else(|| VOUCH.to_owned(), |near| format!("did you mean `{near}`; {VOUCH}"));
        self.push(kind, at, message, help);
    }

    fn push(&mut self, (code, _): (&'static str, &str), at: Position, message: String, help: String) {
        self.found.push(Diagnostic {
            severity: Severity::Warning,
            code,
            path: self.path.to_owned(),
            line: at.line,
            column: at.column,
            message,
            help: Some(help),
        });
    }
}

/// The most event sources that a message lists.
const LISTED: usize = 4;

fn listed<'s>(sources: impl ExactSizeIterator<Item = &'s Source>) -> String {
    let more = sources.len().saturating_sub(LISTED);
    let hosts: Vec<String> = sources.take(LISTED).map(Source::host).collect();
    let tail = if more > 0 { format!("` and {more} more, such as `") } else { String::new() };
    match (hosts.split_last(), more) {
        (Some((last, first)), 1..) => format!("{}{tail}{last}", first.join("`, `")),
        _ => hosts.join("`, `"),
    }
}
