//! The trace of the work that a finding came out of.

use crate::ids::{Region, TraceId};

/// The trace of the work that a finding came out of: one run of a function, as a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Its id.
    pub id: TraceId,
    /// Where it is kept: the Region that the function runs in, not the record's. `None` where no console has it.
    pub region: Option<Region>,
}
