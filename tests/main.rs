//! tests

/// Findings in the forms in which they leave.
// `cfg(test)` is always so here; it tells clippy that helpers may panic, too.
#[cfg(test)]
mod render;
