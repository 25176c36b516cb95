//! What an object is, told from its first members before the whole of it is in memory.

/// The members under which the known outputs keep their list: trail files; `lookup-events`; `filter-log-events`; a
/// CloudWatch Logs payload.
pub(super) const LIST_KEYS: [&str; 4] = ["Records", "Events", "events", "logEvents"];

/// What the makers of the known outputs put beside their list: `filter-log-events` says which streams it went through,
/// the SDKs how the call went, a CloudWatch Logs payload which filter it came by. Any other list or object beside a list
/// of records is content, and counts. Scalars (`NextToken`, `owner`, `logGroup` ...) hold no record.
pub(super) const BOOKKEEPING: [&str; 3] = ["searchedLogStreams", "ResponseMetadata", "subscriptionFilters"];

/// What an object that begins here is.
pub(super) enum Peek {
    /// The frame of a list whose `[` is at this offset.
    List(usize),
    /// A value to be handed on whole.
    Whole,
    More,
}

/// Looks at the members of an object for as long as they are scalars: a list under one of [`LIST_KEYS`] makes it a
/// frame, any other list or object a value.
pub(super) fn peek(bytes: &[u8]) -> Peek {
    let mut at = 1;
    loop {
        let Some(key_start) = skip(bytes, at, |b| b.is_ascii_whitespace() || b == b',') else {
            return Peek::More;
        };
        if bytes.get(key_start) != Some(&b'"') {
            return Peek::Whole;
        }
        let Some(key_end) = string_end(bytes, key_start) else { return Peek::More };
        let key = bytes.get(key_start + 1..key_end - 1).unwrap_or_default();
        let Some(value) = skip(bytes, key_end, |b| b.is_ascii_whitespace() || b == b':') else {
            return Peek::More;
        };
        at = match bytes.get(value) {
            Some(b'[') if LIST_KEYS.iter().any(|list| list.as_bytes() == key) => return Peek::List(value),
            Some(b'{' | b'[') => return Peek::Whole,
            Some(b'"') => match string_end(bytes, value) {
                Some(end) => end,
                None => return Peek::More,
            },
            _ => match skip(bytes, value, |b| !matches!(b, b',' | b'}' | b']' | b'"' | b'{' | b'[')) {
                Some(end) => end,
                None => return Peek::More,
            },
        };
    }
}

/// The offset of the first byte from `at` on that is not to be passed over.
fn skip(bytes: &[u8], at: usize, passed_over: impl Fn(u8) -> bool) -> Option<usize> {
    bytes.get(at..)?.iter().position(|b| !passed_over(*b)).map(|offset| at + offset)
}

/// The offset behind the string that begins at `at`.
pub(super) fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        let found = at + memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(found) == Some(&b'"') {
            return Some(found + 1);
        }
        at = found + 2;
    }
}
