//! Bytes of the stream that have been read and not yet used.

use std::io::{self, Read};

use super::inflate::{self, InflateError, Stream};
use super::reason::{Ending, Place};

/// How many bytes one read asks for. Large enough to keep calls rare, small enough to stay in the cache.
const CHUNK: usize = 256 * 1024;

/// A stream with the part of it that is in memory.
pub(super) struct Window<'a> {
    stream: Stream<'a>,
    /// Its bytes from `start` to `end` are in use; those behind are room for the next read.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    failure: Option<Ending>,
    passed: u64,
    lines: u64,
}

impl<'a> Window<'a> {
    pub(super) fn new(stream: Stream<'a>) -> Self {
        Self { stream, bytes: Vec::new(), start: 0, end: 0, ended: false, failure: None, passed: 0, lines: 0 }
    }

    /// What is in memory and not yet used.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Where the next unused byte is in the whole input.
    pub(super) fn place(&self) -> Place {
        Place { line: self.lines + 1, byte: self.passed }
    }

    /// Reads more. False if there is no more; [`Window::failure`] then says whether that was the end.
    pub(super) fn refill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        self.move_to_front();
        if self.bytes.len() < self.end + CHUNK {
            self.bytes.resize(self.end + CHUNK, 0);
        }
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        let result = read_some(&mut self.stream, room);
        let count = *result.as_ref().unwrap_or(&0);
        self.end += count;
        if let Err(error) = result {
            self.failure = Some(ending_of(&error));
        }
        self.ended = count == 0;
        !self.ended
    }

    /// Marks bytes as used.
    pub(super) fn consume(&mut self, count: usize) {
        let used = self.rest().get(..count).unwrap_or_default();
        let (count, lines) = (used.len(), memchr::memchr_iter(b'\n', used).count());
        self.start += count;
        self.passed += count as u64;
        self.lines += lines as u64;
    }

    /// Why reading stopped, if it was not the end of the input.
    pub(super) fn take_failure(&mut self) -> Option<Ending> {
        self.failure.take()
    }

    /// Lets go of the memory that an unusually long value took.
    pub(super) fn shrink(&mut self) {
        if self.bytes.len() > 8 * CHUNK && self.rest().len() < CHUNK {
            self.move_to_front();
            self.bytes.truncate(2 * CHUNK);
            self.bytes.shrink_to_fit();
        }
    }

    fn move_to_front(&mut self) {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
    }
}

fn read_some(stream: &mut Stream<'_>, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn ending_of(error: &io::Error) -> Ending {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<InflateError>()) {
        Some(_) => Ending::Damaged(inflate::explain(error)),
        None => Ending::Io(error.to_string()),
    }
}
