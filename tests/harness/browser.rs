//! A browser for tests, and the scripts that drive it: Chromium of the machine, and packages of a lock file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use super::root;

/// Where the scripts are, with the lock file of what they use.
const SCRIPTS: &str = "tests/browser";

/// The oldest Node that they run on.
const OLDEST: u32 = 20;

/// Runs a script of `tests/browser`; it exits with words if something is not as it must be.
pub(crate) fn script(name: &str, arguments: &[&Path]) -> Output {
    let mut node = Command::new("node");
    node.arg(root().join(SCRIPTS).join(name)).args(arguments);
    node.env("TATTLETRAIL_BROWSER", browser()).env("TATTLETRAIL_PACKAGES", packages());
    let output = node.output().expect("node starts");
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&said));
    output
}

/// The browser: that of `TATTLETRAIL_BROWSER`, else one of the path, else one that is installed now.
fn browser() -> &'static Path {
    static BROWSER: OnceLock<PathBuf> = OnceLock::new();
    BROWSER.get_or_init(|| {
        if let Some(named) = std::env::var_os("TATTLETRAIL_BROWSER") {
            return PathBuf::from(named);
        }
        let lock = locked("test-browser");
        let found = on_path().or_else(|| {
            install();
            on_path()
        });
        drop(lock);
        found.expect(
            "these tests need Chromium: install the package `chromium`, or name a browser of its kind in TATTLETRAIL_BROWSER",
        )
    })
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.iter().find_map(|name| {
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
    })
}

/// Debian's package, where this machine lets us; if not, whoever asks says what is missing.
fn install() {
    for arguments in [&["update"][..], &["install", "--yes", "--no-install-recommends", "chromium"]] {
        let mut apt = Command::new("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        match apt.output() {
            Ok(output) if output.status.success() => {}
            Ok(output) => println!("{apt:?}: {}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => println!("{apt:?}: {error}"),
        }
    }
}

/// The folder with the packages of the lock file: made once for each state of it, whoever asks first.
fn packages() -> PathBuf {
    let folder = target().join("test-node");
    let lock = locked("test-node");
    let wanted = fs::read_to_string(root().join(SCRIPTS).join("package-lock.json")).expect("a lock file");
    let stamp = folder.join("installed.json");
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        fs::create_dir_all(&folder).expect("a folder in the target folder");
        for name in ["package.json", "package-lock.json"] {
            fs::copy(root().join(SCRIPTS).join(name), folder.join(name)).expect("a copy");
        }
        let new_enough = format!("process.exit(parseInt(process.versions.node) < {OLDEST} ? 1 : 0)");
        run(Command::new("node").args(["-e", &new_enough]));
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
        run(Command::new("npm").args(install).current_dir(&folder));
        fs::write(stamp, wanted).expect("a stamp");
    }
    drop(lock);
    folder
}

/// Others, threads and processes, wait until this is dropped.
fn locked(name: &str) -> File {
    let lock = File::create(target().join(format!("{name}.lock"))).expect("a lock file in the target folder");
    lock.lock().expect("a lock");
    lock
}

fn target() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    test.ancestors().nth(3).expect("target/<profile>/deps/<test>").to_owned()
}

fn run(command: &mut Command) {
    let needed = format!("these tests need `node` {OLDEST} or newer, and `npm`");
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}: {needed}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}\n{needed}");
}
