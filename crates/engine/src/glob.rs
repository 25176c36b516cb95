//! Patterns with `*` (any text) and `?` (any one character), as policies and threat models have them.

/// True if a value holds a wildcard.
pub(crate) fn is_pattern(value: &str) -> bool {
    value.contains(['*', '?'])
}

/// True if a value is fixed in AWS's sense: no wildcard and no policy variable (`${aws:username}`).
pub(crate) fn is_fixed(value: &str) -> bool {
    !is_pattern(value) && !value.contains("${")
}

/// True if `pattern` matches all of `text`, without regard to ASCII case. A `*` of the text is matched by a `*` of the
/// pattern only: so a pattern that matches another pattern matches all that the other one does.
pub(crate) fn covers(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().map(|c| c.to_ascii_lowercase()).collect();
    let text: Vec<char> = text.chars().map(|c| c.to_ascii_lowercase()).collect();
    let (mut at, mut seen) = (0, 0);
    // Where to go on after the last star: one past it, and how much of the text it has taken.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(c) = text.get(seen) {
        match pattern.get(at) {
            Some('*') => {
                at += 1;
                retry = Some((at, seen));
                continue;
            }
            Some(p) if *c != '*' && (p == c || *p == '?') => {
                at += 1;
                seen += 1;
                continue;
            }
            _ => {}
        }
        let Some((after, taken)) = retry else { return false };
        at = after;
        seen = taken + 1;
        retry = Some((after, seen));
    }
    pattern.get(at..).is_none_or(|rest| rest.iter().all(|c| *c == '*'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pattern_covers_what_it_matches() {
        assert!(covers("s3:*", "s3:GetObject"));
        assert!(covers("S3:get*", "s3:GetObjectVersion"));
        assert!(covers("s3:*Object", "s3:Get*Object"));
        assert!(!covers("s3:Get*", "s3:*"));
        assert!(!covers("s3:Get?", "s3:Get*"));
        assert!(covers("*", ""));
        assert!(!covers("", "a"));
    }

    /// The obvious twin, by recursion.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) if naive(rest, text) => true,
            (Some(('*', _)), Some((_, tail))) => naive(pattern, tail),
            (Some((p, rest)), Some((c, tail))) => *c != '*' && (*p == '?' || p == c) && naive(rest, tail),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matching_agrees_with_recursion(pattern in "[ab*?]{0,8}", text in "[ab*]{0,8}") {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            prop_assert_eq!(covers(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
        }
    }
}
