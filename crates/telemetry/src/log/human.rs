//! Lines for people at a terminal, for standard error: `tattletrail: warning: message name=value`.

use std::fmt;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::fields::{self, Fields};
use super::levels::{Levels, Wanted};

/// A layer that writes lines for people. Controls in a text are made visible.
pub struct Human {
    levels: Levels,
    color: bool,
    out: Mutex<Box<dyn Write + Send>>,
}

impl fmt::Debug for Human {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Human").field("levels", &self.levels).finish_non_exhaustive()
    }
}

impl Human {
    /// Lines of what is at least as grave as `verbosity` says, which is how often `-v` was given: 0 is warnings, 1
    /// information, 2 debug lines, 3 everything. `color` is for terminals alone.
    pub fn new(verbosity: u8, color: bool, out: impl Write + Send + 'static) -> Self {
        Self { levels: Levels::of_verbosity(verbosity), color, out: Mutex::new(Box::new(out)) }
    }

    /// The layer, with the filter that goes with it: other layers see what they want.
    pub fn layer<S>(self) -> Filtered<Self, Wanted, S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let wanted = Wanted { levels: self.levels.clone(), keeps_debug: false };
        self.with_filter(wanted)
    }

    fn line(&self, level: Level, message: &str, fields: &Fields) -> String {
        let (word, code) = word(level);
        let word = if self.color { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() };
        let mut line = format!("tattletrail: {word}: {message}");
        for (name, value) in fields.iter() {
            line.push_str(&format!(" {name}={}", bare(value)));
        }
        line.push('\n');
        line
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Human {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            span.extensions_mut().replace(Fields::of_span(attributes));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            fields.record(values);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let (message, mut said) = fields::of_event(event, false);
        if let Some(scope) = context.event_scope(event) {
            said.fill_from(scope);
        }
        let line = self.line(*event.metadata().level(), &message, &said);
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // Where standard error can't be written to, there is nowhere to say so.
        drop(out.write_all(line.as_bytes()).and_then(|()| out.flush()));
    }
}

/// The word for a level, and its colour (ECMA-48, select graphic rendition).
fn word(level: Level) -> (&'static str, u8) {
    match level {
        Level::ERROR => ("error", 31),
        Level::WARN => ("warning", 33),
        Level::INFO => ("info", 32),
        Level::DEBUG => ("debug", 34),
        Level::TRACE => ("trace", 35),
    }
}

/// A text of one word as it is, anything else as in JSON.
fn bare(value: &Value) -> String {
    let is_word =
        |text: &&str| !text.is_empty() && !text.contains(|it: char| it.is_whitespace() || it == '"');
    value.as_str().filter(is_word).map_or_else(|| value.to_string(), str::to_owned)
}
