//! Nothing but a place for the tests: see `main.rs`.
