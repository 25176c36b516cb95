//! A file made of the sample trail: its day again and again, each with ids, accounts and a date of its own, with copies
//! and with what is no record in between. The same every time.

use std::collections::BTreeSet;
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::harness::{files, root};

/// How many things the file holds.
pub(super) const RECORDS: usize = 10_000;

/// How many of them are no records: one in 200.
pub(super) const MALFORMED: usize = RECORDS / 200;

/// What is no record.
const NONE: [&str; 4] = ["42", r#""a text""#, r#"{"hello":"world"}"#, "null"];

/// How far behind its record a copy comes.
const BEHIND: usize = 700;

/// The days that the sample trail is made into; the accounts are others on each day of a week, and the same each week.
const DAYS: usize = 24;

/// What makes the file long, in records that say little.
const PADDING: usize = 8 * 1024;

/// A file with so many things in it.
pub(super) fn file(things: usize) -> String {
    let base = sample();
    let mut records = (0..DAYS).flat_map(|day| base.iter().map(move |record| on_day(record, day)));
    let mut made: Vec<String> = Vec::with_capacity(things);
    for at in 0..things {
        let thing = match at {
            _ if at % 200 == 99 => NONE[at / 200 % NONE.len()].to_owned(),
            _ if at % 50 == 0 && at > BEHIND => made[at - BEHIND + 1].clone(),
            _ => records.next().expect("enough days"),
        };
        made.push(thing);
    }
    format!("{{\"Records\":[{}]}}", made.join(","))
}

/// The records of the sample trail in the order of time, without copies.
fn sample() -> Vec<String> {
    let mut ids = BTreeSet::new();
    let mut records = Vec::new();
    for path in files(&root().join("tests/fixtures/sample-trail/AWSLogs"), ".json.gz") {
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        let new = |it: &&Value| it["eventID"].as_str().is_some_and(|id| ids.insert(id.to_owned()));
        records.extend(file["Records"].as_array().into_iter().flatten().filter(new).cloned());
    }
    records.sort_by_key(|record| [&record["eventTime"], &record["eventID"]].map(Value::to_string));
    records.iter().map(Value::to_string).collect()
}

/// The same on another day, in another account, under another id.
fn on_day(record: &str, day: usize) -> String {
    let mut value: Value = serde_json::from_str(record).unwrap();
    let id = value["eventID"].as_str().unwrap().to_owned();
    if value["eventName"].as_str().is_some_and(|name| name.starts_with("Describe")) {
        value["additionalEventData"] = serde_json::json!({"padding": "x".repeat(PADDING)});
    }
    let text = value.to_string().replace(&id, &format!("{day:08x}{}", id.split_at(8).1));
    let text = text.replace("2026-11-20T", &format!("2026-10-{:02}T", day + 1));
    let account =
        |text: String, from: &str| text.replace(from, &format!("{}{:02}", from.split_at(10).0, day % 7 + 10));
    account(account(text, "111122223333"), "444455556666")
}
