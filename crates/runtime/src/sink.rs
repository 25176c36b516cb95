//! Where findings go. All sinks are asked at once, and none waits for another.
//!
//! A sink says of every parcel what became of it: [`Outcome`]. What it answers is read entry by entry: a call that
//! succeeded as a whole may have refused a part.

// Security Hub: `BatchImportFindings`.
pub mod security_hub;

// CloudWatch: `PutMetricData`.
pub mod cloudwatch;

// SNS: `PublishBatch`.
pub mod sns;

// EventBridge: `PutEvents`.
pub mod event_bus;

// Nowhere: what would be sent is told.
pub mod rehearsal;

// A sink that answers as a test tells it.
#[cfg(test)]
pub(crate) mod scripted;
// Batches within limits, sent in order, read entry by entry.
mod courier;

// Retries within one delivery.
mod patience;

// Parcels to entries, and back.
mod spread;

// Several places at once.
mod together;

// What a service says, as far as it may be repeated.
mod words;

// A service for tests.
#[cfg(test)]
mod stand_in;

// Parcels for tests.
#[cfg(test)]
mod samples;

use cloudwatch::CloudWatch;
use event_bus::EventBus;
use rehearsal::Rehearsal;
use security_hub::SecurityHub;
use sns::Sns;

use crate::census::Census;
use crate::deadline::Deadline;
use crate::parcel::{Parcel, SinkName};

/// A place where findings go.
#[derive(Debug)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Sink {
    SecurityHub(SecurityHub),
    CloudWatch(CloudWatch),
    Sns(Sns),
    EventBus(EventBus),
    /// In the place of another: takes everything, sends nothing.
    Rehearsal(Rehearsal),
    /// Answers as a test tells it.
    #[cfg(test)]
    #[allow(private_interfaces, reason = "only tests make one")]
    Scripted(scripted::Scripted),
}

/// What became of one parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The sink has it.
    Done,
    /// The sink will never take it; why, in its words, cut short and without what the parcel says.
    Refused(String),
    /// Not this time: whoever sent the record must send it again.
    Failed(String),
}

impl Sink {
    /// The sink's name.
    pub fn name(&self) -> SinkName {
        match self {
            Self::SecurityHub(_) => SinkName::SecurityHub,
            Self::CloudWatch(_) => SinkName::CloudWatch,
            Self::Sns(_) => SinkName::Sns,
            Self::EventBus(_) => SinkName::EventBus,
            Self::Rehearsal(sink) => sink.name,
            #[cfg(test)]
            Self::Scripted(sink) => sink.name,
        }
    }

    /// Tells how much stands open, where that is a sink for it.
    pub async fn tell_standing(&self, census: &Census, until: Deadline) -> Option<Outcome> {
        match self {
            Self::CloudWatch(sink) => Some(sink.tell_standing(census, until).await),
            _ => None,
        }
    }

    /// Sends parcels until the deadline; one outcome for each, in their order.
    pub async fn deliver(&self, parcels: &[&Parcel], until: Deadline) -> Vec<Outcome> {
        match self {
            Self::SecurityHub(sink) => sink.deliver(parcels, until).await,
            Self::CloudWatch(sink) => sink.deliver(parcels, until).await,
            Self::Sns(sink) => sink.deliver(parcels, until).await,
            Self::EventBus(sink) => sink.deliver(parcels, until).await,
            Self::Rehearsal(sink) => sink.deliver(parcels),
            #[cfg(test)]
            Self::Scripted(sink) => sink.deliver(parcels),
        }
    }
}
