//! What a report says.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use sha2::{Digest as _, Sha256};

/// The most events that a report names: the last ones before the error.
pub const EVENTS: usize = 5;

/// The part of the hash that is the fingerprint: the most that Rollbar takes as it is.
const FINGERPRINT_DIGITS: usize = 40;

/// What reports, the same for all of its reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The function: `api-events`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its name in AWS.
    pub host: String,
    /// The Region that it runs in.
    pub region: Option<String>,
}

/// A place in the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as seen from the root of its project.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl Place {
    /// Where something was called from, without the folders of the machine that built it.
    pub fn of(location: &std::panic::Location<'_>) -> Self {
        Self { file: shorten(location.file()), line: location.line(), column: location.column() }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Files of dependencies and of the standard library have absolute paths.
fn shorten(file: &str) -> String {
    if let Some((_, rest)) = file.split_once("/registry/src/") {
        return rest.split_once('/').map_or(rest, |(_, rest)| rest).to_owned();
    }
    if let Some((_, rest)) = file.split_once("/library/") {
        return format!("library/{rest}");
    }
    if !file.starts_with('/') {
        return file.to_owned();
    }
    let parts: Vec<&str> = file.rsplit('/').take(3).collect();
    parts.into_iter().rev().collect::<Vec<_>>().join("/")
}

/// The invocation in which something went wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invocation {
    /// Lambda's id of it.
    pub request_id: Option<String>,
    /// The trace as X-Ray writes it: `1-`, 8 and 24 hexadecimal digits.
    pub xray_trace_id: Option<String>,
    /// True for the first one of the process.
    pub cold_start: bool,
    /// The events that were taken in last, at most [`EVENTS`].
    pub event_ids: Vec<String>,
}

impl Invocation {
    /// Of its request id and Lambda's trace header (`Root=1-…;Parent=…;Sampled=1`).
    pub fn new(request_id: &str, trace_header: Option<&str>, cold_start: bool) -> Self {
        Self {
            request_id: Some(request_id.to_owned()).filter(|id| !id.is_empty()),
            xray_trace_id: trace_header.and_then(root_of),
            cold_start,
            event_ids: Vec::new(),
        }
    }

    /// The trace as W3C writes it.
    pub fn trace_id(&self) -> Option<String> {
        self.xray_trace_id.as_ref().map(|id| id.chars().skip(2).filter(|c| *c != '-').collect())
    }

    /// Notes that an event is taken in. What does not look like CloudTrail's `eventID` is text of a record, and not kept.
    pub fn takes_in(&mut self, event_id: &str) {
        if !is_uuid(event_id) {
            return;
        }
        if self.event_ids.len() == EVENTS {
            self.event_ids.remove(0);
        }
        self.event_ids.push(event_id.to_owned());
    }
}

/// Source: X-Ray developer guide, "Tracing header".
fn root_of(header: &str) -> Option<String> {
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
    let [version, epoch, rest] = root.split('-').collect::<Vec<_>>().try_into().ok()?;
    let hexadecimal =
        |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (version == "1" && hexadecimal(epoch, 8) && hexadecimal(rest, 24)).then(|| root.to_owned())
}

fn is_uuid(text: &str) -> bool {
    let dash = |at| matches!(at, 8 | 13 | 18 | 23);
    let fits = |(at, byte): (usize, u8)| if dash(at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of error: `panic`, `NotDelivered`.
    pub class: &'static str,
    /// What it says, in words of ours.
    pub message: String,
    /// Where in the code.
    pub place: Option<Place>,
    /// What tells it from others of its class; none where that is its place.
    pub kind: Option<String>,
}

impl Fault {
    /// The name that a panic has as a class.
    pub const PANIC: &'static str = "panic";

    /// An error with a text of ours. What varies in that text does not tell it from others.
    pub fn told(class: &'static str, message: &str, place: Place) -> Self {
        let kind = Some(constant_words(message));
        Self { class, message: message.to_owned(), place: Some(place), kind }
    }

    /// What the same fault of the same service always has, and no other: 40 hexadecimal digits.
    pub fn fingerprint(&self, service: &str) -> String {
        let place = self.place.as_ref().map(ToString::to_string);
        let which = self.kind.clone().or(place).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [service, self.class, &which] {
            hash.update(part.as_bytes());
            // Between the parts, so that none can be taken for another.
            hash.update([0]);
        }
        let mut digits = String::new();
        for byte in hash.finalize().iter().take(FINGERPRINT_DIGITS / 2) {
            digits.push_str(&format!("{byte:02x}"));
        }
        digits
    }
}

/// A text without what varies: numbers, ids, names of places.
fn constant_words(text: &str) -> String {
    let constant = |word: &&str| word.chars().all(|c| c.is_ascii_alphabetic() || "'’,:;()_.".contains(c));
    text.split_whitespace().filter(constant).take(16).collect::<Vec<_>>().join(" ")
}

/// A fault, when, and in which invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorReport {
    /// What went wrong.
    pub fault: Fault,
    /// What groups it.
    pub fingerprint: String,
    /// In which invocation.
    pub invocation: Invocation,
    /// When, in seconds since 1970.
    pub timestamp: i64,
    /// Like no other report's: whoever gets it twice knows.
    pub uuid: String,
}

impl ErrorReport {
    /// A report of now.
    pub fn new(service: &str, fault: Fault, invocation: Invocation) -> Self {
        let fingerprint = fault.fingerprint(service);
        let timestamp = jiff::Timestamp::now().as_second();
        Self { fault, fingerprint, invocation, timestamp, uuid: new_uuid() }
    }
}

/// In the form of a version 4 UUID. Nobody may rely on that it can't be guessed.
fn new_uuid() -> String {
    let random = || RandomState::new().build_hasher().finish();
    let (high, low) = (random(), random());
    let version = (high & 0x0fff) | 0x4000;
    let variant = (low >> 48 & 0x3fff) | 0x8000;
    format!(
        "{:08x}-{:04x}-{version:04x}-{variant:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str, line: u32) -> Place {
        Place { file: file.to_owned(), line, column: 5 }
    }

    fn panic_at(line: u32) -> Fault {
        let place = Some(place("src/a.rs", line));
        Fault { class: Fault::PANIC, message: String::new(), place, kind: None }
    }

    #[test]
    fn a_trace_in_both_forms() {
        let header = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";
        let invocation = Invocation::new("r", Some(header), true);
        assert_eq!(invocation.xray_trace_id.as_deref(), Some("1-5bef4de7-ad49b0e87f6ef6c87fc2e700"));
        assert_eq!(invocation.trace_id().as_deref(), Some("5bef4de7ad49b0e87f6ef6c87fc2e700"));
        for broken in ["", "Root=1-xyz-1", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e70z", "Self=1"] {
            assert_eq!(Invocation::new("r", Some(broken), true).xray_trace_id, None, "{broken}");
        }
    }

    #[test]
    fn the_last_five_events_and_nothing_that_is_no_id() {
        let mut invocation = Invocation::default();
        let id = |number: u32| format!("0a1b2c3d-0000-4000-8000-{number:012}");
        (1..=7).for_each(|number| invocation.takes_in(&id(number)));
        invocation.takes_in("password=hunter2");
        assert_eq!(invocation.event_ids, (3..=7).map(id).collect::<Vec<_>>());
    }

    #[test]
    fn the_same_place_is_the_same_fault_and_another_is_not() {
        let print = |fault: &Fault| fault.fingerprint("api-events");
        assert_eq!(print(&panic_at(1)), print(&Fault { message: "x".to_owned(), ..panic_at(1) }));
        assert_ne!(print(&panic_at(1)), print(&panic_at(2)));
        assert_ne!(print(&panic_at(1)), panic_at(1).fingerprint("trail-logs"));
        assert_eq!(print(&panic_at(1)).len(), 40);
    }

    #[test]
    fn the_same_error_is_the_same_fault_whatever_it_is_about() {
        let told = |text: &str| Fault::told("NotDelivered", text, place("a.rs", 1)).fingerprint("s");
        assert_eq!(
            told("1 message(s) not delivered, the first: s3://b/1.gz can't be fetched: NoSuchBucket"),
            told("7 message(s) not delivered, the first: s3://c/2.gz can't be fetched: NoSuchBucket"),
        );
        assert_ne!(told("sns: Throttled"), told("sns: AccessDenied"));
    }

    #[test]
    fn no_folder_of_the_machine_that_built_it() {
        for (file, short) in [
            ("crates/engine/src/lib.rs", "crates/engine/src/lib.rs"),
            ("/home/me/.cargo/registry/src/index.crates.io-1/jiff-0.2.1/src/a.rs", "jiff-0.2.1/src/a.rs"),
            ("/rustc/0123/library/core/src/option.rs", "library/core/src/option.rs"),
            ("/home/me/p/crates/engine/src/lib.rs", "engine/src/lib.rs"),
        ] {
            assert_eq!(shorten(file), short);
        }
    }

    #[test]
    fn a_uuid_looks_like_one_and_is_new() {
        let uuid = new_uuid();
        assert!(is_uuid(&uuid) && uuid != new_uuid(), "{uuid}");
        assert_eq!(uuid.chars().nth(14), Some('4'));
        assert!(uuid.chars().nth(19).is_some_and(|digit| "89ab".contains(digit)), "{uuid}");
    }
}
