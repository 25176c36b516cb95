//! Too many calls for the stand-in of Security Hub, and everything that a test may let go wrong in it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{finding_with, findings, import};
use crate::harness::security_hub::SecurityHub;

#[test]
fn after_a_burst_of_30_calls_come_10_a_second() {
    let hub = SecurityHub::start(&[]);
    let (aws, begun) = (hub.aws(), Instant::now());
    let one = findings(1);
    let errors: Vec<Value> = (0..60).filter_map(|_| import(&aws, &one).err()).collect();
    // What a slow machine has been given meanwhile.
    let refilled = usize::try_from(begun.elapsed().as_millis() / 100).unwrap();
    let throttled = errors.len();
    assert!((30usize.saturating_sub(refilled + 1)..=30).contains(&throttled), "{throttled} of 60 calls");
    for error in &errors {
        assert_eq!(error["code"], "TooManyRequestsException");
        assert_eq!(error["response"]["ResponseMetadata"]["HTTPStatusCode"], 429);
    }
    assert_eq!(hub.count("throttled"), throttled as u64);
    // Another Region has a limit of its own; the one that was spent fills up again.
    assert!(import(&aws.region("eu-west-1"), &one).is_ok());
    std::thread::sleep(Duration::from_millis(120));
    assert!(import(&aws, &one).is_ok());
}

#[test]
fn reading_has_a_limit_of_its_own() {
    let hub = SecurityHub::start(&[]);
    let get = || hub.aws().try_call("securityhub", "get_findings", json!({}));
    let errors: Vec<Value> = (0..40).filter_map(|_| get().err()).collect();
    assert!(errors.len() > 5, "{}", errors.len());
    assert!(errors.iter().all(|error| error["code"] == "TooManyRequestsException"));
    assert!(import(&hub.aws(), &findings(1)).is_ok());
}

#[test]
fn the_limit_can_be_switched_off() {
    let hub = SecurityHub::start(&["--unlimited"]);
    assert!((0..40).all(|_| import(&hub.aws(), &findings(1)).is_ok()));
}

#[test]
fn findings_are_refused_by_their_ids() {
    let hub = SecurityHub::start(&[]);
    let three = findings(3);
    hub.fault(&json!({"kind": "refuse", "ids": "1$", "count": 1}));
    hub.fault(&json!({"kind": "refuse", "ids": "2$", "count": 1, "code": "InvalidInput"}));
    let answer = import(&hub.aws(), &three).unwrap();
    let failed = answer["FailedFindings"].as_array().unwrap();
    let codes: Vec<_> = failed.iter().map(|one| (&one["Id"], &one["ErrorCode"])).collect();
    let expected =
        [(json!("finding 1"), json!("InternalException")), (json!("finding 2"), json!("InvalidInput"))];
    assert_eq!(codes, expected.each_ref().map(|(id, code)| (id, code)));
    assert_eq!(import(&hub.aws(), &three).unwrap()["FailedCount"], 0);
    assert_eq!((hub.count("refused"), hub.count("imported"), hub.count("ignored")), (2, 3, 1));
}

#[test]
fn calls_are_throttled_or_fail_as_asked() {
    let hub = SecurityHub::start(&[]);
    let (aws, one) = (hub.aws(), findings(1));
    hub.fault(&json!({"kind": "throttle", "count": 1, "code": "LimitExceededException"}));
    hub.fault(&json!({"kind": "error", "count": 1, "status": 503}));
    hub.fault(&json!({"kind": "error"}));
    let mut seen = Vec::new();
    for _ in 0..4 {
        let error = import(&aws, &one).unwrap_err();
        let status = error["response"]["ResponseMetadata"]["HTTPStatusCode"].as_u64().unwrap();
        seen.push((status, error["code"].as_str().unwrap().to_owned()));
    }
    let expected = [
        (429, "LimitExceededException"),
        (503, "InternalException"),
        (500, "InternalException"),
        (500, "InternalException"),
    ];
    assert_eq!(seen, expected.map(|(status, code)| (status, code.to_owned())));
    hub.recover();
    assert!(import(&aws, &one).is_ok());
    assert_eq!((hub.count("throttled"), hub.count("faulted")), (1, 3));
}

#[test]
fn a_fault_may_last_for_a_time() {
    let hub = SecurityHub::start(&["--unlimited"]);
    let works = || import(&hub.aws(), &findings(1)).is_ok();
    assert!(works());
    let begun = Instant::now();
    hub.fault(&json!({"kind": "throttle", "for": 1}));
    assert!(!works() || begun.elapsed() > Duration::from_secs(1));
    while !works() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it lasts");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(begun.elapsed() > Duration::from_secs(1));
}

#[test]
fn calls_hang_and_connections_close() {
    let hub = SecurityHub::start(&[]);
    hub.fault(&json!({"kind": "hang", "count": 1, "seconds": 0.3}));
    hub.fault(&json!({"kind": "close", "count": 1}));
    let begun = Instant::now();
    assert!(import(&hub.aws(), &findings(1)).is_ok());
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_eq!(import(&hub.aws(), &findings(2)).unwrap_err()["code"], "ConnectionClosedError");
    assert_eq!(hub.count("imported"), 1);
}

#[test]
fn every_call_is_known_afterwards() {
    let hub = SecurityHub::start(&[]);
    import(&hub.aws(), &findings(2)).unwrap();
    hub.fault(&json!({"kind": "error", "count": 1}));
    import(&hub.aws(), &[finding_with(&[("/Id", "third".into())])]).unwrap_err();
    let state = hub.state();
    let calls: Vec<_> = state["calls"].as_array().unwrap().iter().map(|call| &call["ids"]).collect();
    assert_eq!(calls, [&json!(["finding 0", "finding 1"]), &json!(["third"])]);
    assert_eq!(state["calls"][1]["outcome"], "error");
    assert_eq!(state["findings"].as_array().unwrap().len(), 2);
    hub.reset();
    assert_eq!((hub.count("calls"), hub.state()["findings"].clone()), (0, json!([])));
}
