//! Bytes in, CloudTrail records out, and whatever is not one with its reason.
//!
//! The kind of input is read off its content, never off a name: trail files (`{"Records": [...]}`), JSON Lines,
//! `aws cloudtrail lookup-events` and `aws logs filter-log-events` output, EventBridge envelopes (single, listed, in
//! lines), CloudWatch Logs subscription payloads, queue and topic messages around any of these; plain or gzip. The
//! input is streamed: memory holds one value at a time, whatever the size of the file.
//!
//! INVARIANT: every value of the input ends as exactly one or more [`Item`]s, or the [`Ending`] says where reading
//! stopped and why. Nothing is dropped silently.

// The one place where anything is decompressed, with a cap.
mod inflate;

// Bytes of the stream that have been read and not yet used.
mod window;

// Where a JSON value ends.
mod extent;

// What an object is, from its first members.
mod peek;

// The stream cut into values.
mod split;

// What an object is, and what makes two records the same.
mod nature;

// Records found in whatever is wrapped around them.
mod envelope;

// What was refused or skipped, and why.
mod reason;

use std::io::Read;

pub use inflate::{InflateError, inflate};
pub use reason::{Ending, Place, RejectReason, Rejected, SkipReason};

use crate::record::CloudTrailRecord;

/// One thing found in the input.
#[derive(Debug)]
pub enum Item {
    /// A CloudTrail record.
    Record(CloudTrailRecord),
    /// Something that is no record and need not be: a digest, an Insights event, a control message.
    Skipped(SkipReason),
    /// Something that should have been a record and could not be read as one.
    Rejected(Rejected),
}

/// Reads everything in `source`, calling `sink` for each item in order.
///
/// Reading errors and damage end the input early; the items before are delivered all the same and the [`Ending`] says
/// what happened.
pub fn read(source: impl Read, sink: &mut dyn FnMut(Item)) -> Ending {
    let stream = match inflate::detect(source) {
        Ok(stream) => stream,
        Err(ending) => return ending,
    };
    split::Splitter::new(stream).run(&mut |value| match value {
        split::Value::Text(text, place) => envelope::unwrap(text, place, sink),
        split::Value::Unreadable(rejected) => sink(Item::Rejected(rejected)),
    })
}

/// [`read`] over a payload in memory.
pub fn decode(payload: &[u8]) -> (Vec<Item>, Ending) {
    let mut items = Vec::new();
    let ending = read(payload, &mut |item| items.push(item));
    (items, ending)
}

#[cfg(test)]
mod tests;
