//! The tests over whole payloads and the whole catalogue.
// Always so here; it tells clippy that helpers of tests may panic, too.
#![cfg(test)]

// Where things are, and the command in process and as a binary.
mod harness;

// The stand-ins of AWS that other tests rely on.
mod servers;

// The functions against servers.
mod functions;

// `tattletrail publish` against servers.
mod publish;

// `tattletrail redrive` against servers.
mod redrive;

// Every rule case under `rules/`.
mod cases;

// What must hold for all rules together.
mod catalogue;

// The Sigma engine against the reference and against broken rules.
mod sigma;

// The Sigma engine beside another one.
mod oracle;

// Exposure events against other people's verdicts.
mod exposure_events;

// All kinds of events against other people's verdicts, and a day of Terraform.
mod peer_cases;

// Exposure against published cases.
mod exposure_cases;

// Published cases as questions to the engine.
mod exposure_inputs;

// Findings in the forms in which they leave.
mod render;

// What leaves, judged by published models.
mod validators;

// The command: formats, filters, exit codes.
mod scan;

// A scan as a page, in a browser.
mod report;

// A scan as a trace, and its lines.
mod trace;

// `tattletrail rules ...`.
mod workbench;

// `tattletrail threat-model ...`, and the shipped models.
mod models;

// The sample trail and its story.
mod sample_trail;

// The list of exposures, and findings that live.
mod exposures;

// Files that are damaged, hostile or no logs.
mod bad_input;

// Third-party records and verdicts, where they are present.
mod corpus;

// `tattletrail threat-model`: to other tools and from them.
mod exchange;

// What may be logged.
mod log_fields;

// What each function may do is what it does.
mod permissions;

// Alarms fire by what they are for.
mod alarms;

// Purity of the engine, licences, lints.
mod dependencies;
