//! Tests over whole payloads and the whole catalogue.

/// Exposure against published cases.
mod exposure_cases;
