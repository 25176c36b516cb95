//! What holds for every format, whatever the record says.

use proptest::prelude::*;

use super::text::is_hidden;
use super::{csv, jsonl, ocsf, samples};

#[test]
fn the_keys_of_a_line_keep_their_order() {
    let line = jsonl::line(&samples::open_port());
    assert!(line.starts_with(r#"{"schema":"tattletrail.finding/1","finding_id":"#), "{line}");
    assert!(line.contains(r#""attack":["T1686.001"],"attack_former":["T1562.007"],"tactics""#), "{line}");
}

#[test]
fn a_close_has_no_beginning() {
    let mut finding = samples::open_port();
    finding.status = crate::finding::Status::Closed;
    let event = ocsf::to_event(&finding);
    assert_eq!(event["type_uid"], 200_403);
    assert_eq!(event["status_id"], 4);
    assert_eq!(event["finding_info"].get("first_seen_time"), None);
}

#[test]
fn a_trace_enriches_the_event_and_correlates_nothing_else() {
    let (plain, traced) = (ocsf::to_event(&samples::open_port()), ocsf::to_event(&samples::traced()));
    assert_eq!(plain.get("enrichments"), None);
    let trace = &traced["enrichments"][0];
    assert_eq!(trace["data"]["uid"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(trace["value"], plain["metadata"]["uid"]);
    assert_eq!(traced["metadata"]["correlation_uid"], "0a1b2c3d-0000-4000-8000-00000000000f");
    assert_eq!(traced["finding_info"]["src_url"], plain["finding_info"]["src_url"]);
}

#[test]
fn applications_enrich_the_event_each_with_its_vectors() {
    let event = ocsf::to_event(&samples::attributed());
    let enrichments = event["enrichments"].as_array().unwrap();
    assert_eq!(enrichments.len(), 3, "the trace and two applications");
    assert_eq!(enrichments[2]["value"], event["finding_info"]["uid"]);
    let data = serde_json::json!({"application": "cruddur", "vectors": ["open-ssh", "lateral"]});
    assert_eq!(enrichments[2]["data"], data);
}

proptest! {
    // The findings are large: fewer of them than the usual 256.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_line_is_one_line_of_json_without_hidden_characters(finding in samples::hostile()) {
        for line in [jsonl::line(&finding), ocsf::line(&finding)] {
            prop_assert!(!line.chars().any(is_hidden));
            prop_assert!(serde_json::from_str::<serde_json::Value>(&line).unwrap().is_object());
        }
    }

    #[test]
    fn a_line_of_json_keeps_the_text_as_it_was(finding in samples::hostile()) {
        let line: serde_json::Value = serde_json::from_str(&jsonl::line(&finding)).unwrap();
        prop_assert_eq!(line["title"].as_str().unwrap(), finding.title.as_str());
        prop_assert_eq!(line["actor"].as_str().unwrap(), finding.actor.name.as_str());
    }

    #[test]
    fn a_row_is_one_line_of_harmless_cells(finding in samples::hostile()) {
        let row = csv::row(&finding);
        prop_assert!(!row.chars().any(is_hidden));
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_bytes());
        let cells = reader.records().next().unwrap().unwrap();
        prop_assert_eq!(cells.len(), csv::COLUMNS.len());
        prop_assert!(cells.iter().all(|cell| !cell.trim_start().starts_with(['=', '+', '-', '@'])));
    }
}
