//! Rules in company: correlations, filters, and rules on trial, through the commands.

use serde_json::Value;
use tattletrail_cli::Exit;

use super::{assert_golden, rules};
use crate::harness::{Run, tattletrail_at};

const RULES: &str = "fixtures/workbench/company/rules";
const LOGS: &str = "fixtures/workbench/company/logs";

fn scan(more: &[&str]) -> Run {
    tattletrail_at(Some(80), ["scan", LOGS, "--rules", RULES].into_iter().chain(more.iter().copied()))
}

#[test]
fn a_scan_counts_suppresses_and_leaves_out() {
    let run = scan(&[]);
    assert_eq!(run.exit, Exit::Findings, "{}", run.err);
    assert_golden("company.txt", &run.out);
    for line in [
        "records     9 read: 6 matched, 2 suppressed, 1 unmatched",
        "findings    6: 1 critical, 5 high (1 of experimental rules not shown)",
        "filters     2 findings suppressed",
        "1  not suppressed: \"The pipeline deletes trails of test accounts\" ended on 2026-11-20",
    ] {
        assert!(run.err.contains(line), "{line}\n{}", run.err);
    }
    let run = scan(&["--experimental"]);
    assert!(run.out.contains("Trail stopped"), "{}", run.out);
    assert!(run.err.contains("findings    7: 1 critical, 6 high"), "{}", run.err);
}

#[test]
fn a_correlation_says_what_it_saw() {
    let run = scan(&["--format", "jsonl", "--min-level", "critical"]);
    let finding: Value = serde_json::from_str(run.out.trim()).unwrap();
    let events = &finding["events"];
    assert_eq!(events["count"], 3);
    assert_eq!(events["first"], "2026-11-21T11:00:00Z");
    assert_eq!(events["last"], "2026-11-21T11:09:00Z");
    assert_eq!(events["group"][0]["value"], "arn:aws:iam::111122223333:user/mallory");
    assert_eq!(events["rules"][0]["title"], "Trail deleted");
    assert_eq!(events["event_ids"].as_array().unwrap().len(), 3);
    assert_eq!(events["asked"], "at least 3 events within 10m by userIdentity.arn");
}

#[test]
fn filters_are_listed_with_their_owners() {
    let arguments = ["filters", "--rules", RULES, "--on", LOGS, "--as-of", "2026-11-21"];
    let run = rules(&arguments);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, "2 filters, 2 to look at\n"));
    assert_golden("filters.txt", &run.out);
    let run = rules(&[&arguments[..], &["--format", "json", "--strict"]].concat());
    assert_eq!(run.exit, Exit::Findings, "{}", run.err);
    let all: Value = serde_json::from_str(&run.out).unwrap();
    let pipeline = &all[1];
    assert_eq!((pipeline["hits"].as_u64(), pipeline["hits_after_end"].as_u64()), (Some(2), Some(1)));
    assert_eq!((pipeline["days_left"].as_i64(), all[0]["hits"].as_u64()), (Some(-1), Some(0)));
    assert_eq!(pipeline["last_hit"], "2026-11-20T23:59:59Z");
}

#[test]
fn a_filter_of_ones_own_is_added_to_the_built_in_rules() {
    let own = |name: &str| format!("{RULES}/{name}");
    let run = tattletrail_at(Some(80), ["scan", LOGS, "--add", &own("nobody.yml")]);
    assert_eq!(run.exit, Exit::Findings, "{}", run.err);
    assert!(run.out.contains("Trail deleted"), "{}", run.out);
    let run = tattletrail_at(Some(80), ["scan", LOGS, "--add", &own("pipeline.yml")]);
    assert_eq!(run.exit, Exit::BadRule, "{}", run.err);
    assert!(run.err.contains("found `trail_deleted`, expected the id or the name of a rule"), "{}", run.err);
}

#[test]
fn correlations_are_shown_and_not_explained() {
    let run = rules(&["show", "many_trails_deleted", "--rules", RULES]);
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    assert_golden("correlation.txt", &run.out);
    let run = rules(&["explain", "many_trails_deleted", LOGS, "--rules", RULES]);
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("is a correlation: at least 3 events within 10m"), "{}", run.err);
    let event = "0ddba11f-0000-4000-8000-000000000001";
    let run = rules(&["explain", "trail_deleted", LOGS, "--event-id", event, "--rules", RULES]);
    assert!(run.out.contains("suppressed by the filter"), "{}", run.out);
}

#[test]
fn a_bundle_names_what_it_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("my.ttrules").display().to_string();
    let run = rules(&["bundle", RULES, "-o", &bundle]);
    assert_eq!(run.exit, Exit::BadRule, "{}", run.err);
    assert!(run.err.contains("can't be in a bundle: the correlation \"Many trails deleted\""), "{}", run.err);
    let run = rules(&["bundle", RULES, "-o", &bundle, "--without-correlations"]);
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    assert!(run.err.contains("left out: the correlation"), "{}", run.err);
    let run = tattletrail_at(Some(80), ["scan", LOGS, "--rules", &bundle]);
    assert!(run.err.contains("records     9 read: 6 matched, 2 suppressed, 1 unmatched"), "{}", run.err);
    assert!(run.err.contains("findings    5: 5 high"), "{}", run.err);
}
