use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::Value;
use tracing::{Dispatch, Span, debug, error, error_span, info, info_span, trace, warn};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt as _;

use super::{Human, JsonLines, Levels, Share};

const TRACE: &str = "5bef4de7ad49b0e87f6ef6c87fc2e700";

/// What was written, and in how many pieces.
#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<String>>>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out {
    fn lines(&self) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        assert!(lines.iter().all(|line| line.ends_with('\n') && line.matches('\n').count() == 1));
        lines.clone()
    }

    fn messages(&self) -> Vec<String> {
        let read = |line: &String| {
            serde_json::from_str::<Value>(line).unwrap()["message"].as_str().unwrap().to_owned()
        };
        self.lines().iter().map(read).collect()
    }
}

fn noon() -> Timestamp {
    Timestamp::from_millisecond(1_795_262_400_007).unwrap()
}

fn json(share: Share, rust_log: &str) -> (Out, Dispatch) {
    let out = Out::default();
    let levels = Levels::of_variables(None, None, Some(rust_log));
    let lines = JsonLines::new(("api-events", "0.1.0"), (levels, share), out.clone()).at(noon);
    (out, Dispatch::new(Registry::default().with(lines.layer())))
}

fn at_info() -> (Out, Dispatch) {
    json(Share::NONE, "info")
}

fn during(dispatch: &Dispatch, act: impl FnOnce()) {
    tracing::dispatcher::with_default(dispatch, act);
}

fn invocation(request: &str) -> Span {
    error_span!("invocation", requestId = request, traceId = tracing::field::Empty, cold_start = true)
}

#[test]
fn a_line_says_what_its_event_and_its_spans_say() {
    let (out, dispatch) = at_info();
    during(&dispatch, || {
        let span = invocation("r-1").entered();
        span.record("traceId", TRACE);
        let _inner = info_span!("deliver", sink = "sns", rule_id = "outer").entered();
        let error = io::Error::other("no\nway");
        warn!(
            rule_id = "inner",
            findings = 3,
            busy_us = -1_i64,
            error = &error as &dyn std::error::Error,
            "not taken"
        );
    });
    let expected = r#"{"timestamp":"2026-11-21T12:00:00.007Z","level":"WARN","message":"not taken","target":"tattletrail_telemetry::log::tests","rule_id":"inner","service":"api-events","version":"0.1.0","requestId":"r-1","traceId":"5bef4de7ad49b0e87f6ef6c87fc2e700","cold_start":true,"sink":"sns","findings":3,"busy_us":-1,"error":"no\\nway"}"#;
    assert_eq!(out.lines(), [format!("{expected}\n")]);
}

#[test]
fn what_is_not_on_the_list_is_not_said() {
    let (out, dispatch) = at_info();
    during(&dispatch, || {
        let _span = error_span!("invocation", requestId = "r-1", payload = "planted").entered();
        info!(body = "planted", user = ?"planted", why = "key AKIAIOSFODNN7EXAMPLE", service = "planted", "said");
    });
    let [line] = out.lines().try_into().unwrap();
    assert!(!line.contains("planted") && line.contains("key [redacted]"), "{line}");
}

#[test]
fn debug_lines_are_gone_where_nothing_happens() {
    let (out, dispatch) = at_info();
    during(&dispatch, || {
        debug!("outside");
        invocation("r-1").in_scope(|| {
            debug!("inside");
            trace!("too fine");
            info!("told");
        });
        error!("after");
    });
    assert_eq!(out.messages(), ["told", "after"]);
}

#[test]
fn debug_lines_come_with_an_error_and_go_on_after_it() {
    let (out, dispatch) = at_info();
    during(&dispatch, || {
        invocation("r-1").in_scope(|| {
            debug!("one");
            info!("two");
            error!("three");
            debug!("four");
        });
    });
    assert_eq!(out.messages(), ["two", "one", "three", "four"]);
}

#[test]
fn debug_lines_come_with_a_finding() {
    for by_span in [true, false] {
        let (out, dispatch) = at_info();
        during(&dispatch, || {
            invocation("r-1").in_scope(|| {
                debug!("one");
                if by_span {
                    info_span!("finding", finding_id = "f").in_scope(|| info!("found"));
                } else {
                    info!(finding_id = "f", "found");
                }
            });
        });
        assert_eq!(out.messages(), ["one", "found"]);
    }
}

#[test]
fn debug_lines_come_where_the_invocation_is_in_the_share() {
    let (out, dispatch) = json("1".parse().unwrap(), "info");
    during(&dispatch, || invocation("r-1").in_scope(|| debug!("one")));
    assert_eq!(out.messages(), ["one"]);
}

#[test]
fn of_kept_lines_the_oldest_go_first() {
    let (out, dispatch) = at_info();
    during(&dispatch, || {
        invocation("r-1").in_scope(|| {
            for number in 0..1000 {
                debug!(count = number, "kept");
            }
            error!("wrong");
        });
    });
    let lines = out.lines();
    let bytes: usize = lines.iter().map(String::len).sum();
    assert!((60_000..67_000).contains(&bytes), "{bytes}");
    let first: Value = serde_json::from_str(&lines[0]).unwrap();
    let dropped = 1000 - (lines.len() - 2);
    assert_eq!(first["message"], "there was no room for older debug lines");
    assert_eq!((&first["count"], &first["requestId"]), (&dropped.into(), &"r-1".into()));
    assert!(lines[1].contains(&format!("\"count\":{dropped}}}")), "{}", lines[1]);
}

#[test]
fn invocations_at_the_same_time_do_not_mix() {
    let (out, dispatch) = at_info();
    during(&dispatch, || {
        let (one, other) = (invocation("r-1"), invocation("r-2"));
        one.in_scope(|| debug!("one of one"));
        other.in_scope(|| debug!("one of other"));
        one.in_scope(|| error!("two of one"));
        other.in_scope(|| debug!("two of other"));
        drop(other);
    });
    assert_eq!(out.messages(), ["one of one", "two of one"]);
}

#[test]
fn libraries_are_told_of_and_not_repeated() {
    let (out, dispatch) = json(Share::NONE, "info,named=debug");
    during(&dispatch, || {
        let _span = info_span!(target: "hyper", "connection", requestId = "planted").entered();
        warn!(target: "hyper", error = "planted", "planted {}", 1);
        info!(target: "hyper", "planted");
        debug!(target: "named::deep", error = "planted", "asked for");
    });
    assert_eq!(out.messages(), ["from a library", "asked for"]);
    assert!(!out.lines().concat().contains("planted"));
}

#[test]
fn levels_are_read_in_their_order() {
    let said = |own, lambda, rust_log| {
        let out = Out::default();
        let levels = Levels::of_variables(own, lambda, rust_log);
        let lines = JsonLines::new(("s", "1"), (levels, Share::NONE), out.clone());
        during(&Dispatch::new(Registry::default().with(lines.layer())), || {
            error!("E");
            warn!("W");
            info!("I");
            debug!("D");
        });
        out.messages().concat()
    };
    assert_eq!(said(None, None, None), "EWI");
    assert_eq!(said(None, None, Some("tattletrail=debug")), "EWID");
    assert_eq!(said(None, Some("WARN"), Some("debug,tattletrail=debug")), "EW");
    assert_eq!(said(Some("info"), Some("DEBUG"), None), "EWI");
    assert_eq!(said(None, Some("FATAL"), None), "E");
    assert_eq!(said(Some("what"), Some(""), Some("[{")), "EWI");
}

#[test]
fn a_line_that_cannot_be_written_is_dropped() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let levels = Levels::of_variables(None, None, None);
    let lines = JsonLines::new(("s", "1"), (levels, Share::NONE), Full);
    during(&Dispatch::new(Registry::default().with(lines.layer())), || error!("lost"));
}

#[test]
fn people_get_lines_by_how_much_they_ask_for() {
    let said = |verbosity, color| {
        let out = Out::default();
        let human = Human::new(verbosity, color, out.clone());
        during(&Dispatch::new(Registry::default().with(human.layer())), || {
            let _span = error_span!("scan", files = 2, payload = "planted").entered();
            warn!(why = "a b\u{1b}[31m", sink = "sns", "odd");
            debug!("fine");
            warn!(target: "hyper", "planted");
        });
        out.lines()
    };
    let warning = "tattletrail: warning: odd sink=sns files=2 why=\"a b\\\\u{1b}[31m\"\n";
    assert_eq!(said(0, false), [warning]);
    assert_eq!(said(2, false), [warning, "tattletrail: debug: fine files=2\n"]);
    assert_eq!(said(0, true), [warning.replace("warning", "\u{1b}[33mwarning\u{1b}[0m")]);
}

#[test]
fn a_share_is_a_number_from_0_to_1() {
    for (text, taken) in [("0", 0), ("1", 1000), ("1.0", 1000), ("0.000000", 0)] {
        let share: Share = text.parse().unwrap();
        assert_eq!((0..1000).filter(|number| share.takes(&number.to_string())).count(), taken, "{text}");
    }
    assert_eq!("0.01".parse(), Ok(Share::ONE_PERCENT));
    let some = (0..10_000).filter(|number| Share::ONE_PERCENT.takes(&number.to_string())).count();
    assert!((60..140).contains(&some), "{some}");
    for text in ["", "1.1", "2", "-1", "a", ".5", "0.x", "1e3"] {
        assert!(text.parse::<Share>().is_err(), "{text}");
    }
}
