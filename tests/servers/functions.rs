//! The stand-in of Lambda, with the smallest function there is: `tests/servers/bootstrap.py`.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::lambda::{Invocation, Lambda, Pending};
use crate::harness::root;

const LIMIT: Duration = Duration::from_secs(10);

fn started(environment: &[(&str, &str)]) -> Lambda {
    let lambda = Lambda::start(&root().join("tests/servers/bootstrap.py"), environment);
    if environment.is_empty() {
        lambda.time_to_first_poll();
    }
    lambda
}

/// Waits until the function has the invocation in its hands.
fn taken(pending: &Pending) {
    let until = Instant::now() + LIMIT;
    while !pending.is_taken() {
        assert!(Instant::now() < until, "nobody takes {}", pending.request_id());
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn answers_and_errors_come_back() {
    let lambda = started(&[]);
    let invoke = |payload: &[u8]| lambda.invoke(payload, LIMIT);
    assert_eq!(invoke(br#"{"answer": {"good": [1]}}"#), Invocation::Ok(json!({"good": [1]})));
    let error = json!({"errorType": "Bad", "errorMessage": "no"});
    assert_eq!(invoke(json!({"fail": error}).to_string().as_bytes()), Invocation::Err(error));
    // The same environment after an error.
    assert_eq!(invoke(br#"{"answer": 2}"#).unwrap(), 2);
    let count = |lines: &[String], words: &str| lines.iter().filter(|line| line.starts_with(words)).count();
    lambda.output_until(|lines| count(lines, "invoked") == 3 && count(lines, "started in us-east-1") == 1);
}

#[test]
fn invocations_carry_the_headers_of_lambda() {
    let lambda = started(&[]);
    let pending = lambda.invoke_later(br#"{"headers": true}"#, LIMIT);
    let id = pending.request_id().to_owned();
    let headers = pending.wait().unwrap();
    let deadline: u128 = headers["Lambda-Runtime-Deadline-Ms"].as_str().unwrap().parse().unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    assert_eq!(headers["Lambda-Runtime-Aws-Request-Id"], id);
    assert!((now..=now + LIMIT.as_millis()).contains(&deadline), "{deadline} at {now}");
    assert!(headers["Lambda-Runtime-Invoked-Function-Arn"].as_str().unwrap().starts_with("arn:aws:lambda:"));
    assert!(headers["Lambda-Runtime-Trace-Id"].as_str().unwrap().starts_with("Root=1-"));
}

#[test]
fn later_invocations_wait_for_those_before() {
    let lambda = started(&[]);
    let first = lambda.invoke_later(br#"{"answer": 1, "sleep": 0.1}"#, LIMIT);
    let second = lambda.invoke_later(br#"{"answer": 2}"#, LIMIT);
    assert_ne!(first.request_id(), second.request_id());
    assert_eq!(second.wait().unwrap(), 2);
    assert_eq!(first.wait().unwrap(), 1);
}

#[test]
fn a_function_can_be_killed_in_the_middle() {
    let lambda = started(&[]);
    let pending = lambda.invoke_later(br#"{"sleep": 60}"#, LIMIT);
    taken(&pending);
    lambda.kill();
    assert!(matches!(pending.wait(), Invocation::Exited(status) if !status.success()));
    assert!(matches!(lambda.invoke(b"{}", LIMIT), Invocation::Exited(_)));
}

#[test]
fn a_function_that_ends_or_is_late_is_told_from_one_that_fails() {
    let ends = started(&[]);
    let outcome = ends.invoke(br#"{"exit": 7}"#, LIMIT);
    assert!(matches!(outcome, Invocation::Exited(status) if status.code() == Some(7)), "{outcome:?}");
    let late = started(&[]);
    assert_eq!(late.invoke(br#"{"sleep": 60}"#, Duration::from_millis(100)), Invocation::TimedOut);
}

#[test]
fn a_function_that_does_not_start_says_why() {
    let lambda = started(&[("FAIL_INIT", "no configuration")]);
    assert!(matches!(lambda.invoke(b"{}", LIMIT), Invocation::Exited(_)));
    assert_eq!(lambda.init_error().unwrap()["errorMessage"], "no configuration");
}

#[test]
fn a_function_can_be_measured() {
    let lambda = started(&[]);
    assert!(lambda.time_to_first_poll() > Duration::ZERO);
    assert!(lambda.resident_kib() > 1000);
    assert!(lambda.peak_kib() >= lambda.resident_kib());
    // A Python does not start for nothing.
    assert!(lambda.cpu_ms() > 0);
}
