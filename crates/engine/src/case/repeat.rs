//! The same record several times, as a correlation wants it: `{ times: 9, every: 20s, record: {...} }`.

use serde_json::Value as Json;

use super::{CaseRecord, case_record};
use crate::limits::MAX_REPEATED_RECORDS;
use crate::sigma::correlation::seconds;
use crate::sigma::error::{Code, Problems};
use crate::sigma::yaml::{Entry, Yaml, show};

const KEYS: [&str; 3] = ["times", "every", "record"];

/// The records: each so much later than the one before it, with an `eventID` of its own. `None` after an error.
pub(super) fn records(
    item: &Yaml,
    times: &Entry,
    base: &Json,
    problems: &mut Problems,
) -> Option<Vec<CaseRecord>> {
    if let Some(unknown) = item.entries()?.iter().find(|entry| !KEYS.contains(&entry.key.as_str())) {
        let message = format!("found `{}` beside `times`, expected {}", unknown.key, KEYS.join(", "));
        problems.add(Code::Case, unknown.at, message);
        return None;
    }
    let count = times.value.scalar().and_then(|text| text.parse::<u32>().ok());
    let Some(count) = count.filter(|count| (1..=MAX_REPEATED_RECORDS).contains(count)) else {
        let message =
            format!("found {} as `times`, expected 1 to {MAX_REPEATED_RECORDS}", show(&times.value));
        problems.add(Code::Case, times.value.at, message);
        return None;
    };
    let every = item.get("every").map_or(Some(0), |every| spacing(every, problems))?;
    let Some(record) = item.get("record").filter(|record| record.value.entries().is_some()) else {
        problems.add(
            Code::Case,
            item.at,
            "found `times` without a `record`, expected what is there so often",
        );
        return None;
    };
    let CaseRecord::Inline(text) = case_record(&record.value, base) else {
        problems.add(Code::Case, record.at, "found a file beside `times`, expected the record itself");
        return None;
    };
    let first: Json = serde_json::from_str(&text).ok()?;
    Some((0..count).map(|index| CaseRecord::Inline(later(&first, index, every).to_string())).collect())
}

/// Seconds from one to the next.
fn spacing(every: &Entry, problems: &mut Problems) -> Option<i64> {
    let seconds = every.value.scalar().and_then(seconds);
    if seconds.is_none() {
        let message = format!("found {} as `every`, expected a time such as `20s`", show(&every.value));
        problems.add(Code::Case, every.value.at, message);
    }
    seconds
}

fn later(first: &Json, index: u32, every: i64) -> Json {
    let mut record = first.clone();
    let Some(members) = record.as_object_mut() else { return record };
    let text =
        |members: &serde_json::Map<String, Json>, key: &str| members.get(key)?.as_str().map(str::to_owned);
    if let Some(id) = text(members, "eventID") {
        members.insert("eventID".to_owned(), Json::from(format!("{id}-{index}")));
    }
    let start = text(members, "eventTime").and_then(|time| time.parse::<jiff::Timestamp>().ok());
    let time = start.and_then(|start| {
        jiff::Timestamp::from_second(start.as_second().checked_add(every.checked_mul(i64::from(index))?)?)
            .ok()
    });
    if let Some(time) = time {
        members.insert("eventTime".to_owned(), Json::from(time.to_string()));
    }
    record
}
