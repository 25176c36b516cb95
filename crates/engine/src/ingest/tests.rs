//! Every form of input, whole and damaged.

use std::io::Write as _;

use base64::Engine as _;
use flate2::{Compression, write::GzEncoder};

use super::*;
use crate::limits::MAX_VALUE_BYTES;

const A: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"Root"},"eventID":"a","eventName":"One"}"#;
const B: &str = r#"{"eventVersion":"1.11","requestParameters":{"x":["}"]},"eventID":"b","eventName":"Two"}"#;

/// What came out, in short: record names, `skip:` and `reject:` with their kinds.
fn outcome(payload: &[u8]) -> (Vec<String>, Ending) {
    let (items, ending) = decode(payload);
    let words = items.iter().map(|item| match item {
        Item::Record(record) => record.event_name().unwrap_or("-").to_owned(),
        Item::Skipped(reason) => format!("skip:{}", reason.kind()),
        Item::Rejected(rejected) => format!("reject:{}", rejected.reason.kind()),
    });
    (words.collect(), ending)
}

#[track_caller]
fn check(payload: impl AsRef<[u8]>, expected: &[&str]) {
    let (words, ending) = outcome(payload.as_ref());
    assert_eq!(words, expected);
    assert_eq!(ending, Ending::Complete);
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn a_trail_file_is_a_list_of_records() {
    check(format!(r#"{{"Records":[{A},{B}]}}"#), &["One", "Two"]);
    check(gzip(format!(r#"{{"Records":[{A},{B}]}}"#).as_bytes()), &["One", "Two"]);
    check(format!("{{\n  \"Records\" : [\n {A} ,\n {B}\n ]\n}}\n"), &["One", "Two"]);
    check(r#"{"Records":[]}"#, &[]);
}

#[test]
fn several_gzip_members_are_one_stream() {
    let mut payload = gzip(format!("{A}\n").as_bytes());
    payload.extend(gzip(format!("{B}\n").as_bytes()));
    check(payload, &["One", "Two"]);
}

#[test]
fn json_lines_and_lists_and_single_records_are_read() {
    check(A, &["One"]);
    check(format!("{A}\n{B}\n"), &["One", "Two"]);
    check(format!("{A}\r\n\r\n{B}"), &["One", "Two"]);
    check(format!("{A}{B}"), &["One", "Two"]);
    check(format!("[{A},{B}]"), &["One", "Two"]);
    check(format!("\u{feff}{A}"), &["One"]);
    check(
        "{\n  \"eventName\": \"Pretty\",\n  \"eventID\": \"p\"\n}\n{\n  \"eventName\": \"Print\"\n}",
        &["Pretty", "Print"],
    );
}

#[test]
fn lookup_events_output_holds_its_records_as_text() {
    let text = format!(r#"{{"NextToken":"x","Events":[{{"EventId":"a","CloudTrailEvent":{}}}]}}"#, quoted(A));
    check(text, &["One"]);
}

#[test]
fn a_list_of_texts_may_hold_records() {
    check(format!("[{}, {}]", quoted(A), quoted(B)), &["One", "Two"]);
    check(format!(r#"{{"Events":[{}]}}"#, quoted(A)), &["One"]);
    check(r#"["x"]"#, &["reject:no CloudTrail record"]);
}

#[test]
fn what_stands_beside_the_list_counts() {
    const NO_RECORD: &str = "reject:no CloudTrail record";
    check(format!(r#"{{"Records":[{A}],"extra":{B}}}"#), &["One", "Two"]);
    check(format!(r#"{{"Records":[{A}],"extra":{{"x":1}}}}"#), &["One", NO_RECORD]);
    check(format!(r#"{{"Records":[{A}],"extra":["x",{}]}}"#, quoted(B)), &["One", NO_RECORD, "Two"]);
    check(format!(r#"{{"Events":[{A}],"more":[[{B}]],"n":1}}"#), &["One", "Two"]);
    check(format!(r#"{{"extra":{{"x":1}},"Records":[{A}]}}"#), &[NO_RECORD, "One"]);
    check(format!(r#"{{"extra":["x"],"Records":[{A}],"Events":[{B}]}}"#), &[NO_RECORD, "One", "Two"]);
}

#[test]
fn the_bookkeeping_of_an_output_does_not_count() {
    check(
        format!(r#"{{"Events":[{A}],"NextToken":"Records","ResponseMetadata":{{"RetryAttempts":0}}}}"#),
        &["One"],
    );
    check(format!(r#"{{"logEvents":[{A}],"subscriptionFilters":["f"],"owner":"1"}}"#), &["One"]);
    check(format!(r#"{{"ResponseMetadata":{{"x":1}},"Events":[{A}]}}"#), &["One"]);
    check(format!(r#"{{"events":[{A}],"searchedLogStreams":["s"]}}"#), &["One"]);
    check(format!(r#"{{"Records":[{A}],"extra":[],"x":"Events"}}"#), &["One"]);
}

#[test]
fn filter_log_events_output_holds_its_records_as_messages() {
    let text = format!(
        r#"{{"events":[{{"logStreamName":"s","message":{}}}],"searchedLogStreams":[{{"logStreamName":"s","searchedCompletely":true}}]}}"#,
        quoted(A)
    );
    check(text, &["One"]);
}

#[test]
fn event_bridge_envelopes_are_unwrapped() {
    let envelope = |detail| {
        format!(
            r#"{{"version":"0","detail-type":"AWS API Call via CloudTrail","resources":[],"detail":{detail}}}"#
        )
    };
    check(envelope(A), &["One"]);
    check(format!("{}\n{}", envelope(A), envelope(B)), &["One", "Two"]);
    check(format!("[{},{}]", envelope(A), envelope(B)), &["One", "Two"]);
}

#[test]
fn a_logs_subscription_payload_is_unwrapped() {
    let inner = format!(
        r#"{{"messageType":"DATA_MESSAGE","subscriptionFilters":["f"],"logEvents":[{{"id":"1","message":{}}}]}}"#,
        quoted(A)
    );
    let data = base64::engine::general_purpose::STANDARD.encode(gzip(inner.as_bytes()));
    check(format!(r#"{{"awslogs":{{"data":"{data}"}}}}"#), &["One"]);
    check(inner, &["One"]);
}

#[test]
fn a_control_message_is_skipped_and_counted() {
    let control = r#"{"messageType":"CONTROL_MESSAGE","logGroup":"","logEvents":[{"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}"#;
    check(control, &["skip:control message"]);
}

#[test]
fn log_lines_of_other_programs_are_told_as_such() {
    for line in ["[ERROR] First test message", "START RequestId: 1", "{not json"] {
        check(format!(r#"{{"events":[{{"message":{}}}]}}"#, quoted(line)), &["reject:no CloudTrail record"]);
    }
}

#[test]
fn queue_entries_are_unwrapped_and_notifications_named() {
    let body = quoted(&format!(r#"{{"detail":{A}}}"#));
    check(format!(r#"{{"Records":[{{"messageId":"m","body":{body},"eventSource":"aws:sqs"}}]}}"#), &["One"]);
    let notification = r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{}}]}"#;
    check(notification, &["reject:S3 notification"]);
}

#[test]
fn digests_and_insights_are_skipped_and_counted() {
    check(
        r#"{"awsAccountId":"1","digestStartTime":"x","digestS3Object":"y","logFiles":[]}"#,
        &["skip:digest file"],
    );
    let insight = r#"{"eventVersion":"1.07","eventType":"AwsCloudTrailInsight","eventID":"i"}"#;
    check(format!(r#"{{"Records":[{insight},{A}]}}"#), &["skip:Insights event", "One"]);
}

#[test]
fn a_broken_line_loses_only_itself() {
    check(format!("{A}\n{{\"eventName\":\"x\n{B}\n"), &["One", "reject:cut off", "Two"]);
    check(format!("{{\"eventName\":\"x\",\n{A}\n{B}\n"), &["reject:cut off", "One", "Two"]);
    check(format!("{A}\n{{\"eventName\":\"x\"\n{B}"), &["One", "reject:cut off", "Two"]);
    check(format!("{A}\nnonsense\n{B}"), &["One", "reject:not JSON", "Two"]);
    check(format!("{A}\n{{\"a\":tru}}\n{B}"), &["One", "reject:not JSON", "Two"]);
}

#[test]
fn invalid_utf8_loses_only_its_record() {
    let mut payload = br#"{"Records":[{"eventName":"bad "#.to_vec();
    payload.extend([0xff, 0xfe]);
    payload.extend(format!("\"}},{A}]}}").as_bytes());
    check(payload, &["reject:not UTF-8", "One"]);
}

#[test]
fn deep_nesting_is_refused_before_it_is_parsed() {
    let deep = format!(r#"{{"eventName":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    check(format!(r#"{{"Records":[{deep},{A}]}}"#), &["reject:nested too deep", "One"]);
    check(format!("{deep}\n{A}"), &["reject:nested too deep", "One"]);
    let message = quoted(&deep);
    check(format!(r#"{{"Events":[{{"CloudTrailEvent":{message}}}]}}"#), &["reject:nested too deep"]);
}

#[test]
fn an_endless_value_is_refused_and_the_rest_is_read() {
    let long = "x".repeat(MAX_VALUE_BYTES + 1_000_000);
    check(format!(r#"{{"Records":[{{"eventName":"{long}"}},{A}]}}"#), &["reject:too long", "One"]);
    check(format!("{A}\n{{\"eventName\":\"{long}\"}}\n{B}"), &["One", "reject:too long", "Two"]);
}

#[test]
fn damage_ends_the_input_and_keeps_what_came_before() {
    let whole = gzip(format!(r#"{{"Records":[{A},{}]}}"#, vec![B; 5_000].join(",")).as_bytes());
    let (words, ending) = outcome(&whole[..whole.len() / 2]);
    assert_eq!(words.first().map(String::as_str), Some("One"));
    assert_eq!(ending, Ending::Damaged(InflateError::Truncated));

    let (words, ending) = outcome(format!(r#"{{"Records":[{A},{{"eventName":"#).as_bytes());
    assert_eq!(words, ["One"]);
    assert!(matches!(ending, Ending::BrokenList(_)), "{ending}");
}

#[test]
fn a_source_that_fails_is_not_taken_for_damage() {
    let text = format!(r#"{{"Records":[{A},{}]}}"#, vec![B; 5_000].join(","));
    for whole in [text.as_bytes(), &gzip(text.as_bytes())] {
        for kind in [std::io::ErrorKind::Other, std::io::ErrorKind::UnexpectedEof] {
            let source = whole[..whole.len() / 2].chain(Lost(kind));
            let mut count = 0;
            let ending = read(source, &mut |_| count += 1);
            assert_eq!(ending, Ending::Io("the connection was lost".to_owned()));
            assert!(count > 0);
        }
    }
}

/// What is behind the last byte that came.
struct Lost(std::io::ErrorKind);

impl Read for Lost {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::new(self.0, "the connection was lost"))
    }
}

#[test]
fn a_gzip_bomb_stops_at_the_cap() {
    let bomb = gzip(&vec![b' '; 1_000_000]);
    assert_eq!(inflate(&bomb, 10_000), Err(InflateError::TooLarge(10_000)));
}

#[test]
fn what_is_no_log_is_said_in_a_word() {
    assert_eq!(outcome(b"").1, Ending::Empty);
    assert_eq!(outcome(b"  \n ").1, Ending::Empty);
    assert!(matches!(outcome(b"PK\x03\x04....").1, Ending::NotALog(_)));
    assert!(matches!(outcome(b"hello").1, Ending::NotALog(_)));
    check(r#"{"some":"thing"}"#, &["reject:no CloudTrail record"]);
    check("[1,\"x\",null]", &["reject:no CloudTrail record"; 3]);
}

#[test]
fn envelopes_without_end_are_refused() {
    let mut text = A.to_owned();
    for _ in 0..10 {
        text = format!(r#"{{"message":{}}}"#, quoted(&text));
    }
    check(text, &["reject:too many envelopes"]);
}

#[test]
fn the_same_record_in_any_form_has_the_same_fingerprint() {
    let spaced = A.replace("\":", "\": ").replace(",\"", ", \"");
    let pretty = A.replace(',', ",\n  ");
    let forms = [
        A.to_owned(),
        spaced,
        pretty,
        format!(r#"{{"detail":{A}}}"#),
        format!(r#"{{"message":{}}}"#, quoted(A)),
    ];
    let mut prints = Vec::new();
    for form in &forms {
        let (items, _) = decode(form.as_bytes());
        match items.as_slice() {
            [Item::Record(record)] => prints.push(record.fingerprint()),
            other => panic!("{form}: {other:?}"),
        }
    }
    assert!(prints.iter().all(|print| *print == prints[0] && *print != 0), "{prints:?}");
}

/// A source that hands out a few bytes at a time, so that every boundary is met.
struct Dribble<'a> {
    bytes: &'a [u8],
    sizes: &'a [usize],
    turn: usize,
}

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.turn += 1;
        let size = self.sizes[self.turn % self.sizes.len()].min(self.bytes.len()).min(buffer.len());
        let (now, later) = self.bytes.split_at(size);
        buffer[..size].copy_from_slice(now);
        self.bytes = later;
        Ok(size)
    }
}

/// A record whose one free text is as awkward as it likes.
fn record_with(text: &str, number: usize) -> String {
    let name =
        serde_json::json!({"eventName": format!("Call{number}"), "x": {"y": [text, {"z": text}]}, text: 1});
    name.to_string()
}

proptest::proptest! {
    /// The stream is cut in the same places however it arrives: the slow twin knows the records beforehand.
    #[test]
    fn every_record_is_found_whatever_the_form_and_the_chunks(
        texts in proptest::collection::vec("[ -~\\n\"{}\\[\\]\\\\,:é]{0,12}", 1..8),
        form in 0..5,
        sizes in proptest::collection::vec(1_usize..9, 1..5),
    ) {
        let records: Vec<String> = texts.iter().enumerate().map(|(number, text)| record_with(text, number)).collect();
        let text = match form {
            0 => format!(r#"{{"Records":[{}]}}"#, records.join(",")),
            1 => records.join("\n"),
            2 => format!("[ {} ]\n", records.join(" ,\n")),
            3 => records.concat(),
            _ => {
                let pretty = |record: &String| serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(record).unwrap());
                records.iter().map(|record| pretty(record).unwrap()).collect::<Vec<_>>().join("\n")
            }
        };
        let mut names = Vec::new();
        let source = Dribble { bytes: text.as_bytes(), sizes: &sizes, turn: 0 };
        let ending = read(source, &mut |item| match item {
            Item::Record(record) => names.push(record.event_name().unwrap().to_owned()),
            other => panic!("{other:?} in {text}"),
        });
        proptest::prop_assert_eq!(ending, Ending::Complete);
        let expected: Vec<String> = (0..texts.len()).map(|number| format!("Call{number}")).collect();
        proptest::prop_assert_eq!(names, expected);
    }

    /// Nothing makes it panic or read past the end.
    #[test]
    fn any_bytes_end_in_items_or_an_ending(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        decode(&bytes);
    }

    /// The same with bytes that look like JSON.
    #[test]
    fn any_brackets_end_in_items_or_an_ending(text in "[{}\\[\\]\",:a\\n\\\\ 1]{0,60}") {
        decode(text.as_bytes());
        decode(format!(r#"{{"Records":[{text}"#).as_bytes());
    }
}
