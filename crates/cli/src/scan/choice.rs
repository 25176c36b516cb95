//! What a scan looks for, and where: the options that `scan` and `report` share.

use std::path::PathBuf;

use clap::Args;

use super::{InputArguments, LevelArgument};
use crate::told::Verbosity;

/// Rules, input, and which findings are wanted.
#[derive(Debug, Args)]
pub(crate) struct Choice {
    /// Use the Sigma rules in this folder, file or bundle (*.ttrules) instead of the built-in ones (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,

    /// Add the rules, correlations and filters in this folder or file to the others (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(super) add: Vec<PathBuf>,

    /// Leave out findings below this level
    #[arg(long, value_enum, default_value_t = LevelArgument::Informational, value_name = "LEVEL")]
    pub(super) min_level: LevelArgument,

    /// Show findings of rules of the status `experimental` as well; without it they are only counted
    #[arg(long)]
    pub(super) experimental: bool,

    #[command(flatten)]
    pub(crate) verbosity: Verbosity,

    #[command(flatten)]
    pub(super) input: InputArguments,
}
