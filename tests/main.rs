//! Tests over whole payloads and the whole catalogue.

/// Exposure against published cases.
#[cfg(test)]
mod exposure_cases;
