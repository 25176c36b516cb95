//! What a rule sees: a record plus at most one exposure change.
//!
//! Fields of the record go by their CloudTrail path; those of the change by `exposure.` and their path in
//! [`crate::exposure::ExposureChange`].

use crate::json::Node;
use crate::record::CloudTrailRecord;

/// The first segment of every derived field.
pub const EXPOSURE: &str = "exposure";

/// A record plus at most one exposure change.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    record: &'a CloudTrailRecord,
    exposure: Option<Node<'a>>,
}

impl<'a> Event<'a> {
    /// The record alone: every `exposure.` field is absent.
    pub fn new(record: &'a CloudTrailRecord) -> Self {
        Self { record, exposure: None }
    }

    /// The record together with one change, given in its JSON form.
    pub fn with_exposure(record: &'a CloudTrailRecord, exposure: Node<'a>) -> Self {
        Self { record, exposure: Some(exposure) }
    }

    /// The record.
    pub fn record(&self) -> &'a CloudTrailRecord {
        self.record
    }

    /// The value of the first segment of a field's path.
    pub fn top(&self, segment: &str) -> Option<Node<'a>> {
        if segment == EXPOSURE { self.exposure } else { self.record.root().get(segment) }
    }
}
