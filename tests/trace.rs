//! A scan as a trace, and its lines on standard error: the real binary against a receiver.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::otlp::{Manner, Otlp, Span};
use crate::harness::{binary, root, tattletrail};

const MINE: [&str; 4] = ["OTEL_", "HTTP", "http", "ALL_PROXY"];

fn sample() -> String {
    root().join("tests/fixtures/sample-trail/AWSLogs").display().to_string()
}

/// A scan of the sample trail with these variables and no others that matter.
fn scan(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(binary());
    command.args(["scan", &sample(), "--format", "jsonl"]).args(arguments);
    for (name, _) in std::env::vars_os() {
        if MINE.iter().any(|mine| name.to_string_lossy().starts_with(mine)) {
            command.env_remove(name);
        }
    }
    command.envs(variables.iter().copied()).output().expect("the binary starts")
}

fn traced(otlp: &Otlp, variables: &[(&str, &str)]) -> Output {
    scan(&["--trace"], &[&[("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.endpoint())], variables].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// The findings of a run, without the trace.
fn findings(run: &Output) -> Vec<Value> {
    let without_trace = |line: &str| {
        let mut finding: Value = serde_json::from_str(line).expect(line);
        finding["trace_id"] = Value::Null;
        finding
    };
    text(&run.stdout).lines().map(without_trace).collect()
}

fn named<'s>(spans: &'s [Span], name: &str) -> Vec<&'s Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

fn texts(spans: &[&Span], attribute: &str) -> Vec<String> {
    spans.iter().map(|span| span.attributes[attribute].as_str().unwrap().to_owned()).collect()
}

/// The lines of standard error that warn.
fn warnings(run: &Output) -> Vec<String> {
    let is_warning = |line: &&str| line.starts_with("tattletrail: ");
    text(&run.stderr).lines().filter(is_warning).map(str::to_owned).collect()
}

#[test]
fn spans_chain_to_the_root_and_say_what_the_run_came_to() {
    let otlp = Otlp::start();
    let run = traced(&otlp, &[("OTEL_RESOURCE_ATTRIBUTES", "case=42")]);
    let spans = otlp.spans();
    let [root] = named(&spans, "scan")[..] else { panic!("one root: {spans:?}") };
    assert_eq!(root.parent_id, None);
    assert_eq!(root.resource["service.name"], "tattletrail-scan");
    assert_eq!(root.resource["case"], "42");
    assert_eq!(root.attributes["findings"], findings(&run).len());
    assert_eq!((&root.attributes["files"], &root.attributes["rejected"]), (&35.into(), &0.into()));
    for span in spans.iter().filter(|span| *span != root) {
        assert_eq!(
            (&span.trace_id, span.parent_id.as_ref()),
            (&root.trace_id, Some(&root.span_id)),
            "{span:?}"
        );
        assert!(span.start >= root.start && span.end <= root.end && span.start <= span.end, "{span:?}");
    }
    let ids: BTreeSet<&String> = spans.iter().map(|span| &span.span_id).collect();
    assert_eq!(ids.len(), spans.len());
    let summary = text(&run.stderr);
    let line = format!("{} {} spans to {}/v1/traces\n", root.trace_id, spans.len(), otlp.endpoint());
    assert!(summary.contains(&line), "{line} in {summary}");
}

#[test]
fn each_file_and_each_stage_has_a_span() {
    let otlp = Otlp::start();
    traced(&otlp, &[]);
    let spans = otlp.spans();
    let files = named(&spans, "file");
    let records: i64 = files.iter().map(|span| span.attributes["records"].as_i64().unwrap()).sum();
    assert_eq!((files.len(), records), (35, 509));
    assert!(texts(&files, "file.path").iter().all(|path| path.starts_with(&sample())));
    for name in ["decode", "derive", "match"] {
        let [stage] = named(&spans, name)[..] else { panic!("one `{name}`: {spans:?}") };
        assert!(stage.attributes["pieces"].as_i64() > Some(400), "{stage:?}");
        assert!(stage.attributes["busy_us"].as_i64() > Some(0), "{stage:?}");
    }
}

#[test]
fn each_finding_bears_the_trace_and_has_a_span() {
    let otlp = Otlp::start();
    let run = traced(&otlp, &[("OTEL_SERVICE_NAME", "laptop")]);
    let spans = otlp.spans();
    let told = named(&spans, "finding");
    let lines: Vec<Value> =
        text(&run.stdout).lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(lines.len(), told.len());
    for (line, span) in lines.iter().zip(told) {
        assert_eq!(line["trace_id"], span.trace_id.as_str());
        assert_eq!(line.get("trace_url").filter(|url| !url.is_null()), None, "no console has it");
        assert_eq!(line["finding_id"], span.attributes["finding_id"]);
        assert_eq!(line["rule"]["id"], span.attributes["rule_id"]);
        assert_eq!(line["level"], span.attributes["severity"]);
        assert_eq!(line["status"], span.attributes["status"]);
        assert_eq!(line["event_id"], span.attributes["event_id"]);
        assert_eq!(span.resource["service.name"], "laptop");
    }
    assert_eq!(findings(&run), findings(&scan(&[], &[])), "the trace is all that is new");
}

#[test]
fn headers_of_the_environment_are_sent() {
    let otlp = Otlp::of(Manner::Wants("x-honeycomb-team", "k y"));
    let run = traced(&otlp, &[("OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=k%20y")]);
    assert!(!otlp.spans().is_empty() && warnings(&run).is_empty(), "{}", text(&run.stderr));
    let refused = traced(&otlp, &[("OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=wrong")]);
    let [warning] = &warnings(&refused)[..] else { panic!("one warning: {}", text(&refused.stderr)) };
    assert!(warning.contains("answered 401 Unauthorized") && !warning.contains("wrong"), "{warning}");
}

#[test]
fn a_whole_address_for_traces_is_taken_as_it_is() {
    let otlp = Otlp::start();
    let whole = format!("{}/v1/traces", otlp.endpoint());
    scan(&["--trace"], &[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &whole)]);
    assert!(!otlp.spans().is_empty());
}

/// One warning with these words, and findings and exit code as without a trace.
fn goes_on_without_a_trace(run: &Output, words: &str) {
    let plain = scan(&[], &[]);
    assert_eq!((run.status.code(), findings(run)), (plain.status.code(), findings(&plain)));
    let [warning] = &warnings(run)[..] else { panic!("one warning: {}", text(&run.stderr)) };
    assert!(warning.contains(words) && warning.contains("OTEL_EXPORTER_OTLP_ENDPOINT"), "{warning}");
    assert!(text(&run.stderr).contains("not sent\n"));
}

#[test]
fn an_endpoint_that_refuses_changes_nothing() {
    let otlp = Otlp::of(Manner::Refuses("500 Internal Server Error"));
    goes_on_without_a_trace(&traced(&otlp, &[]), "answered 500 Internal Server Error");
    assert_eq!(otlp.requests().len(), 1);
}

#[test]
fn an_endpoint_that_is_busy_is_not_asked_again() {
    let otlp = Otlp::of(Manner::Refuses("503 Service Unavailable"));
    goes_on_without_a_trace(&traced(&otlp, &[]), "answered 503");
    assert_eq!(otlp.requests().len(), 1);
}

#[test]
fn an_endpoint_that_hangs_takes_no_more_than_its_time() {
    let otlp = Otlp::of(Manner::Hangs);
    // The first test that needs it builds it.
    binary();
    let started = Instant::now();
    let run = traced(&otlp, &[("OTEL_EXPORTER_OTLP_TIMEOUT", "300")]);
    let took = started.elapsed();
    goes_on_without_a_trace(&run, "no answer in 300 ms");
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(8), "{took:?}");
}

#[test]
fn nobody_there_changes_nothing() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = scan(&["--trace"], &[("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{free}"))]);
    goes_on_without_a_trace(&run, "nobody listens there");
}

#[test]
fn settings_that_do_not_fit_are_told_and_the_run_goes_on() {
    let run = scan(&["--trace"], &[("OTEL_EXPORTER_OTLP_ENDPOINT", "no address")]);
    let plain = scan(&[], &[]);
    assert_eq!((run.status.code(), findings(&run)), (plain.status.code(), findings(&plain)));
    assert_eq!(warnings(&run).len(), 1, "{}", text(&run.stderr));
}

#[test]
fn nothing_is_sent_unasked() {
    let otlp = Otlp::start();
    let run = scan(&[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.endpoint())]);
    assert!(otlp.requests().is_empty());
    assert!(text(&run.stdout).lines().all(|line| !line.contains("trace_id\":\"")));
    let off = traced(&otlp, &[("OTEL_SDK_DISABLED", "true")]);
    assert!(otlp.requests().is_empty() && text(&off.stderr).contains("OTEL_SDK_DISABLED"));
}

#[test]
fn files_beyond_the_cap_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..1005 {
        fs::write(folder.path().join(format!("{number}.json")), r#"{"Records":[]}"#).unwrap();
    }
    let otlp = Otlp::start();
    let mut command = Command::new(binary());
    command.args(["scan", "--trace"]).arg(folder.path()).env("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.endpoint());
    let run = command.output().unwrap();
    assert_eq!(named(&otlp.spans(), "file").len(), 1000);
    assert!(otlp.requests().iter().all(|spans| *spans <= 512), "{:?}", otlp.requests());
    assert!(text(&run.stderr).contains(", none for 5 files\n"), "{}", text(&run.stderr));
}

#[test]
fn lines_go_to_standard_error_and_change_nothing_else() {
    let sample = sample();
    let run = |more: &[&str]| tattletrail([&["scan", &sample, "--quiet"], more].concat());
    let plain = run(&[]);
    assert_eq!(plain.err, "");
    let told = run(&["-v"]);
    assert_eq!((told.exit, &told.out), (plain.exit, &plain.out));
    for line in ["info: rules loaded", "info: inputs found bytes=", "info: records read", "info: scan done"] {
        assert!(told.err.contains(line), "{line} in {}", told.err);
    }
    assert!(!told.err.contains("debug: "));
    let more = run(&["-vv"]);
    assert_eq!((more.exit, &more.out), (plain.exit, &plain.out));
    assert_eq!(more.err.matches("debug: file read").count(), 35, "{}", more.err);
}

#[test]
fn exposures_have_lines_too() {
    let sample = sample();
    let run = |more: &[&str]| tattletrail([&["exposures", &sample], more].concat());
    let (plain, told) = (run(&[]), run(&["--verbose"]));
    assert_eq!(plain.out, told.out);
    assert!(told.err.contains("info: inputs found") && !plain.err.contains("info: "), "{}", told.err);
}

#[cfg(unix)]
#[test]
fn control_characters_in_a_name_are_neutralised() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("a\u{1b}[31m\n\u{202e}b.json");
    fs::write(good, r#"{"Records":[]}"#).unwrap();
    fs::write(folder.path().join("no\u{7}log.txt"), "text").unwrap();
    let run = tattletrail(["scan", &folder.path().display().to_string(), "-vv"]);
    assert!(run.err.contains("file read") && run.err.contains("file not read in full"), "{}", run.err);
    assert!(run.err.chars().all(|it| it == '\n' || !it.is_control() && it != '\u{202e}'), "{:?}", run.err);
    for line in run.err.lines().filter(|line| line.contains("file.path=")) {
        assert!(line.starts_with("tattletrail: "), "one line each: {line}");
    }
}
