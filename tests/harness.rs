//! What the tests share: where things are, and the command in process and as a binary.

// Python environments.
pub(crate) mod python;

// A browser, and the scripts that drive it.
pub(crate) mod browser;

// Lines that a process or a thread has written so far.
pub(crate) mod lines;

// HTTP as far as tests speak it.
pub(crate) mod http;

// Servers that tests start and end.
pub(crate) mod servers;

// The stand-in of Security Hub.
pub(crate) mod security_hub;

// The stand-in of SNS with faults.
pub(crate) mod topic;

// The stand-in of Rollbar.
pub(crate) mod rollbar;

// The receiver of traces.
pub(crate) mod otlp;

// Bytes as text, as AWS carries them.
pub(crate) mod base64;

// Calls of AWS from tests.
pub(crate) mod aws;

// The Lambda Runtime API, with a function below it.
pub(crate) mod lambda;

// The X-Ray daemon.
pub(crate) mod daemon;

// A deployment, with the commands and functions that work with it.
pub(crate) mod deployment;

// Templates of CloudFormation.
pub(crate) mod template;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, OnceLock};

use tattletrail_cli::{Console, Exit};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().map_or_else(|| tests.to_owned(), Path::to_owned)
}

/// The folder of third-party records and verdicts, if it is there. Tests that need it say so and pass without it.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let folder = match std::env::var_os("TATTLETRAIL_SHARED") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("../shared/data"),
    };
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no shared data folder at `{}`", folder.display());
    None
}

/// All files under a folder whose name ends so, sorted.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// What a run of the command came to.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its exit.
    pub(crate) exit: Exit,
    /// Its standard output.
    pub(crate) out: String,
    /// Its standard error.
    pub(crate) err: String,
}

impl Run {
    /// Standard output as JSON, one value per line.
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}

/// Runs `tattletrail` in this process.
pub(crate) fn tattletrail<I, A>(arguments: I) -> Run
where
    I: IntoIterator<Item = A>,
    A: Into<OsString>,
{
    tattletrail_at(None, arguments)
}

/// The same on a terminal with so many columns, without colour.
pub(crate) fn tattletrail_at<I, A>(width: Option<usize>, arguments: I) -> Run
where
    I: IntoIterator<Item = A>,
    A: Into<OsString>,
{
    let (out, err) = (Buffer::default(), Buffer::default());
    let mut console = Console {
        out: Box::new(out.clone()),
        err: Box::new(err.clone()),
        out_is_terminal: width.is_some(),
        err_is_terminal: false,
        width,
        color: false,
    };
    let arguments = std::iter::once("tattletrail".into()).chain(arguments.into_iter().map(Into::into));
    let exit = tattletrail_cli::run(arguments, &mut console);
    drop(console);
    Run { exit, out: out.text(), err: err.text() }
}

/// The real binary, built with the profile of the tests.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--locked", "--quiet", "-p", "tattletrail-cli", "--bin", "tattletrail"]);
        let status = build.current_dir(root()).status().expect("cargo runs");
        assert!(status.success(), "the binary does not build");
        let test = std::env::current_exe().expect("the path of this test");
        let profile = test.parent().and_then(Path::parent).expect("target/<profile>/deps/<test>");
        profile.join("tattletrail")
    })
}

/// Runs the real binary.
pub(crate) fn run_binary(arguments: &[&str]) -> Output {
    Command::new(binary()).args(arguments).output().expect("the binary starts")
}

/// A stream that remembers what was written.
#[derive(Debug, Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panicked while writing")).into_owned()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::Error::other("poisoned"))?.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
