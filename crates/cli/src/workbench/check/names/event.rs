//! The event that is meant by a name that there is not: one with a slip, else one with the same verb and the same rare word.

use std::collections::BTreeMap;

use tattletrail_engine::sigma::nearest_within;

/// The nearest event name; `None` where none is near enough to be meant.
pub(super) fn nearest(written: &str, names: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let names: Vec<&str> = names.into_iter().collect();
    slip(written, &names).or_else(|| same_words(written, &names))
}

/// A name that differs by a few letters: fewer than make another word.
fn slip(written: &str, names: &[&'static str]) -> Option<&'static str> {
    let near = nearest_within(1 + written.len() / 8, written, names.iter().copied())?;
    names.iter().copied().find(|name| *name == near)
}

/// A name that begins with the same verb and shares words that few names have.
fn same_words(written: &str, names: &[&'static str]) -> Option<&'static str> {
    let wanted = words(written);
    let (verb, objects) = wanted.split_first()?;
    let mut common: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        for word in words(name) {
            *common.entry(word).or_default() += 1;
        }
    }
    let weight = |word: &String| 1000 / common.get(word).copied().unwrap_or(1).max(1);
    let shared = |name: &&str| {
        let has = words(name);
        let same = objects.iter().filter(|word| has.contains(word)).map(weight).sum::<usize>();
        (has.first() == Some(verb)).then_some(same).filter(|same| *same > 0)
    };
    names
        .iter()
        .copied()
        .filter_map(|name| Some((shared(&name)?, name)))
        .max_by_key(|(same, name)| (*same, std::cmp::Reverse(name.len())))
        .map(|(_, name)| name)
}

/// The words of a name in lower case: `PutBucketAcl` has three.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before_is_upper = true;
    for character in name.chars() {
        if words.is_empty() || (character.is_uppercase() && !before_is_upper) {
            words.push(String::new());
        }
        before_is_upper = character.is_uppercase();
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_or_the_same_words_are_recognised() {
        let names = [
            "DeleteObject",
            "DeleteTrail",
            "PutAnalyticsConfiguration",
            "PutMetricsConfiguration",
            "PutBucketEncryption",
            "PutBucketLifecycleConfiguration",
            "StopLogging",
        ];
        assert_eq!(nearest("DeleteTrial", names), Some("DeleteTrail"));
        assert_eq!(nearest("StopLoging", names), Some("StopLogging"));
        assert_eq!(nearest("PutEncryptionConfiguration", names), Some("PutBucketEncryption"));
        assert_eq!(nearest("PutLifecycleConfiguration", names), Some("PutBucketLifecycleConfiguration"));
        assert_eq!(nearest("ReplicateObject", names), None);
    }
}
