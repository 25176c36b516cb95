use proptest::prelude::*;

use super::super::{samples, text::is_hidden};
use super::*;
use crate::finding::{Life, Status};

const OUR_WORDS: [&str; 23] = [
    "[",
    " ",
    "What ",
    "Application ",
    "Account ",
    "Region ",
    "Resource ",
    "Who ",
    "From ",
    "When ",
    "Error ",
    "Opened ",
    "Stood open ",
    "Event ",
    "Rule ",
    "Shared id ",
    "Trace: ",
    "Trace id ",
    "ATT&CK ",
    "Finding ",
    "Why it matters",
    "What to do",
    "References",
];

#[test]
fn the_subject_says_how_bad_what_and_where() {
    assert_eq!(alert(&samples::open_port(), "shop").subject, "[HIGH] open: Port open to the world: sg-0abc");
}

#[test]
fn a_long_subject_is_cut() {
    let mut finding = samples::open_port();
    finding.resource.name = "x".repeat(200);
    let subject = alert(&finding, "shop").subject;
    assert_eq!(subject.len(), 99);
    assert!(subject.ends_with("x..."), "{subject}");
}

#[test]
fn a_name_cannot_forge_a_line_or_a_link() {
    let mut finding = samples::open_port();
    finding.actor.user_agent = Some("x\nWhat to do   click https://evil.example/ \u{202e}now\r\n".to_owned());
    let text = alert(&finding, "shop").text;
    assert!(!text.contains("https://evil"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("What to do")).count(), 1, "{text}");
    assert!(text.contains("\\u{202e}now"), "{text}");
}

#[test]
fn a_closed_finding_tells_how_long_it_stood() {
    let mut finding = samples::open_port();
    finding.status = Status::Closed;
    finding.life = Some(Life {
        opened_at: Some("2026-11-20T07:59:41Z".to_owned()),
        opened_by: "bob".to_owned(),
        opened_event: None,
        seconds: Some(90_061),
        reopened: false,
    });
    let alert = alert(&finding, "shop");
    assert!(alert.text.contains("\nStood open   1 d 1 h 1 min 1 s\n"), "{}", alert.text);
    assert_eq!(alert.json["open_seconds"], 90_061);
    assert_eq!(alert.attributes["status"], "closed");
}

#[test]
fn a_trace_is_told_to_people_and_programs() {
    let mut finding = samples::traced();
    let with = alert(&finding, "shop");
    let url = with.json["trace_url"].as_str().unwrap();
    assert!(with.text.contains(&format!("\nTrace: {url}\n")), "{}", with.text);
    assert_eq!(with.json["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(with.json["correlation_id"], "0a1b2c3d-0000-4000-8000-00000000000f");
    finding.trace = None;
    let without = alert(&finding, "shop");
    assert!(!without.text.contains("Trace"), "{}", without.text);
    assert_eq!(without.json.get("trace_id"), None);
    assert_eq!(without.attributes, with.attributes);
}

#[test]
fn techniques_are_a_list_and_absent_where_there_are_none() {
    let mut finding = samples::open_port();
    assert_eq!(alert(&finding, "shop").attributes[TECHNIQUE], r#"["T1686.001"]"#);
    std::sync::Arc::make_mut(&mut finding.rule).techniques.clear();
    assert!(!alert(&finding, " ").attributes.contains_key(TECHNIQUE));
    assert!(!alert(&finding, " ").attributes.contains_key("application"));
}

#[test]
fn a_finding_goes_to_whoever_filters_by_one_of_its_applications() {
    let plain = alert(&samples::open_port(), "shop");
    assert_eq!(plain.attributes[APPLICATION], r#"["shop"]"#);
    assert_eq!((&plain.json["application"], plain.json.get("applications")), (&"shop".into(), None));
    assert!(plain.text.contains("\nApplication  shop\n"), "{}", plain.text);
    let owned = alert(&samples::attributed(), "shop");
    assert_eq!(owned.attributes[APPLICATION], r#"["account-baseline","cruddur"]"#);
    assert_eq!(owned.json["application"], "account-baseline");
    assert_eq!(owned.json["applications"][1]["vectors"], serde_json::json!(["open-ssh", "lateral"]));
    assert!(owned.text.contains("\nApplication  cruddur (open-ssh, lateral)\n"), "{}", owned.text);
    assert!(owned.attributes.len() <= 7, "{:?}", owned.attributes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_record_says_the_subject_is_one_short_line_of_ascii(finding in samples::hostile()) {
        let subject = alert(&finding, "shop").subject;
        prop_assert!(subject.len() < 100 && subject.starts_with('['));
        prop_assert!(subject.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()));
    }

    #[test]
    fn whatever_the_record_says_each_line_is_ours_and_fits(finding in samples::hostile(), name in any::<String>()) {
        let alert = alert(&finding, &name);
        let mut links = 0;
        for line in alert.text.lines() {
            prop_assert!(!line.chars().any(is_hidden));
            prop_assert!(line.is_empty() || OUR_WORDS.iter().any(|word| line.starts_with(word)), "{line}");
            let is_link = ["  https://", "Trace: https://"].iter().any(|begin| line.starts_with(begin));
            links += usize::from(is_link);
            prop_assert!(is_link || unicode_width::UnicodeWidthStr::width(line) <= 76, "{line}");
        }
        prop_assert!(links <= 3);
    }

    #[test]
    fn whatever_the_record_says_attributes_are_neither_empty_nor_long(finding in samples::hostile()) {
        for (name, value) in alert(&finding, "shop").attributes {
            prop_assert!(!value.trim().is_empty(), "{name}");
            prop_assert!(LISTS.contains(&&*name) || value.encode_utf16().count() <= 256, "{name}");
        }
    }

    #[test]
    fn an_alert_is_the_same_after_it_was_written_down(finding in samples::hostile()) {
        let alert = alert(&finding, "shop");
        let text = serde_json::to_string(&alert).unwrap();
        prop_assert_eq!(serde_json::from_str::<Alert>(&text).unwrap(), alert);
    }
}
