//! What the functions share: configuration, the ledger, the sinks, and the delivery of findings, each once.

// How long there is.
pub mod deadline;

// One finding on its way.
pub mod parcel;

// Where findings go.
pub mod sink;
