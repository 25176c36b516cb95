//! tests

/// Sigma rules against an independent implementation, and rules that must not load.
#[cfg(test)]
mod sigma;
