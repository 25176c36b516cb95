//! The page's style and script: plain files beside this one, put together in their order.

/// The page around them.
pub(super) const TEMPLATE: &str = include_str!("assets/page.html");

/// The style.
const STYLE: &[&str] = &[
    include_str!("assets/base.css"),
    include_str!("assets/charts.css"),
    include_str!("assets/table.css"),
    include_str!("assets/detail.css"),
    include_str!("assets/print.css"),
];

/// The script: each file may use what those before it define.
const SCRIPT: &[&str] = &[
    include_str!("assets/dom.js"),
    include_str!("assets/words.js"),
    include_str!("assets/data.js"),
    include_str!("assets/filter.js"),
    include_str!("assets/roving.js"),
    include_str!("assets/summary.js"),
    include_str!("assets/times.js"),
    include_str!("assets/exposures.js"),
    include_str!("assets/matrix.js"),
    include_str!("assets/lists.js"),
    include_str!("assets/applications.js"),
    include_str!("assets/toolbar.js"),
    include_str!("assets/table.js"),
    include_str!("assets/detail.js"),
    include_str!("assets/main.js"),
];

/// The style as one text.
pub(super) fn style() -> String {
    joined(STYLE)
}

/// The script as one text, with nothing of it visible outside.
pub(super) fn script() -> String {
    format!("(() => {{\n\"use strict\";\n{}}})();\n", joined(SCRIPT))
}

/// With the line ends that a browser would make of any others: the policy knows the texts by their hash.
fn joined(parts: &[&str]) -> String {
    parts.concat().replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_them_ends_the_element_that_they_stand_in() {
        for text in [style(), script()] {
            let text = text.to_ascii_lowercase();
            for end in ["</script", "</style", "<!--", "<script", "]]>"] {
                assert!(!text.contains(end), "{end}");
            }
        }
    }

    #[test]
    fn the_script_makes_no_markup_of_texts_and_fetches_nothing() {
        let script = script();
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "fetch(",
            "XMLHttpRequest",
            "import(",
        ] {
            assert!(!script.contains(word), "{word}");
        }
    }
}
