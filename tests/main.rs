//! The tests over whole payloads and the whole catalogue.

/// Every rule case under `rules/`.
mod cases;

/// What must hold for all rules together.
mod catalogue;

/// Files that are damaged, hostile or no logs.
mod bad_input;

/// The command: formats, filters, exit codes.
mod scan;

/// The sample trail and its story.
mod sample_trail;

/// Third-party records and verdicts, where they are present.
mod corpus;

/// Purity of the engine, licences, lints.
mod dependencies;

/// Wire formats, pinned by golden files.
mod render;

/// Exposure against published cases.
#[cfg(test)]
mod exposure_cases;

/// The Sigma engine against the reference and against broken rules.
mod sigma;
