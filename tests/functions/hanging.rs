//! Services that take a call and never answer it: the function says in time what is not done.

use std::net::{TcpListener, TcpStream};

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::payloads::{batch, event, opened, record};
use super::readings::{health, total};
use super::world::World;
use crate::harness::lambda::{Invocation, Lambda};

/// The timeout of an invocation: all of it passes.
const SHORT: Duration = Duration::from_secs(10);

/// Something that takes connections and says nothing.
struct Silence {
    endpoint: String,
    _held: Arc<Mutex<Vec<TcpStream>>>,
}

impl Silence {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let held = Arc::<Mutex<Vec<TcpStream>>>::default();
        let holding = Arc::clone(&held);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                holding.lock().unwrap().push(stream);
            }
        });
        Self { endpoint, _held: held }
    }
}

/// What a function answers to a payload with a service that hangs.
fn answer(
    world: &World,
    service: &str,
    function: &str,
    payload: &[u8],
    more: &[(&str, &str)],
) -> (Value, Lambda) {
    let silence = Silence::start();
    let settings = [&[(service, &*silence.endpoint)], more].concat();
    let function = world.start_with(function, &settings);
    function.time_to_first_poll();
    match function.invoke(payload, SHORT) {
        Invocation::Ok(answer) => (answer, function),
        other => panic!("{service}: {other:?}\n{}", function.output().join("\n")),
    }
}

/// A message that says nothing, one that can't be read, and an exposure.
fn three() -> Vec<u8> {
    batch([event(&record(3, 0, "DescribeRegions")), b"{\"detail\": 1".to_vec(), event(&opened())])
}

fn failures(ids: &[&str]) -> Value {
    let entry = |id: &&str| json!({"itemIdentifier": id});
    json!({"batchItemFailures": ids.iter().map(entry).collect::<Vec<_>>()})
}

#[test]
fn a_ledger_that_hangs_is_told_in_time_and_nothing_was_sent() {
    let world = World::new("functions-no-ledger");
    let (answer, function) = answer(&world, "AWS_ENDPOINT_URL_DYNAMODB", "api-events", &three(), &[]);
    assert_eq!(answer, failures(&["1", "2"]));
    assert_eq!(total(&health(&function, 1), "Undelivered"), 1);
    assert_eq!((world.hub.count("calls"), world.alerts(0).len()), (0, 0));
}

#[test]
fn a_sink_that_hangs_is_told_in_time() {
    let world = World::new("functions-no-topic");
    let (answer, _) = answer(&world, "AWS_ENDPOINT_URL_SNS", "api-events", &three(), &[]);
    assert_eq!(answer, failures(&["1", "2"]));
    assert_eq!(world.findings().len(), 1);
}

#[test]
fn a_place_for_rejected_records_that_hangs_is_told_in_time() {
    let world = World::new("functions-no-place");
    let more = [("TATTLETRAIL_REJECTED", "s3://rejected/")];
    let (answer, _) = answer(&world, "AWS_ENDPOINT_URL_S3", "api-events", &three(), &more);
    assert_eq!(answer, failures(&["1"]));
    assert_eq!(world.findings().len(), 1);
}

#[test]
fn a_bucket_that_hangs_is_told_in_time() {
    let world = World::new("functions-no-bucket");
    let payload = batch([br#"{"bucket": "trail", "keys": ["a.json.gz"]}"#.to_vec()]);
    let (answer, _) = answer(&world, "AWS_ENDPOINT_URL_S3", "trail-files", &payload, &[]);
    assert_eq!(answer, failures(&["0"]));
}
