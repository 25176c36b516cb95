//! From a written value to its tests, by the plan that the modifiers made.

use ipnet::IpNet;

use crate::limits::MAX_WINDASH;
use crate::sigma::detection::Item;
use crate::sigma::error::{Code, Problems, shown};
use crate::sigma::field::{self, FieldPath};
use crate::sigma::modifier::{Kind, Plan, RegexFlags, Transform};
use crate::sigma::pattern::Pattern;
use crate::sigma::placeholders::expand;
use crate::sigma::regex::Regex;
use crate::sigma::text::TextMatcher;
use crate::sigma::transform::{Utf16, base64, base64_offsets, count_dashes, utf16, windash};
use crate::sigma::value::{FieldTest, Relation, Test, Value};
use crate::sigma::yaml::{Value as YamlValue, Yaml, show};

/// Compiles a field (`None` for keywords) with its values; `None` after an error.
pub(super) fn item(
    field: Option<FieldPath>,
    plan: &Plan,
    list: &[&Yaml],
    inside: bool,
    problems: &mut Problems,
) -> Option<Item> {
    let Some(first) = list.first() else {
        let at = field.as_ref().map_or(crate::sigma::Position::START, FieldPath::position);
        let hint = "write `null` for a field without a value";
        problems.add_with_hint(Code::Value, at, "found an empty list, expected values to look for", hint);
        return None;
    };
    if plan.all && list.len() == 1 {
        problems.add_with_hint(
            Code::Modifier,
            first.at,
            "found one value with `all`, expected several",
            "remove `|all`",
        );
        return None;
    }
    if plan.all && plan.expand {
        let message = "found `all` with `expand`, expected one of them";
        let hint = "of what a placeholder stands for one value fits; write a selection for each of several";
        problems.add_with_hint(Code::Modifier, first.at, message, hint);
        return None;
    }
    let mut values = Some(Vec::new());
    for yaml in list {
        let tests = tests(yaml, plan, field.is_none(), inside, problems);
        values = values.zip(tests).map(|(mut values, tests)| {
            values.push(Value { tests: tests.into_boxed_slice(), at: yaml.at });
            values
        });
    }
    Some(Item { field, values: values?, all: plan.all, negated: plan.negated })
}

fn tests(
    yaml: &Yaml,
    plan: &Plan,
    keyword: bool,
    inside: bool,
    problems: &mut Problems,
) -> Option<Vec<Test>> {
    if keyword && !matches!(plan.kind, Kind::Text | Kind::Regex(_)) {
        let message = format!("found the modifier {} without a field", shown(plan.written.last()?));
        problems.add_with_hint(
            Code::Modifier,
            yaml.at,
            message,
            "keywords take texts and regular expressions",
        );
        return None;
    }
    match plan.kind {
        Kind::Text => text(yaml, plan, keyword, problems),
        Kind::Regex(flags) => regex(yaml, flags, problems).map(one),
        Kind::Network => network(yaml, problems).map(one),
        Kind::Exists => match yaml.value {
            YamlValue::Bool(wanted) => Some(one(Test::Exists(wanted))),
            _ => wrong(yaml, "for `exists`, expected `true` or `false`", problems),
        },
        Kind::Compare(comparison) => match yaml.value {
            YamlValue::Number(_, number) => Some(one(Test::Compare(comparison, number))),
            YamlValue::Text(ref text) if text.parse::<f64>().is_ok() => {
                let message = format!("found the text {} to compare with, expected a number", shown(text));
                problems.add_with_hint(Code::Value, yaml.at, message, "remove the quotes");
                None
            }
            _ => wrong(yaml, "to compare with, expected a number", problems),
        },
        Kind::Time(part, comparison) => match yaml.value {
            YamlValue::Number(_, number) => Some(one(Test::Time(part, comparison, number))),
            _ => wrong(yaml, "for a part of a time, expected a number", problems),
        },
        Kind::Field(relation) => {
            let YamlValue::Text(path) = &yaml.value else {
                return wrong(yaml, "for `fieldref`, expected the path of a field", problems);
            };
            let (other, quantifier) = field::parse(path, yaml.at, inside, problems)?;
            if quantifier.is_some() {
                return wrong(yaml, "for `fieldref`, expected a path without a quantifier", problems);
            }
            Some(one(Test::Field(FieldTest { other, relation, cased: plan.cased })))
        }
    }
}

fn one(test: Test) -> Vec<Test> {
    vec![test]
}

fn wrong<T>(yaml: &Yaml, expected: &str, problems: &mut Problems) -> Option<T> {
    problems.add(Code::Value, yaml.at, format!("found {} {expected}", show(yaml)));
    None
}

fn text(yaml: &Yaml, plan: &Plan, keyword: bool, problems: &mut Problems) -> Option<Vec<Test>> {
    let patterns = match &yaml.value {
        YamlValue::Null if keyword => return wrong(yaml, "as a keyword, expected a text", problems),
        YamlValue::Null if plan.steps.is_empty() && !plan.cased => return Some(one(Test::Null)),
        YamlValue::Null => {
            let message = format!("found `null` with {}, expected a text", shown(plan.written.first()?));
            problems.add_with_hint(
                Code::Value,
                yaml.at,
                message,
                "write `field: null` for a field without a value",
            );
            return None;
        }
        YamlValue::Text(text) if plan.expand => {
            expand(text, yaml, problems)?.iter().map(|text| Pattern::parse(text)).collect()
        }
        YamlValue::Text(text) => vec![Pattern::parse(text)],
        _ => match yaml.scalar() {
            Some(text) => vec![Pattern::literal(text)],
            None => return wrong(yaml, "as a value, expected a text or a number", problems),
        },
    };
    let mut patterns: Vec<Pattern> = patterns;
    for step in &plan.steps {
        patterns = transform(patterns, *step, yaml, problems)?;
    }
    let placed = plan.steps.iter().any(|step| matches!(step, Transform::Place(_)));
    if keyword && !placed {
        patterns = patterns.into_iter().map(|pattern| pattern.open(true, true)).collect();
    }
    Some(patterns.iter().map(|pattern| Test::Text(TextMatcher::new(pattern, plan.cased))).collect())
}

/// Applies one step to all patterns.
fn transform(
    patterns: Vec<Pattern>,
    step: Transform,
    yaml: &Yaml,
    problems: &mut Problems,
) -> Option<Vec<Pattern>> {
    let mut out = Vec::with_capacity(patterns.len());
    for pattern in patterns {
        match step {
            Transform::Place(relation) => {
                let before = matches!(relation, Relation::Contains | Relation::EndsWith);
                let after = matches!(relation, Relation::Contains | Relation::StartsWith);
                out.push(pattern.open(before, after));
            }
            Transform::Windash if count_dashes(&pattern) > MAX_WINDASH => {
                return wrong(
                    yaml,
                    &format!("with `windash`, expected at most {MAX_WINDASH} dashes"),
                    problems,
                );
            }
            Transform::Windash => out.extend(windash(&pattern)),
            Transform::Base64(form) => {
                let bytes = bytes(&pattern, form, yaml, problems)?;
                out.push(Pattern::literal(&base64(&bytes)));
            }
            Transform::Base64Offset(form) => {
                let bytes = bytes(&pattern, form, yaml, problems)?;
                out.extend(base64_offsets(&bytes).iter().map(|part| Pattern::literal(part)));
            }
            // INVARIANT: a plan joins UTF-16 with the Base64 behind it, or there is no plan.
            Transform::Utf16(_) => return wrong(yaml, "with UTF-16, expected Base64 behind it", problems),
        }
    }
    Some(out)
}

fn bytes(pattern: &Pattern, form: Option<Utf16>, yaml: &Yaml, problems: &mut Problems) -> Option<Vec<u8>> {
    let Some(text) = pattern.as_literal() else {
        let message = format!("found wildcards in {}, expected a plain text to encode", show(yaml));
        problems.add_with_hint(
            Code::Value,
            yaml.at,
            message,
            r"write `\*` and `\?` for the characters themselves",
        );
        return None;
    };
    Some(match form {
        Some(form) => utf16(&text, form),
        None => text.into_bytes(),
    })
}

fn regex(yaml: &Yaml, flags: RegexFlags, problems: &mut Problems) -> Option<Test> {
    let Some(text) = yaml.scalar() else {
        return wrong(yaml, "as a regular expression, expected a text", problems);
    };
    match Regex::new(text, flags) {
        Ok(regex) => Some(Test::Regex(regex)),
        Err(error) => {
            let reason = reason(&error);
            let message =
                format!("found the regular expression {}, expected one that compiles: {reason}", shown(text));
            if reason.contains("look-around") || reason.contains("backreference") {
                let hint = "it would let a text stall the match; use a second selection and `not`";
                problems.add_with_hint(Code::Regex, yaml.at, message, hint);
            } else if matches!(error, ::regex::Error::CompiledTooBig(_)) {
                let hint = "make it shorter, or several of it; a repetition costs as many times its size";
                problems.add_with_hint(Code::Regex, yaml.at, message, hint);
            } else {
                let hint = r"write `\` before a character of `. + * ? ( ) [ ] { } ^ $ |` that means itself";
                problems.add_with_hint(Code::Regex, yaml.at, message, hint);
            }
            None
        }
    }
}

/// The line of the parser's message that says what is wrong.
fn reason(error: &::regex::Error) -> String {
    if let ::regex::Error::CompiledTooBig(limit) = error {
        return format!("compiled it is larger than {limit} bytes");
    }
    let text = error.to_string();
    let line = text.lines().rev().find_map(|line| line.strip_prefix("error: "));
    line.unwrap_or("it is not valid").to_lowercase()
}

fn network(yaml: &Yaml, problems: &mut Problems) -> Option<Test> {
    let Some(text) = yaml.scalar() else {
        return wrong(yaml, "for `cidr`, expected a network such as `10.0.0.0/8`", problems);
    };
    let single = text.parse().ok().map(|address: std::net::IpAddr| IpNet::from(address));
    let Some(network) = single.or_else(|| text.parse::<IpNet>().ok()) else {
        return wrong(yaml, "for `cidr`, expected a network such as `10.0.0.0/8`", problems);
    };
    if network.trunc() != network {
        let message =
            format!("found {} for `cidr`, expected a network: this is an address within one", shown(text));
        problems.add_with_hint(
            Code::Value,
            yaml.at,
            message,
            format!("the network is `{}`", network.trunc()),
        );
        return None;
    }
    Some(Test::Network(network))
}
