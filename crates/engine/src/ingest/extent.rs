//! Where a JSON value ends: brackets counted, strings passed over. Nothing is parsed here, and nothing is looked at
//! twice: a scan goes on where it stopped when more bytes arrive.

/// The scan of one object or list.
#[derive(Debug, Default)]
pub(super) struct Extent {
    position: usize,
    depth: u32,
    deepest: u32,
    in_string: bool,
}

/// What a scan came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value ends before this offset.
    End(usize),
    /// The bytes end first.
    More,
    /// A line ends inside a string, which JSON does not allow: the value is broken.
    Broken(usize),
}

impl Extent {
    /// Goes on through `bytes`, which begin with the value (less what [`Extent::forget`] was told of).
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Step {
        loop {
            let step =
                if self.in_string { self.through_string(bytes) } else { self.through_structure(bytes) };
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// The deepest nesting met so far.
    pub(super) fn deepest(&self) -> u32 {
        self.deepest
    }

    /// Tells the scan that this many bytes before its position have been dropped.
    pub(super) fn forget(&mut self, count: usize) {
        self.position = self.position.saturating_sub(count);
    }

    /// How far the scan has come.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Passes over the inside of a string; `None` once it is behind.
    fn through_string(&mut self, bytes: &[u8]) -> Option<Step> {
        loop {
            let rest = bytes.get(self.position..).unwrap_or_default();
            let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
                self.position = bytes.len();
                return Some(Step::More);
            };
            match rest.get(found) {
                Some(b'"') => {
                    self.position += found + 1;
                    self.in_string = false;
                    return None;
                }
                Some(b'\n') => return Some(Step::Broken(self.position + found)),
                // A backslash: the byte after it is part of the string, and must be in memory to be passed.
                _ if rest.len() < found + 2 => {
                    self.position += found;
                    return Some(Step::More);
                }
                _ => self.position += found + 2,
            }
        }
    }

    /// Passes over structure up to the next string; `None` once inside one.
    fn through_structure(&mut self, bytes: &[u8]) -> Option<Step> {
        for (offset, byte) in bytes.get(self.position..).unwrap_or_default().iter().enumerate() {
            match byte {
                b'"' => {
                    self.position += offset + 1;
                    self.in_string = true;
                    return None;
                }
                b'{' | b'[' => {
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        self.position += offset + 1;
                        return Some(Step::End(self.position));
                    }
                }
                _ => {}
            }
        }
        self.position = bytes.len();
        Some(Step::More)
    }
}

/// The deepest nesting of a text that is in memory whole.
pub(super) fn depth_of(text: &[u8]) -> u32 {
    let mut extent = Extent::default();
    // Whatever the scan comes to, the parser will judge the text; only the depth matters here.
    match extent.advance(text) {
        Step::End(_) | Step::More | Step::Broken(_) => extent.deepest(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_inside_strings_do_not_count() {
        let text = br#"{"a":"}]\"}","b":[{}]} tail"#;
        assert_eq!(Extent::default().advance(text), Step::End(22));
    }

    #[test]
    fn a_scan_goes_on_where_it_stopped() {
        let text = br#"{"a":"x\\\"y","b":{"c":[1,2]}}"#;
        let mut extent = Extent::default();
        for end in 1..text.len() {
            assert_eq!(extent.advance(&text[..end]), Step::More, "at {end}");
        }
        assert_eq!(extent.advance(text), Step::End(text.len()));
    }

    #[test]
    fn a_line_end_in_a_string_breaks_the_value() {
        assert_eq!(Extent::default().advance(b"{\"a\":\"x\n{}"), Step::Broken(7));
    }
}
