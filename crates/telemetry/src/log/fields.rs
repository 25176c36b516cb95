//! What an event and the spans around it say, as far as it may be said: [`LOGGED`] and nothing else.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Record};
use tracing::{Event, Metadata};
use tracing_subscriber::registry::{LookupSpan, Scope, SpanRef};

use super::levels::is_own;
use crate::names::{LOGGED, span};
use crate::redact::redact;

/// What stands for the message of a library.
const FOREIGN: &str = "from a library";

/// How much is formatted of one value: more than leaves of it.
const MOST_FORMATTED: usize = 16 * 1024;

/// Values by their place in [`LOGGED`].
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fields(BTreeMap<usize, Value>);

impl Fields {
    /// What a span says at its beginning.
    pub(super) fn of_span(attributes: &Attributes<'_>) -> Self {
        let mut reader = Reader::default();
        attributes.record(&mut reader);
        reader.fields
    }

    /// What a span says later.
    pub(super) fn record(&mut self, values: &Record<'_>) {
        let mut reader = Reader::default();
        values.record(&mut reader);
        self.0.extend(reader.fields.0);
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(&place(name)?)
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.0.extend(place(name).map(|place| (place, value)));
    }

    /// Takes what is not said yet: the inner says it better.
    pub(super) fn fill(&mut self, outer: &Self) {
        for (place, value) in &outer.0 {
            self.0.entry(*place).or_insert_with(|| value.clone());
        }
    }

    /// Takes what the spans of a scope say, from the innermost to the outermost.
    pub(super) fn fill_from<'a, S: LookupSpan<'a>>(&mut self, scope: Scope<'a, S>) {
        for span in scope {
            if let Some(outer) = span.extensions().get::<Self>() {
                self.fill(outer);
            }
        }
    }

    /// Names and values in the order of [`LOGGED`].
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().filter_map(|(place, value)| Some((*LOGGED.get(*place)?, value)))
    }
}

/// The innermost invocation of a scope.
pub(super) fn invocation<'a, S: LookupSpan<'a>>(scope: Option<Scope<'a, S>>) -> Option<SpanRef<'a, S>> {
    scope?.find(|around| is_invocation(around.metadata()))
}

pub(super) fn is_invocation(metadata: &Metadata<'_>) -> bool {
    metadata.name() == span::INVOCATION && is_own(metadata.target())
}

/// What an event says by itself: its message, and its fields. A library's message is told where `is_named`.
pub(super) fn of_event(event: &Event<'_>, is_named: bool) -> (String, Fields) {
    let is_own = is_own(event.metadata().target());
    if !is_own && !is_named {
        return (FOREIGN.to_owned(), Fields::default());
    }
    let mut reader = Reader::default();
    event.record(&mut reader);
    let fields = if is_own { reader.fields } else { Fields::default() };
    (reader.message, fields)
}

fn place(name: &str) -> Option<usize> {
    LOGGED.iter().position(|logged| *logged == name)
}

#[derive(Default)]
struct Reader {
    message: String,
    fields: Fields,
}

impl Reader {
    fn take(&mut self, field: &Field, value: Value) {
        self.fields.set(field.name(), value);
    }

    fn text(&mut self, field: &Field, text: &str) {
        if field.name() == "message" {
            self.message = redact(text).into_owned();
        } else if place(field.name()).is_some() {
            self.take(field, redact(text).into());
        }
    }
}

impl Visit for Reader {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "message" && place(field.name()).is_none() {
            return;
        }
        let mut text = Bounded(String::new());
        // Of a text that is cut here more is cut later.
        let _is_cut = write!(text, "{value:?}");
        self.text(field, &text.0);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.take(field, value.into());
    }
}

/// A text that takes no more than it needs.
struct Bounded(String);

impl fmt::Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let left = MOST_FORMATTED.saturating_sub(self.0.len());
        let end = more.floor_char_boundary(left);
        self.0.push_str(more.get(..end).unwrap_or_default());
        if end < more.len() { Err(fmt::Error) } else { Ok(()) }
    }
}
