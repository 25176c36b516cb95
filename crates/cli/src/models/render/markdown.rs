//! Texts of models as Markdown, in which they mean nothing but themselves.
//!
//! Code between backticks stays code: models are written with it. A placeholder (`${...}`) is broken, since some of the
//! files are filled in by `Fn::Sub`, and Grafana fills in variables.

use tattletrail_engine::attack;
use tattletrail_engine::render::text::neutralise;

/// A text of one line or of several paragraphs, at most so many characters long.
pub(super) fn text(text: &str, most: usize) -> String {
    let paragraphs = cut(text, most);
    let paragraphs = paragraphs.split("\n\n").map(|one| one.split_whitespace().collect::<Vec<_>>().join(" "));
    let all: Vec<String> = paragraphs
        .filter(|one| !one.is_empty())
        .map(|one| link(&one).unwrap_or_else(|| escaped(&one)))
        .collect();
    all.join("\n\n")
}

/// A text on one line, for headings and cells of tables.
pub(super) fn line(given: &str, most: usize) -> String {
    text(&given.split_whitespace().collect::<Vec<_>>().join(" "), most)
}

/// The same without any Markdown: for titles of charts and labels of series.
pub(super) fn plain(given: &str, most: usize) -> String {
    let given = neutralise(given).split_whitespace().collect::<Vec<_>>().join(" ");
    unfilled(&cut(&given, most))
}

/// The page of a technique.
pub(super) fn technique(id: &str) -> String {
    let name = attack::technique(id).map_or("", |technique| technique.name);
    let path = id.replace('.', "/");
    format!("[{} {}](https://attack.mitre.org/techniques/{path}/)", id, escaped(name)).replace(" ]", "]")
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{short}…")
}

/// A text that is nothing but a link, as one.
fn link(text: &str) -> Option<String> {
    let is_fit = |c: char| c.is_ascii_graphic() && !"()[]<>\\`|\"{}".contains(c);
    (text.starts_with("https://") && text.chars().all(is_fit)).then(|| format!("[{}]({text})", escaped(text)))
}

fn escaped(text: &str) -> String {
    let ticks = text.matches('`').count();
    let (mut written, mut seen) = (String::new(), 0);
    for c in neutralise(text).chars() {
        let is_code = seen % 2 == 1;
        match c {
            // The last of an odd number opens nothing.
            '`' if ticks % 2 == 1 && seen + 1 == ticks => written.push_str("\\`"),
            '`' => {
                seen += 1;
                written.push(c);
            }
            '|' => written.push_str("\\|"),
            '<' if !is_code => written.push_str("&lt;"),
            '\\' | '*' | '_' | '[' | ']' | '#' | '~' | '!' if !is_code => written.extend(['\\', c]),
            _ => written.push(c),
        }
    }
    unfilled(&written)
}

fn unfilled(text: &str) -> String {
    text.replace("${", "$ {")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markdown_but_its_code() {
        assert_eq!(
            text("a *b* _c_ [d](javascript:e) <img> | #", 99),
            "a \\*b\\* \\_c\\_ \\[d\\](javascript:e) &lt;img> \\| \\#"
        );
        assert_eq!(text("see `aws:Token_Issue` and `open", 99), "see `aws:Token_Issue` and \\`open");
        assert_eq!(text("${AWS::AccountId}", 99), "$ {AWS::AccountId}");
        assert_eq!(text("one\ntwo\n\nthree", 99), "one two\n\nthree");
        assert_eq!(line("one\n\ntwo", 99), "one two");
        assert_eq!(text("abcdef", 4), "abc…");
        assert_eq!(plain("a\u{202e}b\n${c}", 99).contains('\u{202e}'), false);
    }

    #[test]
    fn a_text_that_is_a_link_is_one() {
        assert_eq!(
            text("https://wiki.example.com/a_b", 99),
            "[https://wiki.example.com/a\\_b](https://wiki.example.com/a_b)"
        );
        assert_eq!(text("https://x.example/)[y](https://z", 99), "https://x.example/)\\[y\\](https://z");
    }

    #[test]
    fn a_technique_has_its_page() {
        assert_eq!(
            technique("T1078.004"),
            "[T1078.004 Cloud Accounts](https://attack.mitre.org/techniques/T1078/004/)"
        );
    }
}
