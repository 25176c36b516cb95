//! Servers end with those who started them, even with those who were killed.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::harness::security_hub::SecurityHub;
use crate::harness::servers::{python, script};

/// Whether something listens, after the time that an end may take.
fn listens_on(port: u16) -> bool {
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        if TcpStream::connect(("127.0.0.1", port)).is_err() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

#[test]
fn a_dropped_server_is_gone() {
    let hub = SecurityHub::start(&[]);
    let port = hub.port();
    drop(hub);
    assert!(!listens_on(port));
}

#[test]
fn what_runs_a_server_takes_it_along() {
    let server = python().display().to_string();
    let options = ["--path", "/", "--", &server, "-m", "http.server", "--bind", "127.0.0.1", "{port}"];
    let mut child = script("run.py").args(options).spawn().unwrap();
    let mut line = String::new();
    // Kept to the end: a server whose words nobody reads any more ends in another way.
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    let port = line.trim().parse().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    // All that is left of a test process that was killed is the end of this pipe.
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert!(!listens_on(port));
}

#[test]
fn a_server_that_does_not_start_shows_what_it_said() {
    let problem = std::panic::catch_unwind(|| SecurityHub::start(&["--colour", "red"])).unwrap_err();
    let said = problem.downcast_ref::<String>().unwrap();
    assert!(said.contains("unrecognized arguments: --colour red"), "{said}");
}
