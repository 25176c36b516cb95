//! The modifiers behind a field's name: which there are, which go together, and what they make of a value.

use serde::{Deserialize, Serialize};

use super::error::{Code, Position, Problems, shown};
use super::nearest::nearest;
use super::transform::Utf16;
use super::value::{Comparison, Relation, TimePart};

/// What a chain of modifiers asks for.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "modifiers, each of which is there or not")]
pub(crate) struct Plan {
    pub(crate) all: bool,
    pub(crate) negated: bool,
    pub(crate) cased: bool,
    /// Names between percent signs stand for lists.
    pub(crate) expand: bool,
    pub(crate) kind: Kind,
    pub(crate) steps: Vec<Transform>,
    /// The words, for messages.
    pub(crate) written: Vec<String>,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    #[default]
    Text,
    Regex(RegexFlags),
    Network,
    Exists,
    Compare(Comparison),
    /// A part of a time, alone or with a comparison behind it.
    Time(TimePart, Option<Comparison>),
    Field(Relation),
}

/// The flags of a regular expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct RegexFlags {
    pub(crate) ignore_case: bool,
    pub(crate) multi_line: bool,
    pub(crate) dot_matches_newline: bool,
}

/// A change of a value, in the order written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transform {
    Place(Relation),
    Windash,
    /// Only until Base64 takes it up.
    Utf16(Utf16),
    Base64(Option<Utf16>),
    Base64Offset(Option<Utf16>),
}

const WORDS: [&str; 32] = [
    "expand",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
    "contains",
    "startswith",
    "endswith",
    "all",
    "cased",
    "re",
    "i",
    "m",
    "s",
    "cidr",
    "exists",
    "fieldref",
    "gt",
    "gte",
    "lt",
    "lte",
    "neq",
    "windash",
    "base64",
    "base64offset",
    "wide",
    "utf16",
    "utf16le",
    "utf16be",
    "ignorecase",
];

const ENCODE_FIRST: &str = "encode first, then say where: `base64offset|contains`";
const BASE64_BEHIND: &str = "a log holds UTF-16 only in Base64: `wide|base64offset|contains`";

/// Reads a chain of modifiers; `None` after an error.
pub(crate) fn parse(words: &[(&str, Position)], problems: &mut Problems) -> Option<Plan> {
    let mut plan = Plan::default();
    for (word, at) in words {
        if plan.written.iter().any(|before| before == word) {
            let message = format!("found the modifier {} twice, expected each once", shown(word));
            problems.add_with_hint(Code::Modifier, *at, message, "remove one");
            return None;
        }
        match plan.apply(word) {
            Step::Done => plan.written.push((*word).to_owned()),
            Step::Unknown => {
                unknown(word, *at, problems);
                return None;
            }
            Step::Impossible(hint) => {
                let word = shown(word);
                let message = match plan.written.last() {
                    Some(before) => format!(
                        "found the modifier {word} behind {}, expected modifiers that go together",
                        shown(before)
                    ),
                    None => format!("found the modifier {word} first, expected another one before it"),
                };
                problems.add_with_hint(Code::Modifier, *at, message, hint);
                return None;
            }
        }
    }
    plan.finish(words, problems)
}

enum Step {
    Done,
    Unknown,
    Impossible(&'static str),
}

fn unknown(word: &str, at: Position, problems: &mut Problems) {
    let message = format!("found the modifier {}, expected one that is supported", shown(word));
    let hint = nearest(word, WORDS).map_or_else(
        || "see the modifiers appendix of the Sigma specification".to_owned(),
        |word| format!("did you mean `{word}`"),
    );
    problems.add_with_hint(Code::Modifier, at, message, hint);
}

impl Plan {
    fn apply(&mut self, word: &str) -> Step {
        match word {
            "all" => self.all = true,
            "neq" => self.negated = true,
            "expand" => return self.set_expand(),
            "cased" => return self.set_cased(),
            "contains" => return self.place(Relation::Contains),
            "startswith" => return self.place(Relation::StartsWith),
            "endswith" => return self.place(Relation::EndsWith),
            "windash" => return self.transform(Transform::Windash),
            "base64" => return self.base64(Transform::Base64),
            "base64offset" => return self.base64(Transform::Base64Offset),
            "wide" | "utf16le" => return self.transform(Transform::Utf16(Utf16::Little)),
            "utf16be" => return self.transform(Transform::Utf16(Utf16::Big)),
            "utf16" => return self.transform(Transform::Utf16(Utf16::Marked)),
            "i" | "ignorecase" => return self.flag(|flags| flags.ignore_case = true),
            "m" | "multiline" => return self.flag(|flags| flags.multi_line = true),
            "s" | "dotall" => return self.flag(|flags| flags.dot_matches_newline = true),
            "fieldref" => return self.field(),
            "re" => return self.compare_as(Kind::Regex(RegexFlags::default())),
            "cidr" => return self.compare_as(Kind::Network),
            "exists" => return self.compare_as(Kind::Exists),
            "gt" => return self.compare(Comparison::Greater),
            "gte" => return self.compare(Comparison::GreaterOrEqual),
            "lt" => return self.compare(Comparison::Less),
            "lte" => return self.compare(Comparison::LessOrEqual),
            "minute" => return self.compare_as(Kind::Time(TimePart::Minute, None)),
            "hour" => return self.compare_as(Kind::Time(TimePart::Hour, None)),
            "day" => return self.compare_as(Kind::Time(TimePart::Day, None)),
            "week" => return self.compare_as(Kind::Time(TimePart::Week, None)),
            "month" => return self.compare_as(Kind::Time(TimePart::Month, None)),
            "year" => return self.compare_as(Kind::Time(TimePart::Year, None)),
            _ => return Step::Unknown,
        }
        Step::Done
    }

    fn set_expand(&mut self) -> Step {
        if self.kind != Kind::Text {
            return Step::Impossible("placeholders stand for texts");
        }
        self.expand = true;
        Step::Done
    }

    fn set_cased(&mut self) -> Step {
        match self.kind {
            Kind::Text | Kind::Field(_) => {
                self.cased = true;
                Step::Done
            }
            Kind::Regex(_) => Step::Impossible("a regular expression is case-sensitive unless it has `i`"),
            _ => Step::Impossible("capitals only count in texts"),
        }
    }

    fn place(&mut self, relation: Relation) -> Step {
        if matches!(self.steps.last(), Some(Transform::Utf16(_))) {
            return Step::Impossible(BASE64_BEHIND);
        }
        let placed = self.steps.iter().any(|step| matches!(step, Transform::Place(_)));
        match self.kind {
            Kind::Text if !placed => self.steps.push(Transform::Place(relation)),
            Kind::Field(Relation::Equals) => self.kind = Kind::Field(relation),
            Kind::Text | Kind::Field(_) => {
                return Step::Impossible("use one of `contains`, `startswith` and `endswith`");
            }
            Kind::Regex(_) => {
                return Step::Impossible(
                    "a regular expression is searched anywhere; anchor it with `^` or `$`",
                );
            }
            Kind::Network | Kind::Exists | Kind::Compare(_) | Kind::Time(..) => {
                return Step::Impossible("it needs a text");
            }
        }
        Step::Done
    }

    fn transform(&mut self, step: Transform) -> Step {
        if self.kind != Kind::Text {
            return Step::Impossible("it needs a text");
        }
        match (self.steps.last(), step) {
            (Some(Transform::Place(_)), Transform::Utf16(_)) => Step::Impossible(ENCODE_FIRST),
            (Some(Transform::Base64(_) | Transform::Base64Offset(_)), _) => {
                Step::Impossible("the value is encoded already")
            }
            (Some(Transform::Utf16(_)), _) => Step::Impossible(BASE64_BEHIND),
            _ => {
                self.steps.push(step);
                Step::Done
            }
        }
    }

    fn base64(&mut self, step: fn(Option<Utf16>) -> Transform) -> Step {
        if let Some(Transform::Utf16(form)) = self.steps.last() {
            let form = *form;
            self.steps.pop();
            self.steps.push(step(Some(form)));
            return Step::Done;
        }
        if self.steps.iter().any(|step| matches!(step, Transform::Place(_))) {
            return Step::Impossible(ENCODE_FIRST);
        }
        self.transform(step(None))
    }

    fn flag(&mut self, set: impl FnOnce(&mut RegexFlags)) -> Step {
        match &mut self.kind {
            Kind::Regex(flags) => {
                set(flags);
                Step::Done
            }
            _ => Step::Impossible("it is a flag of `re` and follows it"),
        }
    }

    fn field(&mut self) -> Step {
        let relation = match (self.kind, self.steps.as_slice()) {
            (Kind::Text, []) => Relation::Equals,
            (Kind::Text, [Transform::Place(relation)]) => *relation,
            _ => {
                return Step::Impossible(
                    "a field reference takes `contains`, `startswith`, `endswith`, `cased`, `neq`",
                );
            }
        };
        self.steps.clear();
        self.kind = Kind::Field(relation);
        Step::Done
    }

    /// A comparison of a number, or of a part of a time.
    fn compare(&mut self, comparison: Comparison) -> Step {
        if let Kind::Time(part, None) = self.kind {
            self.kind = Kind::Time(part, Some(comparison));
            return Step::Done;
        }
        self.compare_as(Kind::Compare(comparison))
    }

    fn compare_as(&mut self, kind: Kind) -> Step {
        if self.kind != Kind::Text || !self.steps.is_empty() || self.cased || self.expand {
            return Step::Impossible("each needs a value of its own kind; write two selections");
        }
        self.kind = kind;
        Step::Done
    }

    fn finish(self, words: &[(&str, Position)], problems: &mut Problems) -> Option<Self> {
        if let (Some(Transform::Utf16(_)), Some((word, at))) = (self.steps.last(), words.last()) {
            let message = format!("found {} at the end, expected Base64 behind it", shown(word));
            problems.add_with_hint(Code::Modifier, *at, message, BASE64_BEHIND);
            return None;
        }
        Some(self)
    }
}
