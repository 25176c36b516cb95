//! What is in a payload, in a few words: enough to know it again.

use tattletrail_engine::ingest::{self, Item};
use tattletrail_runtime::receive::Received;
use tattletrail_runtime::receive::objects::{Named, named};

/// How many calls or objects are named.
const NAMED: usize = 3;

/// The calls in a payload, with the time of the first; or the objects in S3 that it names. Nothing for what is neither.
pub(super) fn contents(payload: &str) -> String {
    let (mut names, mut time) = (Vec::new(), None);
    for message in Received::of(payload).messages {
        match named(&message.body) {
            Named::Objects(objects) => {
                names.extend(objects.iter().map(|object| format!("s3://{}/{}", object.bucket, object.key)));
            }
            Named::Nothing(kind) => names.push(kind.to_owned()),
            Named::Unknown => {
                for item in ingest::decode(message.body.as_bytes()).0 {
                    let Item::Record(record) = item else { continue };
                    names.push(record.event_name().unwrap_or("a call without a name").to_owned());
                    time = time.or_else(|| record.event_time().map(str::to_owned));
                }
            }
        }
    }
    let all = names.len();
    names.dedup();
    let more = if names.len() > NAMED { format!(" and more ({all} in all)") } else { String::new() };
    names.truncate(NAMED);
    let time = time.map(|time| format!(" at {time}")).unwrap_or_default();
    format!("{}{more}{time}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_objects_are_named() {
        let event = r#"{"detail-type":"x","detail":{"eventID":"1","eventName":"StopLogging","eventTime":"2026-11-20T10:00:00Z"}}"#;
        assert_eq!(contents(event), "StopLogging at 2026-11-20T10:00:00Z");
        assert_eq!(contents(r#"{"bucket":"b","keys":["a","c"]}"#), "s3://b/a, s3://b/c");
        let many: Vec<_> = (0..9).map(|n| format!(r#"{{"eventID":"{n}","eventName":"A{n}"}}"#)).collect();
        assert_eq!(contents(&format!("[{}]", many.join(","))), "A0, A1, A2 and more (9 in all)");
        assert_eq!(contents("no JSON"), "");
    }
}
