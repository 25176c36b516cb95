//! Commands that are in another binary, `tattletrail-aws`: it brings the SDK of AWS, which takes minutes to build and which
//! nobody needs who scans files (`docs/adr/0009-a-second-binary.md`).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::{Console, Exit};

/// The other binary.
const NAME: &str = "tattletrail-aws";

/// The arguments of a command of the other binary, as they are.
#[derive(Debug, Args)]
pub(crate) struct Passed {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
}

impl Passed {
    /// Runs the command there: its streams are ours, and so is its exit code.
    pub(crate) fn run(&self, command: &str, console: &mut Console) -> Exit {
        let Some(program) = find() else {
            console.say(&missing(command));
            return Exit::Usage;
        };
        let mut there = Command::new(&program);
        there.arg(command).args(&self.arguments);
        let problem = become_it(&mut there);
        console.say(&format!("tattletrail: can't start `{}`: {problem}\n", program.display()));
        Exit::Usage
    }
}

/// What to do where there is no such binary.
fn missing(command: &str) -> String {
    format!(
        "tattletrail: `{command}` is in `{NAME}`, which is neither beside this program nor on the PATH.\n  \
         get it with: cargo install --path crates/aws --locked\n  \
         or, in a clone:  cargo build --release --locked -p {NAME}   (it is then beside this program)\n"
    )
}

/// Beside this program, else on the PATH.
fn find() -> Option<PathBuf> {
    let name = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
    let own = std::env::current_exe().ok();
    let resolved = own.as_deref().and_then(|own| own.canonicalize().ok());
    let beside = [own, resolved].into_iter().flatten().filter_map(|own| own.parent().map(Path::to_owned));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    beside.chain(on_path).map(|folder| folder.join(&name)).find(|program| program.is_file())
}

/// Becomes the other program, so that signals reach it; returns only what went wrong.
#[cfg(unix)]
fn become_it(command: &mut Command) -> std::io::Error {
    use std::os::unix::process::CommandExt as _;
    command.exec()
}

/// Runs the other program to its end; returns only what went wrong.
#[cfg(not(unix))]
fn become_it(command: &mut Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(2)),
        Err(error) => error,
    }
}
