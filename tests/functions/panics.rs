//! Panics and errors of functions: what the caller, the log and Rollbar are told, and what none of them is.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{batch, event, opened, opened_in, record};
use super::readings::until;
use super::world::World;
use crate::harness::deployment::calling;
use crate::harness::lambda::{Invocation, Lambda};
use crate::harness::rollbar::{Item, Manner, Rollbar};
use crate::harness::servers::Ministack;

/// What nobody may read.
const SECRET: &str = "hunter2-in-the-payload";

/// The event that the payload is about.
const EVENT: &str = "0a1b2c3d-0000-4000-8000-000000000042";

/// The token for Rollbar.
const TOKEN: &str = "post-server-item-token";

fn payload(how: &str) -> Vec<u8> {
    json!({"how": how, "secret": SECRET, "eventID": EVENT}).to_string().into_bytes()
}

/// A function that panics as it is told, and reports to this address.
fn panicking(endpoint: &str, settings: &[(&str, &str)]) -> Lambda {
    let own = [("TATTLETRAIL_ERRORS", "rollbar"), ("TATTLETRAIL_ROLLBAR_ENDPOINT", endpoint)];
    Lambda::start(&calling("panicking"), &[&own, settings].concat())
}

fn reporting_to(rollbar: &Rollbar) -> Lambda {
    panicking(rollbar.endpoint(), &[("TATTLETRAIL_ROLLBAR_TOKEN", TOKEN)])
}

/// What an invocation fails with.
#[track_caller]
fn failure(function: &Lambda, how: &str) -> Value {
    match function.invoke(&payload(how), LIMIT) {
        Invocation::Err(error) => error,
        other => panic!("{how}: {other:?}\n{}", function.output().join("\n")),
    }
}

/// The process lives: another invocation works.
#[track_caller]
fn works(function: &Lambda) {
    assert_eq!(function.invoke(&payload("well"), LIMIT).unwrap(), json!({"well": true}));
}

/// The items at Rollbar, as soon as there are so many. A busy machine may need more than one invocation for an item.
#[track_caller]
fn reported(function: &Lambda, rollbar: &Rollbar, count: usize) -> Vec<Item> {
    until(&format!("item {count}"), || {
        works(function);
        Some(rollbar.items()).filter(|items| items.len() >= count)
    })
}

/// Neither the secret nor the token is in anything that left.
#[track_caller]
fn nothing_leaked(function: &Lambda, items: &[Item]) {
    let log = function.output().join("\n");
    let sent: Vec<_> = items.iter().map(|item| item.text.as_str()).collect();
    for text in sent.into_iter().chain([log.as_str()]) {
        assert!(!text.contains(SECRET) && !text.contains(TOKEN), "{text}");
    }
}

fn message(item: &Item) -> &str {
    item.data.pointer("/body/trace/exception/message").unwrap().as_str().unwrap()
}

#[test]
fn a_panic_is_one_item_and_the_next_invocation_works() {
    let rollbar = Rollbar::start(Manner::Takes);
    let function = reporting_to(&rollbar);
    let trace = "Root=1-5bef4de7-0123456789abcdef01234567;Parent=9a9197af755a6419;Sampled=1";
    let pending = function.invoke_in(trace, &payload("formatted"), LIMIT);
    let request_id = pending.request_id().to_owned();
    let Invocation::Err(error) = pending.wait() else { panic!("it panicked and nobody knows") };
    assert_eq!(error["errorType"], "HandlerPanicked");
    works(&function);

    let items = reported(&function, &rollbar, 1);
    assert_eq!(items.len(), 1);
    let item = &items[0];
    assert_eq!((item.path.as_str(), item.token.as_deref()), ("/api/1/item/", Some(TOKEN)));
    assert!(message(item).contains("withheld"), "{}", item.text);
    assert_eq!(item.data["fingerprint"].as_str().unwrap().len(), 40);
    assert_eq!(item.data["level"], "critical");
    assert_eq!(item.data["environment"], "production");
    let custom = &item.data["custom"];
    assert_eq!(custom["trace_id"], "5bef4de70123456789abcdef01234567");
    assert_eq!(custom["xray_trace_id"], "1-5bef4de7-0123456789abcdef01234567");
    assert_eq!(custom["request_id"].as_str(), Some(request_id.as_str()));
    assert_eq!(custom["event_ids"], json!([EVENT]));
    assert_eq!(custom["cold_start"], true);
    let frame = &item.data["body"]["trace"]["frames"][0];
    assert_eq!(frame["filename"], "tests/panicking/main.rs");
    assert!(frame["lineno"].is_u64(), "{frame}");
    nothing_leaked(&function, &items);
}

#[test]
fn every_kind_of_panic_is_reported_without_what_it_quotes() {
    let rollbar = Rollbar::start(Manner::Takes);
    let function = reporting_to(&rollbar);
    for how in ["literal", "formatted", "index", "result"] {
        assert_eq!(failure(&function, how)["errorType"], "HandlerPanicked", "{how}");
    }
    for how in ["task", "thread"] {
        assert_eq!(function.invoke(&payload(how), LIMIT).unwrap(), json!({how: "panicked"}));
    }
    works(&function);
    let items = reported(&function, &rollbar, 6);
    let messages: Vec<_> = items.iter().map(message).collect();
    assert_eq!(messages[0], "the ledger is upside down");
    assert_eq!(messages[2], "index out of bounds: the len is 22 but the index is 29");
    assert!(messages[3].starts_with("called `Result::unwrap()` on an `Err` value"), "{}", messages[3]);
    for quoting in [1, 3, 4, 5] {
        assert!(messages[quoting].contains("withheld"), "{}", messages[quoting]);
    }
    let mut prints: Vec<_> = items.iter().map(|item| item.data["fingerprint"].to_string()).collect();
    prints.sort();
    prints.dedup();
    assert_eq!(prints.len(), 6);
    nothing_leaked(&function, &items);
}

#[test]
fn errors_of_the_handler_are_reported_and_only_ours_are_quoted() {
    let rollbar = Rollbar::start(Manner::Takes);
    let function = reporting_to(&rollbar);
    let error = failure(&function, "not-delivered");
    let text = "3 message(s) not delivered, the first: sns: Throttling";
    assert_eq!(error, json!({"errorType": "NotDelivered", "errorMessage": text}));
    failure(&function, "error");
    works(&function);
    let items = reported(&function, &rollbar, 2);
    assert_eq!(items.len(), 2);
    assert_eq!(message(&items[0]), text);
    assert_eq!(items[0].data["level"], "error");
    assert!(message(&items[1]).contains("withheld"));
    nothing_leaked(&function, &items);
}

#[test]
fn twenty_panics_are_ten_items() {
    let rollbar = Rollbar::start(Manner::Takes);
    let function = reporting_to(&rollbar);
    let start = Instant::now();
    for _ in 0..20 {
        failure(&function, "literal");
    }
    works(&function);
    let more = usize::try_from(start.elapsed().as_secs() / 6).unwrap();
    let items = reported(&function, &rollbar, 10);
    assert!(items.len() <= 10 + more, "{}", items.len());
    let prints: Vec<_> = items.iter().map(|item| &item.data["fingerprint"]).collect();
    assert!(prints.iter().all(|print| *print == prints[0]));
    let is_dropped =
        |line: &String| line.contains("\"ReportsDropped\":") && !line.contains("\"ReportsDropped\":0");
    function.output_until(|lines| lines.iter().any(is_dropped));
}

#[test]
fn rollbar_that_hangs_holds_up_an_answer_for_a_moment_only() {
    let rollbar = Rollbar::start(Manner::Hangs);
    let function = reporting_to(&rollbar);
    function.time_to_first_poll();
    let start = Instant::now();
    failure(&function, "literal");
    // The budget is 0.3 s; without one it would be 5 s and more.
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!(reported(&function, &rollbar, 1).len(), 1);
}

#[test]
fn rollbar_that_is_not_there_or_refuses_changes_nothing() {
    let refusing = Rollbar::start(Manner::Refuses("403 Forbidden"));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for endpoint in [refusing.endpoint().to_owned(), format!("http://{free}/")] {
        let function = panicking(&endpoint, &[("TATTLETRAIL_ROLLBAR_TOKEN", TOKEN)]);
        for _ in 0..3 {
            assert_eq!(failure(&function, "formatted")["errorType"], "HandlerPanicked");
        }
        works(&function);
        nothing_leaked(&function, &[]);
        let said =
            function.output().iter().filter(|line| line.contains("error reports can't be sent")).count();
        assert_eq!(said, 1, "{}", function.output().join("\n"));
    }
}

#[test]
fn a_token_is_read_from_a_parameter() {
    let (rollbar, server) = (Rollbar::start(Manner::Takes), Ministack::shared());
    let name = "/tattletrail/rollbar-token";
    let parameter = json!({"Name": name, "Type": "SecureString", "Value": TOKEN});
    server.aws().call("ssm", "put_parameter", parameter);
    let settings = [("AWS_ENDPOINT_URL", &*server.endpoint()), ("TATTLETRAIL_ROLLBAR_TOKEN_PARAMETER", name)];
    let function = panicking(rollbar.endpoint(), &settings);
    failure(&function, "literal");
    works(&function);
    let items = reported(&function, &rollbar, 1);
    assert_eq!(items[0].token.as_deref(), Some(TOKEN));
    nothing_leaked(&function, &items);
}

#[test]
fn a_token_that_is_missing_is_told_once() {
    let (rollbar, server) = (Rollbar::start(Manner::Takes), Ministack::shared());
    let settings =
        [("AWS_ENDPOINT_URL", &*server.endpoint()), ("TATTLETRAIL_ROLLBAR_TOKEN_PARAMETER", "/nobody")];
    for settings in [&settings[..], &[]] {
        let function = panicking(rollbar.endpoint(), settings);
        let told = || function.output().iter().filter(|line| line.contains("off for want of a key")).count();
        // A busy machine may not learn in time that it is missing, and then asks again half a minute later.
        until("the line", || {
            failure(&function, "literal");
            std::thread::sleep(Duration::from_millis(200));
            (told() > 0).then_some(())
        });
        for _ in 0..2 {
            failure(&function, "literal");
        }
        works(&function);
        assert_eq!(told(), 1, "{}", function.output().join("\n"));
    }
    assert_eq!(rollbar.items().len(), 0);
}

#[test]
fn nothing_set_is_a_line_in_the_log() {
    let function = Lambda::start(&calling("panicking"), &[]);
    failure(&function, "formatted");
    failure(&function, "not-delivered");
    works(&function);
    let log = function.output().join("\n");
    assert!(log.contains("panicked") && log.contains("tests/panicking/main.rs:"), "{log}");
    assert!(log.contains("NotDelivered") && log.contains("sns: Throttling"), "{log}");
    nothing_leaked(&function, &[]);
}

#[test]
fn a_sink_that_is_down_is_a_report_for_each_invocation() {
    let (world, rollbar) = (World::new("functions-reported"), Rollbar::start(Manner::Takes));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = [
        ("AWS_ENDPOINT_URL_SNS", &*format!("http://{free}")),
        ("TATTLETRAIL_ERRORS", "rollbar"),
        ("TATTLETRAIL_ROLLBAR_ENDPOINT", rollbar.endpoint()),
        ("TATTLETRAIL_ROLLBAR_TOKEN", TOKEN),
        ("TATTLETRAIL_ENVIRONMENT", "staging"),
    ];
    let function = world.start_with("api-events", &settings);
    function.time_to_first_poll();
    // For Lambda a batch is no error: the answer names the messages.
    let of_a_queue = batch([event(&opened_in(1).remove(0))]);
    let answer = function.invoke(&of_a_queue, Duration::from_secs(10)).unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1);
    let Invocation::Err(error) = function.invoke(&event(&opened()), Duration::from_secs(10)) else {
        panic!("it is not delivered and nobody knows");
    };
    assert_eq!(error["errorType"], "NotDelivered");
    let items = until("an item", || {
        let nothing = event(&record(3, 0, "DescribeRegions"));
        function.invoke(&nothing, LIMIT).unwrap();
        Some(rollbar.items()).filter(|items| items.len() > 1)
    });
    let [of_batch, of_event] = items.try_into().unwrap();
    assert!(message(&of_batch).contains("1 message(s) of a batch"), "{}", message(&of_batch));
    assert_eq!(of_event.data["environment"], "staging");
    assert_eq!(of_event.data["custom"]["event_ids"], json!([opened()["eventID"]]));
    assert!(message(&of_event).contains("sns"), "{}", message(&of_event));
}
