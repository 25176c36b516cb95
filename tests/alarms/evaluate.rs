//! Data points in, states out, as CloudWatch says it evaluates alarms. No stand-in of AWS does this: those that there are leave
//! out what a period without data is.
//!
//! Source: CloudWatch user guide, "Evaluating an alarm", "How alarm state is evaluated when data is missing", "Using math
//! expressions".

use std::collections::BTreeMap;

use super::alarm::{Alarm, Missing};

/// What is measured in each minute, if anything.
pub(crate) type Minutes = Vec<Option<f64>>;

/// How an alarm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Ok,
    Alarm,
}

/// How many data points CloudWatch looks at beyond those that it needs, so that the newest real ones decide: in its guide's
/// example two. For other periods the guide gives no number.
const FURTHER_BACK: usize = 2;

/// The state at the end of each period, with the minute.
pub(crate) fn states(alarm: &Alarm, metrics: &BTreeMap<String, Minutes>) -> Vec<(usize, State)> {
    let minutes = metrics.values().map(Vec::len).max().unwrap_or_default();
    let points: Vec<Option<f64>> =
        (0..minutes / alarm.period).map(|number| point(alarm, metrics, number)).collect();
    let mut state = State::Ok;
    let mut found = Vec::new();
    for end in alarm.periods + FURTHER_BACK..=points.len() {
        state = judged(alarm, &points[end - alarm.periods - FURTHER_BACK..end], state);
        found.push((end * alarm.period, state));
    }
    found
}

/// The value of a period.
fn point(alarm: &Alarm, metrics: &BTreeMap<String, Minutes>, number: usize) -> Option<f64> {
    let value = |id: &str| {
        let metric = &alarm.metrics[id];
        let minutes = &metrics[id];
        let period = number * alarm.period..(number + 1) * alarm.period;
        let values: Vec<f64> = minutes.get(period).unwrap_or_default().iter().copied().flatten().collect();
        (!values.is_empty()).then(|| match metric.statistic.as_str() {
            "Sum" => values.iter().sum::<f64>(),
            "Maximum" => values.iter().copied().fold(f64::MIN, f64::max),
            "Minimum" => values.iter().copied().fold(f64::MAX, f64::min),
            other => panic!("{}: the statistic `{other}` is not known to this test", alarm.name),
        })
    };
    // A sum of metrics, of which any may be filled in.
    alarm.expression.split('+').map(str::trim).try_fold(0.0, |sum, term| {
        let filled = term.strip_prefix("FILL(").and_then(|rest| rest.strip_suffix(')'));
        let own = match filled.and_then(|filled| filled.split_once(',')) {
            Some((id, instead)) => value(id.trim()).or_else(|| instead.trim().parse().ok()),
            None => value(term),
        };
        own.map(|own| sum + own)
    })
}

/// The state after the last of these periods. The newest real points are taken; what lacks is filled in.
fn judged(alarm: &Alarm, points: &[Option<f64>], before: State) -> State {
    let real: Vec<f64> = points.iter().copied().flatten().collect();
    let newest = &real[real.len().saturating_sub(alarm.periods)..];
    let lacking = alarm.periods - newest.len();
    let breaching = newest.iter().filter(|value| breaches(alarm, **value)).count();
    let breaching = match alarm.missing {
        Missing::Ignored if lacking > 0 => return before,
        Missing::Breaching => breaching + lacking,
        Missing::NotBreaching | Missing::Ignored => breaching,
    };
    if breaching >= alarm.breaching_periods { State::Alarm } else { State::Ok }
}

fn breaches(alarm: &Alarm, value: f64) -> bool {
    match alarm.comparison.as_str() {
        "GreaterThanOrEqualToThreshold" => value >= alarm.threshold,
        "GreaterThanThreshold" => value > alarm.threshold,
        "LessThanThreshold" => value < alarm.threshold,
        "LessThanOrEqualToThreshold" => value <= alarm.threshold,
        other => panic!("{}: the comparison `{other}` is not known to this test", alarm.name),
    }
}

/// Minutes from words: `-` is none, `3` is one of three, `14x-` is fourteen without, one after the other.
pub(crate) fn minutes(words: &str) -> Minutes {
    let mut found = Minutes::new();
    for word in words.split_whitespace() {
        let (times, value) = word.split_once('x').unwrap_or(("1", word));
        let value = (value != "-").then(|| value.parse().unwrap());
        found.extend(std::iter::repeat_n(value, times.parse().unwrap()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm(periods: usize, breaching_periods: usize, missing: Missing) -> Alarm {
        Alarm {
            name: "of a test".to_owned(),
            id: String::new(),
            condition: None,
            metrics: BTreeMap::new(),
            expression: String::new(),
            period: 1,
            periods,
            breaching_periods,
            threshold: 1.0,
            comparison: "GreaterThanOrEqualToThreshold".to_owned(),
            missing,
            tells: false,
        }
    }

    /// The states for breaching and for not breaching.
    fn both(points: &str, breaching_periods: usize) -> [bool; 2] {
        let points = minutes(points);
        [Missing::Breaching, Missing::NotBreaching]
            .map(|missing| judged(&alarm(3, breaching_periods, missing), &points, State::Ok) == State::Alarm)
    }

    /// The cases that the user guide has tables of, with three periods of which three, or two, must breach.
    #[test]
    fn data_that_lacks_is_treated_as_the_guide_says() {
        assert_eq!(both("0 - 1 - 1", 3), [false, false]);
        assert_eq!(both("0 - - - -", 3), [false, false]);
        assert_eq!(both("- - - - -", 3), [true, false]);
        assert_eq!(both("0 1 1 - 1", 3), [true, true]);
        assert_eq!(both("- - - - 1", 3), [true, false]);
        assert_eq!(both("0 - 1 - 1", 2), [true, true]);
        assert_eq!(both("0 0 1 0 1", 2), [true, true]);
        assert_eq!(both("0 - 1 - -", 2), [true, false]);
        assert_eq!(both("- - - - 0", 2), [true, false]);
    }

    #[test]
    fn what_is_ignored_leaves_the_state() {
        let ignoring = alarm(1, 1, Missing::Ignored);
        for state in [State::Ok, State::Alarm] {
            assert_eq!(judged(&ignoring, &minutes("- - -"), state), state);
        }
    }
}
