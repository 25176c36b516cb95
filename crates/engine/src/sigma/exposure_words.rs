//! Names below `exposure.`: the engine makes them, so it knows which there are. A rule that names another one could
//! never match, or its filter never leave anything out.

use super::detection::Logic;
use super::error::{Code, Position, Problems, shown};
use super::explain::RuleWords;
use super::mention::{AskedValue, Mention, mentions};
use super::nearest::{nearest, nearest_path};
use crate::event::EXPOSURE;
use crate::exposure::words::{FIELDS, SEVERITY, words};

/// The most words that a message lists.
const LISTED: usize = 8;

/// Reports each field and each word that no exposure has.
pub(crate) fn check(logic: &Logic, written: &RuleWords, problems: &mut Problems) {
    for mention in mentions(logic) {
        if mention.path != EXPOSURE && !mention.path.starts_with("exposure.") {
            continue;
        }
        if !FIELDS.contains(&mention.path.as_str()) && mention.path != SEVERITY {
            field(&mention, problems);
            continue;
        }
        for value in &mention.values {
            word(&mention.path, value, written, problems);
        }
    }
}

fn field(mention: &Mention<'_>, problems: &mut Problems) {
    let message = format!("found the field {}, expected one that exposures have", shown(&mention.path));
    let hint = nearest_path(&mention.path, FIELDS.into_iter().chain([SEVERITY])).map_or_else(
        || "what a rule may name below `exposure` is in `rules/README.md`".to_owned(),
        |near| format!("did you mean `{near}`"),
    );
    problems.add_with_hint(Code::Exposure, mention.at, message, hint);
}

fn word(field: &str, value: &AskedValue<'_>, written: &RuleWords, problems: &mut Problems) {
    let Some(words) = words(field) else { return };
    let fits = words.iter().map(|word| value.fits(word));
    if fits.flatten().reduce(|any, fits| any || fits).unwrap_or(true) {
        return;
    }
    let found = written.text_at(value.at);
    if field == "exposure.network.protocol" && found.parse::<u8>().is_ok() {
        return;
    }
    wrong_word(field, &found, value.at, &words, problems);
}

fn wrong_word(field: &str, found: &str, at: Position, words: &[&str], problems: &mut Problems) {
    let expected = match words.split_last() {
        Some((last, first)) if words.len() <= LISTED => format!("expected {} or {last}", first.join(", ")),
        _ => format!("expected one of its {} words", words.len()),
    };
    let message = format!("found {} for `{field}`, {expected}", shown(found));
    let hint = nearest(found, words.iter().copied()).map_or_else(
        || format!("the words of `{field}` are in `rules/README.md`"),
        |near| format!("did you mean `{near}`"),
    );
    problems.add_with_hint(Code::Exposure, at, message, hint);
}
