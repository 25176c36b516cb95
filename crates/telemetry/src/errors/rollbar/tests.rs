use super::*;
use crate::errors::report::{Invocation, Place};
use crate::errors::scripted::Scripted;

fn service() -> Service {
    let (host, region) = ("tattletrail-api-events".to_owned(), Some("eu-west-1".to_owned()));
    Service { name: "api-events", version: "0.1.0", host, region }
}

fn report() -> ErrorReport {
    let place = Some(Place { file: "crates/engine/src/event.rs".to_owned(), line: 26, column: 8 });
    let message = "index out of bounds: the len is 1 but the index is 2".to_owned();
    let fault = Fault { class: Fault::PANIC, message, place, kind: None };
    let header = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";
    let mut invocation = Invocation::new("8476a536-e9f4-11e8-9739-000000000001", Some(header), true);
    invocation.takes_in("0a1b2c3d-0000-4000-8000-000000000001");
    let mut report = ErrorReport::new("api-events", fault, invocation);
    report.timestamp = 1_795_247_546;
    report.uuid = "6f6bb8f7-4d9a-4e55-8f43-5d7a0a5f3f0e".to_owned();
    report
}

#[test]
fn an_item_is_what_rollbar_takes() {
    let fingerprint = report().fingerprint;
    assert_eq!(
        item(&service(), "production", &report()),
        json!({"data": {
            "environment": "production",
            "level": "critical",
            "timestamp": 1_795_247_546,
            "code_version": "0.1.0",
            "platform": "linux",
            "language": "rust",
            "framework": "lambda",
            "context": "api-events",
            "body": {"trace": {
                "frames": [{"filename": "crates/engine/src/event.rs", "lineno": 26, "colno": 8}],
                "exception": {
                    "class": "panic",
                    "message": "index out of bounds: the len is 1 but the index is 2",
                },
            }},
            "server": {"host": "tattletrail-api-events"},
            "custom": {
                "trace_id": "5bef4de7ad49b0e87f6ef6c87fc2e700",
                "xray_trace_id": "1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
                "trace_url": "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1\
                              #xray:traces/1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
                "request_id": "8476a536-e9f4-11e8-9739-000000000001",
                "cold_start": true,
                "event_ids": ["0a1b2c3d-0000-4000-8000-000000000001"],
            },
            "fingerprint": fingerprint,
            "title": "panic: index out of bounds: the len is 1 but the index is 2",
            "uuid": "6f6bb8f7-4d9a-4e55-8f43-5d7a0a5f3f0e",
            "notifier": {"name": "tattletrail", "version": "0.1.0"},
        }})
    );
    assert_eq!(fingerprint.len(), 40);
}

#[test]
fn a_title_is_short() {
    let mut report = report();
    report.fault.message = "é".repeat(5000);
    let item = item(&service(), "production", &report);
    assert_eq!(item["data"]["title"].as_str().unwrap().chars().count(), 255);
    assert_eq!(
        item.pointer("/data/body/trace/exception/message").unwrap().as_str().unwrap().chars().count(),
        1000
    );
}

#[tokio::test]
async fn the_token_is_in_its_header_and_nowhere_else() {
    let (client, rollbar) = Scripted::rollbar(&[]);
    let answer = rollbar.send(&service(), &report(), "s3cret", std::future::pending()).await;
    assert_eq!(answer, Answer::Taken);
    let asked = client.asked.lock().unwrap();
    assert_eq!(asked[0].headers()["x-rollbar-access-token"], "s3cret");
    assert_eq!(asked[0].uri(), ENDPOINT);
    assert!(!String::from_utf8_lossy(asked[0].body()).contains("s3cret"));
    assert!(!format!("{rollbar:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_token_that_is_no_header_is_not_sent() {
    let (client, rollbar) = Scripted::rollbar(&[]);
    let answer = rollbar.send(&service(), &report(), "a\nb", std::future::pending()).await;
    assert_eq!((answer, client.count()), (Answer::Refused, 0));
}

#[tokio::test]
async fn time_is_over_before_there_is_an_answer() {
    #[derive(Debug)]
    struct Silent;
    #[async_trait::async_trait]
    impl HttpClient for Silent {
        async fn send_bytes(&self, _: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
            std::future::pending().await
        }
    }
    let rollbar = Rollbar::new(ENDPOINT.parse().unwrap(), String::new(), Arc::new(Silent));
    assert_eq!(rollbar.send(&service(), &report(), "t", std::future::ready(())).await, Answer::None);
    assert!(!rollbar.is_ready(Instant::now()));
}

#[test]
fn a_token_goes_by_https_or_stays_on_this_machine() {
    for fit in [ENDPOINT, "http://127.0.0.1:1/", "http://localhost/x", "http://[::1]:80/"] {
        assert!(endpoint(fit).is_some(), "{fit}");
    }
    for unfit in ["", "http://rollbar.example/", "http://127.0.0.1.example/", "ftp://127.0.0.1/", "/item/"] {
        assert!(endpoint(unfit).is_none(), "{unfit}");
    }
}

#[test]
fn pauses_double_and_have_an_end() {
    let (_, rollbar) = Scripted::rollbar(&[]);
    let pause = || {
        rollbar.pause_longer("x");
        rollbar.patience().until.unwrap().duration_since(Instant::now()).as_secs_f64().round()
    };
    let pauses: Vec<_> = (0..12).map(|_| pause()).collect();
    assert_eq!(pauses, [1., 2., 4., 8., 16., 32., 64., 128., 256., 300., 300., 300.]);
}
