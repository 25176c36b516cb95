//! The `tattletrail-aws` command: `tattletrail publish` and `tattletrail redrive`.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use tattletrail_aws::run;
use tattletrail_cli::Console;

fn main() -> ExitCode {
    let mut console = Console {
        out: Box::new(io::stdout()),
        err: Box::new(io::stderr()),
        out_is_terminal: io::stdout().is_terminal(),
        err_is_terminal: io::stderr().is_terminal(),
        width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
        color: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    run(std::env::args_os(), &mut console).into()
}
