//! The stream cut into values: the members of a list of records, or the values one after the other (JSON Lines,
//! concatenated or pretty-printed JSON).
//!
//! INVARIANT: every byte that is not white space, punctuation between values or the frame of a list belongs to a value
//! handed on, to one refused with a reason, or lies behind the point that the [`Ending`] names.

use super::extent::{Extent, Step};
use super::inflate::Stream;
use super::peek::{BOOKKEEPING, Peek, peek, string_end};
use super::reason::{Ending, Place, RejectReason, Rejected};
use super::window::Window;
use crate::limits::{MAX_DEPTH, MAX_VALUE_BYTES};

/// One value of the stream.
pub(super) enum Value<'v> {
    /// The text of a JSON object, list or string, brackets balanced and nesting within the cap.
    Text(&'v [u8], Place),
    /// What stands there can't be used.
    Unreadable(Rejected),
}

type Sink<'s> = &'s mut dyn FnMut(Value<'_>);

/// Cuts a stream into values.
pub(super) struct Splitter<'a> {
    window: Window<'a>,
    /// One value per line was seen: a line's end ends its value, come what may.
    lines: bool,
    seen: bool,
}

impl<'a> Splitter<'a> {
    pub(super) fn new(stream: Stream<'a>) -> Self {
        Self { window: Window::new(stream), lines: false, seen: false }
    }

    /// Hands every value to `sink`, in order.
    pub(super) fn run(mut self, sink: Sink<'_>) -> Ending {
        self.skip_byte_order_mark();
        loop {
            let Some(byte) = self.next_byte(|b| b.is_ascii_whitespace() || b == 0x1e) else {
                return self.end();
            };
            let step = match byte {
                b'[' => self.list(sink),
                b'{' => self.object(sink),
                _ if self.seen => {
                    self.stray_line(sink);
                    Ok(())
                }
                _ => return Ending::NotALog("its text does not begin with `{` or `[`"),
            };
            self.seen = true;
            if let Err(ending) = step {
                return ending;
            }
            self.window.shrink();
        }
    }

    fn end(&mut self) -> Ending {
        match self.window.take_failure() {
            Some(failure) => failure,
            None if self.seen => Ending::Complete,
            None => Ending::Empty,
        }
    }

    fn skip_byte_order_mark(&mut self) {
        while self.window.rest().len() < 3 && self.window.refill() {}
        if self.window.rest().starts_with(&[0xef, 0xbb, 0xbf]) {
            self.window.consume(3);
        }
    }

    /// The next byte that is not to be passed over; `None` at the end.
    fn next_byte(&mut self, passed_over: impl Fn(u8) -> bool) -> Option<u8> {
        loop {
            let rest = self.window.rest();
            if let Some(offset) = rest.iter().position(|b| !passed_over(*b)) {
                let byte = rest.get(offset).copied();
                self.window.consume(offset);
                return byte;
            }
            let length = rest.len();
            self.window.consume(length);
            if !self.window.refill() {
                return None;
            }
        }
    }

    /// An object at the top: the frame of a list, or a value.
    fn object(&mut self, sink: Sink<'_>) -> Result<(), Ending> {
        let peek = loop {
            match peek(self.window.rest()) {
                Peek::More if self.window.rest().len() < MAX_VALUE_BYTES && self.window.refill() => {}
                Peek::More => break Peek::Whole,
                decided => break decided,
            }
        };
        if let Peek::List(offset) = peek {
            self.window.consume(offset);
            self.list(sink)?;
            return self.frame(sink);
        }
        if self.lines { self.line(sink) } else { self.value(sink) }
    }

    /// The rest of the object around a list, up to its `}`.
    fn frame(&mut self, sink: Sink<'_>) -> Result<(), Ending> {
        let mut bookkeeping = false;
        loop {
            let Some(byte) = self.next_byte(|b| b.is_ascii_whitespace() || b == b',' || b == b':') else {
                return Err(self.broken_list());
            };
            match byte {
                b'}' => {
                    self.window.consume(1);
                    return Ok(());
                }
                b'[' if !bookkeeping => self.list(sink)?,
                b'{' if !bookkeeping => self.whole(sink)?,
                b'[' | b'{' => self.whole(&mut |_: Value<'_>| ())?,
                b'"' => bookkeeping = self.frame_string()?,
                _ => self.window.consume(1),
            }
        }
    }

    /// Passes over a string in the frame; true if it is the name of bookkeeping. The text before a list or an object is
    /// always its name.
    fn frame_string(&mut self) -> Result<bool, Ending> {
        let length = self.string_length()?;
        let name = self.window.rest().get(1..length - 1).unwrap_or_default();
        let bookkeeping = BOOKKEEPING.iter().any(|word| word.as_bytes() == name);
        self.window.consume(length);
        Ok(bookkeeping)
    }

    /// The length of the string that begins here, quotes included; it is in memory then.
    fn string_length(&mut self) -> Result<usize, Ending> {
        loop {
            let rest = self.window.rest();
            match string_end(rest, 0) {
                Some(end) => return Ok(end),
                None if rest.len() < MAX_VALUE_BYTES && self.window.refill() => {}
                None => return Err(self.broken_list()),
            }
        }
    }

    /// The members of a list.
    fn list(&mut self, sink: Sink<'_>) -> Result<(), Ending> {
        self.window.consume(1);
        loop {
            let Some(byte) = self.next_byte(|b| b.is_ascii_whitespace() || b == b',') else {
                return Err(self.broken_list());
            };
            match byte {
                b']' => {
                    self.window.consume(1);
                    return Ok(());
                }
                b'{' | b'[' => self.whole(sink)?,
                _ => self.scalar(sink)?,
            }
        }
    }

    /// A member of a list that is neither an object nor a list. A text may hold a record, as in the output of
    /// `lookup-events --query 'Events[].CloudTrailEvent'`.
    fn scalar(&mut self, sink: Sink<'_>) -> Result<(), Ending> {
        let place = self.window.place();
        if self.window.rest().first() == Some(&b'"') {
            let length = self.string_length()?;
            sink(Value::Text(self.window.rest().get(..length).unwrap_or_default(), place));
            self.window.consume(length);
            return Ok(());
        }
        self.next_byte(|b| !matches!(b, b',' | b']' | b'}' | b'{' | b'[' | b'"'));
        if matches!(self.window.rest().first(), None | Some(b'}' | b'"')) {
            return Err(self.broken_list());
        }
        let reason = RejectReason::NotARecord("a number or word in the list of records".to_owned());
        sink(Value::Unreadable(Rejected { place, reason }));
        Ok(())
    }

    /// An object or list inside a list: its end is known by its brackets alone.
    fn whole(&mut self, sink: Sink<'_>) -> Result<(), Ending> {
        match self.bracketed(sink) {
            Bracketed::Done => Ok(()),
            Bracketed::CutOff | Bracketed::Broken(_) => Err(self.broken_list()),
        }
    }

    /// An object at the top, over however many lines it goes.
    fn value(&mut self, sink: Sink<'_>) -> Result<(), Ending> {
        let from = self.window.place();
        match self.bracketed(sink) {
            Bracketed::Done => {
                let one_line = self.window.place().line == from.line;
                while self.window.rest().is_empty() && self.window.refill() {}
                self.lines = one_line && matches!(self.window.rest().first(), Some(b'\n' | b'\r'));
                Ok(())
            }
            Bracketed::Broken(offset) => {
                self.refuse(RejectReason::CutOff, offset, sink);
                self.lines = true;
                Ok(())
            }
            Bracketed::CutOff => self.cut_off(sink),
        }
    }

    /// The input ends inside a value at the top. If what follows its first line looks like the next value, only that
    /// line is lost: it is JSON Lines whose first line is broken.
    fn cut_off(&mut self, sink: Sink<'_>) -> Result<(), Ending> {
        if let Some(failure) = self.window.take_failure() {
            return Err(failure);
        }
        let rest = self.window.rest();
        let length = match memchr::memchr(b'\n', rest) {
            Some(end) if rest.get(end + 1) == Some(&b'{') && rest.get(end + 2) == Some(&b'"') => {
                self.lines = true;
                end
            }
            _ => rest.len(),
        };
        self.refuse(RejectReason::CutOff, length, sink);
        Ok(())
    }

    /// One line of JSON Lines: one value, or several after one another.
    fn line(&mut self, sink: Sink<'_>) -> Result<(), Ending> {
        let Some(end) = self.line_end(sink) else { return Ok(()) };
        let mut extent = Extent::default();
        match extent.advance(self.window.rest().get(..end).unwrap_or_default()) {
            Step::End(length) => self.hand_on(&extent, length, sink),
            Step::More | Step::Broken(_) => match self.window.take_failure() {
                Some(failure) => return Err(failure),
                None => self.refuse(RejectReason::CutOff, end, sink),
            },
        }
        Ok(())
    }

    /// The length of the line that begins here; `None` if it was too long and has been refused.
    fn line_end(&mut self, sink: Sink<'_>) -> Option<usize> {
        let mut searched = 0;
        loop {
            let rest = self.window.rest();
            if let Some(end) = memchr::memchr(b'\n', rest.get(searched..).unwrap_or_default()) {
                return Some(searched + end);
            }
            searched = rest.len();
            if searched > MAX_VALUE_BYTES {
                self.refuse_line(sink);
                return None;
            }
            if !self.window.refill() {
                return Some(searched);
            }
        }
    }

    /// Refuses the rest of an endless line, keeping none of it.
    fn refuse_line(&mut self, sink: Sink<'_>) {
        let place = self.window.place();
        self.next_byte(|b| b != b'\n');
        let reason = RejectReason::TooLong { bytes: self.window.place().byte - place.byte };
        sink(Value::Unreadable(Rejected { place, reason }));
    }

    /// Text between values that is none: refused up to the end of its line.
    fn stray_line(&mut self, sink: Sink<'_>) {
        let place = self.window.place();
        self.next_byte(|b| b != b'\n');
        let reason = RejectReason::NotJson("text that begins with neither `{` nor `[`".to_owned());
        sink(Value::Unreadable(Rejected { place, reason }));
    }

    /// Finds the end of the object or list that begins here and hands it on.
    fn bracketed(&mut self, sink: Sink<'_>) -> Bracketed {
        let place = self.window.place();
        let mut extent = Extent::default();
        let mut dropped = 0;
        loop {
            match extent.advance(self.window.rest()) {
                Step::End(length) if dropped == 0 => {
                    self.hand_on(&extent, length, sink);
                    return Bracketed::Done;
                }
                Step::End(length) => {
                    self.window.consume(length);
                    let reason = RejectReason::TooLong { bytes: dropped + length as u64 };
                    sink(Value::Unreadable(Rejected { place, reason }));
                    return Bracketed::Done;
                }
                Step::Broken(offset) => return Bracketed::Broken(offset),
                Step::More => {}
            }
            if self.window.rest().len() > MAX_VALUE_BYTES {
                let passed = extent.position();
                dropped += passed as u64;
                self.window.consume(passed);
                extent.forget(passed);
            }
            if !self.window.refill() {
                return Bracketed::CutOff;
            }
        }
    }

    fn hand_on(&mut self, extent: &Extent, length: usize, sink: Sink<'_>) {
        if extent.deepest() > MAX_DEPTH {
            self.refuse(RejectReason::TooDeep { depth: extent.deepest() }, length, sink);
            return;
        }
        let text = self.window.rest().get(..length).unwrap_or_default();
        sink(Value::Text(text, self.window.place()));
        self.window.consume(length);
    }

    fn refuse(&mut self, reason: RejectReason, length: usize, sink: Sink<'_>) {
        sink(Value::Unreadable(Rejected { place: self.window.place(), reason }));
        self.window.consume(length);
    }

    fn broken_list(&mut self) -> Ending {
        match self.window.take_failure() {
            Some(failure) => failure,
            None => Ending::BrokenList(self.window.place()),
        }
    }
}

/// How the search for the end of a value ended.
enum Bracketed {
    Done,
    CutOff,
    Broken(usize),
}
