use std::fmt::Write;
use std::time::Duration;

use proptest::prelude::*;

use super::super::samples::{self, at_once, letters, parcels, soon};
use super::super::stand_in::{Answer, Request, StandIn};
use super::*;

const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:alerts";

fn sns(server: &StandIn, topic: &str) -> Sns {
    Sns::new(&samples::config!(aws_sdk_sns, server.url.clone()), topic.to_owned())
}

/// An answer that took some and failed others: id, code, sender's fault.
fn answer(taken: &[usize], failed: &[(usize, &str, bool)]) -> Answer {
    let mut body = "<PublishBatchResponse><PublishBatchResult><Failed>".to_owned();
    for (id, code, fault) in failed {
        write!(
            body,
            "<member><Id>{id}</Id><Code>{code}</Code><Message>m</Message><SenderFault>{fault}</SenderFault></member>"
        )
        .unwrap();
    }
    body.push_str("</Failed><Successful>");
    for id in taken {
        write!(body, "<member><Id>{id}</Id><MessageId>x</MessageId></member>").unwrap();
    }
    body.push_str("</Successful></PublishBatchResult></PublishBatchResponse>");
    Answer::xml(200, &body)
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>r</RequestId></ErrorResponse>"
    );
    Answer::xml(status, &body)
}

/// The fields of a request, with what was escaped in them.
fn fields(request: &Request) -> Vec<(String, String)> {
    let text = request.text();
    text.split('&')
        .filter_map(|field| field.split_once('='))
        .map(|(k, v)| (k.to_owned(), unescape(v)))
        .collect()
}

fn field(request: &Request, name: &str) -> String {
    fields(request).into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(if byte == b'+' { b' ' } else { byte });
        }
    }
    String::from_utf8(bytes).unwrap()
}

async fn delivered(server: &StandIn, parcels: &[Parcel], until: Deadline) -> Vec<Outcome> {
    sns(server, TOPIC).deliver(&parcels.iter().collect::<Vec<_>>(), until).await
}

#[tokio::test]
async fn mail_gets_the_text_and_the_others_the_json() {
    let server = StandIn::scripted([answer(&[0], &[])]);
    assert_eq!(delivered(&server, &parcels(["f1"]), soon()).await, [Outcome::Done]);
    let request = &server.requests()[0];
    let entry = |name: &str| field(request, &format!("PublishBatchRequestEntries.member.1.{name}"));
    assert_eq!(field(request, "TopicArn"), TOPIC);
    assert_eq!(entry("Subject"), "[HIGH] open: Port open: sg-0abc");
    assert_eq!(entry("MessageStructure"), "json");
    let message: serde_json::Value = serde_json::from_str(&entry("Message")).unwrap();
    assert_eq!(message["email"], "What: a port\nSince: now\n");
    let json: serde_json::Value = serde_json::from_str(message["default"].as_str().unwrap()).unwrap();
    assert_eq!(json["finding_id"], "f1");
    let all = fields(request);
    let has = |value: &str| all.iter().any(|(_, found)| found == value);
    assert!(has("String.Array") && has(r#"["T1686.001"]"#) && has("high"), "{all:?}");
    assert_eq!(entry("MessageGroupId"), "");
}

#[tokio::test]
async fn applications_are_a_list_and_a_word_of_an_earlier_version_is_a_word() {
    let types = [(r#"["cruddur","shop"]"#, "String.Array"), ("shop", "String"), ("[shop", "String")];
    for (value, expected) in types {
        let server = StandIn::scripted([answer(&[0], &[])]);
        let mut parcel = samples::parcel("f1");
        let attributes = &mut parcel.alert.as_mut().unwrap().attributes;
        *attributes = [("application".to_owned(), value.to_owned())].into();
        assert_eq!(delivered(&server, &[parcel], soon()).await, [Outcome::Done]);
        let entry = "PublishBatchRequestEntries.member.1.MessageAttributes.entry.1";
        let said = ["Name", "Value.DataType", "Value.StringValue"]
            .map(|name| field(&server.requests()[0], &format!("{entry}.{name}")));
        assert_eq!(said, ["application", expected, value]);
    }
}

#[tokio::test]
async fn a_fifo_topic_gets_a_group_and_the_same_id_for_the_same_message() {
    let server = StandIn::answering(|_| answer(&[0], &[]));
    let topic = sns(&server, &format!("{TOPIC}.fifo"));
    for name in ["f1", "f1", "f2"] {
        assert_eq!(topic.deliver(&[&samples::parcel(name)], soon()).await, [Outcome::Done]);
    }
    let field = |name| {
        let name = format!("PublishBatchRequestEntries.member.1.{name}");
        server.requests().iter().map(|request| field(request, &name)).collect::<Vec<_>>()
    };
    assert_eq!(field("MessageGroupId"), ["111122223333"; 3]);
    let ids = field("MessageDeduplicationId");
    assert!(ids[0] == ids[1] && ids[1] != ids[2] && ids[0].len() == 64, "{ids:?}");
}

#[tokio::test]
async fn each_entry_has_its_own_outcome_and_only_what_may_pass_is_sent_again() {
    let failed =
        [(1, "InvalidParameter", true), (2, "InternalError", false), (3, "AuthorizationError", true)];
    let server = StandIn::scripted([answer(&[0], &failed), answer(&[0], &[])]);
    assert_eq!(letters(&delivered(&server, &parcels(["a", "b", "c", "d"]), soon()).await), "drdf");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].text().contains("member.1.Id=0") && !requests[1].text().contains("member.2."));
}

#[tokio::test]
async fn throttling_and_errors_of_the_service_are_waited_out() {
    let busy = [error(400, "Throttled", "slow"), error(500, "InternalError", "x"), Answer::HangUp];
    let server = StandIn::scripted(busy.into_iter().chain([answer(&[0], &[])]));
    assert_eq!(letters(&delivered(&server, &parcels(["a"]), soon()).await), "d");
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_service_that_never_answers_does_not_eat_more_than_the_deadline() {
    let server = StandIn::answering(|_| Answer::Silence);
    let started = std::time::Instant::now();
    assert_eq!(letters(&delivered(&server, &parcels(["a"]), at_once()).await), "f");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn what_an_operator_can_repair_must_come_again() {
    for (status, code, message) in [
        (403, "AuthorizationError", "User is not authorized"),
        (404, "NotFound", "Topic does not exist"),
        (400, "InvalidParameter", "Invalid parameter: TopicArn"),
    ] {
        let server = StandIn::answering(move |_| error(status, code, message));
        assert_eq!(letters(&delivered(&server, &parcels(["a", "b"]), soon()).await), "ff", "{code}");
        assert_eq!(server.requests().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn one_bad_entry_does_not_sink_the_batch() {
    let server = StandIn::answering(|request| {
        let is_bad = request.text().contains("poison");
        if is_bad { error(400, "InvalidParameter", "Message") } else { answer(&[0, 1], &[]) }
    });
    assert_eq!(letters(&delivered(&server, &parcels(["a", "poison", "c"]), soon()).await), "drd");
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_parcel_without_an_alert_is_done() {
    let server = StandIn::scripted([]);
    let mut parcels = parcels(["a"]);
    parcels[0].alert = None;
    assert_eq!(delivered(&server, &parcels, soon()).await, [Outcome::Done]);
    assert!(server.requests().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_message_fits_and_keeps_its_ids(text in 0..400_000_usize, title in 0..400_000_usize, sign in "[a\n\"ü]") {
        let mut parcel = samples::parcel("f1");
        let alert = parcel.alert.as_mut().unwrap();
        alert.text = sign.repeat(text);
        alert.json["title"] = sign.repeat(title).into();
        let entry = message::entry(&parcel, false).unwrap().unwrap();
        prop_assert!(entry.bytes <= 262_144);
        let request = entry.body.request(0).unwrap();
        prop_assert!(request.message().len() < entry.bytes);
        let message: serde_json::Value = serde_json::from_str(request.message()).unwrap();
        let json: serde_json::Value = serde_json::from_str(message["default"].as_str().unwrap()).unwrap();
        prop_assert_eq!(json["finding_id"].as_str(), Some("f1"));
        prop_assert!(message["email"].as_str().unwrap().len() <= text * sign.len() + 100);
    }
}
