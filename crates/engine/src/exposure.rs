//! What a record did to who can reach what: zero or more [`ExposureChange`]s.
//!
//! In: a [`CloudTrailRecord`]. Out: [`Derived`], the changes plus what could not be decided and why. Stateless: one
//! record gives the best answer it can by itself. A failed call (`errorCode` present) changes nothing.

/// The words in which a change is told.
mod change;

pub use change::{
    Access, Confidence, Derived, Effect, ExposureChange, Network, PortRange, Reach, Surface, Undecidable,
    Verdict,
};

use crate::record::CloudTrailRecord;

/// Derives every exposure change that this one record shows.
pub fn derive(record: &CloudTrailRecord) -> Derived {
    if record.failed() {
        return Derived::default();
    }
    Derived::default()
}
