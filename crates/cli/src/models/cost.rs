//! `tattletrail threat-model cost`.

use clap::Args;

use crate::{Console, Exit};

/// Say what dashboards would cost.
#[derive(Debug, Args)]
pub(crate) struct CostArguments {}

/// Prints it.
pub(super) fn run(_: &CostArguments, _: &mut Console) -> Exit {
    Exit::Clean
}
