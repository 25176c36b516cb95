//! What a run tells about itself: lines on standard error, as many as `-v` asks for, and spans where it is traced.

use std::io::{self, Write};

use clap::{ArgAction, Args};
use opentelemetry_sdk::Resource;
use tattletrail_telemetry::log::Human;
use tattletrail_telemetry::trace::{self, Collector};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::{Console, progress};

/// How much is told.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Verbosity {
    /// Say on standard error what is done: -v the stages, -vv each file
    #[arg(long = "verbose", short = 'v', action = ArgAction::Count)]
    count: u8,
}

impl Verbosity {
    /// Lines until the guard is dropped.
    pub(crate) fn start(self, console: &mut Console) -> DefaultGuard {
        tracing::subscriber::set_default(Registry::default().with(self.lines(console).layer()))
    }

    /// Lines, and spans by this service.
    pub(crate) fn start_traced(self, resource: Resource, console: &mut Console) -> (DefaultGuard, Collector) {
        let (layer, collector) = trace::start(resource);
        let subscriber = Registry::default().with(self.lines(console).layer()).with(layer);
        (tracing::subscriber::set_default(subscriber), collector)
    }

    fn lines(self, console: &mut Console) -> Human {
        let color = console.err_is_terminal && console.color;
        Human::new(self.count, color, Lines(console.share_err()))
    }
}

/// Standard error without the bar.
struct Lines<W>(W);

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        progress::while_hidden(|| self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What took how long, as a line has it.
pub(crate) fn took_ms(since: std::time::Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
