//! The `tattletrail-aws` command: `tattletrail publish` and `tattletrail redrive`.

use std::process::ExitCode;

use tattletrail_aws::run;
use tattletrail_cli::Console;

fn main() -> ExitCode {
    run(std::env::args_os(), &mut Console::of_process()).into()
}
