//! Python environments of the tests: made once for each state of their requirements, whoever asks first.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::root;

/// The oldest Python that the scripts of the tests run on.
const OLDEST: (u32, u32) = (3, 11);

/// The Python of an environment `target/<name>` with what a file of requirements, relative to the root, lists.
///
/// Threads and processes that ask at once wait for the one that makes it.
pub(crate) fn environment(name: &str, requirements: &str) -> PathBuf {
    let requirements = root().join(requirements);
    let wanted = fs::read_to_string(&requirements).expect("a file of requirements");
    let test = std::env::current_exe().expect("the path of this test");
    let target = test.ancestors().nth(3).expect("target/<profile>/deps/<test>");
    let folder = target.join(name);
    let (python, stamp) = (folder.join("bin/python"), folder.join("installed.txt"));
    let lock = File::create(target.join(format!("{name}.lock"))).expect("a lock file in the target folder");
    lock.lock().expect("a lock");
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        make(&folder, &python, &requirements);
        fs::write(stamp, wanted).expect("a stamp");
    }
    python
}

fn make(folder: &Path, python: &Path, requirements: &Path) {
    let is_new_enough = format!("import sys; sys.exit(sys.version_info < {OLDEST:?})");
    run(Command::new("python3").args(["-c", &is_new_enough]));
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder));
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    run(Command::new(python).args(install).arg(requirements));
}

fn run(command: &mut Command) {
    let needed = format!("these tests need `python3` {}.{} or newer with venv and pip", OLDEST.0, OLDEST.1);
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}: {needed}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}\n{needed}");
}
