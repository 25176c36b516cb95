//! tests

mod render;
