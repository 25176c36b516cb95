//! The `tattletrail` command.
fn main() {}
