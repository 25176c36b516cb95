use super::*;
use crate::sigma::yaml::Value;

/// The condition read back with every parenthesis, or the first error.
fn read(text: &str) -> String {
    let known = ["selection", "filter_a", "filter_main_b", "_hidden"];
    let mut names = Names::new(known.map(|name| (name, Position::START)).to_vec());
    let mut problems = Problems::new("t.yml");
    let at = Position::START;
    let yaml = Yaml { at, text_at: Some(at), value: Value::Text(text.to_owned()) };
    match parse(text, &yaml, &mut names, &mut problems) {
        Some(expression) => told(&expression, &known),
        None => problems.into_errors()[0].to_string(),
    }
}

fn told(expression: &Expression, known: &[&str]) -> String {
    let join = |parts: &[Expression], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| told(part, known)).collect();
        format!("({})", parts.join(word))
    };
    match expression {
        Expression::Selection(index) => known[*index].to_owned(),
        Expression::Not(inner) => format!("!{}", told(inner, known)),
        Expression::All(parts) => join(parts, " & "),
        Expression::Any(parts) => join(parts, " | "),
    }
}

#[test]
fn not_binds_closest_then_and_then_or() {
    assert_eq!(read("selection or filter_a and not _hidden"), "(selection | (filter_a & !_hidden))");
    assert_eq!(read("(selection or filter_a) and _hidden"), "((selection | filter_a) & _hidden)");
}

#[test]
fn patterns_pick_selections_by_name() {
    assert_eq!(read("1 of filter_*"), "(filter_a | filter_main_b)");
    assert_eq!(read("all of filter_*_b"), "(filter_main_b)");
    assert_eq!(read("any of them"), "(selection | filter_a | filter_main_b)");
    assert_eq!(read("all of *_*"), "(filter_a & filter_main_b & _hidden)");
}

#[test]
fn errors_name_the_place_and_the_way_out() {
    let rows = [
        (
            "selectoin",
            "t.yml:1:1: found `selectoin` in the condition, expected the name of a selection\n  help: did you mean `selection`",
        ),
        ("selection AND filter_a", "t.yml:1:11: found `AND` here, expected `and`, `or` or the end"),
        ("selection and", "t.yml:1:14: found the end here, expected the name of a selection"),
        ("(selection", "t.yml:1:1: found `(` without its `)`, expected both"),
        ("selection)", "t.yml:1:10: found `)` here, expected `and`, `or` or the end"),
        ("2 of filter_*", "t.yml:1:1: found `2` before `of`, expected `1`, `any` or `all`"),
        (
            "filter_*",
            "t.yml:1:1: found the pattern `filter_*` alone\n  help: write `1 of filter_*` or `all of filter_*`",
        ),
        ("1 of", "t.yml:1:5: found nothing behind `of`, expected `them` or a pattern such as `filter_*`"),
        ("selection & filter_a", "t.yml:1:11: found `&` in the condition"),
    ];
    for (condition, message) in rows {
        assert_eq!(read(condition), message);
    }
}

#[test]
fn a_star_in_a_name_takes_any_text() {
    assert!(fits("a*c*e", "abcde"));
    assert!(fits("*", ""));
    assert!(!fits("a*c", "acb"));
    assert!(!fits("ab*ba", "aba"));
}
