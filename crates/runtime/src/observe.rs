//! What is told of a function's run: its log, and what goes with each line of it.
//!
//! What is told and where is decided here and in `tattletrail-telemetry`; the rest of the code says what happens, with
//! `tracing`.

use std::io::stdout;
use std::panic;

use lambda_runtime::Context;
use tattletrail_telemetry::log::{JsonLines, Levels, Share};
use tattletrail_telemetry::names::span;
use tracing::Span;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::health::Source;

/// The level of the log, as our own setting has it.
pub(crate) const LOG_LEVEL: &str = "TATTLETRAIL_LOG_LEVEL";

/// Which share of invocations is told in full.
pub(crate) const LOG_SAMPLE: &str = "TATTLETRAIL_LOG_SAMPLE";

/// Begins to tell, before anything can go wrong that should be told. Settings that do not fit are told with all others, by
/// [`Settings`](crate::settings::Settings); until then it is as if they were not set.
pub fn start(source: Source) {
    let subscriber = Registry::default().with(lines(source).layer());
    // Whoever was first tells already.
    drop(tracing::subscriber::set_global_default(subscriber));
    panic::set_hook(Box::new(|panicked| {
        // What it says may quote what it was at work on.
        let location = panicked.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(location, "the code broke down");
    }));
}

fn lines(source: Source) -> JsonLines {
    let variable = |name: &str| std::env::var(name).ok();
    let (own, lambda, rust_log) =
        (variable(LOG_LEVEL), variable("AWS_LAMBDA_LOG_LEVEL"), variable("RUST_LOG"));
    let levels = Levels::of_variables(own.as_deref(), lambda.as_deref(), rust_log.as_deref());
    let share = variable(LOG_SAMPLE).and_then(|share| share.trim().parse().ok());
    let service = (source.as_str(), env!("CARGO_PKG_VERSION"));
    JsonLines::new(service, (levels, share.unwrap_or(Share::ONE_PERCENT)), stdout())
}

/// The span of an invocation. It is of the gravest level, so that it is there whatever is logged.
pub(crate) fn invocation(context: &Context, cold_start: bool) -> Span {
    let xray = context.xray_trace_id.as_deref().and_then(root);
    tracing::error_span!(
        span::INVOCATION,
        requestId = context.request_id,
        traceId = xray.and_then(w3c),
        xray_trace_id = xray,
        cold_start,
    )
}

/// The trace in the header that Lambda gives (X-Ray developer guide, "Tracing header").
fn root(header: &str) -> Option<&str> {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root="))
}

/// X-Ray's `1-5bef4de7-ad49b0e87f6ef6c87fc2e700` as W3C writes it: 32 digits.
fn w3c(xray: &str) -> Option<String> {
    let (time, rest) = xray.strip_prefix("1-")?.split_once('-')?;
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fits = time.len() == 8 && rest.len() == 24 && is_hex(time) && is_hex(rest);
    fits.then(|| format!("{time}{rest}").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_lambda_has_the_trace() {
        let trace = |header: &str| root(header).and_then(w3c);
        let expected = Some("5bef4de7ad49b0e87f6ef6c87fc2e700".to_owned());
        let root = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700";
        assert_eq!(trace(&format!("{root};Parent=9a9197af755a6419;Sampled=1")), expected);
        assert_eq!(trace(&format!("Self=1-2-3; {root}")), expected);
        for header in ["", "Root=", "Root=1-5bef4de7-ad49", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e7é"] {
            assert_eq!(trace(header), None, "{header}");
        }
    }
}
