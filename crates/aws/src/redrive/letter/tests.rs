//! Every form in which a message comes.

use super::*;

fn open(body: &str) -> Letter {
    Letter::open(&DeadLetter { body: body.to_owned(), ..DeadLetter::default() })
}

fn open_with(body: &str, attributes: &[(&str, &str)]) -> Letter {
    let attributes =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Letter::open(&DeadLetter { body: body.to_owned(), attributes, ..DeadLetter::default() })
}

fn letter(form: Form, why: Option<&str>, payload: &str) -> Letter {
    Letter { form, why: why.map(str::to_owned), payload: Ok(payload.to_owned()) }
}

const EVENT: &str =
    r#"{"detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","detail":{"eventID":"1"}}"#;

#[test]
fn a_payload_is_itself() {
    for payload in
        [EVENT, r#"{"awslogs":{"data":"H4sI"}}"#, r#"{"bucket":"b","keys":["k"]}"#, "no JSON", "[]"]
    {
        assert_eq!(open(payload), letter(Form::Payload, None, payload));
    }
}

#[test]
fn a_destination_s_record_holds_the_payload_as_it_was() {
    let body = format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T10:00:00Z","requestContext":{{"requestId":"r","condition":"RetriesExhausted",
        "approximateInvokeCount":3}},"requestPayload":{EVENT},"responseContext":{{"statusCode":200}},
        "responsePayload":{{"errorType":"alloc::string::String","errorMessage":"1 message(s) not delivered"}}}}"#
    );
    let why = "RetriesExhausted: alloc::string::String: 1 message(s) not delivered";
    assert_eq!(open(&body), letter(Form::Destination, Some(why), EVENT));
}

#[test]
fn a_destination_s_record_without_payload_says_so() {
    let opened = open(
        r#"{"requestContext":{"condition":"RetryAttemptsExhausted"},"KinesisBatchInfo":{"shardId":"s"}}"#,
    );
    assert_eq!(opened.form, Form::Destination);
    assert!(opened.payload.unwrap_err().contains("without its payload"));
}

#[test]
fn attributes_tell_eventbridge_and_lambda() {
    let of_target =
        open_with(EVENT, &[("ERROR_CODE", "NO_PERMISSIONS"), ("ERROR_MESSAGE", "denied"), ("RULE_ARN", "r")]);
    assert_eq!(of_target, letter(Form::Target, Some("NO_PERMISSIONS: denied"), EVENT));
    let of_lambda =
        open_with(EVENT, &[("RequestID", "1"), ("ErrorCode", "200"), ("ErrorMessage", "timed out")]);
    assert_eq!(of_lambda, letter(Form::Invocation, Some("200: timed out"), EVENT));
}

#[test]
fn a_topic_s_wrapper_is_taken_off_wherever_it_is() {
    let wrapped = json!({"Type": "Notification", "MessageId": "1", "Message": EVENT}).to_string();
    assert_eq!(open(&wrapped), letter(Form::Topic, None, EVENT));
    let destination =
        format!(r#"{{"requestContext":{{"condition":"EventAgeExceeded"}},"requestPayload":{wrapped}}}"#);
    assert_eq!(open(&destination), letter(Form::Destination, Some("EventAgeExceeded"), EVENT));
}

#[test]
fn what_was_rejected_is_its_payload_or_its_object() {
    let head = r#""schema":"tattletrail.rejected/1","function":"api-events","request_id":"r","reasons":["cut off"],"rejected":1"#;
    let with_payload = open(&format!(r#"{{{head},"payload":"{{\"detail\""}}"#));
    assert_eq!(with_payload, letter(Form::Rejected, Some("cut off"), "{\"detail\""));
    let of_object = open(&format!(r#"{{{head},"object":"s3://trail/AWSLogs/a b.json.gz"}}"#));
    assert_eq!(of_object.payload.unwrap(), r#"{"bucket":"trail","keys":["AWSLogs/a b.json.gz"]}"#);
    assert!(open(&format!("{{{head}}}")).payload.unwrap_err().contains("too long"));
}

#[test]
fn wrappers_without_end_end() {
    let mut body = EVENT.to_owned();
    for _ in 0..20 {
        body = json!({"Type": "Notification", "Message": body}).to_string();
    }
    assert!(open(&body).payload.unwrap().contains("Notification"));
}
