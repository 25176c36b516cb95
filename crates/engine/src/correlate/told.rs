//! A finding about several events.

use super::sighting::{BETWEEN, Facts};
use super::windows::{Episode, Hit};
use crate::finding::{CountedRule, EventInfo, Evidence, Finding, Several};
use crate::ids::EventId;
use crate::limits::{SHOWN_EVENTS, SHOWN_VALUES};
use crate::ruleset::RuleSet;
use crate::sigma::correlation::Correlation;

/// The finding of an episode: its event is the one that made the correlation fire.
pub(super) fn finding<'f>(
    rules: &RuleSet,
    correlation: &Correlation,
    group: &str,
    episode: &Episode,
    hits: &[Hit],
    facts: &impl Fn(&Hit) -> Option<&'f Facts>,
) -> Option<Finding> {
    let fired = hits.get(episode.fires)?;
    let whole = hits.get(episode.begins..=episode.ends)?;
    let Facts { event, actor, resource } = facts(fired)?.clone();
    let event = EventInfo { id: Some(EventId::from(&*fired.event)), time: time(fired), ..event };
    let several = Several {
        words: correlation.words(),
        events: count(whole.iter().map(|hit| &*hit.event)),
        first: whole.first().and_then(time),
        last: whole.last().and_then(time),
        group: groups(correlation, group),
        rules: by_rule(rules, correlation, whole),
        values: some(whole.iter().filter_map(|hit| hit.value.as_deref()), SHOWN_VALUES)
            .into_iter()
            .map(|value| value.replace(BETWEEN, ", "))
            .collect(),
        sample: some(whole.iter().map(|hit| &*hit.event), SHOWN_EVENTS)
            .into_iter()
            .map(EventId::from)
            .collect(),
    };
    let finding = Finding::of_several(correlation.info(), group, event, actor, resource, several);
    Some(rules.attributed(finding, None))
}

fn time(hit: &Hit) -> Option<String> {
    jiff::Timestamp::from_second(hit.time).ok().map(|time| time.to_string())
}

/// The fields by which events were grouped, with the values that these have.
fn groups(correlation: &Correlation, group: &str) -> Vec<Evidence> {
    let names = correlation.group_by.iter().map(|grouping| grouping.name.clone());
    let values = group.split(BETWEEN).map(str::to_owned);
    names.zip(values).map(|(field, value)| Evidence { field, value }).collect()
}

/// How many events there were of each rule, by its title.
fn by_rule(rules: &RuleSet, correlation: &Correlation, hits: &[Hit]) -> Vec<CountedRule> {
    let title = |named: &crate::sigma::reference::Reference| {
        let info = rules.infos().find(|info| named.is(info));
        info.map_or_else(|| named.named.clone(), |info| info.title.clone())
    };
    let of_place = |place: usize| count(hits.iter().filter(|hit| hit.place == place).map(|hit| &*hit.event));
    correlation
        .rules
        .iter()
        .enumerate()
        .map(|(place, named)| CountedRule { title: title(named), count: of_place(place) })
        .collect()
}

fn count<'h>(texts: impl Iterator<Item = &'h str>) -> usize {
    texts.collect::<std::collections::BTreeSet<_>>().len()
}

/// The first different ones, in their order.
fn some<'h>(texts: impl Iterator<Item = &'h str>, most: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if found.len() == most {
            break;
        }
        if !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
}
