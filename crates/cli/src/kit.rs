//! What `tattletrail-aws` shares with this command: how inputs are read and counted, how rules are loaded, how text for a
//! terminal is laid out. Not an interface for others.

pub use crate::output::Style;
pub use crate::output::layout::{fit, flow, paint};
pub use crate::output::table::color_of;
pub use crate::scan::summary::{files, grouped, line, rejected};
pub use crate::scan::{InputArguments, LevelArgument, Reading, Tally, load_rules, read_records};
