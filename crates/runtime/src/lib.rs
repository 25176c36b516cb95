//! What the functions share: configuration, the ledger, the sinks, and the delivery of findings, each once.

// Configuration from the environment.
pub mod settings;

// How long there is.
pub mod deadline;

// What one invocation counted.
pub mod counts;

// A client that is made when it is first needed.
pub mod late;

// What a function tells about itself.
pub mod observe;

// The trace of each invocation.
pub mod traces;

// Every call to a service of AWS.
pub mod calls;

// HTTP to what is no service of AWS.
pub mod web;

// Keys, by value or by name.
pub mod secret;

// What is remembered between invocations.
pub mod ledger;

// One finding on its way.
pub mod parcel;

// How many exposures stand open.
pub mod census;

// Where findings go.
pub mod sink;

// From records to findings that every sink has.
pub mod dispatch;

// Findings that stay open, told again.
pub mod refresh;

// What a function is given, taken apart.
pub mod receive;

// History, file by file.
pub mod history;

// What could not be read.
pub mod rejected;

// One line of health for each invocation.
pub mod health;

// The rules.
pub mod rules;

// A function from its start to its answer.
pub mod function;
