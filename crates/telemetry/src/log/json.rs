//! Lines for CloudWatch: one JSON object a line, ready for Lambda's advanced logging controls (Lambda developer guide,
//! "Log-level filtering": `level`, and a `timestamp` of RFC 3339).
//!
//! Debug lines are kept with the invocation in which they are made, and written when something goes wrong in it, when it
//! comes to a finding, or when it is in the share of those that are told in full.

use std::fmt;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use super::backlog::{Backlog, Opened};
use super::fields::{self, Fields};
use super::levels::{Levels, Wanted, is_own};
use super::share::Share;
use crate::names::{field, span};

/// A layer that writes lines of JSON. A line that can't be written is dropped: there is nowhere to say so.
pub struct JsonLines {
    service: &'static str,
    version: &'static str,
    levels: Levels,
    share: Share,
    out: Mutex<Box<dyn Write + Send>>,
    now: fn() -> Timestamp,
}

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").field("service", &self.service).finish_non_exhaustive()
    }
}

impl JsonLines {
    /// Lines of a service in a version, written to `out`, each in one piece.
    pub fn new(
        (service, version): (&'static str, &'static str),
        (levels, share): (Levels, Share),
        out: impl Write + Send + 'static,
    ) -> Self {
        Self { service, version, levels, share, out: Mutex::new(Box::new(out)), now: Timestamp::now }
    }

    /// The same with a clock that a test sets.
    #[cfg(test)]
    pub(super) fn at(self, now: fn() -> Timestamp) -> Self {
        Self { now, ..self }
    }

    /// The layer, with the filter that goes with it: other layers see what they want.
    pub fn layer<S>(self) -> Filtered<Self, Wanted, S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let wanted = Wanted { levels: self.levels.clone(), keeps_debug: true };
        self.with_filter(wanted)
    }

    fn line(&self, level: Level, target: &str, message: String, fields: &Fields) -> String {
        let mut said = fields.clone();
        said.set(field::SERVICE, self.service.into());
        said.set(field::VERSION, self.version.into());
        let head = [
            ("timestamp", format!("{:.3}", (self.now)())),
            ("level", level.to_string()),
            ("message", message),
            ("target", target.to_owned()),
        ];
        let head = head.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text)));
        let said = said.iter().map(|(name, value)| (name.to_owned(), value.clone()));
        let mut line = Value::from(head.chain(said).collect::<Map<_, _>>()).to_string();
        line.push('\n');
        line
    }

    fn write(&self, line: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        drop(out.write_all(line.as_bytes()).and_then(|()| out.flush()));
    }

    /// Writes what was kept in an invocation; from now on its debug lines go out.
    fn open<'a, S: LookupSpan<'a>>(&self, invocation: &SpanRef<'a, S>) {
        let opened = invocation.extensions_mut().get_mut::<Backlog>().map(Backlog::open);
        let Opened { lines, dropped } = opened.unwrap_or_default();
        if dropped > 0 {
            let mut fields = Fields::default();
            fields.set(field::COUNT, dropped.into());
            fields.fill_from(invocation.scope());
            let message = "there was no room for older debug lines".to_owned();
            self.write(&self.line(Level::DEBUG, module_path!(), message, &fields));
        }
        for line in lines {
            self.write(&line);
        }
    }

    /// Keeps a line below the level, or writes it where its invocation is told in full. Outside of one it is dropped.
    fn keep<'a, S: LookupSpan<'a>>(&self, invocation: &SpanRef<'a, S>, line: String, fields: &Fields) {
        let name =
            [field::TRACE_ID, field::REQUEST_ID].into_iter().find_map(|name| fields.get(name)?.as_str());
        let is_in_share = || name.is_some_and(|name| self.share.takes(name));
        let kept = |backlog: &mut Backlog| backlog.keep(line, is_in_share);
        let out = invocation.extensions_mut().get_mut::<Backlog>().and_then(kept);
        if let Some(line) = out {
            self.write(&line);
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for JsonLines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(new) = context.span(id) else { return };
        let metadata = attributes.metadata();
        new.extensions_mut().replace(Fields::of_span(attributes));
        if fields::is_invocation(metadata) {
            new.extensions_mut().replace(Backlog::default());
        } else if metadata.name() == span::FINDING
            && let Some(invocation) = fields::invocation(Some(new.scope()))
        {
            self.open(&invocation);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            fields.record(values);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let is_shown = self.levels.show(metadata);
        let invocation = fields::invocation(context.event_scope(event));
        if !is_shown && invocation.is_none() {
            return;
        }
        let (message, mut said) = fields::of_event(event, self.levels.name(metadata.target()));
        let matters = *metadata.level() == Level::ERROR || said.get(field::FINDING_ID).is_some();
        if let Some(scope) = context.event_scope(event) {
            said.fill_from(scope);
        }
        let line = self.line(*metadata.level(), metadata.target(), message, &said);
        if let Some(invocation) = invocation.as_ref().filter(|_| matters) {
            self.open(invocation);
        }
        match invocation {
            _ if is_shown => self.write(&line),
            Some(invocation) if is_own(metadata.target()) => self.keep(&invocation, line, &said),
            _ => {}
        }
    }
}
