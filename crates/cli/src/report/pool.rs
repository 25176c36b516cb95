//! Texts of a report, each once: findings refer to them by number.
//!
//! INVARIANT: no text in it has a character that a reader cannot see; those stand as visible escapes, as on a terminal.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use tattletrail_engine::render::text::{neutralise, truncate_utf16};

/// The longest text in a page, in UTF-16 code units. An ARN has 2,048 characters at most; what is longer was made to be
/// long, and a hundred thousand of them would make a page that no browser opens.
const TEXT_UNITS: usize = 4096;

/// The number of a text in the pool; 0 is the empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Default)]
#[serde(transparent)]
pub(super) struct Text(u32);

/// The texts, in the order in which they came.
#[derive(Debug)]
pub(super) struct Pool {
    texts: Vec<Arc<str>>,
    places: HashMap<Arc<str>, u32>,
}

impl Default for Pool {
    fn default() -> Self {
        let empty: Arc<str> = Arc::from("");
        Self { texts: vec![empty.clone()], places: HashMap::from([(empty, 0)]) }
    }
}

impl Pool {
    /// The number of a text, made visible and cut.
    pub(super) fn put(&mut self, text: &str) -> Text {
        if let Some(place) = self.places.get(text) {
            return Text(*place);
        }
        let visible = neutralise(text);
        let shown = truncate_utf16(&visible, TEXT_UNITS);
        if let Some(place) = self.places.get(&*shown) {
            return Text(*place);
        }
        let text: Arc<str> = Arc::from(&*shown);
        // Four thousand million texts do not fit in memory; the cast cannot be reached by then.
        let place = u32::try_from(self.texts.len()).unwrap_or(0);
        self.texts.push(text.clone());
        self.places.insert(text, place);
        Text(place)
    }

    /// The same; nothing is the empty text.
    pub(super) fn maybe(&mut self, text: Option<&str>) -> Text {
        text.map_or(Text::default(), |text| self.put(text))
    }
}

impl Serialize for Pool {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.texts.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_and_nothing_in_it_is_hidden() {
        let mut pool = Pool::default();
        assert_eq!((pool.put(""), pool.maybe(None)), (Text(0), Text(0)));
        assert_eq!((pool.put("a"), pool.put("b\u{202e}"), pool.put("a")), (Text(1), Text(2), Text(1)));
        assert_eq!(pool.put("b\u{202e}"), Text(2));
        assert_eq!(serde_json::to_string(&pool).unwrap(), r#"["","a","b\\u{202e}"]"#);
    }

    #[test]
    fn a_text_without_end_is_cut() {
        let mut pool = Pool::default();
        let long = pool.put(&"x".repeat(100_000));
        assert_eq!(pool.texts[long.0 as usize].chars().count(), TEXT_UNITS);
        assert!(pool.texts[long.0 as usize].ends_with('…'));
    }
}
