//! Lines of one invocation that are written only if something happens in it; kept in the span of the invocation, and gone
//! with it.

use std::collections::VecDeque;

/// The most bytes that are kept for one invocation.
const MOST_BYTES: usize = 64 * 1024;

/// The lines that are kept, and what becomes of others.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    lines: VecDeque<String>,
    bytes: usize,
    dropped: u64,
    way: Way,
}

/// What becomes of a line below the level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Way {
    /// It is not known yet whether the invocation is in the share.
    #[default]
    Undecided,
    /// It is kept.
    Kept,
    /// It is written.
    Out,
}

/// What had been kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Opened {
    /// Lines, oldest first.
    pub(super) lines: VecDeque<String>,
    /// How many older ones there was no room for.
    pub(super) dropped: u64,
}

impl Backlog {
    /// From now on lines go out. What had been kept goes first.
    pub(super) fn open(&mut self) -> Opened {
        self.way = Way::Out;
        self.bytes = 0;
        Opened { lines: std::mem::take(&mut self.lines), dropped: std::mem::take(&mut self.dropped) }
    }

    /// Keeps a line; gives it back where lines go out. `is_in_share` is asked once.
    pub(super) fn keep(&mut self, line: String, is_in_share: impl FnOnce() -> bool) -> Option<String> {
        if self.way == Way::Undecided {
            self.way = if is_in_share() { Way::Out } else { Way::Kept };
        }
        if self.way == Way::Out {
            return Some(line);
        }
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.bytes > MOST_BYTES {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.len();
            self.dropped += 1;
        }
        None
    }
}
