//! The nearest word to a mistyped one, for `help:` lines.

/// The candidate with the fewest edits from `word`; `None` where none is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(1 + word.chars().count() / 3, word, candidates)
}

/// The same with a limit of edits.
pub fn nearest_within<'a>(
    limit: usize,
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= limit)
        .map(|candidate| (edits(&word, &candidate.to_lowercase()), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, candidate)| (*edits, strangers(&word, &candidate.to_lowercase())))
        .map(|(_, candidate)| candidate)
}

/// How many letters of one word are not in the other: none where two were swapped.
fn strangers(left: &str, right: &str) -> usize {
    left.chars().filter(|character| !right.contains(*character)).count()
}

/// The path that is meant by one with a slip in it: the same but for capitals; one that ends in the same name; the one
/// with the fewest edits; one whose last name holds the last name, as `from_port` does `port`.
pub fn nearest_path<'a>(path: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let last = last_name(path);
    let found = |fits: &dyn Fn(&str) -> bool| candidates.iter().copied().find(|candidate| fits(candidate));
    found(&|candidate| candidate.eq_ignore_ascii_case(path))
        .or_else(|| found(&|candidate| last_name(candidate).eq_ignore_ascii_case(last)))
        .or_else(|| found(&|candidate| last_name(candidate).ends_with(&format!("_{last}"))))
        .or_else(|| nearest(path, candidates.iter().copied()))
        .or_else(|| {
            let names = candidates.iter().map(|candidate| last_name(candidate));
            let near = nearest_within(1 + last.len() / 5, last, names)?;
            found(&|candidate| last_name(candidate) == near)
        })
}

fn last_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// How many characters must be inserted, removed or replaced to make one word of the other.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, character) in left.chars().enumerate() {
        let mut next = vec![index + 1];
        for ((other, above), diagonal) in right.iter().zip(row.iter().skip(1)).zip(&row) {
            let before = next.last().copied().unwrap_or_default();
            let replaced = diagonal + usize::from(*other != character);
            next.push(replaced.min(before + 1).min(above + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        assert_eq!(nearest("selektion", ["filter", "selection"]), Some("selection"));
        assert_eq!(nearest("contain", ["contains", "cidr"]), Some("contains"));
        assert_eq!(nearest("zebra", ["filter", "selection"]), None);
        assert_eq!(nearest("wrold", ["broad", "world"]), Some("world"));
        assert_eq!(edits("kitten", "sitting"), 3);
    }

    #[test]
    fn a_path_is_recognised_by_its_last_name() {
        let paths = ["eventName", "userIdentity.userName", "a.network.from_port", "a.parties"];
        assert_eq!(nearest_path("eventname", paths), Some("eventName"));
        assert_eq!(nearest_path("userName", paths), Some("userIdentity.userName"));
        assert_eq!(nearest_path("useridentity.username", paths), Some("userIdentity.userName"));
        assert_eq!(nearest_path("a.port", paths), Some("a.network.from_port"));
        assert_eq!(nearest_path("a.party", paths), Some("a.parties"));
        assert_eq!(nearest_path("UsrName", paths), Some("userIdentity.userName"));
        assert_eq!(nearest_path("bucket", paths), None);
    }
}
