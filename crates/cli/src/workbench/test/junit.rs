//! The outcome as XML in the form of `JUnit`, which CI servers read: a suite a rule, a case a case.

use super::outcome::{Outcome, Ran, Report, Tested};

/// All rules.
pub(super) fn text(report: &Report) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests: usize = report.rules.iter().map(tests).sum();
    xml.push_str(&format!(
        "<testsuites name=\"tattletrail rules\" tests=\"{tests}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
        report.failed_cases(),
        report.broken(),
        report.untested(),
    ));
    for tested in &report.rules {
        suite(tested, &mut xml);
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// A rule that could not be run stands as one case: what is not there, nobody misses.
fn tests(tested: &Tested) -> usize {
    match &tested.outcome {
        Outcome::Ran(cases) => cases.len(),
        Outcome::Untested | Outcome::Broken(_) => 1,
    }
}

fn suite(tested: &Tested, xml: &mut String) {
    let broken = usize::from(matches!(tested.outcome, Outcome::Broken(_)));
    let untested = usize::from(matches!(tested.outcome, Outcome::Untested));
    xml.push_str(&format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{broken}\" skipped=\"{untested}\">\n",
        escape(&tested.rule),
        tests(tested),
        tested.failures(),
    ));
    match &tested.outcome {
        Outcome::Untested => {
            xml.push_str(&open("has cases", 1, &tested.rule, &tested.rule));
            xml.push_str(
                "      <skipped message=\"there are no cases beside the rule\"/>\n    </testcase>\n",
            );
        }
        Outcome::Broken(errors) => {
            xml.push_str(&open("loads", 1, &tested.rule, &tested.rule));
            xml.push_str(&problem("error", "the rule or its cases do not load", &errors.join("\n")));
        }
        Outcome::Ran(cases) => cases.iter().for_each(|case| self::case(case, tested, xml)),
    }
    xml.push_str("  </testsuite>\n");
}

fn case(case: &Ran, tested: &Tested, xml: &mut String) {
    let file = tested.cases.as_deref().unwrap_or(&tested.rule);
    let begin = open(&case.name, case.line, file, &tested.rule);
    let Some(difference) = &case.difference else {
        xml.push_str(&begin.replace(">\n", "/>\n"));
        return;
    };
    xml.push_str(&begin);
    let body = format!("{file}:{}: {}\n{difference}", case.line, case.name);
    xml.push_str(&problem("failure", &difference.to_string(), &body));
}

pub(super) fn open(name: &str, line: usize, file: &str, rule: &str) -> String {
    let stem = rule.rsplit_once('.').map_or(rule, |(stem, _)| stem);
    format!(
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{line}\">\n",
        escape(name),
        escape(stem),
        escape(file),
    )
}

pub(super) fn problem(kind: &str, message: &str, body: &str) -> String {
    let (message, body) = (escape(message), escape(body));
    format!("      <{kind} message=\"{message}\">{body}</{kind}>\n    </testcase>\n")
}

/// A text for XML 1.0, in which most control characters cannot be written at all.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\n' | '\r' | '\t' => safe.push_str(&format!("&#{};", u32::from(character))),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}
