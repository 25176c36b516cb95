//! Findings as columns: a number or the number of a text for each, which a browser reads faster than objects.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use tattletrail_engine::exposure::Effect;
use tattletrail_engine::finding::{Finding, Status, phrase};
use tattletrail_engine::ids::{AccountId, EventId, Region, RuleId};

use super::facts;
use super::pairs::Pairs;
use super::pool::{Pool, Text};

/// The findings of a report, in the order in which they were told.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Findings {
    strings: Pool,
    columns: Columns,
    evidence: Pairs,
    facts: Pairs,
    /// Applications, each as often as it has attack vectors that the finding belongs to, with those.
    applications: Pairs,
    /// Which rule each finding is of, by its place in `rules`.
    rule: Vec<usize>,
    #[serde(skip)]
    rules: Vec<RuleId>,
    #[serde(skip)]
    places: HashMap<RuleId, usize>,
}

/// One entry for each finding. Times are seconds since 1970; where one cannot be read it is absent, and its text there.
#[derive(Debug, Default, Serialize)]
struct Columns {
    id: Vec<Text>,
    closed: Vec<u8>,
    reopened: Vec<u8>,
    title: Vec<Text>,
    words: Vec<Text>,
    at: Vec<Option<i64>>,
    time: Vec<Text>,
    event: Vec<Text>,
    correlation: Vec<Text>,
    event_link: Vec<Text>,
    source: Vec<Text>,
    name: Vec<Text>,
    error: Vec<Text>,
    account: Vec<Text>,
    region: Vec<Text>,
    resource: Vec<Text>,
    resource_type: Vec<Text>,
    resource_name: Vec<Text>,
    actor: Vec<Text>,
    actor_type: Vec<Text>,
    actor_account: Vec<Text>,
    key: Vec<Text>,
    ip: Vec<Text>,
    agent: Vec<Text>,
    /// What is exposed, in words; empty where the finding is not about an exposure.
    exposed: Vec<Text>,
    /// True for a setting that holds back exposure and is off: nothing is exposed by it alone.
    guard: Vec<u8>,
    opened: Vec<Option<i64>>,
    opened_by: Vec<Text>,
    opened_event: Vec<Text>,
    seconds: Vec<Option<i64>>,
    trace: Vec<Text>,
}

impl Findings {
    /// The rules that they are of, each once, with how many findings each has, open and closed.
    pub(super) fn rules(&self) -> impl Iterator<Item = (&RuleId, usize)> {
        let count = |place: usize| self.rule.iter().filter(|rule| **rule == place).count();
        self.rules.iter().enumerate().map(move |(place, id)| (id, count(place)))
    }

    /// Adds a finding.
    pub(crate) fn add(&mut self, finding: &Finding) {
        let place = self.rule_place(finding);
        self.rule.push(place);
        let Self { strings, columns, .. } = self;
        columns.add_what(strings, finding);
        columns.add_event(strings, finding);
        columns.add_who(strings, finding);
        columns.add_life(strings, finding);
        for evidence in &finding.evidence {
            self.evidence.add(strings, &evidence.field, &evidence.value);
        }
        self.evidence.end();
        facts::add(&mut self.facts, strings, finding);
        for whose in &finding.applications {
            for vector in &whose.vectors {
                self.applications.add(strings, &whose.application, vector);
            }
        }
        self.applications.end();
    }

    fn rule_place(&mut self, finding: &Finding) -> usize {
        let id = &finding.rule.id;
        if let Some(place) = self.places.get(id) {
            return *place;
        }
        let place = self.rules.len();
        self.rules.push(id.clone());
        self.places.insert(id.clone(), place);
        place
    }
}

impl Columns {
    fn add_what(&mut self, pool: &mut Pool, finding: &Finding) {
        // What the rule says of itself stands once, with the rule.
        let about = finding.rule.description.trim();
        let words = finding.description.strip_suffix(about).unwrap_or(&finding.description);
        self.id.push(pool.put(finding.id.as_str()));
        self.closed.push(u8::from(finding.status == Status::Closed));
        self.title.push(pool.put(finding.title.strip_prefix("Closed: ").unwrap_or(&finding.title)));
        self.words.push(pool.put(words.trim_end()));
        self.resource.push(pool.put(finding.resource.arn.as_str()));
        self.resource_type.push(pool.put(finding.resource.kind));
        self.resource_name.push(pool.put(&finding.resource.name));
    }

    fn add_event(&mut self, pool: &mut Pool, finding: &Finding) {
        let event = &finding.event;
        let (at, text) = time(event.time.as_deref());
        self.at.push(at);
        self.time.push(pool.maybe(text));
        let id = event.id.as_ref().map(EventId::as_str);
        self.event.push(pool.maybe(id));
        let other = event.correlation_id().map(EventId::as_str).filter(|other| Some(*other) != id);
        self.correlation.push(pool.maybe(other));
        // The link ends in the id, which is there already.
        let link = finding.event_url();
        self.event_link
            .push(pool.maybe(link.as_deref().zip(id).and_then(|(link, id)| link.strip_suffix(id))));
        self.source.push(pool.maybe(event.source.as_deref()));
        self.name.push(pool.maybe(event.name.as_deref()));
        self.error.push(pool.maybe(event.error_code.as_deref()));
        self.account.push(pool.maybe(event.account.as_ref().map(AccountId::as_str)));
        self.region.push(pool.maybe(event.region.as_ref().map(Region::as_str)));
        self.trace.push(pool.maybe(finding.trace.as_ref().map(|trace| trace.id.as_w3c())));
    }

    fn add_who(&mut self, pool: &mut Pool, finding: &Finding) {
        let actor = &finding.actor;
        self.actor.push(pool.put(&actor.name));
        self.actor_type.push(pool.maybe(actor.kind.as_deref()));
        self.actor_account.push(pool.maybe(actor.account.as_ref().map(AccountId::as_str)));
        self.key.push(pool.maybe(actor.access_key_id.as_deref()));
        self.ip.push(pool.maybe(actor.source_ip.as_deref()));
        self.agent.push(pool.maybe(actor.user_agent.as_deref()));
    }

    fn add_life(&mut self, pool: &mut Pool, finding: &Finding) {
        let (change, life) = (finding.exposure.as_ref(), finding.life.as_ref());
        self.exposed.push(change.map_or(Text::default(), |change| pool.put(&phrase(change))));
        self.guard.push(u8::from(change.is_some_and(|change| is_guard(change.effect))));
        self.reopened.push(u8::from(life.is_some_and(|life| life.reopened)));
        self.opened.push(life.and_then(|life| time(life.opened_at.as_deref()).0));
        self.opened_by.push(pool.maybe(life.map(|life| life.opened_by.as_str())));
        let opening = life.and_then(|life| life.opened_event.as_ref());
        self.opened_event.push(pool.maybe(opening.map(EventId::as_str)));
        self.seconds.push(life.and_then(|life| life.seconds));
    }
}

/// A time in seconds, and its text where the seconds would not give the same one back.
fn time(text: Option<&str>) -> (Option<i64>, Option<&str>) {
    let Some(text) = text else { return (None, None) };
    match text.parse::<Timestamp>() {
        Ok(time) => (Some(time.as_second()), Some(text).filter(|text| time.to_string() != **text)),
        Err(_) => (None, Some(text)),
    }
}

/// A guard rail lowered, or up again: nothing is exposed by it alone.
fn is_guard(effect: Effect) -> bool {
    matches!(effect, Effect::Weakened | Effect::Restored)
}
