use proptest::prelude::*;

use super::{MARK, MOST_BYTES, SHAPE, redact};

const KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

#[test]
fn the_expression_can_be_built() {
    assert!(SHAPE.is_some());
}

#[test]
fn each_kind_of_secret_is_taken_out() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N";
    for (text, secret) in [
        ("key AKIAIOSFODNN7EXAMPLE used", "IOSFODNN7"),
        ("key ASIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
        (&*format!("with {KEY}."), "wJalrXUtnFEMI"),
        (&*format!("aws_secret_access_key = {KEY}"), "wJalr"),
        ("GET /k?X-Amz-Signature=0123456789abcdef&X-Amz-Date=1", "0123456789abcdef"),
        ("?x-amz-credential=ak%2F20261121", "20261121"),
        ("X-Amz-Security-Token=abc", "=abc"),
        ("\"x-amz-security-token\": \"abc def\"", "abc"),
        ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("a bearer abc.def", "abc.def"),
        (&*format!("id {jwt}"), "eyJ"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY----- x", "MIIE"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "MIIE"),
        ("postgres://app:s3cr/t@db:5432/x", "s3cr"),
        ("redis://:hunter2@cache", "hunter2"),
        (r#"{"masterUserPassword": "hunter2 x"}"#, "hunter2"),
        (r#"{\"secretString\":\"hunter2\"}"#, "hunter2"),
        ("PASSWORD=hunter2", "hunter2"),
    ] {
        let clean = redact(text);
        assert!(!clean.contains(secret) && clean.contains(MARK), "{text}\n{clean}");
        assert_eq!(redact(&clean), clean);
    }
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "the ledger can't be written: ExpiredTokenException",
        "the security token is over",
        "s3://trail/AWSLogs/111122223333/CloudTrail/eu-central-1/2026/11/20/111122223333_CloudTrail_eu-central-1_20261120T1005Z_aB3dE5gH7jK9mN1p.json.gz",
        "s3://mytrailbucketofall/AWSLogs/o-abcdefghij/111122223333/CloudTrail/x",
        "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfigRecorder",
        "1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
        "0a1b2c3d-0000-4000-8000-000000000001",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://sqs.eu-central-1.amazonaws.com/111122223333/rejected",
        "Grüße, 数",
    ] {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn controls_are_visible_and_length_is_bounded() {
    assert_eq!(redact("a\nb\u{1b}[31m\u{202e}c"), r"a\nb\u{1b}[31m\u{202e}c");
    let long = redact(&"ü".repeat(3000)).into_owned();
    assert!(long.len() <= MOST_BYTES && long.ends_with("ü…"), "{}", long.len());
    let none = redact(&"x".repeat(50_000)).into_owned();
    assert_eq!(none, "…");
}

#[test]
fn half_a_key_does_not_leave() {
    for before in (7_900..8_200).step_by(7) {
        let text = format!("{}{KEY} {KEY}", "eyJaaaaaa.b ".repeat(before / 12));
        assert!(!redact(&text).contains("wJal"), "{before}");
    }
}

/// Random characters of an alphabet, each as likely as the others.
fn token(more: &'static str, length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let plain = ('A'..='Z').chain('a'..='z').chain('0'..='9');
    let alphabet: Vec<char> = plain.chain(more.chars()).collect();
    let characters = proptest::collection::vec(proptest::sample::select(alphabet), length);
    characters.prop_map(String::from_iter)
}

fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "(AKIA|ASIA)[A-Z2-7]{16}",
        token("+/", 40..400),
        token("-_", 43..200),
        (token("-_", 9..30), token("-_", 9..30), token("-_", 43..44))
            .prop_map(|(head, body, end)| format!("eyJ{head}.eyJ{body}.{end}")),
    ]
}

proptest! {
    #[test]
    fn no_planted_secret_leaves(before in "\\PC{0,40}[ \"'\\n:,]", planted in secret(), behind in "[ \"'\\n,]\\PC{0,40}") {
        let clean = redact(&format!("{before}{planted}{behind}")).into_owned();
        prop_assert!(!clean.contains(&planted), "{clean}");
    }

    #[test]
    fn what_was_cleaned_is_clean(text in ".{0,300}|(bearer|token|://|:|@|=|\"|authorization|AKIA|eyJ| |\\n|x|[A-Za-z0-9/]{30}){0,60}") {
        let once = redact(&text).into_owned();
        prop_assert!(once.len() <= MOST_BYTES);
        prop_assert!(!once.chars().any(super::is_hidden));
        prop_assert_eq!(redact(&once).into_owned(), once.clone());
    }
}
