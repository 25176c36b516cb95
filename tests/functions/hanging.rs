//! Services that take a call and never answer it: the function says in time what is not done.

use std::io::{self, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::payloads::{batch, event, opened, record};
use super::readings::{health, total};
use super::world::World;
use crate::harness::base64::gzip;
use crate::harness::http;
use crate::harness::lambda::{Invocation, Lambda};

/// The timeout of an invocation: all of it passes.
const SHORT: Duration = Duration::from_secs(10);

/// Something that takes connections and falls silent, until it is dropped.
#[derive(Debug)]
struct Silence {
    endpoint: String,
    _held: Arc<Mutex<Vec<TcpStream>>>,
}

impl Silence {
    /// It says so much on each connection, once it was asked something.
    fn after(words: Vec<u8>) -> Self {
        Self::after_all(move |stream| stream.write_all(&words))
    }

    /// It says all that on each connection.
    fn after_all(say: impl Fn(&mut TcpStream) -> io::Result<()> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let held = Arc::<Mutex<Vec<TcpStream>>>::default();
        let holding = Arc::clone(&held);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                // Whoever does not listen any more misses nothing.
                drop(http::read(&mut BufReader::new(&stream)).and_then(|_| say(&mut stream)));
                holding.lock().unwrap().push(stream);
            }
        });
        Self { endpoint, _held: held }
    }
}

/// What a function answers to a payload where one service is silence.
fn answer(
    world: &World,
    function: &str,
    payload: &[u8],
    (service, silence): (&str, &Silence),
) -> (Value, Lambda) {
    let settings = [(service, &*silence.endpoint), ("TATTLETRAIL_REJECTED", "s3://rejected/")];
    let function = world.start_with(function, &settings);
    function.time_to_first_poll();
    match function.invoke(payload, SHORT) {
        Invocation::Ok(answer) => (answer, function),
        other => panic!("{service}: {other:?}\n{}", function.output().join("\n")),
    }
}

/// A message that says nothing, and an exposure.
fn two() -> Vec<u8> {
    batch([event(&record(3, 0, "DescribeRegions")), event(&opened())])
}

/// A message that can't be read, and an exposure.
fn poison_and_exposure() -> Vec<u8> {
    batch([b"{\"detail\": 1".to_vec(), event(&opened())])
}

fn one_key() -> Vec<u8> {
    batch([br#"{"bucket": "trail", "keys": ["a.json.gz"]}"#.to_vec()])
}

fn failure(id: &str) -> Value {
    json!({"batchItemFailures": [{"itemIdentifier": id}]})
}

#[test]
fn a_ledger_that_hangs_is_told_in_time_and_nothing_was_sent() {
    let (world, silence) = (World::new("functions-no-ledger"), Silence::after(Vec::new()));
    let (answer, function) = answer(&world, "api-events", &two(), ("AWS_ENDPOINT_URL_DYNAMODB", &silence));
    assert_eq!(answer, failure("1"));
    assert_eq!(total(&health(&function, 1), "Undelivered"), 1);
    assert_eq!((world.hub.count("calls"), world.alerts(0).len()), (0, 0));
}

#[test]
fn a_sink_that_hangs_is_told_in_time() {
    let (world, silence) = (World::new("functions-no-topic"), Silence::after(Vec::new()));
    let (answer, _) = answer(&world, "api-events", &two(), ("AWS_ENDPOINT_URL_SNS", &silence));
    assert_eq!(answer, failure("1"));
    assert_eq!(world.findings().len(), 1);
}

#[test]
fn a_place_for_rejected_records_that_hangs_is_told_in_time() {
    let (world, silence) = (World::new("functions-no-place"), Silence::after(Vec::new()));
    let (answer, _) = answer(&world, "api-events", &poison_and_exposure(), ("AWS_ENDPOINT_URL_S3", &silence));
    assert_eq!(answer, failure("0"));
    assert_eq!(world.findings().len(), 1);
}

#[test]
fn a_bucket_that_hangs_is_told_in_time() {
    let (world, silence) = (World::new("functions-no-bucket"), Silence::after(Vec::new()));
    let (answer, _) = answer(&world, "trail-files", &one_key(), ("AWS_ENDPOINT_URL_S3", &silence));
    assert_eq!(answer, failure("0"));
}

/// The first half of a file, as a bucket sends it.
fn half_a_file() -> Vec<u8> {
    let file = gzip(&json!({"Records": [record(3, 0, "DescribeRegions"), opened()]}).to_string());
    let mut half = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", file.len()).into_bytes();
    half.extend(&file[..file.len() / 2]);
    half
}

#[test]
fn a_file_that_stops_in_the_middle_is_told_in_time() {
    let (world, silence) = (World::new("functions-half-file"), Silence::after(half_a_file()));
    let (answer, function) = answer(&world, "trail-files", &one_key(), ("AWS_ENDPOINT_URL_S3", &silence));
    assert_eq!(answer, failure("0"));
    // What broke off may be whole the next time: it is not rejected.
    assert_eq!(total(&health(&function, 1), "Rejected"), 0);
}

#[test]
fn a_file_that_breaks_off_in_the_middle_comes_again() {
    let half = half_a_file();
    let silence = Silence::after_all(move |stream| {
        stream.write_all(&half)?;
        stream.shutdown(Shutdown::Both)
    });
    let world = World::new("functions-broken-file");
    let (answer, function) = answer(&world, "trail-files", &one_key(), ("AWS_ENDPOINT_URL_S3", &silence));
    assert_eq!(answer, failure("0"));
    assert_eq!(total(&health(&function, 1), "Rejected"), 0);
}

#[test]
fn a_file_without_end_is_told_in_time() {
    let some = gzip(&format!("{},", record(3, 0, "DescribeRegions")).repeat(1000));
    let silence = Silence::after_all(move |stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
        stream.write_all(&gzip("{\"Records\":["))?;
        loop {
            stream.write_all(&some)?;
        }
    });
    let world = World::new("functions-endless");
    let (answer, function) = answer(&world, "trail-files", &one_key(), ("AWS_ENDPOINT_URL_S3", &silence));
    assert_eq!(answer, failure("0"));
    assert!(total(&health(&function, 1), "Unmatched") > 1000);
    // The next file does not wait for the rest of this one.
    assert!(function.peak_kib() < 256 * 1024, "{} KiB", function.peak_kib());
}
