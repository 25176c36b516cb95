//! Looks from time to time whether there are other rules in the place that they come from.
//!
//! In: what the place says. Out: the rules in use are others, or stay, and the log and the metrics say which.
//! INVARIANT: an invocation never fails for it and never waits longer than [`LOOK`]; rules that were taken once stay in use
//! until better ones are there, whatever becomes of the place; there is never none.

use std::time::Duration;

use tattletrail_telemetry::names::field;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::judged::digest;
use super::source::{Answer, Found, Source, Trouble};
use super::{InUse, RulesSettings, judge, tell};
use crate::deadline::Deadline;
use crate::health::Health;

/// How long an invocation may wait for the place, and a quarter of the time that it has at most.
const LOOK: Duration = Duration::from_secs(2);

/// How long a start may: Lambda gives it ten seconds, and a processor of its own.
const FIRST_LOOK: Duration = Duration::from_secs(5);

/// An invocation with less time than this does not look.
const LEAST: Duration = Duration::from_secs(4);

/// So many looks in a row may come to nothing before that counts as a fault: a service may be slow for a moment.
const PATIENCE: u32 = 3;

/// Who looks.
#[derive(Debug)]
pub struct Lookout {
    wanted: Option<String>,
    max_age: Duration,
    health: Health,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    source: Source,
    /// Not before then.
    next: Option<Instant>,
    /// True once rules of the place are in use; until then it is the built-in ones.
    has_own: bool,
    /// What was judged last, taken or refused: the same is not judged again.
    judged: Option<String>,
    /// True while what is in the place is refused.
    is_refused: bool,
    /// Looks in a row that came to nothing.
    failures: u32,
    /// What was said of the last fault, so that it is said once.
    said: Option<String>,
}

impl Lookout {
    /// Looks at a place for rules of these settings.
    pub(super) fn new(settings: &RulesSettings, source: Source, health: Health) -> Self {
        let state = State {
            source,
            next: None,
            has_own: false,
            judged: None,
            is_refused: false,
            failures: 0,
            said: None,
        };
        let (wanted, max_age) = (settings.sha256.clone(), settings.max_age);
        Self { wanted, max_age, health, state: Mutex::new(state) }
    }

    /// The first look, before there is an invocation.
    pub async fn begin(&self, in_use: &InUse) {
        let mut state = self.state.lock().await;
        self.ask(&mut state, in_use, FIRST_LOOK).await;
        if !state.has_own {
            tell(&in_use.get());
        }
    }

    /// Looks, if the last look is old enough and there is time.
    pub async fn look(&self, in_use: &InUse, deadline: Deadline) {
        // One looks at a time; who comes meanwhile works with what there is.
        let Ok(mut state) = self.state.try_lock() else { return };
        let is_due = state.next.is_none_or(|next| next <= Instant::now());
        let left = deadline.left();
        if is_due && left >= LEAST {
            self.ask(&mut state, in_use, LOOK.min(left / 4)).await;
        }
    }

    async fn ask(&self, state: &mut State, in_use: &InUse, limit: Duration) {
        let answer = tokio::time::timeout(limit, Box::pin(state.source.ask())).await;
        state.next = Some(Instant::now() + self.max_age.max(state.source.pause()));
        match answer.unwrap_or_else(|_| Err(Trouble::late())) {
            Ok(Answer::New(found)) => self.judge(state, found, in_use),
            Ok(Answer::Unchanged) => self.unchanged(state),
            Err(trouble) => self.trouble(state, &trouble),
        }
    }

    fn judge(&self, state: &mut State, found: Found, in_use: &InUse) {
        let Found { content, version } = found;
        let mark = content.as_ref().ok().map(|bytes| digest(bytes));
        if mark.is_some() && mark == state.judged {
            return self.unchanged(state);
        }
        state.failures = 0;
        state.judged = mark;
        let judged = content.and_then(|bytes| judge(bytes, version.clone(), self.wanted.as_deref()));
        state.is_refused = judged.is_err();
        match judged {
            Ok(rules) => {
                in_use.replace(rules);
                (state.has_own, state.said) = (true, None);
                tell(&in_use.get());
                self.health.write_rules_loaded();
            }
            Err(refusal) => {
                tracing::error!(
                    { field::KIND } = refusal.kind(),
                    { field::RULES_HASH } = state.judged,
                    { field::RULES_VERSION } = version,
                    { field::WHY } = refusal.to_string(),
                    "rules were refused: those in use stay"
                );
                state.say_what_stays();
                self.health.write_rules_refused();
            }
        }
    }

    /// What is there was judged before. Refused rules count as often as they are met, so that an alarm lasts as long as they.
    fn unchanged(&self, state: &mut State) {
        if !state.has_own && !state.is_refused {
            return self.trouble(state, &Trouble::nothing());
        }
        (state.failures, state.said) = (0, None);
        if state.is_refused {
            self.health.write_rules_refused();
        }
    }

    fn trouble(&self, state: &mut State, trouble: &Trouble) {
        state.failures = state.failures.saturating_add(1);
        let why = trouble.to_string();
        if state.said.as_ref() != Some(&why) {
            if state.has_own {
                tracing::warn!(
                    { field::WHY } = why,
                    "the place of the rules does not answer: those in use stay"
                );
            } else {
                tracing::error!({ field::WHY } = why, "the place of the rules does not answer");
                state.say_what_stays();
            }
            state.said = Some(why);
        }
        if !state.has_own || state.is_refused || state.failures >= PATIENCE {
            self.health.write_rules_refused();
        }
    }
}

impl State {
    /// That rules other than those that were asked for are at work must not go unnoticed.
    fn say_what_stays(&self) {
        if !self.has_own {
            tracing::error!("the built-in rules are in use in the place of those that are set");
        }
    }
}

#[cfg(test)]
mod tests;
