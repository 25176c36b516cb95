//! `X-Amzn-Trace-Id`: `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=0|1`, in any order, with other keys between.
//!
//! Source: X-Ray developer guide, "Tracing header".

use opentelemetry::trace::{SpanContext, TraceFlags, TraceState};
use opentelemetry::{SpanId, TraceId};

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    root: TraceId,
    parent: Option<SpanId>,
    sampled: bool,
}

impl Header {
    /// Reads a header; `None` without a root that is one.
    pub fn parse(text: &str) -> Option<Self> {
        let value = |key: &str| {
            text.split(';').filter_map(|part| part.trim().split_once('=')).find(|(name, _)| *name == key)
        };
        let root = trace_id(value("Root")?.1)?;
        let parent = value("Parent").and_then(|(_, id)| span_id(id));
        Some(Self { root, parent, sampled: value("Sampled").is_some_and(|(_, flag)| flag == "1") })
    }

    /// The trace.
    pub fn root(self) -> TraceId {
        self.root
    }

    /// The span that others hang under. A header without a parent, or that says nothing of sampling (that of a function
    /// which only passes traces on), has none: nobody writes a segment there.
    pub fn sampled_parent(self) -> Option<SpanContext> {
        let parent = self.parent.filter(|_| self.sampled)?;
        Some(SpanContext::new(self.root, parent, TraceFlags::SAMPLED, true, TraceState::NONE))
    }

    /// Writes a header.
    pub fn line(root: TraceId, parent: SpanId, sampled: bool) -> String {
        format!("Root={};Parent={parent};Sampled={}", xray_id(root), u8::from(sampled))
    }
}

/// A trace id as X-Ray writes it: `1-<8 hex>-<24 hex>`. The first part is the time in its own ids; it is not required to be
/// (X-Ray API reference, `PutTraceSegments`: ids in the format of W3C are taken).
#[must_use]
pub fn xray_id(id: TraceId) -> String {
    let text = id.to_string();
    let (time, rest) = text.split_at_checked(8).unwrap_or((&text, ""));
    format!("1-{time}-{rest}")
}

fn trace_id(text: &str) -> Option<TraceId> {
    let (time, rest) = text.strip_prefix("1-")?.split_once('-')?;
    let valid = time.len() == 8 && rest.len() == 24 && is_hex(time) && is_hex(rest);
    let id = TraceId::from_hex(&format!("{time}{rest}")).ok().filter(|_| valid)?;
    (id != TraceId::INVALID).then_some(id)
}

fn span_id(text: &str) -> Option<SpanId> {
    let id = SpanId::from_hex(text).ok().filter(|_| text.len() == 16 && is_hex(text))?;
    (id != SpanId::INVALID).then_some(id)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "1-6b014dba-bd862e3fe1be46a994272793";

    #[test]
    fn a_sampled_header_has_a_parent() {
        let line = format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0");
        let header = Header::parse(&line).unwrap();
        let context = header.sampled_parent().unwrap();
        assert_eq!(xray_id(context.trace_id()), ROOT);
        assert_eq!(context.span_id().to_string(), "53995c3f42cd8ad8");
        assert_eq!(
            Header::line(context.trace_id(), context.span_id(), true),
            format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1")
        );
    }

    #[test]
    fn one_that_is_not_sampled_has_none() {
        for rest in [
            "",
            ";Parent=53995c3f42cd8ad8;Sampled=0",
            ";Parent=53995c3f42cd8ad8",
            ";Sampled=1",
            ";Parent=53995c3f42cd8ad8;Sampled=?",
            ";Parent=0000000000000000;Sampled=1",
        ] {
            let header = Header::parse(&format!("Root={ROOT}{rest}")).unwrap();
            assert_eq!(header.sampled_parent(), None, "{rest}");
        }
    }

    #[test]
    fn what_is_no_header_is_none() {
        for text in [
            "",
            "Root=",
            "Root=1-6b014dba-bd86",
            "Root=2-6b014dba-bd862e3fe1be46a994272793",
            "Root=1-00000000-000000000000000000000000",
            "Root=1-6b014dba-bd862e3fe1be46a99427279é",
            "Parent=53995c3f42cd8ad8;Sampled=1",
        ] {
            assert_eq!(Header::parse(text), None, "{text}");
        }
    }
}
