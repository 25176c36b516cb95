//! In the place of `sending` where the command is built without a client: there is no place to send spans to.

use std::convert::Infallible;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

/// There is none.
#[derive(Debug)]
pub(super) struct Place(Infallible);

/// What would become of the spans.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) place: String,
    pub(super) taken: usize,
    pub(super) of: usize,
    pub(super) why: Option<String>,
}

impl Place {
    /// No place.
    pub(super) fn of_environment(_: &Resource) -> Result<Self, String> {
        Err("this command is built without it (`--features trace`)".to_owned())
    }

    /// Nobody comes here.
    pub(super) fn send(self, _: Vec<SpanData>) -> Sent {
        match self.0 {}
    }
}
