//! Names below `exposure.`: the engine makes them, so it knows which there are. A rule that names another one could
//! never match, or its filter never leave anything out.

use super::detection::Logic;
use super::error::{Code, Position, Problems, shown};
use super::explain::RuleWords;
use super::mention::{AskedValue, Mention, mentions};
use super::nearest::{nearest, nearest_path};
use crate::event::EXPOSURE;
use crate::exposure::words::{FIELDS, SEVERITY, words};

/// Effects that no rule is shown.
const ENDS: [&str; 2] = ["closed", "restored"];

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
    let hint = if ENDS.contains(&found) {
        "the call that ends an exposure is matched as the one that began it: write the beginning".to_owned()
    } else {
        nearest(found, words.iter().copied()).map_or_else(
            || format!("the words of `{field}` are in `rules/README.md`"),
            |near| format!("did you mean `{near}`"),
        )
    };
    problems.add_with_hint(Code::Exposure, at, message, hint);
}

#[cfg(test)]
mod tests {
    use crate::sigma::{RuleSource, parse};

    /// What is said about a selection.
    fn told(selection: &str) -> Vec<String> {
        let text = format!(
            "title: t\nlogsource: {{product: aws, service: cloudtrail}}\ndetection: {{s: {selection}, condition: s}}\n"
        );
        let errors = parse(&RuleSource::new("t.yml", text)).err().unwrap_or_default();
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_exposures_have_is_right() {
        for selection in [
            "{exposure.surface: bucket_policy, exposure.effect: [opened, weakened], exposure.reach|startswith: W}",
            "{exposure.network.protocol: [tcp, '50', 50], exposure.network.from_port|lte: 22}",
            "{exposure.access: null, exposure.severity|exists: true, exposure.parties|re: '^1'}",
            "{'exposure.access[any]': {.: read}, exposure.network.services: ssh}",
            "{exposure.resource.type: 'AWS::S3::Bucket', exposure|contains: ssh, exposure.facet: anything}",
        ] {
            assert_eq!(told(selection), Vec::<String>::new(), "{selection}");
        }
    }

    #[test]
    fn what_they_do_not_have_is_told_with_what_was_meant() {
        for (selection, place, help) in [
            ("{exposure.Surface: x}", "t.yml:3:17: found the field `exposure.Surface`", "`exposure.surface`"),
            (
                "{exposure.network.port: 22}",
                "found the field `exposure.network.port`",
                "`exposure.network.from_port`",
            ),
            ("{a|fieldref: exposure.part}", "found the field `exposure.part`", "help: "),
            ("{exposure.reach: wrold}", "t.yml:3:33: found `wrold` for `exposure.reach`", "`world`"),
            ("{exposure.surface: bucket_polcy}", "expected one of its 29 words", "`bucket_policy`"),
            ("{'exposure.access[any]': raed}", "found `raed` for `exposure.access`", "`read`"),
            ("{exposure.network.services|re: '^shh$'}", "found `^shh$`", "help: "),
            ("{exposure.effect: closed}", "expected opened or weakened", "as the one that began it"),
            ("{exposure.network.protocol: tpc}", "found `tpc`", "`tcp`"),
        ] {
            let told = told(selection);
            assert_eq!(told.len(), 1, "{selection}: {told:?}");
            assert!(told[0].contains(place) && told[0].contains(help), "{selection}: {told:?}");
        }
    }
}
